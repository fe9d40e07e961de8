"""What people use today: pandas, RFM quintiles and a lifecycle stage, for the current date alone.

One pass over one file: no rejects, no currencies, no refunds, no history, no checks, no export.
"""

import sys

import pandas as pd

orders = pd.read_parquet(
    f"{sys.argv[1]}/orders.parquet", columns=["customer_id", "ordered_at", "amount", "status"]
)
orders = orders[~orders["status"].isin(["cancelled", "pending"])]
orders["amount"] = orders["amount"].astype("float64")
orders["ordered_at"] = orders["ordered_at"].dt.normalize()
today = orders["ordered_at"].max()

by_customer = orders.groupby("customer_id", sort=False)
customers = by_customer["ordered_at"].agg(["min", "max"])
customers["days"] = by_customer["ordered_at"].nunique()
recent = orders[orders["ordered_at"] > today - pd.Timedelta(days=365)]
window = recent.groupby("customer_id", sort=False)["amount"].agg(["count", "sum"])
customers = customers.join(window).fillna({"count": 0, "sum": 0.0})

customers["recency_days"] = (today - customers["max"]).dt.days
customers["r"] = pd.qcut(customers["recency_days"].rank(method="first"), 5, labels=False)
customers["f"] = pd.qcut(customers["count"].rank(method="first"), 5, labels=False)
customers["m"] = pd.qcut(customers["sum"].rank(method="first"), 5, labels=False)

gap = (customers["max"] - customers["min"]).dt.days / (customers["days"] - 1).clip(lower=1)
gap = gap.where(customers["days"] >= 3, gap[customers["days"] >= 3].median())
ratio = customers["recency_days"] / gap.clip(lower=14)
customers["stage"] = pd.cut(
    ratio, [-1, 1.5, 3, 6, float("inf")], labels=["active", "at_risk", "dormant", "churned"]
)
print(len(customers), "customers", customers["stage"].value_counts().to_dict())
