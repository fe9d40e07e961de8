"""Sections of the report about what works: methods, calibration."""

from customer_tiering.report.figures import (
    BLUE,
    GREEN,
    GREY,
    INK,
    RED,
    Estimate,
    Line,
    Shown,
    forest,
    lacking,
    lines,
    table,
)
from customer_tiering.report.known_tiers import MOST_LINES, Tiers
from customer_tiering.report.reading import Export
from customer_tiering.report.words import (
    OUTCOMES,
    RIVALS,
    SKILLS,
    Both,
    count,
    day,
    decimal,
    named,
    percent,
    points,
    same,
)

# How many methods a chart has room for; the table has all.
MOST_METHODS = 10
NOT_YET = Both(
    "Nothing could be measured yet: the dates whose following days are known are too few.",
    "暂时无法衡量：后续结果已知的日期还太少。",
)


def _interval(value: float, low: float | None, high: float | None) -> Both:
    """A share and its interval."""
    if low is None or high is None:
        return same(percent(value))
    return Both(
        f"{percent(value)} ({percent(low)} to {percent(high)})",
        f"{percent(value)}（{percent(low)}至{percent(high)}）",
    )


def methods(export: Export, known: Tiers) -> list[Shown]:
    """Which method finds the customers who bring most."""
    return [*_recommended(export), _afterwards(export, known), _skill(export)]


def _recommended(export: Export) -> list[Shown]:
    title = Both("Which method to tier by", "按哪种方法分级")
    lack = export.lacks(
        method_recommendation="business_line goal is_goal_of_line outcome horizon_days sentence_en"
        " sentence_zh method method_name_en method_name_zh place top_share top_share_low"
        " top_share_high past_spend_share is_better_than_past_spend customers dates"
    )
    if lack:
        return [lacking("recommendation", title, lack)]
    found = export.rows(
        """
        select business_line, outcome, horizon_days, sentence_en, sentence_zh, method,
            coalesce(method_name_en, method), coalesce(method_name_zh, method), top_share,
            top_share_low, top_share_high, past_spend_share, is_better_than_past_spend, customers,
            dates
        from method_recommendation
        where is_goal_of_line and top_share is not null
        order by business_line, place, method
        """
    )
    told = export.rows(
        """
        select business_line, any_value(sentence_en), any_value(sentence_zh), max(customers)
        from method_recommendation
        where is_goal_of_line
        group by business_line
        order by max(customers) desc nulls last, business_line
        """
    )
    if not told:
        return [lacking("recommendation", title, NOT_YET)]
    shown = []
    for line, english, chinese, _ in told[:MOST_LINES]:
        rows = [row for row in found if row[0] == line]
        key = f"recommendation-{len(shown)}"
        # The first sentence is the finding, what follows explains it.
        found_en, _, more_en = (english or "").partition(". ")
        found_zh, _, more_zh = (chinese or "").partition("。")
        heading = Both(f"{line}: {found_en.removesuffix('.')}", f"{line}：{found_zh}")
        if not rows:
            shown.append(lacking(key, heading, NOT_YET))
            continue
        outcome = named(OUTCOMES, rows[0][1])
        customers, dates = max(row[13] for row in rows), max(row[14] for row in rows)
        past = next((row[11] for row in rows if row[11] is not None), None)
        shown.append(
            Shown(
                key,
                heading,
                Both(
                    f"{more_en} The chart: share of the {outcome.en} of the next {rows[0][2]} days "
                    "that the best 20% by each method brought, with 90% intervals "
                    f"({count(customers)} customers, {dates} past dates); dotted: past spend "
                    "alone; green: shown to beat it."
                    + (f" The first {MOST_METHODS}." if len(rows) > MOST_METHODS else ""),
                    f"{more_zh}图中为按各方法排出的前20%客户在之后{rows[0][2]}天贡献的"
                    f"{outcome.zh}占比，附90%区间（{count(customers)}位客户，{dates}个历史日期）；"
                    "虚线为仅看历史消费，绿色为已证明更好。"
                    + (f"仅列前{MOST_METHODS}种。" if len(rows) > MOST_METHODS else ""),
                ),
                forest(
                    [
                        Estimate(
                            Both(row[6], row[7]),
                            row[8],
                            row[9],
                            row[10],
                            _interval(*row[8:11]),
                            GREEN if row[12] else BLUE,
                        )
                        for row in rows[:MOST_METHODS]
                    ],
                    Both(f"share of the {outcome.en}", f"{outcome.zh}占比"),
                    past,
                    ",.0%",
                ),
                table(
                    [
                        Both("Method", "方法"),
                        Both("Share", "占比"),
                        Both("From", "下限"),
                        Both("To", "上限"),
                        Both("Past spend", "历史消费"),
                    ],
                    [
                        (
                            Both(row[6], row[7]),
                            *(same(percent(each)) for each in (*row[8:11], row[11])),
                        )
                        for row in rows
                    ],
                ),
            )
        )
    return shown


