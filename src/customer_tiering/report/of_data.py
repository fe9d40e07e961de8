"""Sections of the report about the data and the rules behind the tiers."""

from customer_tiering.report.figures import (
    RED,
    TIERS,
    Series,
    Shown,
    bars,
    columns,
    lacking,
    table,
)
from customer_tiering.report.known_tiers import CUSTOMERS, Tiers, share
from customer_tiering.report.reading import Export
from customer_tiering.report.words import REASONS, Both, count, day, named, percent, same


def quality(export: Export, known: Tiers) -> list[Shown]:
    """What was read, and what could not be used."""
    return [_sources(export), _rejects(export)]


def _sources(export: Export) -> Shown:
    title = Both("What became of the records", "各数据源记录的去向")
    parts = "accepted rejected deduplicated superseded excluded forgotten"
    columns_of_parts = [f"rows_{part}" for part in parts.split()]
    lack = export.lacks(row_reconciliation=f"source rows_in {' '.join(columns_of_parts)}")
    if lack:
        return lacking("sources", title, lack)
    found = export.rows(
        f"select source, rows_in, {', '.join(columns_of_parts)} from row_reconciliation"
        " where rows_in > 0 order by rows_rejected / rows_in desc, rows_in desc, source"
    )
    if not found:
        return lacking("sources", title, Both("No record was read.", "没有读取任何记录。"))
    rows_in = sum(row[1] for row in found)
    rejected = sum(row[3] for row in found)
    accepted = sum(row[2] for row in found)
    with_rejects = [row for row in found if row[3] > 0]
    clean = len(found) - len(with_rejects)
    title = Both(
        f"Of {count(rows_in)} records {count(rejected)} ({percent(share(rejected, rows_in), 2)}) "
        "could not be used",
        f"共{count(rows_in)}条记录，其中{count(rejected)}条"
        f"（{percent(share(rejected, rows_in), 2)}）无法使用",
    )
    sentence = Both(
        f"Share of each source's records that was rejected. {count(accepted)} were used; the "
        "others are copies, older versions, or orders that are no sale. Sources without a reject: "
        f"{clean}.",
        f"各数据源被拒绝记录的占比。采用{count(accepted)}条；其余为重复、旧版本或不算销售的订单。"
        f"没有被拒绝记录的数据源：{clean}个。",
    )
    heads = [
        Both("Source", "数据源"),
        Both("Read", "读取"),
        Both("Used", "采用"),
        Both("Rejected", "拒绝"),
        Both("Copies", "去重"),
        Both("Older versions", "旧版本"),
        Both("Excluded", "排除"),
        Both("Forgotten", "已按请求删除"),
    ]
    cells = [(same(row[0]), *(same(count(each)) for each in row[1:])) for row in found]
    figures = bars(
        [same(row[0]) for row in with_rejects],
        [
            Series(
                Both("rejected", "拒绝"),
                [share(row[3], row[1]) for row in with_rejects],
                [
                    Both(
                        f"{percent(share(row[3], row[1]), 2)} ({count(row[3])} of {count(row[1])})",
                        f"{percent(share(row[3], row[1]), 2)}"
                        f"（{count(row[1])}条中{count(row[3])}条）",
                    )
                    for row in with_rejects
                ],
                RED,
            )
        ],
        Both("share of the source's records", "占该数据源记录的比例"),
        is_percent=True,
    )
    if any(share(row[3], row[1]) < 0.05 for row in with_rejects):
        for figure in figures.values():
            figure["layout"]["xaxis"]["tickformat"] = ",.1%"
    return Shown("sources", title, sentence, figures if with_rejects else {}, table(heads, cells))


