"""What `make preview` says: who would change tier under the rules that are now in seeds/.

The rules are tried on the same raw data and the same dates as the published tiers, in a temporary
warehouse. Nothing is published, and no warehouse, export or history is touched.

    preview/
        moves.csv   one row per customer who would change tier, the largest revenue first
        matrix.csv  customers and net revenue from each tier to each tier
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from customer_tiering.engines.on_duckdb import parquet_files
from customer_tiering.export_sets import LATEST, read_manifest
from customer_tiering.sheets import write_csv
from customer_tiering.told import ToldError, told_when_full

MOVES = "moves.csv"
MATRIX = "matrix.csv"

# A tier depends on its date and on the closed periods that grace looks back on, which come along.
ONE_DATE = {"history_periods": 1}

# Tables of the preview warehouse, and the live one, by the names that the queries below use.
VIEWS = """
create view live as from {live} where not is_member;
create view previewed as from audit.customer_tier_explained;
create view tiers as from seeds.tiers;
create view policies as from seeds.policies;
"""

# A customer whose measures differ did not move because of the rules: the raw data are others.
COMPARED = """
create table tiers_of_both as
select tier_code, cast(tier_rank as integer) as tier_rank, name_en, name_zh
from tiers
union
select tier_code, null, tier_name_en, tier_name_zh
from live
where tier_code not in (select tier_code from tiers);

create table compared as
select
    coalesce(live.customer_id, previewed.customer_id) as customer_id,
    coalesce(previewed.business_line, live.business_line) as business_line,
    live.policy as from_policy,
    previewed.policy as to_policy,
    live.tier_code as from_tier_code,
    previewed.tier_code as to_tier_code,
    live.composite_score as composite_score_before,
    previewed.composite_score as composite_score_after,
    live.net_revenue,
    case
        when live.customer_id is null then 'appears'
        when previewed.customer_id is null then 'vanishes'
        when (live.order_count, live.net_revenue, live.recency_days)
            is distinct from (previewed.order_count, previewed.net_revenue, previewed.recency_days)
            then 'differs'
        else 'same'
    end as raw_data,
    case
        when live.tier_code = previewed.tier_code then 'stay'
        when to_tier.tier_rank < from_tier.tier_rank then 'up'
        when to_tier.tier_rank > from_tier.tier_rank then 'down'
        else 'new'
    end as direction
from live
full join previewed on live.customer_id = previewed.customer_id
left join tiers_of_both as from_tier on live.tier_code = from_tier.tier_code
left join tiers_of_both as to_tier on previewed.tier_code = to_tier.tier_code
"""


NEXT_CALIBRATION = """\
Rules are learned anew, as they will be at the next calibration, from the data of today. To have its
moves published, however many they are, add its date to seeds/accepted_calibrations.csv.
规则按下一次校准的方式用今天的数据重新学习。无论变动多少都要发布时，请把校准日期加入
seeds/accepted_calibrations.csv。"""


class PreviewError(ToldError):
    """There is nothing to show; the text says why, and what to do."""


def preview(export: Path, folder: Path, weights: str = "", calibration: str = "") -> str:
    """Try the rules in seeds/ and tell who would change tier.

    Args:
        export: the export folder; its `latest` is what the rules are compared with.
        folder: where moves.csv and matrix.csv go; those of the preview before are removed.
        weights: a set of weights of the table weight_proposal, which is tried in the place of those
            of seeds/policy_weights.csv; none where empty.
        calibration: `next` learns the rules anew, from the data of today; empty does not.

    Returns:
        Text for a terminal.

    Raises:
        PreviewError: if nothing has been exported yet, or the rules cannot be used.
    """
    if calibration not in ("", "next"):
        raise PreviewError(f"CALIBRATION is '{calibration}'; it is next or not given.")
    _empty(folder)
    latest = Path(os.path.realpath(export / LATEST))
    manifest = read_manifest(latest)
    if not manifest:
        raise PreviewError(
            f"There is no export in {export}/ to compare with. Run `make build` first, with the "
            "rules as they were, then change them and run `make preview`."
        )
    proposal = proposed_weights(latest, weights) if weights else []
    lists = "folder of the lists (PREVIEW_PATH)"
    with (
        told_when_full({lists: folder.absolute()}, lists, "Nothing is published by a preview."),
        TemporaryDirectory(prefix="customer_tiering_preview_") as temporary,
    ):
        warehouse = Path(temporary) / "preview.duckdb"
        rules = {"calibrates_today": True} if calibration else {}
        _build(warehouse, manifest, rules, proposal)
        with duckdb.connect(str(warehouse)) as connection:
            table = latest / "customer_tier.parquet"
            # From Spark a table is a folder of parts.
            files = sorted(table.glob("*.parquet")) if table.is_dir() else [table]
            connection.execute(VIEWS.format(live=parquet_files(files)))
            compare(connection)
            write_csv(moves(connection), folder / MOVES)
            write_csv(matrix(connection), folder / MATRIX)
            return report(connection, manifest, folder, calibration)


def _empty(folder: Path) -> None:
    """Remove the lists of the preview before: a customer who was forgotten since must not stay.

    The two files and nothing else, as PREVIEW_PATH may be a folder with other things in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (MOVES, MATRIX):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise PreviewError(
            f"PREVIEW_PATH '{folder}' cannot be used as a folder ({error.strerror}). Set it to a "
            "folder that may be written to, or to a path where one can be made."
        ) from error


