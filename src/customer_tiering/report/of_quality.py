"""The section of the report about which groups of customers are real."""

from dataclasses import replace

from customer_tiering.report.figures import (
    BLUE,
    TIERS,
    Line,
    Series,
    Shown,
    bars,
    lacking,
    lines,
    table,
)
from customer_tiering.report.known_tiers import Tiers
from customer_tiering.report.reading import Export
from customer_tiering.report.words import Both, code_in_words, count, decimal, named, percent, same

SEGMENTATIONS = {
    "tier": Both("Tiers", "等级"),
    "lifecycle": Both("Lifecycle", "生命周期"),
    "rfm": Both("RFM segments", "RFM分群"),
    "rfm_zh": Both("Eight RFM classes", "RFM八分类"),
    "cluster": Both("Clusters in use", "正在使用的聚类"),
    "tree": Both("Rules of the tree", "决策树规则"),
    "worth": Both("Worth so far", "历史价值"),
    "value_loyalty": Both("Value and loyalty", "价值与忠诚"),
    "value_engagement": Both("Value and engagement", "价值与互动"),
    "persona": Both("Personas", "画像"),
    "scenario": Both("Scenarios", "场景"),
    "attitude": Both("Attitudes", "态度"),
    "market": Both("Market segments", "市场细分"),
}


def groups(export: Export, known: Tiers) -> list[Shown]:
    """How much each segmentation tells of buying, and how many clusters can be found again."""
    title = Both("Which groups are real", "哪些群体真实存在")
    lack = export.lacks(
        segment_quality="business_line segmentation group_code is_learned customers group_count"
        " smallest_share between_share silhouette stability jaccard stays_share"
    )
    if lack:
        return [lacking("groups", title, lack)]
    rows = [
        dict(zip(NAMES, row, strict=True))
        for row in export.rows(
            f"select {', '.join(NAMES)} from segment_quality where group_code = 'all'"
            " order by between_share desc nulls last, segmentation"
        )
    ]
    if not rows:
        return [lacking("groups", title, Both("Nobody has bought yet.", "还没有客户购买。"))]
    sizes = {row["business_line"]: row["customers"] for row in rows}
    lines_of_business = sorted(sizes, key=lambda line: (-sizes[line], line))
    shown = []
    for line in lines_of_business:
        of_line = [row for row in rows if row["business_line"] == line]
        shown += [
            _of_line(each, line, len(lines_of_business))
            for each in (_segmentations(of_line), _clusters(of_line))
        ]
    return shown


def _of_line(shown: Shown, line: str, of_lines: int) -> Shown:
    """The same with the line in its key and title, where there are several."""
    if of_lines == 1:
        return shown
    words = code_in_words(line)
    title = Both(f"{words}: {shown.title.en}", f"{words}：{shown.title.zh}")
    return replace(shown, key=f"{shown.key}_{line}", title=title)


NAMES = (
    "business_line",
    *("segmentation", "is_learned", "customers", "group_count", "smallest_share", "between_share"),
    *("silhouette", "stability", "jaccard", "stays_share"),
)


