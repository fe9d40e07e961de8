"""K-means clusters with names that stay, from a bounded sample per date."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from customer_tiering.libraries import library

PLACES = 6
"""Decimals of what is published. Customers are assigned by the centroids as published."""
SCALE_FLOOR = 1e-9
Matrix = NDArray[np.float64]


def standardise(points: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Take the mean off each column and divide it by its standard deviation.

    Args:
        points: one row per customer, one column per measure (logarithms).

    Returns:
        The scaled points, the means and the scales (1 for a column that does not vary).
    """
    means = points.mean(axis=0).round(PLACES)
    scales = points.std(axis=0).round(PLACES)
    scales[scales < SCALE_FLOOR] = 1.0
    return (points - means) / scales, means, scales


def cold_centroids(points: Matrix, k: int, sort_by: int) -> Matrix:
    """Centroids in the units of the points, the cluster with the greatest `sort_by` first.

    Starts from k-means++ with a fixed seed (Arthur and Vassilvitskii 2007). The rows are sorted
    first, so that their order makes no difference.

    Args:
        points: one row per customer; at least `k` distinct ones.
        k: number of clusters.
        sort_by: the column whose mean numbers the clusters.
    """
    ordered = points[np.lexsort(points.T[::-1])]
    scaled, means, scales = standardise(ordered)
    kmeans = library("sklearn.cluster").KMeans(n_clusters=k, n_init=4, random_state=7)
    found = kmeans.fit(scaled).cluster_centers_
    centroids = found * scales + means
    return centroids[np.argsort(-centroids[:, sort_by], kind="stable")]


def fit(
    points: Matrix, k: int, sort_by: int, start: Matrix | None
) -> tuple[Matrix, Matrix, Matrix]:
    """Centroids of the scaled points, their means and scales, in that order.

    Args:
        points: one row per customer.
        k: number of clusters; fewer where there are fewer distinct points.
        sort_by: the column that numbers the clusters of a cold start.
        start: centroids to start from, in the units of the points, so that cluster 1 stays
            cluster 1 from date to date; None for a cold start.
    """
    k = min(k, len(np.unique(points, axis=0)))
    if start is None or len(start) != k:
        start = cold_centroids(points, k, sort_by)
    ordered = points[np.lexsort(points.T[::-1])]
    scaled, means, scales = standardise(ordered)
    initial = (start - means) / scales
    kmeans = library("sklearn.cluster").KMeans(n_clusters=k, init=initial, n_init=1, max_iter=100)
    model = kmeans.fit(scaled)
    return model.cluster_centers_.round(PLACES), means, scales