def proposed_weights(latest: Path, weights: str) -> list[tuple[str, str, str]]:
    """Policy, method and weight of a set that the last export offers.

    Args:
        latest: the folder of the export.
        weights: the name of the set.

    Raises:
        PreviewError: if it offers no such set.
    """
    table = latest / "weight_proposal.parquet"
    offered = sorted(table.glob("*.parquet")) if table.is_dir() else [table]
    rows, names = [], []
    if all(path.exists() for path in offered):
        with duckdb.connect() as connection:
            connection.execute(f"create view offered as from {parquet_files(offered)}")
            rows = connection.execute(
                "select policy, method, cast(weight as varchar) from offered"
                " where weight_set = ? and weight > 0 order by all",
                [weights],
            ).fetchall()
            names = connection.sql("select distinct weight_set from offered order by 1").fetchall()
    if not rows:
        there = ", ".join(name for (name,) in names) or "none: there was too little data"
        raise PreviewError(
            f"The last export offers no weights named '{weights}' (weight_proposal has: {there})."
        )
    return rows


def _build(
    warehouse: Path,
    manifest: Mapping,
    rules: Mapping,
    proposal: Sequence[tuple[str, str, str]] = (),
) -> None:
    """Have dbt build the candidate of the changed rules, as of the day of the live tiers."""
    if not proposal:
        _dbt(warehouse, manifest, rules, "build", "--exclude-resource-type", "test")
        return
    _dbt(warehouse, manifest, rules, "seed")
    with duckdb.connect(str(warehouse)) as connection:
        policies = sorted({policy for policy, _, _ in proposal})
        connection.execute(
            "delete from seeds.policy_weights where list_contains(?, policy)", [policies]
        )
        connection.executemany("insert into seeds.policy_weights values (?, ?, ?)", proposal)
    _dbt(warehouse, manifest, rules, "run")


def _dbt(warehouse: Path, manifest: Mapping, rules: Mapping, verb: str, *more: str) -> None:
    dates = {name: manifest[name] for name in ("as_of_date", "run_date")}
    folder = warehouse.parent
    words = ["--quiet", verb, "--target", "preview", "--select", "+customer_tier_explained", *more]
    if verb == "build":
        words += ["--exclude-resource-type", "unit_test"]
    words += ["--vars", json.dumps(dates | ONE_DATE | rules)]
    settings = {"PREVIEW_WAREHOUSE": str(warehouse), "EXPORT_PATH": str(folder)}
    if os.environ.get("CRM_SCHEMA") and not os.environ.get("CRM_DATABASE"):
        # Tables of the live warehouse, which is another database for the one of the preview.
        settings["CRM_DATABASE"] = os.environ.get("DUCKDB_PATH", "warehouse.duckdb")
    # The user's own target folder keeps the state of the user's own builds.
    words += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *words],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PreviewError(_config_errors(warehouse) or (done.stdout + done.stderr).strip())


