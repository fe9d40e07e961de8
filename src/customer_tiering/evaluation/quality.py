"""Which groups of customers are real: how alike their members are, and how long they last.

All of it is measured on the sample that clusters are learned from, in the standardised logarithms
of its measures, whatever the groups were made by. So a segmentation by attitude can be a good one
and have no place in this plane: it is told what a group says of buying, and no more.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from customer_tiering.clusters import standardise
from customer_tiering.libraries import library

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
KMEANS = "kmeans_"
TRIED = range(2, 9)
"""Numbers of clusters that are tried."""
SILHOUETTE_POINTS, BOOTSTRAP_POINTS, BOOTSTRAPS = 2000, 5000, 10
"""The silhouette grows with the square of the points, the rest with their number."""
ALL = "all"
SCHEMA = pa.schema(
    {
        "as_of_date": pa.date32(),
        "business_line": pa.string(),
        "segmentation": pa.string(),
        "group_code": pa.string(),
        "is_learned": pa.bool_(),
        "customers": pa.int64(),
        "group_count": pa.int64(),
        "share": pa.float64(),
        "smallest_share": pa.float64(),
        "largest_share": pa.float64(),
        "between_share": pa.float64(),
        "within_share": pa.float64(),
        "silhouette": pa.float64(),
        "stability": pa.float64(),
        "jaccard": pa.float64(),
        "stays_share": pa.float64(),
    }
)


def numbered(groups: Iterable[str]) -> tuple[list[str], Labels]:
    """The codes of the groups in their order, and the number of each customer's group."""
    codes, labels = np.unique(np.array(list(groups), dtype=str), return_inverse=True)
    return [str(code) for code in codes], labels


def between_share(points: Matrix, labels: Labels) -> float | None:
    """Eta squared: the share of the variance that lies between groups, of all measures, 0-1."""
    means = points.mean(axis=0)
    total = ((points - means) ** 2).sum()
    if total <= 0:
        return None
    between = sum(
        (labels == label).sum() * ((points[labels == label].mean(axis=0) - means) ** 2).sum()
        for label in np.unique(labels)
    )
    return float(between / total)


def silhouettes(points: Matrix, labels: Labels) -> Matrix | None:
    """The silhouette of each point, -1 to 1 (Rousseeuw 1987); none where there is one group."""
    if not 1 < len(np.unique(labels)) < len(points):
        return None
    return library("sklearn.metrics").silhouette_samples(points, labels)


def clustered(points: Matrix, k: int, seed: int, starts: int = 4) -> Any:
    """K-means with k-means++ from several starts, by a fixed seed."""
    kmeans = library("sklearn.cluster").KMeans(n_clusters=k, n_init=starts, random_state=seed)
    return kmeans.fit(points)


def redrawn(points: Matrix, k: int, bootstraps: int = BOOTSTRAPS, starts: int = 2) -> list[Labels]:
    """The clusters of everybody, as found from customers who were drawn with replacement.

    Args:
        points: standardised, one row per customer.
        k: number of clusters.
        bootstraps: how often customers are drawn.
        starts: of k-means each time.
    """
    random = np.random.default_rng(7)
    found = []
    for seed in range(bootstraps):
        drawn = points[random.integers(0, len(points), len(points))]
        # Of few customers there may be fewer distinct ones than clusters.
        if len(points) > 20 * k or len(np.unique(drawn, axis=0)) >= k:
            found.append(clustered(drawn, k, seed, starts).predict(points))
    return found


def agreement(both: Matrix) -> float:
    """The adjusted Rand index (Hubert and Arabie 1985) of how often each pair of clusters meets."""

    def pairs(counts: Matrix) -> float:
        return float((counts * (counts - 1) / 2).sum())

    together, rows, columns = pairs(both), pairs(both.sum(axis=1)), pairs(both.sum(axis=0))
    by_chance = rows * columns / pairs(both.sum())
    most = (rows + columns) / 2
    return 1.0 if most == by_chance else (together - by_chance) / (most - by_chance)


def stability(labels: Labels, found: Sequence[Labels]) -> tuple[float, dict[int, float]]:
    """Whether the same clusters are found in other samples of the same customers.

    The adjusted Rand index says how far the clusters that were found agree with those in question:
    1 is the same, 0 is chance. Of each cluster, the Jaccard index of the one that is most like it
    (Hennig 2007): below .6 it should not be named, from .75 on it is there.

    Args:
        labels: the cluster of each customer.
        found: what redrawn() gives.

    Returns:
        The mean adjusted Rand index, and the mean Jaccard index of each cluster.
    """
    agreements, likeness = [], []
    size = int(labels.max()) + 1
    for each in found:
        k = int(each.max()) + 1
        both = np.bincount(labels * k + each, minlength=size * k).reshape(size, k).astype(float)
        agreements.append(agreement(both))
        either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
        likeness.append((both / np.maximum(either, 1)).max(axis=1))
    if not agreements:
        return float("nan"), {}
    return float(np.mean(agreements)), dict(enumerate(np.mean(likeness, axis=0).tolist()))


def _rounded(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), 4)


