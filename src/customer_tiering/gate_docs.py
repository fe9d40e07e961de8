"""Data Docs of the gate: what is expected, and what the current warehouse holds.

`python -m customer_tiering.gate_docs --out data_docs`, in the folder of the dbt project.
"""

import argparse
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from customer_tiering.engines.on_duckdb import DuckDBWarehouse
from customer_tiering.gate import find_suites, load_suites, observed
from customer_tiering.warehouse_file import WarehouseError, check_database

EXTERNAL = re.compile(
    r"<script\b.*?</script>"  # the pages' scripts are nothing without libraries from a CDN
    r"|<link\b[^>]*>"
    r"|<img\b[^>]*\bsrc=\"https?:[^>]*>"
    r"|@import[^;]*;"
    r"|url\('https?:[^)]*\)",
    re.IGNORECASE | re.DOTALL,
)


def self_contained(page: str, style: str) -> str:
    """A page of Data Docs that asks nobody on the internet for anything.

    Args:
        page: HTML as GX renders it.
        style: CSS that stands in for what GX fetches from CDNs.
    """
    return EXTERNAL.sub("", page).replace("</head>", f"<style>\n{style}</style>\n</head>", 1)


def build_docs(warehouse: Path, out: Path, project: Path, audit: str = "audit") -> Path:
    """Check the candidate in a warehouse and write what was found as HTML.

    Args:
        warehouse: the DuckDB file; opened read-only.
        out: folder for the pages; made if it is not there.
        project: the dbt project, for its suites.
        audit: the schema of the candidate.

    Returns:
        The page to open first.
    """
    from customer_tiering.gx_in_warehouse import in_memory_context, validate

    context = in_memory_context()
    context.add_data_docs_site(
        site_name="gate",
        site_config={
            "class_name": "SiteBuilder",
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(out.resolve()),
            },
            "show_how_to_buttons": False,
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    for stale in ("expectations", "validations"):
        shutil.rmtree(out / stale, ignore_errors=True)
    suites = load_suites(find_suites(project), audit)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f'select 1 from "{audit}".customer_tier_gate limit 1')
        results = validate(DuckDBWarehouse(connection), audit, suites, context)
        context.build_data_docs()
    style = resources.files("customer_tiering").joinpath("gate_docs.css").read_text("utf-8")
    for page in (*out.rglob("*.html"), *out.rglob("*.css")):
        page.write_text(self_contained(page.read_text("utf-8"), style), encoding="utf-8")
    index = out / "index.html"
    index.write_text(index_page(out, suites, results, style), encoding="utf-8")
    return index


def index_page(
    out: Path,
    suites: Sequence[Mapping[str, Any]],
    results: Sequence[Sequence[Mapping[str, Any]]],
    style: str,
) -> str:
    """The first page: every expectation and what was found. GX fills its own by a CDN's script."""
    lines = []
    for suite, found in zip(suites, results, strict=True):
        [page] = out.glob(f"validations/{suite['name']}/**/*.html")
        link = page.relative_to(out).as_posix()
        lines.append(f'<h2><a href="{link}">{escape(suite["name"])}</a></h2>\n<table>')
        for expectation, result in zip(suite["expectations"], found, strict=True):
            failed = "danger" if expectation["severity"] == "critical" else "warning"
            mark = "success" if result["success"] else failed
            lines.append(
                f'<tr><td><span class="text-{mark}">{escape(expectation["description"])}</span>'
                f"<td>{escape(expectation['severity'])}<td>{escape(observed(result))}</tr>"
            )
        lines.append("</table>")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>The gate</title>\n'
        f"<style>\n{style}</style></head><body>\n<h1>What the gate expects and finds</h1>\n"
        + "\n".join(lines)
        + "\n</body></html>\n"
    )


def main() -> None:
    """Build the docs for the warehouse of DUCKDB_PATH."""
    parser = argparse.ArgumentParser(description="Data Docs of the gate for the current warehouse.")
    parser.add_argument("--out", type=Path, default=Path("data_docs"), help="folder for the pages")
    out = parser.parse_args().out
    warehouse = Path(os.environ.get("DUCKDB_PATH", "warehouse.duckdb"))
    if not warehouse.exists():
        parser.exit(1, f"There is no warehouse {warehouse} yet. Run: make build\n")
    try:
        check_database(warehouse)
        index = build_docs(warehouse, out, Path.cwd())
    except WarehouseError as error:
        parser.exit(1, f"{error}\n")
    except duckdb.CatalogException:
        parser.exit(1, f"{warehouse} has no verdict of the gate yet. Run: make build\n")
    except duckdb.IOException as locked:
        parser.exit(1, f"{warehouse} cannot be opened; is a build running? {locked}\n")
    print(f"Data Docs: {index}")


if __name__ == "__main__":
    main()
