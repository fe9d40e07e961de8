"""The tiers that customers have, and words that several sections of the report share."""

from customer_tiering.report.figures import (
    GREY,
    TIERS,
)
from customer_tiering.report.reading import Export
from customer_tiering.report.words import (
    ENDS,
    Both,
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
    """The tiers that customers have, the best first: by mean points, then L, then P."""

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
            order by tier_code = 'P', tier_code = 'L', avg(composite_score) desc, tier_code
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
