"""The section of the report about what the customers of a tier brought afterwards."""

from customer_tiering.report.figures import TIERS, Line, Series, Shown, bars, lacking, lines, table
from customer_tiering.report.known_tiers import Tiers, share
from customer_tiering.report.reading import Export
from customer_tiering.report.words import Both, count, day, percent, same

RETAINED = Both("bought again", "再次购买")
CHURNED = Both("churned", "流失")


def performance(export: Export, known: Tiers) -> list[Shown]:
    """Retention, churn and revenue by the tier at the start of a period."""
    title = Both("What the customers of a tier brought", "各等级的客户带来了什么")
    lack = known.lack or export.lacks(
        tier_performance="as_of_date previous_date is_current grouping_name group_code customers"
        " customers_before retained_customers customers_to_churn churned_customers net_revenue"
        " contact_cost net_return"
    )
    if lack:
        return [lacking("performance", title, lack)]
    rows = export.rows(
        """
        select group_code, sum(customers), sum(customers_before), sum(retained_customers),
            sum(customers_to_churn), sum(churned_customers), sum(net_revenue), sum(contact_cost),
            sum(net_return), count(distinct as_of_date), min(previous_date), max(as_of_date)
        from tier_performance
        where grouping_name = 'tier' and not is_current
        group by group_code
        """
    )
    order = {code: place for place, code in enumerate(known.codes)}
    rows.sort(key=lambda row: (order.get(row[0], len(order)), row[0]))
    had = [row for row in rows if row[2]]
    if not had:
        return [
            lacking(
                "performance",
                title,
                Both(
                    "No closed period has customers who had bought before it.",
                    "还没有一个已结束的周期有期初已购的客户。",
                ),
            )
        ]
    return [_kept(export, known, rows, had), _in_time(export, known, had)]


def _kept(export: Export, known: Tiers, rows: list[tuple], had: list[tuple]) -> Shown:
    money = export.money
    best, periods = had[0], max(row[9] for row in rows)
    revenue = sum(row[6] for row in rows)
    first, last = min(row[10] for row in rows), max(row[11] for row in rows)
    return Shown(
        "performance",
        Both(
            f"Of the customers in tier {best[0]}, {percent(share(best[3], best[2]))} bought again "
            f"in the next period; they brought {percent(share(best[6], revenue))} of the revenue",
            f"{best[0]}级客户在下一周期有{percent(share(best[3], best[2]))}再次购买，"
            f"带来{percent(share(best[6], revenue))}的净消费",
        ),
        Both(
            "By the tier at the start of each period: of those who had bought before, who bought "
            "again in it; and of those who had not churned, who had by its end. Mean of "
            f"{periods} closed periods, {day(first).en} to {day(last).en}. Good customers were "
            "good before: this does not say that the tier keeps them.",
            "按每个周期期初的等级：期初已购客户中本期再次购买的占比，以及期初未流失客户中期末"
            f"已流失的占比。{day(first).zh}至{day(last).zh}共{periods}个已结束周期的平均值。"
            "好客户本来就好，这并不说明是等级留住了他们。",
        ),
        bars(
            [known.name(row[0]) for row in had if row[4]],
            [
                Series(
                    name,
                    [share(row[part], row[whole]) for row in had if row[4]],
                    [same(percent(share(row[part], row[whole]))) for row in had if row[4]],
                    colour,
                )
                for name, part, whole, colour in (
                    (RETAINED, 3, 2, TIERS[1]),
                    (CHURNED, 5, 4, "#c2452d"),
                )
            ],
            Both("share of the customers of the tier, per period", "该等级客户占比，每周期"),
            is_percent=True,
        ),
        table(
            [
                Both("Tier at the start", "期初等级"),
                Both("Customers, mean", "平均客户数"),
                Both("Bought again", "再次购买"),
                Both("Churned", "流失"),
                Both(f"Net revenue, {money.unit.en}", f"净消费，{money.unit.zh}"),
                Both("Share of it", "净消费占比"),
                Both(f"Contact cost, {money.unit.en}", f"触达成本，{money.unit.zh}"),
                Both(f"Return, {money.unit.en}", f"回报，{money.unit.zh}"),
            ],
            [
                (
                    known.name(row[0]),
                    same(count(row[1] / periods)),
                    same(percent(share(row[3], row[2])) if row[2] else "–"),
                    same(percent(share(row[5], row[4])) if row[4] else "–"),
                    same(count(row[6])),
                    same(percent(share(row[6], revenue))),
                    same(count(row[7])),
                    same(count(row[8])),
                )
                for row in rows
            ],
        ),
    )


def _in_time(export: Export, known: Tiers, had: list[tuple]) -> Shown:
    """Net revenue per customer of each tier, period by period."""
    found = export.rows(
        """
        select group_code, as_of_date, sum(net_revenue) / sum(customers), sum(customers)
        from tier_performance
        where grouping_name = 'tier' and not is_current and customers > 0
        group by group_code, as_of_date
        order by as_of_date, group_code
        """
    )
    money = export.money
    codes = [row[0] for row in had]
    means = {row[0]: share(row[6], row[1]) for row in had}
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    return Shown(
        "performance-in-time",
        Both(
            f"A customer of tier {best} brought {money(means[best]).en} per period, one of tier "
            f"{worst} {money(means[worst]).en}",
            f"{best}级客户平均每周期带来{money(means[best]).zh}，{worst}级{money(means[worst]).zh}",
        ),
        Both(
            "Net revenue of a period per customer who was in the tier at its start, by the end of "
            "the period; the open period is left out.",
            "每个周期的净消费除以期初在该等级的客户数，按周期末；不含未结束的周期。",
        ),
        lines(
            [
                Line(
                    known.name(code),
                    [str(row[1]) for row in found if row[0] == code],
                    [float(row[2]) for row in found if row[0] == code],
                    known.colour(code),
                    "lines+markers",
                    texts=[
                        Both(
                            f"{day(row[1]).en}: {money(row[2], 2).en} each, {count(row[3])} "
                            "customers",
                            f"{day(row[1]).zh}：人均{money(row[2], 2).zh}，{count(row[3])}位客户",
                        )
                        for row in found
                        if row[0] == code
                    ],
                )
                for code in codes
            ],
            Both("end of the period", "周期末"),
            Both(f"net revenue per customer, {money.unit.en}", f"客均净消费，{money.unit.zh}"),
        ),
        table(
            [
                Both("Tier at the start", "期初等级"),
                Both("Period until", "周期末"),
                Both("Customers", "客户数"),
                Both(f"Net revenue each, {money.unit.en}", f"客均净消费，{money.unit.zh}"),
            ],
            [
                (known.name(row[0]), day(row[1]), same(count(row[3])), same(f"{row[2]:,.2f}"))
                for row in found
                if row[0] in codes
            ],
            texts=2,
        ),
    )
