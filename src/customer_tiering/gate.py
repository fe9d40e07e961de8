"""The gate: judges the candidate by the suites in `expectations/` and says what follows from it.

dbt calls `judge_candidate` in the model `customer_tier_gate`. Everything else here is pure.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

import pyarrow as pa
import yaml

from customer_tiering.engines.base import Warehouse, file_of
from customer_tiering.told import ToldError
from customer_tiering.verdict import content_of_checks, tell

SUITE_FOLDERS = ("expectations", "dbt_packages/customer_tiering/expectations")
"""Where the suites can be, seen from the project that is run: its own come first."""

MAIN_SUITE = "customer_tier_candidate.yml"

SEVERITIES = ("critical", "warning")

EXAMPLES = 5
"""How many failing rows the verdict keeps."""

VERDICT = pa.schema(
    [
        ("invocation_id", pa.string()),
        ("build_number", pa.int64()),
        ("warehouse_file", pa.string()),
        ("candidate_fingerprint", pa.string()),
        ("as_of_date", pa.date32()),
        ("run_date", pa.date32()),
        ("decided_at", pa.timestamp("us")),
        ("policy_versions", pa.string()),
        ("suite", pa.string()),
        ("expectation", pa.string()),
        ("severity", pa.string()),
        ("passed", pa.bool_()),
        ("outcome", pa.string()),
        ("observed", pa.string()),
        ("examples", pa.string()),
        ("accepted_because", pa.string()),
    ]
)


class SuiteError(ValueError):
    """A suite that cannot be used; its text says which file, what is wrong, what would be right."""


def find_suites(project: Path) -> Path:
    """The folder with the suites for a dbt project.

    Args:
        project: the folder of the project that is run: this one, or one that installs it.

    Raises:
        SuiteError: if there is none.
    """
    for folder in SUITE_FOLDERS:
        if (project / folder / MAIN_SUITE).is_file():
            return project / folder
    raise SuiteError(
        f"No expectations found: neither {' nor '.join(SUITE_FOLDERS)} holds a {MAIN_SUITE}. "
        "Copy the folder expectations/ of customer_tiering into your project."
    )


def load_suites(folder: Path, audit: str) -> list[dict[str, Any]]:
    """Read every suite of a folder, in the order of the file names.

    Args:
        folder: holds one YAML file for each suite.
        audit: the schema that `$audit` stands for.

    Raises:
        SuiteError: if a file cannot be used.
    """
    return [load_suite(file, audit) for file in sorted(folder.glob("*.yml"))]


def load_suite(file: Path, audit: str) -> dict[str, Any]:
    """Read one suite; the arguments are those of `load_suites`, for one file."""
    where = f"{file.parent.name}/{file.name}"
    try:
        suite = yaml.safe_load(Template(file.read_text(encoding="utf-8")).substitute(audit=audit))
    except (KeyError, ValueError) as unknown:
        raise SuiteError(
            f"{where}: {unknown} stands for nothing; $audit is the only such name."
        ) from unknown
    except yaml.YAMLError as unreadable:
        raise SuiteError(f"{where}: not readable as YAML: {unreadable}") from unreadable
    if not isinstance(suite, dict) or not {"name", "meta", "expectations"} <= suite.keys():
        raise SuiteError(f"{where}: a suite has the keys name, meta (with table) and expectations.")
    if not isinstance(suite["meta"], dict) or "table" not in suite["meta"]:
        raise SuiteError(f"{where}: meta lacks the key table: which table is judged?")
    seen: set[str] = set()
    for number, expectation in enumerate(suite["expectations"], start=1):
        missing = {"description", "type", "kwargs", "severity"} - expectation.keys()
        if missing:
            raise SuiteError(f"{where}: expectation {number} lacks {', '.join(sorted(missing))}.")
        if expectation["severity"] not in SEVERITIES:
            raise SuiteError(
                f"{where}: expectation {number} has severity {expectation['severity']!r}; "
                f"it is one of {', '.join(SEVERITIES)}."
            )
        if expectation["description"] in seen:
            raise SuiteError(f"{where}: two expectations say {expectation['description']!r}.")
        seen.add(expectation["description"])
    return suite


def failed_to_run(result: Mapping[str, Any]) -> str | None:
    """Why an expectation could not be checked; None if it could."""
    exceptions = result.get("exception_info") or {}
    if "raised_exception" in exceptions:
        exceptions = {"": exceptions}
    for exception in exceptions.values():
        if exception.get("raised_exception"):
            lines = str(exception.get("exception_message")).strip().splitlines()
            return lines[0] if lines else "for a reason it does not tell"
    return None


def observed(result: Mapping[str, Any]) -> str:
    """What was found, in words."""
    problem = failed_to_run(result)
    if problem:
        return f"could not be checked: {problem}"
    found = result["result"]
    if "unexpected_count" in found:
        return f"{found['unexpected_count']} of {found['element_count']} values are not as expected"
    count = found.get("observed_value")
    if "details" in found:
        return f"{count} {'row is' if count == 1 else 'rows are'} not as expected"
    return str(count)


def examples(result: Mapping[str, Any]) -> str | None:
    """Some of the failing rows or values as JSON; None where there is nothing to show."""
    if result["success"] or failed_to_run(result):
        return None
    found = result["result"]
    rows = (found.get("details") or {}).get("unexpected_rows")
    if rows is None:
        rows = found.get("partial_unexpected_index_list") or found.get("partial_unexpected_list")
    return json.dumps(rows[:EXAMPLES], ensure_ascii=False, default=str) if rows else None


def outcome(expectation: Mapping[str, Any], result: Mapping[str, Any], reason: str) -> str:
    """What follows from one result: passed, warned, blocked or let_through.

    Args:
        expectation: as it stands in the suite.
        result: what GX found.
        reason: why a jump is wanted; empty if none is.
    """
    if result["success"]:
        return "passed"
    if failed_to_run(result):
        # Whatever its severity: a check that nobody notices is dead protects nobody.
        return "blocked"
    if expectation["severity"] == "warning":
        return "warned"
    may_be_let_through = (expectation.get("meta") or {}).get("may_be_let_through") is True
    return "let_through" if may_be_let_through and reason else "blocked"


def verdict(
    suites: Sequence[Mapping[str, Any]],
    results: Sequence[Sequence[Mapping[str, Any]]],
    context: Mapping[str, Any],
    decided_at: datetime,
) -> pa.Table:
    """One row for each expectation.

    Args:
        suites: what `load_suites` gives.
        results: for each suite, what GX found for each expectation.
        context: the row of `gate_context`.
        decided_at: when this was judged, in UTC.
    """
    reason = (context["accept_jump_because"] or "").strip()
    about_all = {name: context[name] for name in VERDICT.names if name in context}
    rows = []
    for suite, found in zip(suites, results, strict=True):
        for expectation, result in zip(suite["expectations"], found, strict=True):
            decision = outcome(expectation, result, reason)
            rows.append(
                about_all
                | {
                    "decided_at": decided_at,
                    "suite": suite["name"],
                    "expectation": expectation["description"].strip(),
                    "severity": expectation["severity"],
                    "passed": result["success"],
                    "outcome": decision,
                    "observed": observed(result),
                    "examples": examples(result),
                    "accepted_because": reason if decision == "let_through" else None,
                }
            )
    return pa.Table.from_pylist(rows, schema=VERDICT)


def judge_candidate(warehouse: Warehouse, audit: str, project: Path | None = None) -> pa.Table:
    """Judge the candidate in the warehouse, pushed down to it.

    Args:
        warehouse: where the candidate is.
        audit: its schema.
        project: the folder of the dbt project; dbt runs in it.
    """
    # Here, not above: it takes seconds, and only this function needs it.
    from customer_tiering.gx_in_warehouse import validate

    suites = load_suites(find_suites(project or Path.cwd()), audit)
    found = warehouse.rows(f"select * from {audit}.gate_context")
    if not found:
        raise ToldError(
            f"The gate has nothing to judge: {audit}.gate_context has no row, as after --empty. "
            "Nothing was published. Build all of it: make build, or in your own project dbt build."
        )
    [context] = found
    context["warehouse_file"] = _built_in(warehouse, audit, context["build_number"])
    results = validate(warehouse, audit, suites)
    judged = verdict(suites, results, context, datetime.now(UTC).replace(tzinfo=None))
    checks = judged.to_pylist()
    status = "blocked" if any(check["outcome"] == "blocked" for check in checks) else "passed"
    tell(status, content_of_checks(context, checks))
    return judged


def _built_in(warehouse: Warehouse, audit: str, build_number: int) -> str | None:
    """The file that a build was made in: this one, unless the build has been judged before."""
    file = file_of(warehouse)
    known = file and warehouse.rows(
        f"select * from duckdb_columns() where schema_name = '{audit}' "
        "and table_name = 'gate_history' and column_name = 'warehouse_file'"
    )
    [judged] = (
        warehouse.rows(
            f"select max(warehouse_file) as file from {audit}.gate_history "
            f"where build_number = {build_number}"
        )
        if known
        else [{"file": None}]
    )
    return judged["file"] or file
