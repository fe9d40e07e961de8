"""The section of the report about tiers: what each is, and what it brings."""

from customer_tiering.report.figures import (
    BLUE,
    GREY,
    Series,
    Shown,
    bars,
    lacking,
    table,
)
from customer_tiering.report.known_tiers import (
    MOST_LINES,
    SHARE_OF_CUSTOMERS,
    SHARE_OF_REVENUE,
    Tiers,
    share,
)
from customer_tiering.report.reading import Export
from customer_tiering.report.words import (
    Both,
    count,
    percent,
    same,
)


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
