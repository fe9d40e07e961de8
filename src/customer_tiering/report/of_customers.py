"""Sections of the report about customers: tiers, moves, what to do, RFM, concentration."""

from datetime import date, timedelta

from customer_tiering.report.figures import (
    BLUE,
    GREY,
    INK,
    RED,
    TIERS,
    Line,
    Series,
    Shown,
    bars,
    columns,
    flows,
    lacking,
    lines,
    plane,
    table,
)
from customer_tiering.report.reading import Export
from customer_tiering.report.words import (
    CAUSES,
    CHANNELS,
    DIRECTIONS,
    ENDS,
    ROLES,
    STAGES,
    Both,
    count,
    day,
    joined,
    named,
    percent,
    same,
)

CUSTOMERS, REVENUE = Both("customers", "客户数"), Both("net revenue", "净消费")
SHARE_OF_CUSTOMERS = Both("share of the customers", "客户占比")
SHARE_OF_REVENUE = Both("share of the net revenue", "净消费占比")
MOST_LINES, LATEST_PERIODS = 8, 24


def share(part: float, whole: float) -> float:
    """A part of a whole; of nothing 0."""
    return float(part) / float(whole) if whole else 0.0


class Tiers:
    """The tiers that customers have, the best first: by mean points, prospects last."""

    def __init__(self, export: Export):
        self.lack = export.lacks(
            customer_tier="tier_code tier_name_en tier_name_zh composite_score net_revenue"
            " order_count"
        )
        rows = (
            []
            if self.lack
            else export.rows(
                """
            select tier_code, any_value(tier_name_en), any_value(tier_name_zh), count(*),
                sum(net_revenue), sum(order_count)
            from customer_tier
            group by tier_code
            order by avg(composite_score) desc nulls last, tier_code
            """
            )
        )
        self.rows = rows
        self.codes = [row[0] for row in rows]
        self._names = {row[0]: Both(row[1] or "", row[2] or "") for row in rows}

    def name(self, code: str) -> Both:
        """Code and name; of what is no tier (entry, exit) its name."""
        if code in ENDS:
            return ENDS[code]
        name = self._names.get(code, same(""))
        return Both(f"{code} {name.en}".strip(), f"{code} {name.zh}".strip())

    def colour(self, code: str) -> str:
        """Its colour on every chart."""
        return TIERS[self.codes.index(code) % len(TIERS)] if code in self.codes else GREY


def tiers(export: Export, known: Tiers) -> list[Shown]:
    """What each tier is, and what it brings."""
    title = Both("What each tier brings", "各等级的贡献")
    if known.lack:
        return [lacking("tiers", title, known.lack)]
    if not known.rows:
        return [lacking("tiers", title, Both("There is no customer yet.", "目前还没有客户。"))]
    customers = sum(row[3] for row in known.rows)
    revenue = sum(row[4] for row in known.rows)
    code, _, _, of_best, brought, _ = known.rows[0]
    if revenue > 0:
        title = Both(
            f"Tier {code} is {percent(share(of_best, customers))} of the customers and brings "
            f"{percent(share(brought, revenue))} of the net revenue",
            f"{code}级占客户的{percent(share(of_best, customers))}，"
            f"贡献净消费的{percent(share(brought, revenue))}",
        )
    parts = [
        Shown(
            "tiers",
            title,
            Both(
                f"Each tier's share of all {count(customers)} customers and of the net revenue of "
                f"{export.money(revenue).en} in the look-back window (365 days unless changed), "
                "refunds taken off.",
                f"各等级占全部{count(customers)}位客户的比例，以及占统计窗口"
                f"（默认365天）内净消费{export.money(revenue).zh}（已扣退款）的比例。",
            ),
            bars(
                [known.name(row[0]) for row in known.rows],
                [
                    Series(
                        SHARE_OF_CUSTOMERS,
                        [share(row[3], customers) for row in known.rows],
                        [
                            Both(
                                f"{percent(share(row[3], customers))} ({count(row[3])})",
                                f"{percent(share(row[3], customers))}（{count(row[3])}位）",
                            )
                            for row in known.rows
                        ],
                        GREY,
                    ),
                    Series(
                        SHARE_OF_REVENUE,
                        [share(row[4], revenue) for row in known.rows],
                        [same(percent(share(row[4], revenue))) for row in known.rows],
                        BLUE,
                    ),
                ],
                Both("share of all", "占全部的比例"),
                is_percent=True,
            ),
            table(
                [
                    Both("Tier", "等级"),
                    Both("Customers", "客户数"),
                    Both("Share", "占比"),
                    Both(f"Net revenue, {export.money.unit.en}", f"净消费，{export.money.unit.zh}"),
                    Both("Share", "占比"),
                    Both("Net revenue per customer", "客均净消费"),
                    Both("Orders", "订单数"),
                ],
                [
                    (
                        known.name(row[0]),
                        same(count(row[3])),
                        same(percent(share(row[3], customers))),
                        same(count(row[4])),
                        same(percent(share(row[4], revenue))),
                        same(count(share(row[4], row[3]))),
                        same(count(row[5])),
                    )
                    for row in known.rows
                ],
            ),
        )
    ]
    return [*parts, *_lines_of_business(export, known), _lifetime_value(export, known)]


