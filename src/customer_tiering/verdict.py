"""verdict.json: what a machine reads of the last run, beside the exported sets (docs/verdict.md).

Written whole or not at all. A run that is killed leaves the last status that it came to.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from customer_tiering.engines.base import Warehouse
from customer_tiering.private_files import make_folder, set_mode, users_umask

VERDICT = "verdict.json"

BUILDING = ("build", "run", "seed")
"""The commands of dbt that build something; `dbt retry` goes by the name of what it retries."""

_TOLD: set[str] = set()
"""The runs of this process that have said that they began: a connection may be opened again."""


def export_folder() -> Path:
    """Where the sets go, by the environment."""
    return Path(os.environ.get("EXPORT_PATH", "export")).expanduser().absolute()


def write_verdict(folder: Path, status: str, content: dict[str, Any]) -> None:
    """Put a verdict into a folder, which is made where it is missing.

    Args:
        folder: of all sets, or one set.
        status: started, stopped, blocked, passed or published.
        content: the rest; docs/verdict.md.

    Raises:
        OSError: if it cannot be written. What was there before is still there then.
    """
    make_folder(folder)
    unfinished = folder / f".{VERDICT}"
    text = json.dumps({"status": status} | content, indent=2, ensure_ascii=False, default=str)
    unfinished.write_text(text + "\n", encoding="utf-8")
    set_mode(unfinished, users_umask())
    unfinished.replace(folder / VERDICT)


def tell(status: str, content: dict[str, Any]) -> None:
    """Put a verdict beside the sets; a folder that cannot be used is for the export to tell."""
    with contextlib.suppress(OSError):
        write_verdict(export_folder(), status, content)


@contextlib.contextmanager
def beginning() -> Iterator[None]:
    """Around the reading of the raw data, the first thing that a run does: `started`, or `stopped`.

    Nothing for a command that builds nothing, and once for a run.
    """
    from dbt.flags import get_flags
    from dbt_common.invocation import get_invocation_id

    run = get_invocation_id()
    if getattr(get_flags(), "WHICH", None) not in BUILDING or run in _TOLD:
        yield
        return
    _TOLD.add(run)
    tell("started", {"invocation_id": run})
    try:
        yield
    except Exception as problem:
        tell("stopped", {"invocation_id": run, "because": str(problem)})
        raise


def content_of(warehouse: Warehouse, audit: str) -> dict[str, Any]:
    """What the gate has found, as it stands in the warehouse.

    Args:
        warehouse: where the gate has judged.
        audit: the schema of its tables.
    """
    [context] = warehouse.rows(f"select * from {audit}.gate_context")
    return content_of_checks(context, warehouse.rows(f"select * from {audit}.customer_tier_gate"))


def content_of_checks(context: dict[str, Any], checks: list[dict[str, Any]]) -> dict[str, Any]:
    """The same, of rows. No examples: they name customers, who may ask to be forgotten.

    Args:
        context: the row of gate_context.
        checks: rows of the gate.
    """
    kept = ("suite", "expectation", "severity", "outcome", "observed", "accepted_because")
    told = [{name: check[name] for name in kept} for check in checks]
    return {
        "invocation_id": context["invocation_id"],
        "build_number": context["build_number"],
        "checks": told,
        "warnings": [check for check in told if check["outcome"] in ("warned", "let_through")],
        "freshness": {name: context[name] for name in ("as_of_date", "run_date", "feed_age_days")},
    }


def sources_of(reconciliation: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By source, what became of its records: how many, and which share of those that came in.

    Args:
        reconciliation: the rows of row_reconciliation.
    """
    return {
        row["source"]: {name: rows for name, rows in row.items() if name.startswith("rows_")}
        | {
            name.replace("rows_", "share_"): round(rows / row["rows_in"], 6)
            for name, rows in row.items()
            if name.startswith("rows_") and name != "rows_in" and row["rows_in"]
        }
        for row in reconciliation
    }
