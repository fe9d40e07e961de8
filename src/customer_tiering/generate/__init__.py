"""Invented CRM data: the committed untidy sample, and clean Parquet of any size.

Run `python -m customer_tiering.generate --help`. Both kinds of data come from the one
population model in `population`.
"""