def _lines_of_business(export: Export, known: Tiers) -> list[Shown]:
    title = Both("Which line of business brings how much", "各业务线的贡献")
    lack = export.lacks(customer_tier="business_line tier_code net_revenue")
    if lack:
        return [lacking("lines", title, lack)]
    found = export.rows(
        """
        select business_line, tier_code, count(*), sum(net_revenue)
        from customer_tier
        group by all
        """
    )
    by_line: dict[str, dict[str, tuple]] = {}
    for line, code, customers, revenue in found:
        by_line.setdefault(line, {})[code] = (customers, revenue)
    totals = {line: sum(each[1] for each in tiers.values()) for line, tiers in by_line.items()}
    earning = sorted((line for line in totals if totals[line] > 0), key=lambda line: -totals[line])
    if len(earning) < 2:
        return []  # The chart before says it all.
    whole, shown = sum(totals.values()), earning[:MOST_LINES]
    first = shown[0]
    best = known.codes[0]
    rest = len(earning) - len(shown)
    more = Both(f" The {rest} smaller ones are in the table.", f"其余{rest}条业务线见表。")
    return [
        Shown(
            "lines",
            Both(
                f"{first} brings {percent(share(totals[first], whole))} of the net revenue, and "
                f"its tier {best} {percent(share(by_line[first].get(best, (0, 0))[1], whole))}",
                f"业务线 {first} 贡献净消费的{percent(share(totals[first], whole))}，"
                f"其中{best}级贡献{percent(share(by_line[first].get(best, (0, 0))[1], whole))}",
            ),
            Both(
                "Of each line's net revenue the share of each tier; customers are compared within "
                "their line alone." + (more.en if rest else ""),
                "各业务线净消费中各等级的占比；客户只在本业务线内比较。"
                + (more.zh if rest else ""),
            ),
            bars(
                [
                    Both(
                        f"{line}: {export.money(totals[line]).en}",
                        f"{line}：{export.money(totals[line]).zh}",
                    )
                    for line in shown
                ],
                [
                    Series(
                        known.name(code),
                        [
                            max(0.0, share(by_line[line].get(code, (0, 0))[1], totals[line]))
                            for line in shown
                        ],
                        [
                            same(
                                percent(share(by_line[line].get(code, (0, 0))[1], totals[line]), 0)
                            )
                            for line in shown
                        ],
                        known.colour(code),
                    )
                    for code in known.codes
                    if any(by_line[line].get(code, (0, 0))[1] > 0 for line in shown)
                ],
                Both("share of the line's net revenue", "占该业务线净消费的比例"),
                stacked=True,
                is_percent=True,
            ),
            table(
                [
                    Both("Line of business", "业务线"),
                    Both("Tier", "等级"),
                    Both("Customers", "客户数"),
                    Both(f"Net revenue, {export.money.unit.en}", f"净消费，{export.money.unit.zh}"),
                ],
                [
                    (
                        same(line),
                        known.name(code),
                        same(count(by_line[line][code][0])),
                        same(count(by_line[line][code][1])),
                    )
                    for line in sorted(totals, key=lambda line: -totals[line])
                    for code in known.codes
                    if code in by_line[line]
                ],
                texts=2,
            ),
        )
    ]


