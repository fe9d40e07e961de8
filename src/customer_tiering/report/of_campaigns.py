"""The section of the report about what campaigns did."""

from customer_tiering.report.figures import (
    BLUE,
    GREEN,
    GREY,
    RED,
    Estimate,
    Shown,
    forest,
    lacking,
    table,
)
from customer_tiering.report.known_tiers import Tiers
from customer_tiering.report.reading import Export
from customer_tiering.report.words import STAGES, Both, count, day, decimal, named, percent, same

MOST_CAMPAIGNS, MOST_GROUPS = 12, 16
VERDICTS = {
    "shown": Both("shown", "已证明"),
    "not_shown": Both("not shown", "未能证明"),
    "too_few": Both("too few people to tell", "人数太少，无法判断"),
    "unbalanced": Both("arms not alike", "两组不可比"),
    "not_over": Both("not over yet", "尚未结束"),
    "no_end": Both("no last day", "缺少结束日期"),
    "no_control": Both("no control", "没有对照组"),
}
OF_OUTCOMES = {
    "visit": Both("visits", "访问"),
    "conversion": Both("buyers", "购买"),
    "spend": Both("spend per customer", "客均消费"),
}
GROUPINGS = {"tier": Both("tier", "等级"), "lifecycle": Both("stage", "阶段")}


_NUMBERS = [
    *("treated_customers", "control_customers", "treated_mean", "control_mean"),
    *("adjusted_difference", "adjusted_low", "adjusted_high", "cost", "extra_revenue"),
]


def campaigns(export: Export, known: Tiers) -> list[Shown]:
    """What campaigns brought, and who gains by them."""
    title = Both("What campaigns brought", "营销活动带来了什么")
    lack = export.lacks(
        campaign_effect="campaign_id campaign_name arm grouping_name group_code outcome first_day"
        " last_day verdict treated_customers control_customers treated_mean control_mean"
        " adjusted_difference adjusted_low adjusted_high cost extra_revenue net_return"
    )
    if lack:
        return [lacking("campaigns", title, lack)]
    found = [
        dict(
            zip(("name", "arm", "group", "outcome", "from", "verdict", *_NUMBERS), row, strict=True)
        )
        for row in export.rows(
            f"""
            select coalesce(campaign_name, campaign_id), arm, group_code, outcome, first_day,
                verdict, {", ".join(_NUMBERS)}
            from campaign_effect
            where grouping_name = 'all'
            order by first_day desc, campaign_id, arm, outcome
            """
        )
    ]
    if not found:
        return [
            lacking(
                "campaigns",
                title,
                Both("The data hold no campaign.", "数据中没有营销活动。"),
            )
        ]
    several = len({row["arm"] for row in found}) > 1
    spends = [row for row in found if row["outcome"] == "spend"]
    compared = [row for row in spends if row["adjusted_difference"] is not None]
    shown = [row for row in compared if row["verdict"] == "shown"]
    money = export.money

    def label(row: dict) -> Both:
        of_arm = f" ({row['arm'].replace('_', ' ')})" if several else ""
        return same(f"{row['name']}{of_arm}")

    cells = table(
        [
            Both("Campaign", "营销活动"),
            Both("What", "指标"),
            Both("Finding", "结论"),
            Both("Began", "开始"),
            Both("Reached", "触达客户"),
            Both("Left out", "对照客户"),
            Both("Reached: share or spend", "触达组：比例或客均"),
            Both("Left out: share or spend", "对照组：比例或客均"),
            Both("Difference", "差异"),
            Both("From", "下限"),
            Both("To", "上限"),
            Both(f"Cost, {money.unit.en}", f"成本，{money.unit.zh}"),
            Both(f"Extra revenue, {money.unit.en}", f"增量净消费，{money.unit.zh}"),
        ],
        [
            (
                label(row),
                named(OF_OUTCOMES, row["outcome"]),
                named(VERDICTS, row["verdict"]),
                day(row["from"]),
                same(count(row["treated_customers"])),
                same(count(row["control_customers"])),
                *(
                    same(decimal(row[name]) if row["outcome"] == "spend" else percent(row[name], 2))
                    for name in (
                        *("treated_mean", "control_mean", "adjusted_difference"),
                        *("adjusted_low", "adjusted_high"),
                    )
                ),
                same(count(row["cost"])),
                same(count(row["extra_revenue"])),
            )
            for row in found
        ],
        texts=4,
    )
    spent = sum(row["cost"] or 0 for row in spends)
    if not compared:
        return [
            Shown(
                "campaigns",
                Both(
                    f"{count(len({row['name'] for row in spends}))} campaigns cost "
                    f"{money(spent).en}; none can be judged",
                    f"{count(len({row['name'] for row in spends}))}个营销活动花费"
                    f"{money(spent).zh}，均无法评判效果",
                ),
                Both(
                    "Nobody was left out for comparison, so nobody knows what would have come "
                    "without them. Leave out a part by lot, and name them in campaign_touches.arm "
                    "as control.",
                    "没有留出对照客户，因此无从知道不做活动会怎样。请随机留出一部分客户，"
                    "并在 campaign_touches.arm 中标为 control。",
                ),
                {},
                cells,
            )
        ]
    drawn = compared[:MOST_CAMPAIGNS]
    extra = sum(row["extra_revenue"] for row in shown)
    cost = sum(row["cost"] or 0 for row in shown)
    colours = {"shown": GREEN, "unbalanced": RED}
    whole = Shown(
        "campaigns",
        Both(
            f"{len(shown)} of {len(compared)} campaigns that can be compared are shown to change "
            f"what customers spend: {money(extra).en} more, for {money(cost).en}",
            f"可比较的{len(compared)}个营销活动中，{len(shown)}个已证明改变了消费："
            f"增加{money(extra).zh}，成本{money(cost).zh}",
        ),
        Both(
            "Spend per customer whom a campaign reached less that of customers left out by lot, in "
            "its days, with 95% intervals; earlier spend is taken into account. Green: shown, with "
            "all comparisons of a campaign corrected together. Red: the arms were not alike.",
            "活动期间，触达客户与随机留出客户的客均消费之差，附95%区间，已考虑之前的消费。"
            "绿色：已证明（同一活动的全部比较一并校正）；红色：两组不可比。",
        ),
        forest(
            [
                Estimate(
                    label(row),
                    row["adjusted_difference"],
                    row["adjusted_low"],
                    row["adjusted_high"],
                    Both(
                        f"{money(row['adjusted_difference'], 2).en} "
                        f"({decimal(row['adjusted_low'])} to {decimal(row['adjusted_high'])}), "
                        f"{named(VERDICTS, row['verdict']).en}",
                        f"{money(row['adjusted_difference'], 2).zh}"
                        f"（{decimal(row['adjusted_low'])}至{decimal(row['adjusted_high'])}），"
                        f"{named(VERDICTS, row['verdict']).zh}",
                    ),
                    colours.get(row["verdict"], GREY),
                )
                for row in drawn
            ],
            Both(
                f"spend per customer beyond the control, {money.unit.en}",
                f"客均消费之差，{money.unit.zh}",
            ),
            0,
        ),
        cells,
    )
    return [whole, _who_gains(export, known)]