def _config_errors(warehouse: Path) -> str:
    """What is wrong with the rules, one error a line; empty if the build failed otherwise."""
    with duckdb.connect(str(warehouse)) as connection:
        try:
            errors = connection.sql(
                "select config_file, config_row, problem, remedy "
                "from audit.config_errors order by all"
            ).fetchall()
        except duckdb.CatalogException:
            return ""
    return "\n".join(
        f"{file}, {row}: {problem}. Right would be: {remedy}."
        for file, row, problem, remedy in errors
    )


def compare(connection: DuckDBPyConnection) -> None:
    """Make the table `compared`: one row per customer, with the tier before and after.

    Args:
        connection: has `live` and `previewed` (as customer_tier), and the seed `tiers`.
    """
    connection.execute(COMPARED)


def moves(connection: DuckDBPyConnection) -> DuckDBPyRelation:
    """Who changes tier because of the rules, the largest revenue first, and why."""
    return connection.sql(
        """
        select
            customer_id,
            compared.business_line,
            from_tier_code,
            to_tier_code,
            composite_score_before,
            composite_score_after,
            compared.net_revenue,
            previewed.reason_en,
            previewed.reason_zh
        from compared
        inner join previewed using (customer_id)
        where raw_data = 'same' and direction <> 'stay'
        order by compared.net_revenue desc, customer_id
        """
    )


def matrix(connection: DuckDBPyConnection) -> DuckDBPyRelation:
    """One row for each tier and each tier: customers and net revenue that go this way."""
    return connection.sql(
        """
        select
            from_tier.tier_code as from_tier_code,
            from_tier.name_en as from_tier_name_en,
            from_tier.name_zh as from_tier_name_zh,
            to_tier.tier_code as to_tier_code,
            to_tier.name_en as to_tier_name_en,
            to_tier.name_zh as to_tier_name_zh,
            count(compared.customer_id) as customers,
            cast(coalesce(sum(compared.net_revenue), 0) as decimal(38, 2)) as net_revenue
        from tiers_of_both as from_tier
        cross join tiers_of_both as to_tier
        left join compared
            on
                from_tier.tier_code = compared.from_tier_code
                and to_tier.tier_code = compared.to_tier_code
                and compared.raw_data = 'same'
        group by all
        order by any_value(from_tier.tier_rank), any_value(to_tier.tier_rank)
        """
    )


def totals(connection: DuckDBPyConnection) -> DuckDBPyRelation:
    """One row per direction: customers, their share, and the net revenue that goes with them."""
    return connection.sql(
        """
        select
            direction || ' ' || direction_zh as "direction 方向",
            count(customer_id) as "customers 客户数",
            round(100 * count(customer_id) / greatest(sum(count(customer_id)) over (), 1), 1)
                as "% 占比",
            cast(coalesce(sum(net_revenue), 0) as decimal(38, 2)) as "net revenue 净消费"
        from (
            values ('up', '升级', 1), ('down', '降级', 2), ('stay', '不变', 3),
            ('new', '原等级已取消', 4)
        ) as directions (direction, direction_zh, place)
        left join (from compared where raw_data = 'same') using (direction)
        group by direction, direction_zh, place
        having direction <> 'new' or count(customer_id) > 0
        order by place
        """
    )


def report(
    connection: DuckDBPyConnection, manifest: Mapping, folder: Path, calibration: str = ""
) -> str:
    """What the terminal shows.

    Args:
        connection: has what `compare` needs and made, and the seed `policies`.
        manifest: of the export that is live.
        folder: where the lists are.
        calibration: as in `preview`.
    """
    live_versions = manifest["policy_versions"]
    # As gate_context writes them into the manifest.
    versions = connection.sql("select policy || ' v' || policy_version from policies order by 1")
    previewed_versions = ", ".join(version for (version,) in versions.fetchall())
    as_of_date = manifest["as_of_date"]
    sections = [
        f"Preview: the rules in seeds/ against the tiers published as of {as_of_date}; nothing is "
        f"published.\n预览：seeds/ 中的规则与 {as_of_date} 已发布等级的对比，不发布任何内容。",
        f"Policies, live 现行策略:       {live_versions}\n"
        f"Policies, previewed 预览策略:  {previewed_versions}",
        NEXT_CALIBRATION if calibration else _unraised_versions(connection, live_versions),
        f"{totals(connection)}",
        "Customers, from tier (rows) to tier (columns) 客户数，从原等级（行）到新等级（列）:",
        f"{_crosstab(connection, 'customers')}",
        "Net revenue in the look-back window, reporting currency 统计窗口内的净消费，报告币种:",
        f"{_crosstab(connection, 'net_revenue')}",
        _other_raw_data(connection),
        f"  {folder / MOVES}   who moves, and why 变动客户及理由\n"
        f"  {folder / MATRIX}  the two tables above 以上两表",
    ]
    return "\n" + "\n\n".join(section.strip("\n") for section in sections if section) + "\n"


