"""What a changed rule would do, told before it goes live, and nothing is touched by it."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import PROJECT, Workspace, copy_project

from customer_tiering import preview

COLUMNS = ["customer_id", "business_line", "policy", "tier_code", "composite_score"]
COLUMNS += ["order_count", "net_revenue", "recency_days"]
LIVE = pd.DataFrame(
    [
        ["001", "shop", "shop", "A", 90.0, 9, 900.5, 1],
        ["002", "shop", "shop", "A", 80.0, 8, 800.25, 2],
        ["003", "shop", "shop", "B", 70.0, 7, 700.0, 3],
        ["004", "b2b", "b2b", "B", 60.0, 6, 600.0, 4],
        ["005", "b2b", "b2b", "P", None, 0, 0.0, None],
    ],
    columns=COLUMNS,
)
NAMES = {"A": ("Best", "最好"), "B": ("Next", "其次"), "P": ("Prospect", "潜在")}


def with_words(customers: pd.DataFrame) -> pd.DataFrame:
    names = customers.tier_code.map(lambda code: NAMES.get(code, ("New", "新")))
    return customers.assign(
        tier_name_en=names.str[0],
        tier_name_zh=names.str[1],
        reason_en="Tier " + customers.tier_code,
        reason_zh=customers.tier_code + "级",
    )


def compared(previewed: pd.DataFrame, tiers: str = "ABP") -> duckdb.DuckDBPyConnection:
    """The comparison of the small live table above with another one."""
    connection = duckdb.connect()
    ranks = [(code, rank, *NAMES[code]) for rank, code in enumerate(tiers, 1)]
    columns = ["tier_code", "tier_rank", "name_en", "name_zh"]
    connection.register("tiers", pd.DataFrame(ranks, columns=columns))
    versions = [("shop", "1"), ("b2b", "2")]
    connection.register("policies", pd.DataFrame(versions, columns=["policy", "policy_version"]))
    connection.register("live", with_words(LIVE))
    connection.register("previewed", with_words(previewed))
    preview.compare(connection)
    return connection


def changed(**values: dict[str, object]) -> pd.DataFrame:
    """The live table with other values: column=(customer, value)."""
    frame = LIVE.copy()
    for column, by_customer in values.items():
        for customer, value in by_customer.items():
            frame.loc[frame.customer_id == customer, column] = value
    return frame


def directions(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return {row[0].split()[0]: row[1] for row in preview.totals(connection).fetchall()}


def test_equal_tables_move_nobody():
    connection = compared(LIVE)
    assert preview.moves(connection).fetchall() == []
    assert directions(connection) == {"up": 0, "down": 0, "stay": 5}


def test_movers_come_by_revenue_with_both_tiers_and_the_new_reason():
    connection = compared(changed(tier_code={"002": "B", "003": "A", "004": "P"}))
    assert [row[:1] + row[2:4] + row[6:] for row in preview.moves(connection).fetchall()] == [
        ("002", "A", "B", 800.25, "Tier B", "B级"),
        ("003", "B", "A", 700.0, "Tier A", "A级"),
        ("004", "B", "P", 600.0, "Tier P", "P级"),
    ]
    assert directions(connection) == {"up": 1, "down": 2, "stay": 2}


def test_the_matrix_adds_up_to_the_customers_and_revenue_of_both_ends():
    after = changed(tier_code={"002": "B", "003": "A", "004": "P"})
    matrix = preview.matrix(compared(after)).df()
    assert len(matrix) == 9
    for column, customers in (("from_tier_code", LIVE), ("to_tier_code", after)):
        by_tier = customers.groupby("tier_code")
        sums = matrix.groupby(column)[["customers", "net_revenue"]].sum()
        assert sums.customers.to_dict() == by_tier.size().to_dict()
        assert sums.net_revenue.to_dict() == by_tier.net_revenue.sum().to_dict()


def test_customers_with_other_raw_data_are_counted_apart():
    after = changed(tier_code={"001": "B", "002": "B"}, order_count={"001": 10})
    after = pd.concat([after[after.customer_id != "004"], after.tail(1).assign(customer_id="006")])
    connection = compared(after)
    assert [row[0] for row in preview.moves(connection).fetchall()] == ["002"]
    assert directions(connection) == {"up": 0, "down": 1, "stay": 2}
    said = preview.report(connection, MANIFEST, Path("preview"))
    assert "3 customers for whom the raw data" in said
    assert "1 appear, 1 vanish, 1 have other orders or revenue,\n1 of these another tier" in said


MANIFEST = {"as_of_date": "2026-01-31", "policy_versions": "b2b v1, shop v1"}


def test_a_policy_that_moves_customers_needs_a_new_version():
    """shop moves one customer under its old version; b2b has a new one."""
    after = changed(tier_code={"002": "B", "004": "A"})
    said = preview.report(compared(after), MANIFEST, Path("preview"))
    assert "unchanged version of their policy (shop v1: 1)." in said
    assert "b2b v2, shop v1" in said
    assert "raw data" not in said
    assert "raise policy_version" not in preview.report(compared(LIVE), MANIFEST, Path("preview"))


def test_a_tier_that_is_no_longer_there_is_neither_up_nor_down():
    after = changed(tier_code={"003": "A", "004": "A"})
    connection = compared(after, tiers="AP")
    assert directions(connection) == {"up": 0, "down": 0, "stay": 3, "new": 2}
    assert len(preview.matrix(connection).fetchall()) == 9


def run_preview(
    workspace: Workspace, fails: bool = False, weights: str = ""
) -> subprocess.CompletedProcess:
    settings = {"PREVIEW_PATH": str(workspace.folder / "preview"), "WEIGHTS": weights}
    done = subprocess.run(
        [sys.executable, "-m", "customer_tiering.preview"],
        cwd=workspace.project,
        env=workspace.full_environment() | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done


def state(workspace: Workspace) -> dict[str, tuple[int, bytes]]:
    """Time and bytes of all that a build leaves: the warehouse, the export, dbt's target."""
    files = [file for file in workspace.folder.rglob("*") if file.is_file()]
    files += [file for file in workspace.project.rglob("*") if file.is_file()]
    return {
        str(file): (file.stat().st_mtime_ns, file.read_bytes())
        for file in files
        if file.parent.name not in ("preview", "__pycache__")
    }