def _afterwards(export: Export, known: Tiers) -> Shown:
    title = Both("What the tiers brought afterwards", "各等级之后带来的净消费")
    lack = export.lacks(
        method_backtest="business_line horizon_days is_pooled method outcome metric position value"
        " value_low value_high customers dates"
    )
    if lack:
        return lacking("afterwards", title, lack)
    found = export.rows(
        """
        select business_line, horizon_days, position, value, value_low, value_high, customers,
            dates
        from method_backtest
        where
            is_pooled and method = 'tier' and outcome = 'net_revenue' and metric = 'mean_by_tier'
            and value is not null
        qualify horizon_days = max(horizon_days) over (partition by business_line)
        order by max(customers) over (partition by business_line) desc, business_line, position
        """
    )
    if not found:
        return lacking("afterwards", title, NOT_YET)
    order = {code: place for place, code in enumerate(known.codes)}
    lines_shown = list(dict.fromkeys(row[0] for row in found))[:MOST_LINES]
    rows = sorted(
        (row for row in found if row[0] in lines_shown),
        key=lambda row: (lines_shown.index(row[0]), order.get(row[2], 99), row[2]),
    )
    # Lines differ a hundredfold: each mean beside that of the best tier of its line.
    best = {line: next(row for row in rows if row[0] == line) for line in lines_shown}
    first = best[lines_shown[0]]
    last = [row for row in rows if row[0] == first[0]][-1]
    money = export.money

    def text(row: tuple) -> Both:
        if row[4] is None or row[5] is None:
            return money(row[3])
        low, high = money(row[4]), money(row[5])
        return Both(
            f"{money(row[3]).en} ({low.en} to {high.en})",
            f"{money(row[3]).zh}（{low.zh}至{high.zh}）",
        )

    return Shown(
        "afterwards",
        Both(
            f"{first[0]}: a customer of tier {first[2]} brought {money(first[3]).en} in the next "
            f"{first[1]} days, one of tier {last[2]} {money(last[3]).en}",
            f"{first[0]}：{first[2]}级客户在之后{first[1]}天人均带来{money(first[3]).zh}，"
            f"{last[2]}级为{money(last[3]).zh}",
        ),
        Both(
            f"Mean net revenue per customer after {first[7]} past dates, by the tier of that date"
            + (", with 90% intervals" if any(row[4] is not None for row in rows) else "")
            + ". Points: as a share of the first tier of the line.",
            f"{first[7]}个历史日期之后的客均净消费，按当时等级"
            + ("，附90%区间" if any(row[4] is not None for row in rows) else "")
            + "；点的位置为与本业务线首个等级之比。",
        ),
        forest(
            [
                Estimate(
                    Both(
                        f"{row[0]}, {known.name(row[2]).en}", f"{row[0]}，{known.name(row[2]).zh}"
                    ),
                    row[3] / best[row[0]][3] if best[row[0]][3] else 0.0,
                    row[4] / best[row[0]][3] if best[row[0]][3] and row[4] is not None else None,
                    row[5] / best[row[0]][3] if best[row[0]][3] and row[5] is not None else None,
                    text(row),
                    known.colour(row[2]),
                )
                for row in rows
            ],
            Both("share of the first tier of the line", "与本业务线首个等级之比"),
            0,
            ",.0%",
        ),
        table(
            [
                Both("Line of business", "业务线"),
                Both("Tier", "等级"),
                Both(f"Mean net revenue, {money.unit.en}", f"客均净消费，{money.unit.zh}"),
                Both("From", "下限"),
                Both("To", "上限"),
                Both("Customers", "客户数"),
            ],
            [
                (
                    same(row[0]),
                    known.name(row[2]),
                    *(same(decimal(each)) for each in row[3:6]),
                    same(count(row[6])),
                )
                for row in rows
            ],
            texts=2,
        ),
    )


