"""The section of the report about recency, frequency and monetary value."""

from customer_tiering.report.figures import (
    BLUE,
    GREY,
    Series,
    Shown,
    bars,
    lacking,
    plane,
    table,
)
from customer_tiering.report.known_tiers import (
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
