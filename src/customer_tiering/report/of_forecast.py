"""The section of the report about how large tiers will be, where that can be told."""

from customer_tiering.report.figures import BLUE, GREY, Series, Shown, bars, lacking, table
from customer_tiering.report.known_tiers import MOST_LINES, Tiers
from customer_tiering.report.reading import Export
from customer_tiering.report.words import Both, count, day, named, percent, same

VERDICTS = {
    "shown": Both("forecast", "可预测"),
    "not_shown": Both("not forecast: no better than no change", "不预测：不优于保持不变"),
    "too_little_data": Both("too little data", "数据太少"),
}


def forecast(export: Export, known: Tiers) -> list[Shown]:
    """Sizes of tiers at the end of the open period, and how wrong such forecasts were."""
    title = Both("How large tiers will be", "各等级将有多少客户")
    lack = known.lack or export.lacks(
        tier_forecast="business_line forecast_date is_next tier_code verdict periods"
        " mean_matrix_error mean_unchanged_error unchanged_customers expected_customers"
    )
    if lack:
        return [lacking("forecast", title, lack)]
    judged = export.rows(
        """
        select business_line, any_value(verdict), any_value(periods),
            any_value(mean_matrix_error), any_value(mean_unchanged_error),
            max(forecast_date) filter (is_next),
            coalesce(sum(unchanged_customers) filter (is_next), 0) as customers
        from tier_forecast
        group by business_line
        order by customers desc, business_line
        """
    )
    if not judged:
        return [
            lacking(
                "forecast",
                title,
                Both("No period has closed yet.", "还没有已结束的周期。"),
            )
        ]
    return [_errors(judged), *_sizes(export, known, judged)]


def _errors(judged: list[tuple]) -> Shown:
    shown = [row for row in judged if row[1] == "shown"]
    drawn = [row for row in judged if row[3] is not None][:MOST_LINES]
    names = [same(row[0]) for row in drawn]
    return Shown(
        "forecast",
        Both(
            f"In {len(shown)} of {len(judged)} business lines it can be told how large tiers will "
            "be; in the others expect no change",
            f"{len(judged)}条业务线中有{len(shown)}条可以预测各等级的人数，其余请按保持不变计划",
        )
        if shown
        else Both(
            "In no business line can it be told how large tiers will be: expect no change",
            "没有哪条业务线可以预测各等级的人数：请按保持不变计划",
        ),
        Both(
            "Each closed date was forecast from the one before: by what had moved customers then, "
            "and by no change at all. The bars are the share of the customers whom each had in a "
            "wrong tier, on average. Only where the forecast is nearer, over at least 6 periods, "
            "is one of the next date shown.",
            "每个已结束的日期都用前一个日期预测：按上期的迁移，以及按保持不变。柱长为平均被"
            "预测错等级的客户占比。至少6个周期的预测更接近实际时，才显示下一个日期的预测。",
        ),
        bars(
            names,
            [
                Series(
                    Both("forecast by what moved customers before", "按上期迁移预测"),
                    [row[3] for row in drawn],
                    [same(percent(row[3], 2)) for row in drawn],
                    BLUE,
                ),
                Series(
                    Both("no change", "保持不变"),
                    [row[4] for row in drawn],
                    [same(percent(row[4], 2)) for row in drawn],
                    GREY,
                ),
            ],
            Both("share of the customers in a wrong tier", "预测错等级的客户占比"),
            is_percent=True,
        )
        if drawn
        else {},
        table(
            [
                Both("Business line", "业务线"),
                Both("Finding", "结论"),
                Both("Periods judged", "检验的周期数"),
                Both("Forecast wrong by", "预测误差"),
                Both("No change wrong by", "保持不变误差"),
            ],
            [
                (
                    same(row[0]),
                    named(VERDICTS, row[1]),
                    same(count(row[2])),
                    same(percent(row[3], 2)),
                    same(percent(row[4], 2)),
                )
                for row in judged
            ],
            texts=2,
        ),
    )


def _sizes(export: Export, known: Tiers, judged: list[tuple]) -> list[Shown]:
    """The next date of the largest line of which it can be told."""
    title = Both("Tiers at the end of the open period", "本期末各等级人数")
    shown = [row for row in judged if row[1] == "shown" and row[5]]
    if not shown:
        return [
            lacking(
                "forecast-next",
                title,
                Both(
                    "Not shown: in no business line were the forecasts of past periods nearer than "
                    "no change, or there are too few periods to say.",
                    "未显示：没有哪条业务线的历史预测比保持不变更准，或周期太少无法判断。",
                ),
            )
        ]
    line, when = shown[0][0], shown[0][5]
    rows = export.rows(
        """
        select tier_code, unchanged_customers, expected_customers
        from tier_forecast
        where is_next and business_line = ?
        """,
        [line],
    )
    order = {code: place for place, code in enumerate(known.codes)}
    rows.sort(key=lambda row: (order.get(row[0], len(order)), row[0]))
    most = max(rows, key=lambda row: abs(row[2] - row[1]))
    return [
        Shown(
            "forecast-next",
            Both(
                f"{line}: {count(most[2])} customers in tier {most[0]} expected by {day(when).en}, "
                f"{count(most[1])} at the last closed date",
                f"{line}：预计{day(when).zh}{most[0]}级有{count(most[2])}位客户，"
                f"上一期末为{count(most[1])}位",
            ),
            Both(
                "Customers by tier at the last closed date, and as expected at the end of the open "
                "period if the same shares move and as many new ones come.",
                "上一期末各等级的客户数，以及按同样的迁移比例和新客户数预计的本期末人数。",
            ),
            bars(
                [known.name(row[0]) for row in rows],
                [
                    Series(
                        name, [row[at] for row in rows], [same(count(row[at])) for row in rows], c
                    )
                    for name, at, c in (
                        (Both("expected", "预计"), 2, BLUE),
                        (Both("last closed date", "上一期末"), 1, GREY),
                    )
                ],
                Both("customers", "客户数"),
            ),
            table(
                [
                    Both("Tier", "等级"),
                    Both("Last closed date", "上一期末"),
                    Both("Expected", "预计"),
                ],
                [(known.name(row[0]), same(count(row[1])), same(count(row[2]))) for row in rows],
            ),
        )
    ]
