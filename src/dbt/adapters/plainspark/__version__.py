"""Version, as dbt asks for it."""

version = "1.0.0"