@pytest.fixture(scope="module")
def workspace(sample_build, tmp_path_factory) -> Workspace:
    """The good build of the sample, and a copy of the project whose rules may be changed."""
    folder = tmp_path_factory.mktemp("preview")
    shutil.copytree(sample_build.folder, folder / "build", symlinks=True)
    return Workspace(folder / "build", project=copy_project(folder / "project"))


def change_rules(workspace: Workspace, *changes: tuple[str, str]) -> None:
    bands = Path("seeds", "tier_bands.csv")
    text = (PROJECT / bands).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (workspace.project / bands).write_text(text)


def test_a_changed_band_moves_those_that_a_recount_moves(workspace):
    """A of ecommerce from its best 20 to its best 10 per cent, recounted from the scores.

    Nobody else moves: their bands are as they were, on the same data and dates.
    """
    change_rules(
        workspace,
        ("ecommerce,A,80,100", "ecommerce,A,90,100"),
        ("ecommerce,B,50,80", "ecommerce,B,50,90"),
    )
    before = state(workspace)
    said = run_preview(workspace).stdout
    assert state(workspace) == before

    history = pd.read_parquet(workspace.export / "latest" / "customer_tier_history.parquet")
    history["composite_score"] = history.composite_score.astype(float)
    is_compared = ~history.raw_tier_code.isin(["L", "P"])
    shop = history[(history.business_line == "ecommerce") & is_compared]
    today, closed = sorted(shop.as_of_date.unique())[:-3:-1]
    # What was learned at the last end of a quarter holds today. Tiers start at whole points.
    assert str(closed)[:10] == "2026-09-30"
    learned = shop[shop.as_of_date == closed].composite_score.quantile(0.9)
    below = shop.composite_score < round(learned)
    # Who would have been in A at the last closed period keeps it for now.
    graced = set(shop[(shop.as_of_date == closed) & ~below].customer_id)
    expected = shop[(shop.as_of_date == today) & (shop.tier_code == "A") & below]
    expected = expected[~expected.customer_id.isin(graced)]
    assert len(expected) > 20

    moves = pd.read_csv(
        workspace.folder / "preview" / "moves.csv", dtype={"customer_id": str}, encoding="utf-8-sig"
    )
    assert set(moves.customer_id) == set(expected.customer_id)
    assert (moves.from_tier_code == "A").all() and (moves.to_tier_code == "B").all()
    assert moves.net_revenue.is_monotonic_decreasing
    assert moves.reason_en.str.startswith("Tier B ").all()
    assert moves.reason_zh.str.startswith("B级").all()
    revenue = round(float(expected.net_revenue.sum()), 2)
    assert f"│ down 降级      │ {len(expected):>16} │" in said and f" {revenue:.2f} │" in said
    assert f"unchanged version of their policy (ecommerce v3: {len(expected)})." in said
    assert "raw data" not in said

    matrix = pd.read_csv(workspace.folder / "preview" / "matrix.csv", encoding="utf-8-sig")
    by_tier = matrix.groupby("from_tier_code").customers.sum()
    assert by_tier.to_dict() == history[history.is_current].groupby("tier_code").size().to_dict()


def test_weights_that_nobody_offers_are_told(workspace):
    told = run_preview(workspace, fails=True, weights="best").stderr
    assert "offers no weights named 'best' (weight_proposal has: equal, fitted, present)" in told


def test_a_broken_rule_is_told_and_the_old_lists_are_gone(workspace):
    change_rules(workspace, ("b2b,A,80,100", "b2b,A,85,100"))
    lists = workspace.folder / "preview"
    lists.mkdir(exist_ok=True)
    (lists / "moves.csv").write_text("customer_id\nforgotten\n")
    before = state(workspace)
    done = run_preview(workspace, fails=True)
    assert done.stdout == ""
    assert done.stderr.startswith("seeds/tier_bands.csv, policy=b2b, tier_code=B: gap: tier B ")
    assert "Right would be: bands from 0 to 100" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(lists.iterdir()) == []
    assert state(workspace) == before


def test_without_an_export_the_way_to_one_is_told(tmp_path):
    done = run_preview(Workspace(tmp_path), fails=True)
    assert "Run `make build` first" in done.stderr and done.stdout == ""
    assert list(tmp_path.rglob("*")) == [tmp_path / "preview"]
