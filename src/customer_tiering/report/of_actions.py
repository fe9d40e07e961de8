"""The section of the report about what to do."""

from customer_tiering.report.figures import (
    BLUE,
    RED,
    Series,
    Shown,
    bars,
    lacking,
    table,
)
from customer_tiering.report.known_tiers import (
    Tiers,
    share,
)
from customer_tiering.report.reading import Export
from customer_tiering.report.words import (
    CHANNELS,
    ROLES,
    STAGES,
    Both,
    count,
    joined,
    named,
    percent,
    same,
)


def actions(export: Export, known: Tiers) -> list[Shown]:
    """What is at stake, and what to do about it."""
    return [_at_stake(export, known), _to_do(export)]


def _at_stake(export: Export, known: Tiers) -> Shown:
    title = Both("Where value is at stake", "哪些客户价值有风险")
    lack = export.lacks(customer_actions="tier_code lifecycle_stage value_at_stake")
    if lack:
        return lacking("stake", title, lack)
    found = export.rows(
        """
        select lifecycle_stage, tier_code, count(*), sum(value_at_stake)
        from customer_actions
        group by all
        """
    )
    whole = sum(row[3] for row in found)
    late = [row for row in found if row[0] in ("at_risk", "dormant", "churned")]
    amount = sum(row[3] for row in late)
    late_customers = sum(row[2] for row in late if row[3] > 0)
    stages = [
        stage
        for stage in [*STAGES, *sorted({row[0] for row in found} - STAGES.keys())]
        if any(row[0] == stage and row[3] > 0 for row in found)
    ]
    if not stages:
        return lacking(
            "stake", title, Both("No value is expected of any customer.", "预计没有客户带来价值。")
        )
    cells = {(row[0], row[1]): (row[2], row[3]) for row in found}
    codes = [*known.codes, *sorted({row[1] for row in found} - set(known.codes))]
    return Shown(
        "stake",
        Both(
            f"{export.money(amount).en} ({percent(share(amount, whole))}) of the value to come "
            f"is of {count(late_customers)} customers who are now late, dormant or gone",
            f"未来价值中的{export.money(amount).zh}（{percent(share(amount, whole))}）来自"
            f"{count(late_customers)}位现已逾期、休眠或流失的客户",
        ),
        Both(
            "Lifetime value, the margin that may come with its chance, by the stage of customers "
            "today, by each one's own rhythm of buying: at risk is late, dormant long overdue.",
            "生命周期价值（可能带来的毛利，已计入概率），按客户当前所处阶段划分（以各自的购买节奏判断："
            "流失预警为已晚于节奏，休眠为远远晚于节奏）。",
        ),
        bars(
            [
                Both(
                    f"{named(STAGES, stage).en}: "
                    f"{export.money(sum(row[3] for row in found if row[0] == stage)).en}",
                    f"{named(STAGES, stage).zh}："
                    f"{export.money(sum(row[3] for row in found if row[0] == stage)).zh}",
                )
                for stage in stages
            ],
            [
                Series(
                    known.name(code),
                    [float(max(0, cells.get((stage, code), (0, 0))[1])) for stage in stages],
                    [same("")] * len(stages),
                    known.colour(code),
                )
                for code in codes
                if any(cells.get((stage, code), (0, 0))[1] > 0 for stage in stages)
            ],
            Both(f"value, {export.money.unit.en}", f"价值，{export.money.unit.zh}"),
            stacked=True,
        ),
        table(
            [
                Both("Stage", "阶段"),
                Both("Tier", "等级"),
                Both("Customers", "客户数"),
                Both(f"Value, {export.money.unit.en}", f"价值，{export.money.unit.zh}"),
            ],
            [
                (
                    named(STAGES, stage),
                    known.name(code),
                    same(count(cells[stage, code][0])),
                    same(count(cells[stage, code][1])),
                )
                for stage in [*STAGES, *sorted({row[0] for row in found} - STAGES.keys())]
                for code in codes
                if (stage, code) in cells
            ],
            texts=2,
        ),
    )


def _to_do(export: Export) -> Shown:
    title = Both("What to do today", "今天要做什么")
    lack = export.lacks(
        customer_actions="action_code action_en action_zh channel owner_role priority"
        " value_at_stake"
    )
    if lack:
        return lacking("actions", title, lack)
    found = export.rows(
        """
        select priority, action_en, action_zh, channel, owner_role, count(*),
            sum(value_at_stake)
        from customer_actions
        group by all
        order by priority, sum(value_at_stake) desc, action_en, channel, owner_role
        """
    )
    if not found:
        return lacking("actions", title, Both("There is nothing to do.", "没有待办事项。"))
    first = found[0][0]
    of_first = [row for row in found if row[0] == first]
    urgent = [row for row in found if row[0] <= first + 1]
    customers, amount = sum(row[5] for row in of_first), sum(row[6] for row in of_first)
    who = joined({row[4]: named(ROLES, row[4]) for row in of_first}.values(), " or ", "、")
    return Shown(
        "actions",
        Both(
            f"{count(customers)} customers come first today (priority {first}, "
            f"{who.en}): {export.money(amount).en} at stake",
            f"今天最优先的有{count(customers)}位客户（优先级{first}，{who.zh}）："
            f"涉及净消费{export.money(amount).zh}",
        ),
        Both(
            "The most urgent actions and the net revenue of the customers whom they are for; the "
            "customers themselves are in customer_actions, sorted by priority and revenue.",
            "最紧急的行动及其客户的净消费；客户名单见 customer_actions，按优先级和净消费排序。",
        ),
        bars(
            [Both(f"{row[0]} · {row[1]}", f"{row[0]} · {row[2]}") for row in urgent],
            [
                Series(
                    Both("at stake", "涉及价值"),
                    [row[6] for row in urgent],
                    [
                        Both(
                            f"{export.money(row[6]).en} · {count(row[5])} customers · "
                            f"{named(CHANNELS, row[3]).en}",
                            f"{export.money(row[6]).zh} · {count(row[5])}位客户 · "
                            f"{named(CHANNELS, row[3]).zh}",
                        )
                        for row in urgent
                    ],
                    [RED if row[0] == first else BLUE for row in urgent],
                )
            ],
            Both(
                f"value at stake, {export.money.unit.en}",
                f"涉及价值，{export.money.unit.zh}",
            ),
        ),
        table(
            [
                Both("Priority", "优先级"),
                Both("Action", "行动"),
                Both("Channel", "渠道"),
                Both("By whom", "负责人"),
                Both("Customers", "客户数"),
                Both(f"At stake, {export.money.unit.en}", f"涉及价值，{export.money.unit.zh}"),
            ],
            [
                (
                    same(row[0]),
                    Both(row[1] or "–", row[2] or "–"),
                    named(CHANNELS, row[3]),
                    named(ROLES, row[4]),
                    same(count(row[5])),
                    same(count(row[6])),
                )
                for row in found
            ],
            texts=4,
        ),
    )


# --- RFM and concentration --------------------------------------------------------------------