def _unraised_versions(connection: DuckDBPyConnection, live_versions: str) -> str:
    """Ask for a new version where a policy moves customers under the old one."""
    unraised = connection.execute(
        """
        select policy || ' v' || policy_version as version, count(*)
        from compared
        inner join policies on from_policy = policy and to_policy = policy
        where
            raw_data = 'same' and direction <> 'stay'
            and list_contains(string_split(?, ', '), policy || ' v' || policy_version)
        group by version
        order by version
        """,
        [live_versions],
    ).fetchall()
    if not unraised:
        return ""
    counted = ", ".join(f"{version}: {customers:,}" for version, customers in unraised)
    return (
        f"Customers move under an unchanged version of their policy ({counted}).\n"
        "If its rules were changed, raise policy_version in seeds/policies.csv.\n"
        "以上策略版本未变而客户有变动：如已修改规则，"
        "请在 seeds/policies.csv 中提高 policy_version。"
    )


def _other_raw_data(connection: DuckDBPyConnection) -> str:
    """Tell of the customers whose raw data are not those of the live build."""
    appear, vanish, differ, move = connection.sql(
        """
        select
            count(*) filter (raw_data = 'appears'),
            count(*) filter (raw_data = 'vanishes'),
            count(*) filter (raw_data = 'differs'),
            count(*) filter (raw_data = 'differs' and direction <> 'stay')
        from compared
        """
    ).fetchone()
    customers = appear + vanish + differ
    if not customers:
        return ""
    return (
        f"Left out above: {customers:,} customers for whom the raw data (or what counts as a "
        "sale, or the window)\n"
        f"changed since the live build: {appear:,} appear, {vanish:,} vanish, {differ:,} have "
        "other orders or revenue,\n"
        f"{move:,} of these another tier. Cut points are drawn from all customers, so others may "
        "move with them.\n"
        f"以上不含 {customers:,} 位原始数据（或销售口径、统计窗口）已变的客户：新增 {appear:,}，"
        f"消失 {vanish:,}，\n订单或收入不同 {differ:,}（其中等级不同 {move:,}）。"
        "分割点取自全部客户，其他客户也可能随之变动。"
    )


def _crosstab(connection: DuckDBPyConnection, measure: str) -> DuckDBPyRelation:
    """A measure of the matrix in whole numbers, with a column for each tier, the best first."""
    codes = connection.sql("select tier_code from tiers_of_both order by tier_rank").fetchall()
    columns = ", ".join(
        f"format('{{:>10}}', format('{{:,}}', cast(sum({measure}) "
        f"filter (to_tier_code = '{code}') as bigint))) as \"{code}\""
        for (code,) in codes
    )
    return matrix(connection).query(
        "matrix",
        f"""
        select
            any_value(from_tier_code || ' ' || from_tier_name_en || ' ' || from_tier_name_zh)
                as "tier 等级",
            {columns}
        from matrix
        group by from_tier_code
        order by list_position({[code for (code,) in codes]}, from_tier_code)
        """,
    )


if __name__ == "__main__":
    try:
        print(
            preview(
                Path(os.environ.get("EXPORT_PATH", "export")).expanduser(),
                Path(os.environ.get("PREVIEW_PATH", "preview")).expanduser(),
                os.environ.get("WEIGHTS", ""),
                os.environ.get("CALIBRATION", ""),
            )
        )
    except ToldError as error:
        sys.exit(str(error))
