"""What a Spark event log says about how work was spread: which stages, on whom, how evenly."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stage:
    """One stage.

    Attributes:
        seconds: of all its tasks together.
        records: by task: records read from files and from shuffles.
        moved_bytes: by task: read from shuffles.
        executors: records by executor.
        shuffled_bytes: written for other stages.
    """

    seconds: float = 0.0
    records: list[int] = field(default_factory=list)
    moved_bytes: list[int] = field(default_factory=list)
    executors: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    shuffled_bytes: int = 0

    @property
    def total(self) -> int:
        """All records that its tasks read."""
        return sum(self.records)

    @property
    def largest_share(self) -> float:
        """The share of the records that the busiest task read, 0 to 1."""
        return max(self.records) / self.total if self.total else 0.0


def read_stages(folder: Path) -> list[Stage]:
    """All stages of the newest application in a folder of event logs, those with most work first.

    Raises:
        FileNotFoundError: if there is no log.
    """
    logs = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    if not logs:
        raise FileNotFoundError(f"no event log in {folder}")
    files = sorted(logs[-1].glob("events_*")) if logs[-1].is_dir() else [logs[-1]]
    stages: defaultdict[int, Stage] = defaultdict(Stage)
    for file in files:
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                _take(json.loads(line), stages)
    return sorted(stages.values(), key=lambda stage: -stage.total)


def _take(event: dict, stages: defaultdict[int, Stage]) -> None:
    if event["Event"] != "SparkListenerTaskEnd" or not event.get("Task Metrics"):
        return
    stage, metrics = stages[event["Stage ID"]], event["Task Metrics"]
    shuffle = metrics["Shuffle Read Metrics"]
    records = metrics["Input Metrics"]["Records Read"] + shuffle["Total Records Read"]
    stage.records.append(records)
    stage.moved_bytes.append(shuffle["Local Bytes Read"] + shuffle["Remote Bytes Read"])
    stage.executors[event["Task Info"]["Executor ID"]] += records
    stage.seconds += metrics["Executor Run Time"] / 1000
    stage.shuffled_bytes += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]


def shuffled_bytes(stages: list[Stage]) -> int:
    """Bytes that all stages together wrote for others."""
    return sum(stage.shuffled_bytes for stage in stages)


def moving(stages: list[Stage]) -> list[Stage]:
    """Stages to which more was moved than Spark packs into one task on purpose.

    That is what is near a megabyte (spark.sql.adaptive.coalescePartitions.minPartitionSize).
    """
    return [stage for stage in stages if sum(stage.moved_bytes) > 4_000_000]


def crowded(stages: list[Stage]) -> list[Stage]:
    """Of those, the ones that brought more than 90 % of it to one task."""
    return [
        stage for stage in moving(stages) if max(stage.moved_bytes) > 0.9 * sum(stage.moved_bytes)
    ]
