"""The few figures that stand above all sections of the report."""

from customer_tiering.report.known_tiers import (
    Tiers,
)
from customer_tiering.report.reading import Export
from customer_tiering.report.words import (
    Both,
    count,
)


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