def _lifetime_value(export: Export, known: Tiers) -> Shown:
    title = Both("What the tiers are expected to bring", "各等级的预期价值")
    lack = export.lacks(customer_360="tier_code lifetime_value value_source")
    if lack:
        return lacking("lifetime", title, lack)
    found = {
        row[0]: row[1:]
        for row in export.rows(
            """
            select tier_code, sum(cast(lifetime_value as decimal(38, 2))), count(lifetime_value),
                count(*) filter (lifetime_value is not null and value_source = 'predicted')
            from customer_360
            group by tier_code
            """
        )
        if row[1] is not None
    }
    codes = [code for code in known.codes if code in found]
    whole = sum(found[code][0] for code in codes)
    if not codes or whole <= 0:
        return lacking(
            "lifetime",
            title,
            Both("No customer has a lifetime value yet.", "目前没有客户有生命周期价值。"),
        )
    valued = sum(found[code][1] for code in codes)
    predicted = sum(found[code][2] for code in codes)
    first = max(codes, key=lambda code: found[code][0])
    return Shown(
        "lifetime",
        Both(
            f"Tier {first} holds {percent(share(found[first][0], whole))} of the lifetime value of "
            f"{export.money(whole).en}",
            f"{first}级占生命周期价值（{export.money(whole).zh}）的"
            f"{percent(share(found[first][0], whole))}",
        ),
        Both(
            f"Lifetime value of {count(valued)} customers: predicted for {count(predicted)}, as "
            f"far ahead as the policy of their line says; for {count(valued - predicted)} what "
            "they brought so far.",
            f"{count(valued)}位客户的生命周期价值：{count(predicted)}位为预测值"
            f"（预测期由各业务线的策略规定），{count(valued - predicted)}位为历史值。",
        ),
        bars(
            [known.name(code) for code in codes],
            [
                Series(
                    Both("lifetime value", "生命周期价值"),
                    [found[code][0] for code in codes],
                    [
                        Both(
                            f"{export.money(found[code][0]).en}"
                            f" ({percent(share(found[code][0], whole))})",
                            f"{export.money(found[code][0]).zh}"
                            f"（{percent(share(found[code][0], whole))}）",
                        )
                        for code in codes
                    ],
                    [known.colour(code) for code in codes],
                )
            ],
            Both(
                f"lifetime value, {export.money.unit.en}", f"生命周期价值，{export.money.unit.zh}"
            ),
        ),
        table(
            [
                Both("Tier", "等级"),
                Both("Customers", "客户数"),
                Both(
                    f"Lifetime value, {export.money.unit.en}",
                    f"生命周期价值，{export.money.unit.zh}",
                ),
                Both("Per customer", "客均"),
            ],
            [
                (
                    known.name(code),
                    same(count(found[code][1])),
                    same(count(found[code][0])),
                    same(count(share(found[code][0], found[code][1]))),
                )
                for code in codes
            ],
        ),
    )


# --- Moves ------------------------------------------------------------------------------------


def moves(export: Export, known: Tiers) -> list[Shown]:
    """Who went from which tier to which."""
    return [_flows(export, known), _ups_and_downs(export)]


