"""The section of the report about how much hangs on how few."""

from customer_tiering.report.figures import (
    BLUE,
    INK,
    Line,
    Shown,
    lacking,
    lines,
    table,
)
from customer_tiering.report.known_tiers import (
    REVENUE,
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