def _skill(export: Export) -> Shown:
    title = Both("Which scores are shown to work", "哪些得分已证明有效")
    lack = export.lacks(
        method_skill="business_line as_of_date method kind skill metric horizon_days rival"
        " difference difference_low difference_high customers dates"
    )
    if lack:
        return lacking("skill", title, lack)
    found = export.rows(
        """
        select business_line, as_of_date, method, skill, rival, horizon_days, difference,
            difference_low, difference_high, customers
        from method_skill
        qualify as_of_date = max(as_of_date) over (partition by business_line)
        order by business_line, difference desc nulls last, method
        """
    )
    measured = [row for row in found if row[6] is not None]
    if not measured:
        return lacking("skill", title, NOT_YET)
    # Of each line as many as there is room for.
    lines_shown = list(dict.fromkeys(row[0] for row in measured))[:MOST_LINES]
    each = max(3, 2 * MOST_METHODS // len(lines_shown))
    best = [
        row for line in lines_shown for row in [row for row in measured if row[0] == line][:each]
    ]
    shown = sum(row[3] == "shown" for row in found)
    judged = sum(row[3] in ("shown", "not_shown") for row in found)
    colours = {"shown": GREEN, "not_shown": GREY, "too_little_data": "#d9dde3"}
    named_lines = len({row[0] for row in measured}) > 1

    def label(row: tuple) -> Both:
        where = f"{row[0]}, " if named_lines else ""
        return same(f"{where}{row[2].replace('_', ' ')}")

    return Shown(
        "skill",
        Both(
            f"{shown} of {judged} scores and probabilities are shown to beat the simplest rival",
            f"{judged}项得分和概率中，有{shown}项已证明优于最简单的对照",
        ),
        Both(
            "By how much each one is better than past spend (scores) or recency (probabilities) on "
            f"past dates, with 90% intervals, as of {day(max(row[1] for row in found)).en}. Right "
            "of the dotted line with the whole interval: shown (green). The best "
            f"{each} of a line.",
            "各项在历史日期上比历史消费（得分）或最近购买（概率）好多少，附90%区间"
            f"（截至{day(max(row[1] for row in found)).zh}）。整个区间在虚线右侧：已证明（绿色）。"
            f"每条业务线列前{each}项。",
        ),
        forest(
            [
                Estimate(
                    label(row),
                    *(None if each is None else 100 * each for each in row[6:9]),
                    Both(
                        f"{points(row[6])} ({points(row[7])} to {points(row[8])}), "
                        f"{named(SKILLS, row[3]).en}",
                        f"{points(row[6])}（{points(row[7])}至{points(row[8])}），"
                        f"{named(SKILLS, row[3]).zh}",
                    ),
                    colours.get(row[3], GREY),
                )
                for row in best
            ],
            Both("better by, points of 100", "好多少，百分点"),
            0,
        ),
        table(
            [
                Both("Line of business", "业务线"),
                Both("Score or probability", "得分或概率"),
                Both("Finding", "结论"),
                Both("Compared with", "对照"),
                Both("Days ahead", "之后天数"),
                Both("Better by, points of 100", "好多少，百分点"),
                Both("From", "下限"),
                Both("To", "上限"),
                Both("Customers", "客户数"),
            ],
            [
                (
                    same(row[0]),
                    same(row[2].replace("_", " ")),
                    named(SKILLS, row[3]),
                    named(RIVALS, row[4]),
                    same(row[5] if row[5] is not None else "–"),
                    *(same(points(each)) for each in row[6:9]),
                    same(count(row[9])),
                )
                for row in found
            ],
            texts=4,
        ),
    )


def calibration(export: Export, known: Tiers) -> list[Shown]:
    """Whether what was predicted came true."""
    return [_value_calibration(export), _probability_calibration(export)]


def _tenths(rows: list[tuple]) -> list[tuple]:
    """The tenths of a line, from the least that was predicted to the most."""
    return sorted((row for row in rows if row[1] != "all"), key=lambda row: row[2])


def _value_calibration(export: Export) -> Shown:
    title = Both("Did the predicted revenue come?", "预测的净消费是否兑现")
    lack = export.lacks(
        clv_calibration="business_line predicted_value horizon_days tenth status predicted_mean"
        " actual_mean rows_judged dates"
    )
    if lack:
        return lacking("clv", title, lack)
    found = export.rows(
        """
        select business_line, tenth, predicted_mean, actual_mean, rows_judged, dates, horizon_days
        from clv_calibration
        where predicted_value = 'expected_revenue' and status = 'measured'
            and predicted_mean is not null
        order by business_line, tenth
        """
    )
    overall = sorted((row for row in found if row[1] == "all"), key=lambda row: -row[4])
    if not overall:
        return lacking("clv", title, NOT_YET)
    first, money = overall[0], export.money
    ratio = first[3] / first[2] if first[2] else None
    drawn, texts_of = [], []
    for place, each in enumerate(overall[:MOST_LINES]):
        rows = _tenths([row for row in found if row[0] == each[0]])
        # Beside the mean of the line: lines differ a hundredfold.
        texts_of = [
            Both(
                f"tenth {row[1]}: predicted {money(row[2]).en}, came {money(row[3]).en} "
                f"({count(row[4])} rows)",
                f"第{row[1]}组：预测{money(row[2]).zh}，实际{money(row[3]).zh}（{count(row[4])}行）",
            )
            for row in rows
        ]
        mean = each[2] or 1.0
        drawn.append(
            Line(
                same(each[0]),
                [row[2] / mean for row in rows],
                [row[3] / mean for row in rows],
                [BLUE, RED, GREEN, "#8a6fb0", "#b0803a", "#4a9a9a", "#a05a7a", "#5a6a7a"][place],
                "lines+markers",
                texts=texts_of,
            )
        )
    furthest = max(max((*line.x, *line.y), default=1.0) for line in drawn)
    drawn.append(
        Line(Both("as predicted", "与预测一致"), [0, furthest], [0, furthest], INK, dash="dot")
    )
    return Shown(
        "clv",
        Both(
            f"{first[0]}: {money(first[2], 2).en} per customer were predicted, "
            f"{money(first[3], 2).en} came ({percent(ratio, 0)})",
            f"{first[0]}：预测客均{money(first[2], 2).zh}，实际{money(first[3], 2).zh}"
            f"（{percent(ratio, 0)}）",
        ),
        Both(
            f"Each point is a tenth of the customers by predicted revenue, over {first[5]} past "
            "dates. On the dotted line the prediction came true; below it was too high. Both as "
            "multiples of the line's mean prediction.",
            f"每个点为按预测净消费排序的十分之一客户（{first[5]}个历史日期）。"
            "虚线上为兑现，虚线下为预测偏高；均为本业务线平均预测的倍数。",
        ),
        lines(
            drawn,
            Both("predicted, times the mean", "预测（平均的倍数）"),
            Both("what came, times the mean", "实际（平均的倍数）"),
        ),
        table(
            [
                Both("Line of business", "业务线"),
                Both("Tenth (1 is the most)", "组（1最高）"),
                Both(f"Predicted, {money.unit.en}", f"预测，{money.unit.zh}"),
                Both(f"Came, {money.unit.en}", f"实际，{money.unit.zh}"),
                Both("Customers, at each date", "客户数（各日期合计）"),
            ],
            [
                (
                    same(row[0]),
                    Both("all", "全部") if row[1] == "all" else same(row[1]),
                    same(decimal(row[2])),
                    same(decimal(row[3])),
                    same(count(row[4])),
                )
                for each in overall
                for row in (each, *reversed(_tenths([r for r in found if r[0] == each[0]])))
            ],
            texts=2,
        ),
    )


PROBABILITIES = {
    "buy_probability_30_days": Both("buys within 30 days", "30天内购买"),
    "churn_probability_90_days": Both("no purchase within 90 days", "90天内不购买"),
}


def _probability_calibration(export: Export) -> Shown:
    title = Both("Did as many buy as was predicted?", "预测的购买概率是否准确")
    lack = export.lacks(
        propensity_calibration="business_line probability tenth status predicted_share"
        " actual_share rows_judged dates"
    )
    if lack:
        return lacking("propensity", title, lack)
    found = export.rows(
        """
        select business_line, tenth, predicted_share, actual_share, rows_judged, dates, probability
        from propensity_calibration
        where status = 'measured' and predicted_share is not null
        order by business_line, probability, tenth
        """
    )
    overall = sorted((row for row in found if row[1] == "all"), key=lambda row: (-row[4], row[6]))
    if not overall:
        return lacking("propensity", title, NOT_YET)
    first = overall[0]
    colours = [BLUE, RED, GREEN, "#8a6fb0", "#b0803a", "#4a9a9a", "#a05a7a", "#5a6a7a"]
    drawn = []
    for place, each in enumerate(overall[:MOST_LINES]):
        rows = _tenths([row for row in found if (row[0], row[6]) == (each[0], each[6])])
        name = named(PROBABILITIES, each[6])
        drawn.append(
            Line(
                Both(f"{each[0]}: {name.en}", f"{each[0]}：{name.zh}"),
                [row[2] for row in rows],
                [row[3] for row in rows],
                colours[place],
                "lines+markers",
                texts=[
                    Both(
                        f"tenth {row[1]}: predicted {percent(row[2])}, came {percent(row[3])} "
                        f"({count(row[4])} rows)",
                        f"第{row[1]}组：预测{percent(row[2])}，实际{percent(row[3])}"
                        f"（{count(row[4])}行）",
                    )
                    for row in rows
                ],
            )
        )
    drawn.append(Line(Both("as predicted", "与预测一致"), [0, 1], [0, 1], INK, dash="dot"))
    what = named(PROBABILITIES, first[6])
    return Shown(
        "propensity",
        Both(
            f"{first[0]}, {what.en}: {percent(first[2])} were predicted, {percent(first[3])} came",
            f"{first[0]}，{what.zh}：预测{percent(first[2])}，实际{percent(first[3])}",
        ),
        Both(
            f"Each point is a tenth of the customers by the predicted probability, over {first[5]} "
            "past dates: on the dotted line as many did as was predicted.",
            f"每个点为按预测概率排序的十分之一客户（{first[5]}个历史日期）：虚线上为与预测一致。",
        ),
        lines(
            drawn,
            Both("predicted share", "预测比例"),
            Both("share who did", "实际比例"),
            percent_x=True,
            percent_y=True,
        ),
        table(
            [
                Both("Line of business", "业务线"),
                Both("Probability", "概率"),
                Both("Tenth (1 is the most)", "组（1最高）"),
                Both("Predicted", "预测"),
                Both("Came", "实际"),
                Both("Customers, at each date", "客户数（各日期合计）"),
            ],
            [
                (
                    same(row[0]),
                    named(PROBABILITIES, row[6]),
                    Both("all", "全部") if row[1] == "all" else same(row[1]),
                    same(percent(row[2])),
                    same(percent(row[3])),
                    same(count(row[4])),
                )
                for each in overall
                for row in (
                    each,
                    *reversed(_tenths([r for r in found if (r[0], r[6]) == (each[0], each[6])])),
                )
            ],
            texts=3,
        ),
    )