def _flows(export: Export, known: Tiers) -> Shown:
    title = Both("Who moved in the last period", "最近一个周期的等级变动")
    lack = export.lacks(
        tier_migration="as_of_date previous_date is_current from_tier_code to_tier_code customers"
        " net_revenue",
        customer_tier_changes="as_of_date direction",
    )
    if lack or known.lack:
        return lacking("flows", title, lack or known.lack)
    found = export.rows(
        """
        select previous_date, as_of_date, from_tier_code, to_tier_code,
            cast(sum(customers) as bigint), sum(net_revenue)
        from tier_migration
        where as_of_date = (select max(as_of_date) from tier_migration where not is_current)
        group by all
        order by all
        """
    )
    if not found:
        return lacking(
            "flows",
            title,
            Both(
                "No period has closed yet: there is nothing to compare with.",
                "还没有已结束的周期，无从比较。",
            ),
        )
    began, ended = found[0][:2]
    up, down = export.rows(
        """
        select count(*) filter (direction = 'up'), count(*) filter (direction = 'down')
        from customer_tier_changes
        where as_of_date = ?
        """,
        [ended],
    )[0]
    moved = [row for row in found if row[2] != row[3]]
    stayed = sum(row[4] for row in found if row[2] == row[3])
    title = Both(
        f"{count(up)} customers moved up and {count(down)} down between {day(began).en} and "
        f"{day(ended).en}; {count(stayed)} kept their tier",
        f"{day(began).zh}至{day(ended).zh}：{count(up)}位客户升级，{count(down)}位降级，"
        f"{count(stayed)}位等级不变",
    )
    sentence = Both(
        "Each band is as wide as the number of customers who went this way in the last closed "
        "period; those who kept their tier are left out. Orange bands lead down, blue ones up.",
        "色带宽度为最近一个已结束周期内如此变动的客户数，不含等级不变的客户；橙色为降级，蓝色为升级。",
    )
    rows = [
        (
            known.name(row[2]),
            known.name(row[3]),
            same(count(row[4])),
            same(count(row[5])),
        )
        for row in found
    ]
    heads = [
        Both("From", "从"),
        Both("To", "到"),
        Both("Customers", "客户数"),
        Both(f"Their net revenue, {export.money.unit.en}", f"其净消费，{export.money.unit.zh}"),
    ]
    if not moved:
        return Shown(
            "flows", title, Both("Nobody moved.", "没有客户变动。"), {}, table(heads, rows, 2)
        )
    order = {code: place for place, code in enumerate([*known.codes, "exit"])} | {"entry": 99}
    sources = sorted({row[2] for row in moved}, key=lambda code: order.get(code, 50))
    targets = sorted({row[3] for row in moved}, key=lambda code: order.get(code, 50))
    nodes = [(known.name(code), known.colour(code)) for code in (*sources, *targets)]

    def colour(source: str, target: str) -> str:
        if source == "entry" or target == "exit":
            return "rgba(140,151,165,0.35)"
        falls = order.get(target, 50) > order.get(source, 50)
        return "rgba(217,130,70,0.5)" if falls else "rgba(47,116,189,0.45)"

    links = [
        (
            sources.index(row[2]),
            len(sources) + targets.index(row[3]),
            row[4],
            Both(
                f"{known.name(row[2]).en} → {known.name(row[3]).en}: {count(row[4])} customers, "
                f"{export.money(row[5]).en}",
                f"{known.name(row[2]).zh} → {known.name(row[3]).zh}：{count(row[4])}位客户，"
                f"{export.money(row[5]).zh}",
            ),
            colour(row[2], row[3]),
        )
        for row in moved
    ]
    return Shown("flows", title, sentence, flows(nodes, links), table(heads, rows, 2))