def _segmentations(rows: list[dict]) -> Shown:
    used = [row for row in rows if not row["segmentation"].startswith("kmeans_")]
    best = used[0]
    stay = [row for row in used if row["stays_share"] is not None]
    least = min(stay, key=lambda row: row["stays_share"]) if stay else None

    def name(row: dict) -> Both:
        return named(SEGMENTATIONS, row["segmentation"])

    return Shown(
        "groups",
        Both(
            f"{name(best).en} tell most of how customers buy: {percent(best['between_share'], 0)} "
            "of what tells them apart",
            f"{name(best).zh}最能说明购买行为：解释了客户差异的{percent(best['between_share'], 0)}",
        ),
        Both(
            "Share of the variance of recency, orders, revenue and engagement that "
            "lies between the groups. Clusters are made to divide these very measures; attitudes "
            "and markets are not made from buying, and may be useful all the same."
            + (
                f" Fewest stay from one period to the next in: {name(least).en} "
                f"({percent(least['stays_share'], 0)})."
                if least
                else ""
            ),
            "最近购买、订单、净消费和互动的差异中，存在于群体之间的占比。聚类本来就是"
            "按这些指标划分的；态度和市场细分不是按购买行为划分的，但仍可能有用。"
            + (
                f"周期之间变动最多的是{name(least).zh}"
                f"（留在原群的占{percent(least['stays_share'], 0)}）。"
                if least
                else ""
            ),
        ),
        bars(
            [name(row) for row in used],
            [
                Series(
                    Both("between the groups", "群体之间"),
                    [row["between_share"] or 0 for row in used],
                    [same(percent(row["between_share"], 0)) for row in used],
                    BLUE,
                )
            ],
            Both("share of the variance between the groups", "群体之间的差异占比"),
            is_percent=True,
        ),
        table(
            [
                Both("Segmentation", "分群"),
                Both("Groups", "群体数"),
                Both("Smallest", "最小群体"),
                Both("Between groups", "群体之间"),
                Both("Silhouette", "轮廓系数"),
                Both("Stay", "留在原群"),
            ],
            [
                (
                    name(row),
                    same(count(row["group_count"])),
                    same(percent(row["smallest_share"])),
                    same(percent(row["between_share"])),
                    same(decimal(row["silhouette"])),
                    same(percent(row["stays_share"])),
                )
                for row in used
            ],
        ),
    )


def _clusters(rows: list[dict]) -> Shown:
    title = Both("How many clusters", "分几个聚类")
    tried = sorted(
        (row for row in rows if row["segmentation"].startswith("kmeans_") and row["stability"]),
        key=lambda row: row["group_count"],
    )
    if not tried:
        return lacking(
            "clusters",
            title,
            Both("Too few different customers to cluster.", "不同的客户太少，无法聚类。"),
        )
    named_well = [row for row in tried if (row["jaccard"] or 0) >= 0.75]
    most = named_well[-1] if named_well else None
    ks = [row["group_count"] for row in tried]
    return Shown(
        "clusters",
        Both(
            f"Up to {most['group_count']} clusters are found again when customers are drawn anew",
            f"重新抽取客户后，最多{most['group_count']}个聚类仍能得到",
        )
        if most
        else Both(
            "No number of clusters is found again in all of its groups",
            "无论分几个聚类，都有群体不能重新得到",
        ),
        Both(
            "Ten times customers are drawn anew and clustered. Stability is the agreement with the "
            "clusters at hand (adjusted Rand, 1 the same, 0 chance); the weakest cluster is by its "
            "Jaccard index, and should have no name below 0.6. The silhouette alone mostly takes "
            "few clusters.",
            "重新抽取客户并聚类十次。稳定性是与现有聚类的一致程度（调整兰德指数，1为相同，0为偶然）；"
            "最弱的聚类按 Jaccard 指数，低于0.6不宜命名。只看轮廓系数多半偏向少数几个聚类。",
        ),
        lines(
            [
                Line(
                    name,
                    ks,
                    [row[column] if row[column] is not None else 0 for row in tried],
                    colour,
                    "lines+markers",
                    texts=[
                        Both(
                            f"{row['group_count']} clusters: {decimal(row[column])}",
                            f"{row['group_count']}个聚类：{decimal(row[column])}",
                        )
                        for row in tried
                    ],
                )
                for name, column, colour in (
                    (Both("stability", "稳定性"), "stability", TIERS[0]),
                    (Both("weakest cluster", "最弱的聚类"), "jaccard", "#c2452d"),
                    (Both("silhouette", "轮廓系数"), "silhouette", TIERS[2]),
                )
            ],
            Both("number of clusters", "聚类个数"),
            Both("index, 1 is best", "指数，1为最好"),
        ),
        table(
            [
                Both("Clusters", "聚类"),
                Both("Stability", "稳定性"),
                Both("Weakest cluster", "最弱的聚类"),
                Both("Silhouette", "轮廓系数"),
                Both("Smallest", "最小群体"),
                Both("Stay", "留在原群"),
            ],
            [
                (
                    same(code_in_words(str(row["group_count"]))),
                    same(decimal(row["stability"])),
                    same(decimal(row["jaccard"])),
                    same(decimal(row["silhouette"])),
                    same(percent(row["smallest_share"])),
                    same(percent(row["stays_share"])),
                )
                for row in tried
            ],
        ),
    )
