"""The section of the report about who moved."""

from datetime import date, timedelta

from customer_tiering.report.figures import (
    BLUE,
    Shown,
    columns,
    flows,
    lacking,
    table,
)
from customer_tiering.report.known_tiers import (
    CUSTOMERS,
    LATEST_PERIODS,
    Tiers,
)
from customer_tiering.report.reading import Export
from customer_tiering.report.words import (
    CAUSES,
    DIRECTIONS,
    Both,
    count,
    day,
    named,
    same,
)


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
