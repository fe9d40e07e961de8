"""Logistic regression of what customers did next, from a bounded sample per date."""

import numpy as np
import pyarrow as pa

from customer_tiering.libraries import library

PLACES = 6
"""Decimals of what is published. Customers are scored by the coefficients as published."""
MIN_OF_EACH = 20
SCHEMA = pa.schema(
    {
        "as_of_date": pa.date32(),
        "target": pa.string(),
        "learned_at": pa.date32(),
        "measure": pa.string(),
        "coefficient": pa.float64(),
        "mean": pa.float64(),
        "customers": pa.int32(),
        "came_share": pa.float64(),
    }
)
INTERCEPT = "intercept"


def coefficients(points: np.ndarray, came: np.ndarray) -> tuple[float, np.ndarray]:
    """The intercept and one coefficient per measure, in the measures' own units.

    Ridge-penalised maximum likelihood on standardised measures (Hosmer and Lemeshow, "Applied
    logistic regression"); the likelihood's intercept makes it calibrated as a whole.

    Args:
        points: one row per customer, one column per measure (logarithms).
        came: whether it came, of the same length, both values present.
    """
    means, scales = points.mean(axis=0), points.std(axis=0)
    scales[scales < 1e-9] = 1.0
    regression = library("sklearn.linear_model").LogisticRegression(C=1.0, max_iter=500)
    model = regression.fit((points - means) / scales, came)
    own = model.coef_[0] / scales
    return float(model.intercept_[0] - own @ means), own


def fitted(sample: pa.Table, measures: list[str]) -> pa.Table:
    """One row per date, target and measure, and one for the intercept.

    A date and target with fewer than 20 customers of either outcome has no rows.

    Args:
        sample: the table fit_propensity_sample.
        measures: names of its measures.
    """
    frame = sample.to_pandas().sort_values("customer_id")
    rows = []
    for (day, target, learned_at), part in frame.groupby(["as_of_date", "target", "learned_at"]):
        came = part["has_come"].to_numpy(dtype=bool)
        if min(came.sum(), (~came).sum()) < MIN_OF_EACH:
            continue
        points = part[measures].to_numpy(dtype=float)
        intercept, own = coefficients(points, came)
        values = [
            (INTERCEPT, intercept, 0.0),
            *zip(measures, own, points.mean(axis=0), strict=True),
        ]
        for name, value, mean in values:
            numbers = (round(float(value), PLACES), round(float(mean), PLACES), len(part))
            rows.append(
                (day, target, learned_at, name, *numbers, round(float(came.mean()), PLACES))
            )
    columns = zip(*rows, strict=True) if rows else [[] for _ in SCHEMA]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
