"""Python side of the customer_tiering dbt project: reading raw exports, gate, export."""