def _rejects(export: Export) -> Shown:
    title = Both("Why records were rejected", "拒绝的原因")
    lack = export.lacks(rejected_records="source reject_reason remedy_en remedy_zh")
    if lack:
        return lacking("rejects", title, lack)
    found = export.rows(
        """
        select reject_reason, any_value(remedy_en), any_value(remedy_zh), count(*),
            string_agg(distinct source, ', ' order by source)
        from rejected_records
        group by reject_reason
        order by count(*) desc, reject_reason
        """
    )
    if not found:
        return lacking("rejects", title, Both("No record was rejected.", "没有被拒绝的记录。"))
    whole, first = sum(row[3] for row in found), found[0]
    return Shown(
        "rejects",
        Both(
            f"The most frequent reason is “{named(REASONS, first[0]).en}”: {count(first[3])} of "
            f"{count(whole)} rejected records",
            f"最常见的原因是“{named(REASONS, first[0]).zh}”："
            f"{count(whole)}条被拒绝记录中的{count(first[3])}条",
        ),
        Both(
            "Rejected records by reason; what to do about each is in the table, file and row of "
            "each record in rejected_records.",
            "按原因统计的被拒绝记录；处理办法见表，每条记录的文件和行号见 rejected_records。",
        ),
        bars(
            [named(REASONS, row[0]) for row in found],
            [
                Series(
                    Both("records", "记录"),
                    [row[3] for row in found],
                    [same(count(row[3])) for row in found],
                    RED,
                )
            ],
            Both("records", "记录数"),
        ),
        table(
            [
                Both("Reason", "原因"),
                Both("What to do", "处理办法"),
                Both("Sources", "数据源"),
                Both("Records", "记录数"),
            ],
            [
                (
                    named(REASONS, row[0]),
                    Both(row[1] or "–", row[2] or "–"),
                    same(row[4]),
                    same(count(row[3])),
                )
                for row in found
            ],
            texts=3,
        ),
    )


def versions(export: Export, known: Tiers) -> list[Shown]:
    """By which rules the tiers were made, and since when."""
    title = Both("By which version of the rules", "采用的策略版本")
    lack = export.lacks(
        tier_publications="customer_id published_at policy policy_version"
    ) or export.lacks(customer_tier="policy")
    if lack:
        return [lacking("versions", title, lack)]
    found = export.rows(
        """
        select policy, policy_version, min(published_at), max(published_at), count(*)
        from tier_publications
        where policy is not null
        group by all
        order by policy, min(published_at)
        """
    )
    now = dict(export.rows("select policy, count(*) from customer_tier group by policy"))
    # "ecommerce v2, b2b v1": as the build says of its own rules.
    told = str(export.manifest.get("policy_versions") or "").split(", ")
    in_force = dict(each.rsplit(" v", 1) for each in told if " v" in each)
    used = sorted(policy for policy in now if policy in in_force)
    said = ", ".join(f"{policy} v{in_force[policy]}" for policy in used)
    shown = [
        Shown(
            "versions",
            Both(f"Rules in force: {said or '–'}", f"现行策略：{said or '–'}"),
            Both(
                "Policies that customers are tiered by, when each version was first published, and "
                "how many tiers were told under it since. What was told is never rewritten.",
                "客户分级所用的策略、各版本首次发布的时间及其后发布的等级条数；已发布的记录不会改写。",
            ),
            {},
            table(
                [
                    Both("Policy", "策略"),
                    Both("Version", "版本"),
                    Both("First published", "首次发布"),
                    Both("In force", "现行"),
                    Both("Customers today", "现有客户数"),
                    Both("Tiers told", "发布条数"),
                ],
                [
                    (
                        same(row[0]),
                        same(row[1]),
                        day(row[2]),
                        Both("yes", "是")
                        if in_force.get(row[0]) == str(row[1])
                        else Both("no", "否"),
                        same(count(now.get(row[0], 0)))
                        if in_force.get(row[0]) == str(row[1])
                        else same("–"),
                        same(count(row[4])),
                    )
                    for row in found
                ],
                texts=4,
            ),
        )
    ]
    days = export.rows(
        """
        select cast(published_at as date), policy || ' v' || policy_version, count(*)
        from tier_publications
        where policy is not null
        group by all
        order by all
        """
    )
    dates = sorted({row[0] for row in days})[-30:]
    if len(dates) < 2:
        return shown
    names = sorted({row[1] for row in days if row[0] in dates})
    latest = sum(row[2] for row in days if row[0] == dates[-1])
    shown.append(
        Shown(
            "publications",
            Both(
                f"On {day(dates[-1]).en}, the last day with news, {count(latest)} tiers were told",
                f"最近一次有变动的发布日{day(dates[-1]).zh}共发布{count(latest)}条等级",
            ),
            Both(
                "Customers of whom something new was told, by day of publication (UTC) and policy.",
                "各发布日（UTC）有新结果的客户数，按策略版本。",
            ),
            columns(
                [same(each) for each in dates],
                [
                    (
                        same(name),
                        [sum(row[2] for row in days if row[:2] == (each, name)) for each in dates],
                        TIERS[place % len(TIERS)],
                    )
                    for place, name in enumerate(names)
                ],
                CUSTOMERS,
            ),
            table(
                [Both("Day", "日期"), Both("Policy", "策略"), Both("Customers", "客户数")],
                [(same(row[0]), same(row[1]), same(count(row[2]))) for row in reversed(days)],
                texts=2,
            ),
        )
    )
    return shown
