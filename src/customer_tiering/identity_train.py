"""Learns how likely two records are of one person, for the rule file seeds/identity_weights.csv.

    python -m customer_tiering.identity_train [file]

Reads the records of the last build (DUCKDB_PATH), learns with Splink from a bounded sample of them,
without anybody saying which are one, and writes the probabilities that the SQL of the next build
works with: of Fellegi and Sunter (1969), m that records of one person agree to a level, u that
those of two people do. What is compared, and how, is read from the warehouse, too: it is what the
models compare.
"""

import csv
import importlib
import logging
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from customer_tiering.told import ToldError

WEIGHTS = Path("seeds") / "identity_weights.csv"
RECORDS = "staging.identity_compared_records"
COMPARISONS = "staging.identity_comparisons"
LEVELS = ("same", "near", "other")

MOST_RECORDS = 100_000
"""Enough to learn from; the time grows with it."""
FEWEST_RECORDS = 500
FEWEST_PAIRS = 30
"""What fewer pairs have in common says nothing."""
RANDOM_PAIRS = 2_000_000
"""From which u is learned."""
BLOCKED_PAIRS = 1_000_000
"""From which m is learned, at most, with each thing that records may have in common."""
SHARE_FOUND_BY_KEYS = 0.9
"""How many of the pairs of one person the exact keys find: assumed, and little depends on it."""
FLOOR = 0.001
"""No level is impossible among the records of one person."""
SEED = 7

EXACT_KEYS = (("member_number",), ("email",), ("phone",), ("name", "birth_date"))

Probabilities = dict[str, tuple[float, float]]


class TrainingError(ToldError):
    """Nothing can be learned; the text says why, and what to do."""


def learned(records: pa.Table, comparisons: Sequence[tuple[str, str, str]]) -> Probabilities:
    """The probabilities m and u of each level; of `prior` that any two records are one person.

    The same for the same records, in whatever order: they are sorted, and Splink samples by a hash
    of the id.

    Args:
        records: one row per record: record_id, and the columns that are compared.
        comparisons: column, level and condition of each level, in the order of asking.

    Raises:
        TrainingError: if there is too little to learn from.
    """
    splink = _splink()
    columns = list(dict.fromkeys(column for column, _, _ in comparisons))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("given", records)
        connection.execute("create table records as select * from given order by record_id")
        pairs = {name: _pairs(connection, (name,)) for name in columns}
        keys = [key for key in EXACT_KEYS if _pairs(connection, key) > 0]
        if sum(_pairs(connection, key) for key in keys) < FEWEST_PAIRS:
            raise TrainingError(
                f"Fewer than {FEWEST_PAIRS} pairs of records share a key (e-mail, phone, member "
                "number, name and birth date). So nothing shows what records of one person look "
                "like, and exact keys are all there is."
            )
        # What hardly anybody has, or nobody shares, is no evidence.
        used = [name for name in columns if pairs[name] >= FEWEST_PAIRS]
        api = splink.DuckDBAPI(connection=connection)
        settings = splink.SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="record_id",
            comparisons=[splink_comparison(name, comparisons) for name in used],
            blocking_rules_to_generate_predictions=[],
        )
        linker = splink.Linker(api.register("records"), settings, log_level=None)
        training = linker.training
        training.estimate_probability_two_random_records_match(
            [splink.block_on(*key) for key in keys], recall=SHARE_FOUND_BY_KEYS
        )
        training.estimate_u_using_random_sampling(RANDOM_PAIRS, seed=SEED, min_count_per_level=None)
        for name in used:
            training.estimate_parameters_using_expectation_maximisation(
                splink.block_on(name), max_pairs=BLOCKED_PAIRS
            )
        model = linker.misc.save_model_to_json()
    found = {each["output_column_name"]: each["comparison_levels"] for each in model["comparisons"]}
    prior = model["probability_two_random_records_match"]
    result = {"prior": (prior, 1 - prior)}
    for name in columns:
        m, u = _of_comparison(found.get(name))
        result |= {f"{name}_{level}": pair for level, *pair in zip(LEVELS, m, u, strict=True)}
    return {level: (m, u) for level, (m, u) in result.items()}