def judged(
    points: Matrix,
    groups: Sequence[str],
    before: Sequence[str | None],
    found: Sequence[Labels] | None = None,
) -> list[dict]:
    """The rows of one segmentation: one for all of it, and one for each group.

    Args:
        points: standardised, one row per customer, in an order that has nothing to do with them.
        groups: the group of each.
        before: their groups at the date before; none of customers who were not in the sample.
        found: of groups that were found in the data, as they would be found otherwise.
    """
    codes, labels = numbered(groups)
    sizes = np.bincount(labels) / len(labels)
    few = labels[:SILHOUETTE_POINTS]
    silhouette = silhouettes(points[:SILHOUETTE_POINTS], few)
    is_learned = found is not None
    alike, likeness = stability(labels[:BOOTSTRAP_POINTS], found or [])
    known = np.array([each is not None for each in before])
    stayed = np.array([was == now for was, now in zip(before, groups, strict=True)])
    between = between_share(points, labels)
    rows = [
        {
            **{"group_code": ALL, "is_learned": is_learned, "customers": len(labels)},
            **{"group_count": len(codes), "share": 1.0},
            **{"smallest_share": _rounded(sizes.min()), "largest_share": _rounded(sizes.max())},
            "between_share": _rounded(between),
            "within_share": None if between is None else _rounded(1 - between),
            "silhouette": None if silhouette is None else _rounded(silhouette.mean()),
            "stability": _rounded(alike),
            "jaccard": _rounded(min(likeness.values())) if likeness else None,
            "stays_share": _rounded(stayed[known].mean()) if known.any() else None,
        }
    ]
    was = np.array([str(each) for each in before])
    for label, code in enumerate(codes):
        were_in = known & (was == code)
        of_group = silhouette[few == label] if silhouette is not None else np.array([])
        rows.append(
            {
                **{"group_code": code, "is_learned": is_learned, "group_count": len(codes)},
                "customers": int((labels == label).sum()),
                "share": _rounded(sizes[label]),
                "silhouette": _rounded(of_group.mean()) if len(of_group) else None,
                "jaccard": _rounded(likeness.get(label)),
                "stays_share": _rounded(stayed[were_in].mean()) if were_in.any() else None,
            }
        )
    return rows


def qualities(sample: pa.Table) -> pa.Table:
    """Every segmentation at the current date, and k-means with each number of clusters, by line.

    Args:
        sample: the model quality_sample: customer_id, as_of_date, business_line, measures
            (logarithms) and the groups (of_<segmentation>) of the current date and of the published
            one before it.
    """
    rows = sorted(
        sample.to_pylist(), key=lambda row: hashlib.md5(row["customer_id"].encode()).digest()
    )
    if not rows:
        return SCHEMA.empty_table()
    day = max(row["as_of_date"] for row in rows)
    earlier = {row["customer_id"]: row for row in rows if row["as_of_date"] < day}
    names = [name for name in sample.column_names if name.startswith("of_")]
    measures = [name for name in sample.column_names if name not in (*names, *KEY)]
    found = []
    for line in sorted({row["business_line"] for row in rows if row["as_of_date"] == day}):
        now = [row for row in rows if (row["as_of_date"], row["business_line"]) == (day, line)]
        before = [earlier.get(row["customer_id"], {}) for row in now]
        about = {"as_of_date": day, "business_line": line}
        found += [about | row for row in _of_line(now, before, names, measures)]
    return pa.Table.from_pylist(found, schema=SCHEMA)


def _of_line(
    now: list[dict], before: list[dict], names: list[str], measures: list[str]
) -> list[dict]:
    """The rows of one business line.

    Args:
        now: its customers at the current date.
        before: the same customers at the date before; an empty one where there is none.
        names: columns of the groups.
        measures: columns of the measures.
    """

    def matrix(of_rows: list[dict]) -> Matrix:
        return np.array([[row[name] for name in measures] for row in of_rows], dtype=float)

    points, means, scales = standardise(matrix(now))
    bounded = points[:BOOTSTRAP_POINTS]
    most = len(np.unique(bounded, axis=0))
    again = {k: redrawn(bounded, k) for k in TRIED if k <= most}
    found: list[dict] = []

    def tell(segmentation: str, parts: list[dict]) -> None:
        found.extend(part | {"segmentation": segmentation} for part in parts)

    for name in names:
        groups = [row[name] or "none" for row in now]
        k = len(set(groups))
        others = again.get(k, []) if name == "of_cluster" else None
        tell(
            name.removeprefix("of_"), judged(points, groups, [r.get(name) for r in before], others)
        )
    were = np.flatnonzero([bool(row) for row in before])
    points_before = (
        (matrix([before[place] for place in were]) - means) / scales if len(were) else None
    )
    for k, others in again.items():
        model = clustered(bounded, k, 7)
        codes = [f"cluster_{number + 1}" for number in model.predict(points)]
        old: list[str | None] = [None] * len(now)
        if points_before is not None:
            for place, number in zip(were, model.predict(points_before), strict=True):
                old[place] = f"cluster_{number + 1}"
        tell(f"{KMEANS}{k}", judged(points, codes, old, others))
    return found


KEY = ("customer_id", "as_of_date", "business_line")