def _ups_and_downs(export: Export) -> Shown:
    title = Both("Up and down, period by period", "各周期的升级与降级")
    lack = export.lacks(customer_tier_changes="as_of_date direction cause")
    if lack:
        return lacking("ups", title, lack)
    found = export.rows(
        """
        select as_of_date, direction, cause, count(*)
        from customer_tier_changes
        group by all
        order by all
        """
    )
    if not found:
        return lacking(
            "ups",
            title,
            Both(
                "No customer has changed tier in a closed period yet.",
                "在已结束的周期内还没有客户变更等级。",
            ),
        )
    dates: list[date] = sorted({row[0] for row in found})[-LATEST_PERIODS:]
    counts = {
        direction: [
            sum(row[3] for row in found if row[0] == each and row[1] == direction) for each in dates
        ]
        for direction in ("up", "down")
    }
    fell = sum(down > up for up, down in zip(counts["up"], counts["down"], strict=True))
    last = [row for row in found if row[0] == dates[-1] and row[1] == "down"]
    why = max(last, key=lambda row: row[3], default=None)
    because = (
        Both(
            f" In the last one the most frequent cause of a fall was: {named(CAUSES, why[2]).en} "
            f"({count(why[3])} of {count(sum(row[3] for row in last))}).",
            f"最近一个周期降级最常见的原因：{named(CAUSES, why[2]).zh}"
            f"（{count(sum(row[3] for row in last))}次中的{count(why[3])}次）。",
        )
        if why
        else same("")
    )
    return Shown(
        "ups",
        Both(
            f"More customers fell than rose in {fell} of the last {len(dates)} periods",
            f"最近{len(dates)}个周期中，有{fell}个周期降级多于升级",
        ),
        Both(
            "Customers who changed tier in each closed period: up above the line, down below it."
            + because.en,
            "每个已结束周期内变更等级的客户数：线上为升级，线下为降级。" + because.zh,
        ),
        columns(
            [_period(each) for each in dates],
            [
                (named(DIRECTIONS, "up"), counts["up"], BLUE),
                (named(DIRECTIONS, "down"), [-each for each in counts["down"]], "#d98246"),
            ],
            CUSTOMERS,
        ),
        table(
            [
                Both("Period ends", "周期结束"),
                Both("Direction", "方向"),
                Both("Cause", "原因"),
                Both("Customers", "客户数"),
            ],
            [
                (
                    same(row[0]),
                    named(DIRECTIONS, row[1]),
                    named(CAUSES, row[2]),
                    same(count(row[3])),
                )
                for row in reversed(found)
                if row[0] in dates
            ],
            texts=3,
        ),
    )


def _period(ended: date) -> Both:
    """A period by its last day: a month by its name."""
    is_month = (ended + timedelta(days=1)).day == 1
    return Both(f"{ended:%b %Y}", f"{ended:%Y-%m}") if is_month else same(ended)


# --- What to do -------------------------------------------------------------------------------


def actions(export: Export, known: Tiers) -> list[Shown]:
    """What is at stake, and what to do about it."""
    return [_at_stake(export, known), _to_do(export)]


