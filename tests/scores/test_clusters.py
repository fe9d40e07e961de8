"""K-means: what was planted is found again under names that stay; SQL assigns as scikit-learn."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from customer_tiering.clusters import described, fit, fitted

MEASURES = ["recency_days", "order_count", "net_revenue", "engagement_points"]


def planted(seed: int, spread: float = 0.15) -> tuple[np.ndarray, np.ndarray]:
    """Points around five centres that differ most in net revenue, and the centre of each."""
    random = np.random.default_rng(seed)
    centres = np.array([[i, 5 - i, 2 * (5 - i), (i * 3) % 5] for i in range(5)])
    labels = random.integers(0, 5, 2000)
    return centres[labels] + random.normal(0, spread, (2000, 4)), labels


def assigned(points, centroids, means, scales) -> np.ndarray:
    scaled = (points - means) / scales
    return ((scaled[:, None, :] - centroids[None]) ** 2).sum(axis=2).argmin(axis=1)


def test_planted_clusters_are_found_again_and_numbered_by_revenue():
    points, labels = planted(1)
    found = assigned(points, *fit(points, 5, 2, None))
    assert adjusted_rand_score(labels, found) > 0.95
    means = [points[found == number, 2].mean() for number in range(5)]
    assert means == sorted(means, reverse=True)


def test_the_order_of_rows_changes_nothing():
    points, _ = planted(2, spread=0.8)
    shuffled = np.random.default_rng(0).permutation(points)
    for one, other in zip(fit(points, 5, 2, None), fit(shuffled, 5, 2, None), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_names_stay_from_date_to_date():
    before, _ = planted(3)
    after, _ = planted(4)
    days = [date(2025, 1, 31)] * 2000 + [date(2025, 2, 28)] * 2000
    table = pa.table(
        {
            "customer_id": [str(n) for n in range(4000)],
            "as_of_date": days,
            "business_line": ["shop"] * 4000,
            "clusters": [5] * 4000,
        }
    )
    for place, name in enumerate(MEASURES):
        table = table.append_column(name, pa.array(np.concatenate([before, after])[:, place]))
    fits = fitted(table, {days[0]: None, days[-1]: days[0]}, MEASURES).to_pandas()
    wide = {
        day: part.pivot(index="cluster", columns="measure", values="centroid")[MEASURES].to_numpy()
        for day, part in fits.groupby("as_of_date")
    }
    first, second = (wide[day] for day in sorted(wide))
    distances = ((first[:, None] - second[None]) ** 2).sum(axis=2)
    assert distances.argmin(axis=1).tolist() == list(range(5))


def test_fewer_distinct_customers_than_clusters():
    points = np.array([[1.0, 1, 1, 1]] * 3 + [[2.0, 2, 2, 2]])
    assert len(fit(points, 5, 2, None)[0]) == 2


@pytest.mark.parametrize("line", ["ecommerce", "b2b"])
def test_sql_assigns_as_scikit_learn(sample_build, line):
    fits = sample_build.rows(
        "select cluster, measure, centroid, mean, scale from fits.fit_clusters"
        " inner join intermediate.int_scoring_dates using (as_of_date)"
        f" where is_current and business_line = '{line}'"
    )
    by = {(cluster, measure): values for cluster, measure, *values in fits}
    k = max(cluster for cluster, _ in by)
    centroids = np.array([[by[n, name][0] for name in MEASURES] for n in range(1, k + 1)])
    means, scales = (np.array([by[1, name][i] for name in MEASURES]) for i in (1, 2))
    rows = sample_build.rows(
        f"select clusters.segment, {', '.join(MEASURES)} from segments.segment_cluster as clusters"
        " inner join intermediate.int_customer_features using (customer_id, as_of_date)"
        " inner join intermediate.int_scoring_dates using (as_of_date)"
        f" where is_current and purchase_day_count > 0 and business_line = '{line}'"
    )
    values = np.log1p(np.maximum(np.array([row[1:] for row in rows], dtype=float), 0))
    model = KMeans(n_clusters=k, init=centroids, n_init=1, max_iter=1).fit(centroids)
    model.cluster_centers_ = centroids
    expected = [f"cluster_{n + 1}" for n in model.predict((values - means) / scales)]
    assert [row[0] for row in rows] == expected
    assert len(set(expected)) == k > 1


def test_what_tells_clusters_apart_is_read_off_the_tree():
    random = np.random.default_rng(3)
    recency, orders = random.integers(0, 400, 3000), random.integers(0, 10, 3000)
    labels = np.where(recency > 200, "cluster_3", np.where(orders > 5, "cluster_1", "cluster_2"))
    members = pa.table(
        {
            "customer_id": [str(n) for n in range(3000)],
            "recency_days": recency.astype(float),
            "order_count": orders.astype(float),
            "business_line": ["shop"] * 3000,
            "segment": labels,
        }
    )
    assert described(members).to_pylist() == [
        {"business_line": "shop", "cluster": cluster, "rule": rule}
        | {"rule_share": 1.0, "rule_purity": 1.0}
        for cluster, rule in [
            ("cluster_1", "recency_days <= 200.5 and order_count > 5.5"),
            ("cluster_2", "recency_days <= 200.5 and order_count <= 5.5"),
            ("cluster_3", "recency_days > 200.5"),
        ]
    ]
    # Too few to learn from: no rule rather than a wild one.
    assert described(members.slice(0, 30)).num_rows == 0


def test_the_rule_of_a_cluster_holds_for_its_customers_in_the_published_table(sample_build):
    profiles = sample_build.rows(
        "select business_line, cluster, customers, rule, rule_share, rule_purity"
        " from marts.cluster_profiles order by all"
    )
    [(customers,)] = sample_build.rows(
        "select count(*) from marts.customer_tier where not is_member"
    )
    assert sum(row[2] for row in profiles) == customers
    assert sum(row[3] is not None for row in profiles) >= 6
    for line, cluster, _, rule, share, purity in profiles:
        if rule is None:
            continue
        [(found_share, found_purity)] = sample_build.rows(f"""
            with members as (
                select segment = '{cluster}' as belongs, {rule} as meets
                from segments.cluster_members where business_line = '{line}'
            )
            select avg(meets::int) filter (belongs), avg(belongs::int) filter (meets) from members
        """)
        assert abs(found_share - share) < 0.01 and abs(found_purity - purity) < 0.01


def test_clusters_of_each_line_are_found_again_and_named_by_what_they_are(sample_build):
    quality = sample_build.query(
        "select business_line, stability, group_count from marts.segment_quality"
        " where segmentation = 'cluster' and group_code = 'all'"
    )
    assert (
        len(quality) == 2 and (quality.stability >= 0.9).all() and (quality.group_count == 3).all()
    )
    named = sample_build.query("select * from marts.cluster_profiles where cluster like 'cluster%'")
    assert not named.duplicated(["business_line", "name_en"]).any()
    for line, of_line in named.groupby("business_line"):
        spend = of_line.set_index("name_en").mean_net_revenue
        high = spend[spend.index.str.contains("high spend")]
        others = spend[~spend.index.str.contains("high spend")]
        assert len(high) and high.min() > others.max(), line