def _who_gains(export: Export, known: Tiers) -> Shown:
    """The groups of the latest campaigns in which the effect on buying differs, or does not."""
    title = Both("Who gains by campaigns", "谁从活动中受益")
    tests = export.rows(
        """
        select coalesce(campaign_name, campaign_id), arm, grouping_name, verdict, campaign_id
        from campaign_effect
        where group_code = 'between_groups' and outcome = 'conversion'
        order by verdict <> 'shown', first_day desc, campaign_id, arm, grouping_name
        """
    )
    if not tests:
        return lacking(
            "gains",
            title,
            Both(
                "No campaign has groups that are large enough to be compared.",
                "没有哪个活动的分组大到可以比较。",
            ),
        )
    shown = sum(row[3] == "shown" for row in tests)
    drawn: list[tuple] = []
    for name, arm, grouping, verdict, campaign in tests:
        rows = export.rows(
            """
            select group_code, adjusted_difference, adjusted_low, adjusted_high, verdict,
                treated_customers
            from campaign_effect
            where campaign_id = ? and arm = ? and grouping_name = ? and outcome = 'conversion'
                and group_code <> 'between_groups' and adjusted_difference is not null
            order by adjusted_difference desc, group_code
            """,
            [campaign, arm, grouping],
        )
        drawn += [(name, arm, grouping, verdict, *row) for row in rows]
        if len(drawn) >= MOST_GROUPS:
            break

    def group(row: tuple) -> Both:
        of_group = known.name(row[4]) if row[2] == "tier" else named(STAGES, row[4])
        of_arm = "" if row[1] == "treated" else f" ({row[1].replace('_', ' ')})"
        return Both(f"{row[0]}{of_arm}: {of_group.en}", f"{row[0]}{of_arm}：{of_group.zh}")

    return Shown(
        "gains",
        Both(
            f"In {shown} of {len(tests)} comparisons some groups are shown to gain more buyers "
            "than others",
            f"{len(tests)}项比较中，有{shown}项已证明某些分组比其他分组受益更多",
        ),
        Both(
            "How many more of 100 bought than of those left out, by tier and stage as they were "
            "before the campaign, with 95% intervals. Green: the effect differs between these "
            "groups; else they may all gain alike, whatever the points look like.",
            "按活动前的等级和阶段，每100位客户比对照组多购买的人数，附95%区间。"
            "绿色：已证明各组效果不同；否则各组效果可能相同，无论图形如何。",
        ),
        forest(
            [
                Estimate(
                    group(row),
                    *(100 * each for each in row[5:8]),
                    Both(
                        f"{decimal(100 * row[5])} ({decimal(100 * row[6])} to "
                        f"{decimal(100 * row[7])}), {count(row[9])} customers",
                        f"{decimal(100 * row[5])}（{decimal(100 * row[6])}至"
                        f"{decimal(100 * row[7])}），{count(row[9])}位客户",
                    ),
                    GREEN if row[3] == "shown" else BLUE,
                )
                for row in drawn
            ],
            Both("more buyers of 100 customers", "每100位客户多购买的人数"),
            0,
        ),
        table(
            [
                Both("Campaign", "营销活动"),
                Both("Grouped by", "分组方式"),
                Both("Do groups differ?", "各组是否不同"),
            ],
            [(same(row[0]), named(GROUPINGS, row[2]), named(VERDICTS, row[3])) for row in tests],
            texts=3,
        ),
    )