def _pairs(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> int:
    """How many pairs of records have the same values."""
    names = ", ".join(columns)
    present = " and ".join(f"{name} is not null" for name in columns)
    [(pairs,)] = connection.execute(
        "select coalesce(sum(records * (records - 1) / 2), 0) from"
        f" (select count(*) as records from records where {present} group by {names})"
    ).fetchall()
    return int(pairs)


def splink_comparison(
    column: str,
    comparisons: Sequence[tuple[str, str, str]],
    probabilities: Mapping[str, tuple[float, float]] | None = None,
) -> dict[str, Any]:
    """A comparison as Splink takes it.

    Args:
        column: the column.
        comparisons: as `learned` takes them.
        probabilities: m and u of each level, if they are known.
    """
    levels = []
    for name, level, condition in comparisons:
        if name != column:
            continue
        levels.append({"sql_condition": condition.upper() if condition == "else" else condition})
        levels[-1]["label_for_charts"] = level
        if level == "missing":
            levels[-1]["is_null_level"] = True
        elif probabilities:
            m, u = probabilities[f"{column}_{level}"]
            levels[-1] |= {"m_probability": m, "u_probability": u}
    return {"output_column_name": column, "comparison_levels": levels}


def _of_comparison(levels: Sequence[Mapping[str, Any]] | None) -> tuple[list[float], list[float]]:
    """The probabilities of the levels, each adding up to 1; all alike where nothing was learned."""
    even = [1 / len(LEVELS)] * len(LEVELS)
    by_level = {each["label_for_charts"]: each for each in levels or ()}
    m = [by_level.get(level, {}).get("m_probability") for level in LEVELS]
    u = [by_level.get(level, {}).get("u_probability") for level in LEVELS]
    if not any(_is_number(each) for each in m):
        return even, even
    return _whole(m, FLOOR), _whole(u, 1 / RANDOM_PAIRS)


def _whole(found: Sequence[Any], floor: float) -> list[float]:
    """Each at least the floor, and 1 together. What was not observed, Splink leaves out."""
    values = [max(float(each), floor) if _is_number(each) else floor for each in found]
    return [value / sum(values) for value in values]


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int)


def _splink() -> Any:
    try:
        return importlib.import_module("splink")
    except ImportError as error:
        raise TrainingError(
            "Splink is not installed. It comes with the extra identity: "
            "pip install 'customer-tiering[identity]'."
        ) from error


def records_of(warehouse: Path) -> tuple[pa.Table, list[tuple[str, str, str]]]:
    """A sample of the records of a build, one version of each, and how they are compared.

    Raises:
        TrainingError: if there is no such build, or it has too few records.
    """
    if not warehouse.exists():
        raise TrainingError(
            f"There is no warehouse {warehouse} (DUCKDB_PATH) to learn from. Run `make build` "
            "first."
        )
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            comparisons = connection.execute(
                f"select comparison, level, condition from {COMPARISONS} order by place"
            ).fetchall()
            names = ", ".join(dict.fromkeys(column for column, _, _ in comparisons))
            records = connection.execute(
                f"select record_id, {names} from {RECORDS} qualify row_number() over ("
                f"partition by record_id order by {names}) = 1"
                f" order by md5(record_id), record_id limit {MOST_RECORDS}"
            ).to_arrow_table()
    except duckdb.CatalogException as error:
        raise TrainingError(
            f"The warehouse {warehouse} (DUCKDB_PATH) has no table {COMPARISONS}. Run `make build` "
            "first."
        ) from error
    except duckdb.Error as error:
        raise TrainingError(
            f"The warehouse {warehouse} (DUCKDB_PATH) cannot be read: {error}"
        ) from error
    if len(records) < FEWEST_RECORDS:
        raise TrainingError(
            f"The warehouse {warehouse} (DUCKDB_PATH) has {len(records):,} records of people. "
            f"Below {FEWEST_RECORDS:,} chance would decide what is learned."
        )
    return records, comparisons


def written(probabilities: Probabilities, file: Path) -> None:
    """Write the rule file."""
    rows = [(level, _digits(m), _digits(u)) for level, (m, u) in probabilities.items()]
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([("level", "m_probability", "u_probability"), *rows])


def _digits(probability: float) -> str:
    """Six significant digits, and no exponent."""
    places = 6 - math.ceil(math.log10(probability))
    return f"{probability:.{places}f}"


def report(probabilities: Probabilities, records: int) -> str:
    """What a terminal shows."""
    lines = [f"Learned from {records:,} records:", ""]
    lines += [f"{'level':<22}{'m':>12}{'u':>12}{'weight':>9}"]
    lines += [
        f"{level:<22}{m:>12.6f}{u:>12.6f}{math.log2(m / u):>9.2f}"
        for level, (m, u) in probabilities.items()
    ]
    return "\n".join(lines)


def main() -> None:
    """Learn, write and tell."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else WEIGHTS
    if not file.parent.is_dir():
        raise TrainingError(
            f"There is no folder {file.parent}/ to write {file.name} into. Run it in the folder of "
            "the project, or name a file."
        )
    logging.getLogger("splink").setLevel(logging.ERROR)
    records, comparisons = records_of(Path(os.environ.get("DUCKDB_PATH", "warehouse.duckdb")))
    probabilities = learned(records, comparisons)
    written(probabilities, file)
    print(report(probabilities, len(records)))
    print(
        f"\nWritten to {file}. The next build applies it; `make preview` does without publishing."
    )


if __name__ == "__main__":
    try:
        main()
    except ToldError as error:
        sys.exit(str(error))