def fitted(sample: pa.Table, dates: dict[Any, Any], measures: list[str]) -> pa.Table:
    """One row per date, business line, cluster and measure.

    A date starts from the cold centroids of the date before it: names stay, and what is found at a
    date depends on no other date than these two.

    Args:
        sample: customer_id, as_of_date, business_line, clusters (how many) and the measures, which
            are logarithms.
        dates: the previous date of each date, None for the first.
        measures: names of the columns to cluster by.
    """
    groups = zip(*(sample[name].to_pylist() for name in GROUP), strict=True)
    values = np.column_stack([sample[name].to_numpy().astype(float) for name in measures])
    places: dict[Any, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    points = {group: values[rows] for group, rows in places.items()}
    clusters = sample["clusters"].to_pylist()
    sort_by = measures.index("net_revenue")
    rows = []
    for day, line in sorted(points):
        k = clusters[places[day, line][0]]
        before = points.get((dates.get(day), line))
        distinct = 0 if before is None else len(np.unique(before, axis=0))
        start = cold_centroids(before, k, sort_by) if before is not None and distinct >= k else None
        here = points[day, line]
        centroids, means, scales = fit(here, k, sort_by, start)
        for number, centroid in enumerate(centroids, start=1):
            for name, value, mean, scale in zip(measures, centroid, means, scales, strict=True):
                rows.append((day, line, number, name, value, mean, scale, len(here)))
    columns = zip(*rows, strict=True) if rows else [[] for _ in SCHEMA]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


GROUP = ("as_of_date", "business_line")
SCHEMA = pa.schema(
    [("as_of_date", pa.date32()), ("business_line", pa.string())]
    + [("cluster", pa.int32()), ("measure", pa.string())]
    + [(name, pa.float64()) for name in ("centroid", "mean", "scale")]
    + [("customers", pa.int32())]
)


def described(members: pa.Table) -> pa.Table:
    """What tells each cluster from the others, by the leaves of a small decision tree.

    A cluster is described by the leaves most of whose customers are its own (CART: Breiman,
    Friedman, Olshen and Stone 1984, three levels).

    Args:
        members: customer_id, business_line, segment and the measures in their own units.

    Returns:
        One row per business line and cluster: rule (in words), rule_share (of the cluster, 0-1, how
        many meet it), rule_purity (of those who meet it, 0-1, how many are in the cluster).
    """
    found = []
    for line in sorted(set(members["business_line"].to_pylist())):
        of_line = members.filter(pc.equal(members["business_line"], line))
        found += [(line, *row) for row in _rules(of_line.sort_by("customer_id"))]
    columns = list(zip(*found, strict=True)) or [[] for _ in RULES_SCHEMA]
    return pa.Table.from_arrays(
        [pa.array(column, kind) for column, kind in zip(columns, RULES_SCHEMA.types, strict=True)],
        schema=RULES_SCHEMA,
    )


def _rules(members: pa.Table) -> list[tuple[str, str, float, float]]:
    """The rows of one line: cluster, rule, share and purity."""
    labels = np.array(members["segment"].to_pylist(), dtype=object)
    measures = [name for name in members.column_names if name not in NO_MEASURES]
    rows = []
    if len(labels) >= 2 * MIN_LEAF:
        points = np.column_stack([members[name].to_numpy().astype(float) for name in measures])
        tree = library("sklearn.tree").DecisionTreeClassifier(
            max_depth=3, min_samples_leaf=MIN_LEAF, random_state=7
        )
        leaves = tree.fit(points, labels.astype(str)).apply(points)
        main_label = {}
        for leaf in set(leaves):
            label, count = Counter(labels[leaves == leaf]).most_common(1)[0]
            main_label[leaf] = label if count > (leaves == leaf).sum() / 2 else None
        paths = _paths(tree.tree_, measures, main_label)
        for label in sorted({label for label, _ in paths if label}):
            meets = np.isin(leaves, [leaf for leaf in main_label if main_label[leaf] == label])
            belongs = labels == label
            rule = " or ".join(path for path_label, path in paths if path_label == label)
            share, purity = float(meets[belongs].mean()), float(belongs[meets].mean())
            rows.append((label, rule, round(share, 4), round(purity, 4)))
    return rows


NO_MEASURES = ("customer_id", "business_line", "segment")
MIN_LEAF = 20
RULES_SCHEMA = pa.schema(
    {
        "business_line": pa.string(),
        "cluster": pa.string(),
        "rule": pa.string(),
        "rule_share": pa.float64(),
        "rule_purity": pa.float64(),
    }
)


def _paths(
    tree: Any, measures: list[str], main_label: dict[int, str | None]
) -> list[tuple[str | None, str]]:
    """The conditions that lead to each label, in words; of one measure the tightest bounds.

    Branches that end in one label are not told apart.
    """
    paths = []

    def labels_below(node: int) -> set[str | None]:
        if tree.children_left[node] < 0:
            return {main_label[node]}
        return labels_below(tree.children_left[node]) | labels_below(tree.children_right[node])

    def walk(node: int, bounds: dict[tuple[str, str], float]) -> None:
        labels = labels_below(node)
        if len(labels) == 1:
            words = [f"{name} {operator} {bound:g}" for (name, operator), bound in bounds.items()]
            paths.append((*labels, " and ".join(words)))
            return
        measure = measures[tree.feature[node]]
        bound = round(float(tree.threshold[node]), 2)
        walk(tree.children_left[node], bounds | {(measure, "<="): bound})
        walk(tree.children_right[node], bounds | {(measure, ">"): bound})

    walk(0, {})
    return paths