def _at_stake(export: Export, known: Tiers) -> Shown:
    title = Both("Where revenue is at stake", "哪些净消费有风险")
    lack = export.lacks(customer_actions="tier_code lifecycle_stage revenue_at_stake")
    if lack:
        return lacking("stake", title, lack)
    found = export.rows(
        """
        select lifecycle_stage, tier_code, count(*), sum(revenue_at_stake)
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
            "stake", title, Both("There is no net revenue in the window.", "统计窗口内没有净消费。")
        )
    cells = {(row[0], row[1]): (row[2], row[3]) for row in found}
    codes = [*known.codes, *sorted({row[1] for row in found} - set(known.codes))]
    return Shown(
        "stake",
        Both(
            f"{export.money(amount).en} ({percent(share(amount, whole))}) of the net revenue came "
            f"from {count(late_customers)} customers who are now late, dormant or gone",
            f"净消费中的{export.money(amount).zh}（{percent(share(amount, whole))}）来自"
            f"{count(late_customers)}位现已逾期、休眠或流失的客户",
        ),
        Both(
            "Net revenue of the look-back window by the stage that its customers are in today, "
            "judged by each one's own rhythm of buying: at risk is late, dormant long overdue.",
            "统计窗口内的净消费，按客户当前所处阶段划分（以各自的购买节奏判断："
            "风险为已晚于节奏，休眠为远远晚于节奏）。",
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
            Both(f"net revenue, {export.money.unit.en}", f"净消费，{export.money.unit.zh}"),
            stacked=True,
        ),
        table(
            [
                Both("Stage", "阶段"),
                Both("Tier", "等级"),
                Both("Customers", "客户数"),
                Both(f"Net revenue, {export.money.unit.en}", f"净消费，{export.money.unit.zh}"),
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
        " revenue_at_stake"
    )
    if lack:
        return lacking("actions", title, lack)
    found = export.rows(
        """
        select priority, action_en, action_zh, channel, owner_role, count(*),
            sum(revenue_at_stake)
        from customer_actions
        group by all
        order by priority, sum(revenue_at_stake) desc, action_en
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
                    Both("at stake", "涉及净消费"),
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
                f"net revenue at stake, {export.money.unit.en}",
                f"涉及净消费，{export.money.unit.zh}",
            ),
        ),
        table(
            [
                Both("Priority", "优先级"),
                Both("Action", "行动"),
                Both("Channel", "渠道"),
                Both("By whom", "负责人"),
                Both("Customers", "客户数"),
                Both(f"At stake, {export.money.unit.en}", f"涉及净消费，{export.money.unit.zh}"),
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


def rfm(export: Export, known: Tiers) -> list[Shown]:
    """Where customers stand by recency and frequency, and in which segment."""
    return [_plane(export), _segments(export)]


def _plane(export: Export) -> Shown:
    title = Both("Customers by recency and frequency", "按最近购买和购买频率看客户")
    lack = export.lacks(customer_360="rfm_cell net_revenue")
    if lack:
        return lacking("rfm", title, lack)
    found = export.rows(
        """
        select cast(rfm_cell[1] as integer), cast(rfm_cell[2] as integer), count(*),
            sum(net_revenue)
        from customer_360
        where regexp_full_match(rfm_cell, '[1-9]{3}')
        group by all
        """
    )
    whole = sum(row[3] for row in found)
    customers = sum(row[2] for row in found)
    if not found or whole <= 0:
        return lacking(
            "rfm", title, Both("No customer has an RFM cell yet.", "目前没有客户有 RFM 单元格。")
        )
    size = max(5, *(row[0] for row in found), *(row[1] for row in found))
    cells = {(row[0], row[1]): (row[2], row[3]) for row in found}
    best = cells.get((size, size), (0, 0))
    none = same("")

    def hover(recency: int, frequency: int) -> Both:
        cell = cells.get((recency, frequency))
        if not cell:
            return none
        return Both(
            f"recency {recency}, frequency {frequency}: {count(cell[0])} customers, "
            f"{export.money(cell[1]).en} ({percent(share(cell[1], whole))})",
            f"最近购买 {recency}，频率 {frequency}：{count(cell[0])}位客户，"
            f"{export.money(cell[1]).zh}（{percent(share(cell[1], whole))}）",
        )

    scores = range(1, size + 1)
    return Shown(
        "rfm",
        Both(
            f"{count(best[0])} customers who buy most often and bought most lately bring "
            f"{percent(share(best[1], whole))} of the net revenue",
            f"购买最频繁且最近购买的{count(best[0])}位客户贡献净消费的"
            f"{percent(share(best[1], whole))}",
        ),
        Both(
            f"Where the {count(customers)} customers who have bought stand: the number in a field "
            "is customers, its colour the share of the net revenue. Top right is best.",
            f"已购买的{count(customers)}位客户的分布：格中数字为客户数，颜色为净消费占比；"
            "右上角最好。",
        ),
        plane(
            [
                [
                    share(cells[recency, frequency][1], whole)
                    if (recency, frequency) in cells
                    else None
                    for recency in scores
                ]
                for frequency in scores
            ],
            [
                [
                    same(count(cells[recency, frequency][0]))
                    if (recency, frequency) in cells
                    else none
                    for recency in scores
                ]
                for frequency in scores
            ],
            [[hover(recency, frequency) for recency in scores] for frequency in scores],
            Both("recency score (right: bought lately)", "最近购买得分（越右越近）"),
            Both("frequency score (up: buys often)", "频率得分（越上越频繁）"),
            SHARE_OF_REVENUE,
        ),
        table(
            [
                Both("Recency score", "最近购买得分"),
                Both("Frequency score", "频率得分"),
                Both("Customers", "客户数"),
                Both(f"Net revenue, {export.money.unit.en}", f"净消费，{export.money.unit.zh}"),
            ],
            [
                (same(key[0]), same(key[1]), same(count(cell[0])), same(count(cell[1])))
                for key, cell in sorted(cells.items(), reverse=True)
            ],
            texts=2,
        ),
    )


def _segments(export: Export) -> Shown:
    title = Both("RFM segments", "RFM 分群")
    lack = export.lacks(customer_360="rfm_segment rfm_segment_en rfm_segment_zh net_revenue")
    if lack:
        return lacking("segments", title, lack)
    found = export.rows(
        """
        select rfm_segment, any_value(rfm_segment_en), any_value(rfm_segment_zh), count(*),
            sum(net_revenue)
        from customer_360
        where rfm_segment <> 'prospect'
        group by rfm_segment
        order by sum(net_revenue) desc, rfm_segment
        """
    )
    whole, customers = sum(row[4] for row in found), sum(row[3] for row in found)
    if not found or whole <= 0:
        return lacking(
            "segments", title, Both("No customer has bought yet.", "目前没有客户购买过。")
        )
    first = found[0]
    return Shown(
        "segments",
        Both(
            f"{first[1]}: {percent(share(first[3], customers))} of those who have bought, "
            f"{percent(share(first[4], whole))} of the net revenue",
            f"{first[2]}：占已购客户的{percent(share(first[3], customers))}，"
            f"贡献净消费的{percent(share(first[4], whole))}",
        ),
        Both(
            "The eleven RFM segments by what they bring: where the grey bar is longer than the "
            "blue one, a segment has more customers than revenue.",
            "十一个 RFM 分群，按净消费排序：灰条长于蓝条的分群，客户占比高于净消费占比。",
        ),
        bars(
            [Both(row[1], row[2]) for row in found],
            [
                Series(
                    Both("share of those who have bought", "占已购客户的比例"),
                    [share(row[3], customers) for row in found],
                    [
                        Both(
                            f"{percent(share(row[3], customers))} ({count(row[3])})",
                            f"{percent(share(row[3], customers))}（{count(row[3])}位）",
                        )
                        for row in found
                    ],
                    GREY,
                ),
                Series(
                    SHARE_OF_REVENUE,
                    [share(row[4], whole) for row in found],
                    [same(percent(share(row[4], whole))) for row in found],
                    BLUE,
                ),
            ],
            Both("share of all", "占全部的比例"),
            is_percent=True,
        ),
        table(
            [
                Both("Segment", "分群"),
                Both("Customers", "客户数"),
                Both(f"Net revenue, {export.money.unit.en}", f"净消费，{export.money.unit.zh}"),
                Both("Per customer", "客均"),
            ],
            [
                (
                    Both(row[1], row[2]),
                    same(count(row[3])),
                    same(count(row[4])),
                    same(count(share(row[4], row[3]))),
                )
                for row in found
            ],
        ),
    )


def concentration(export: Export, known: Tiers) -> list[Shown]:
    """How much hangs on how few: the Lorenz curve from the top."""
    title = Both("How much hangs on how few", "净消费的集中程度")
    lack = export.lacks(customer_tier="net_revenue order_count")
    if lack:
        return [lacking("concentration", title, lack)]
    # A row per per cent of the customers; 1 on top of the rounding keeps the first one's place.
    found = export.rows(
        """
        with ranked as (
            select net_revenue, row_number() over (order by net_revenue desc) as place
            from customer_tier
            where order_count > 0
        ),
        tops as (
            select ceil(100.0 * place / count(*) over ()) as top_percent, place, net_revenue
            from ranked
        ),
        summed as (
            select top_percent, max(place) as customers, sum(net_revenue) as net_revenue
            from tops
            group by top_percent
        )
        select cast(top_percent as integer), customers,
            sum(net_revenue) over (order by top_percent)
        from summed
        order by top_percent
        """
    )
    if not found or found[-1][2] <= 0:
        return [
            lacking(
                "concentration",
                title,
                Both("No customer has net revenue in the window.", "统计窗口内没有客户有净消费。"),
            )
        ]
    customers, whole = found[-1][1:]
    x = [0.0, *(row[1] / customers for row in found)]
    y = [0.0, *(share(row[2], whole) for row in found)]
    top = max((row for row in found if row[0] <= 20), default=found[0])
    half = next(row for row in found if share(row[2], whole) >= 0.5)
    texts = [
        same("0"),
        *(
            Both(
                f"the best {percent(row[1] / customers)} ({count(row[1])} customers): "
                f"{percent(share(row[2], whole))} of the net revenue",
                f"最好的{percent(row[1] / customers)}（{count(row[1])}位）："
                f"净消费的{percent(share(row[2], whole))}",
            )
            for row in found
        ),
    ]
    return [
        Shown(
            "concentration",
            Both(
                f"The best {percent(top[1] / customers, 0)} of the customers bring "
                f"{percent(share(top[2], whole))} of the net revenue; half of it hangs on "
                f"{count(half[1])} of {count(customers)}",
                f"最好的{percent(top[1] / customers, 0)}客户贡献净消费的"
                f"{percent(share(top[2], whole))}；一半来自{count(customers)}位中的"
                f"{count(half[1])}位",
            ),
            Both(
                "Customers with an order in the look-back window, from the one who brings most: "
                "the further the curve is above the dotted line, the more hangs on few (Lorenz).",
                "统计窗口内有订单的客户，按净消费从高到低累计：曲线离虚线越远，"
                "净消费越集中（洛伦兹曲线）。",
            ),
            lines(
                [
                    Line(REVENUE, x, y, BLUE, texts=texts),
                    Line(
                        Both("if all brought the same", "若人人相同"),
                        [0, 1],
                        [0, 1],
                        INK,
                        dash="dot",
                    ),
                ],
                Both("share of the customers, the best first", "客户占比（从最好的开始）"),
                SHARE_OF_REVENUE,
                percent_x=True,
                percent_y=True,
            ),
            table(
                [
                    Both("The best", "最好的"),
                    Both("Customers", "客户数"),
                    Both(f"Net revenue, {export.money.unit.en}", f"净消费，{export.money.unit.zh}"),
                    Both("Share", "占比"),
                ],
                [
                    (
                        same(f"{row[0]}%"),
                        same(count(row[1])),
                        same(count(row[2])),
                        same(percent(share(row[2], whole))),
                    )
                    for row in found
                    if row[0] in (1, 5, 10, 20, 30, 50, 100)
                ],
            ),
        )
    ]


def figures_on_top(export: Export, known: Tiers) -> list[tuple[Both, str, Both]]:
    """The few figures that stand above everything: name, figure, and what it is of."""
    found: list[tuple[Both, str, Both]] = []
    if not known.lack and known.rows:
        customers = sum(row[3] for row in known.rows)
        revenue = export.money(sum(row[4] for row in known.rows))
        best = known.rows[0]
        found = [
            (
                Both("Customers", "客户"),
                count(customers),
                Both("known to the CRM, prospects included", "CRM中的全部客户，含潜在客户"),
            ),
            (
                Both("Net revenue", "净消费"),
                revenue.en,
                Both("in the look-back window", "统计窗口内"),
            ),
            (
                Both(f"Tier {best[0]}", f"{best[0]}级"),
                count(best[3]),
                Both("customers in the best tier", "最高等级的客户数"),
            ),
        ]
    if not export.lacks(customer_actions="priority"):
        first, urgent = export.one(
            "select min(priority), count(*) filter (priority = (select min(priority) from"
            " customer_actions)) from customer_actions"
        )
        if urgent:
            found.append(
                (
                    Both("First today", "今日优先"),
                    count(urgent),
                    Both(f"customers of priority {first}", f"优先级{first}的客户数"),
                )
            )
    return found
