"""The README of the sample: what is where, and which trap is where, from the ledger."""

from customer_tiering.generate.export import Ledger

TEMPLATE = """\
# Sample data

A small CRM of a coffee and tea company, 2023-07-01 to 2026-10-18: a shop for people
(`ecommerce`, mostly in China) and supplies for cafes, hotels and offices (`b2b`, also
abroad). All people and companies are invented. The data is untidy on purpose, the way
exports are. Moments without a zone are in the time of Shanghai; an empty currency is CNY.

Do not edit these files: `python -m customer_tiering.generate sample --out sample_data`
writes them, this README too, and the same seed gives the same bytes.

## What is where

| file | rows | notes |
|---|---|---|
{files}

`mapping.csv` tells which file and which headers `interactions` come from. `settings.csv` says for
which day the sample speaks (`run_date`), so that it gives the same whenever it is read.

Orders carry what the customer pays, after `discount_amount`; the items of an order add up to
its amount plus its discount. Prices and unit costs of items are in the currency of their
order, those of products in CNY.

## Which trap is where

Rows that are rejected are extra rows with identities of their own: orders from SO900001,
refunds from RF90001, interactions from I90001, events from E900001, others from 90001 after
their letters, unknown customers from 999901, unreadable customers from 009901. Negative
orders are SO800001 and following.

| file | trap | rows | what becomes of it |
|---|---|---|---|
{traps}
"""

NOTES = {
    "customers.csv": "people, companies and prospects of both lines; UTF-8 with BOM",
    "orders.csv": "UTF-8; CNY, USD, EUR",
    "order_items.csv": "one to three items an order",
    "products.csv": "names in Chinese and English",
    "refunds.csv": "in part or in full",
    "互动记录.csv": "`interactions`: calls, visits, mails, WeChat; GB18030",
    "events.parquet": "web and app events; typed Parquet",
    "campaigns.csv": "six a year; since 2025 a quarter is left out as the control",
    "tickets.csv": "questions and complaints after orders",
    "campaign_touches.csv": "whom each campaign reached, or left out by lot; what came of it",
    "opportunities.csv": "b2b deals, open, won and lost; stages in English and Chinese",
    "subscriptions.csv": "coffee and tea by the month, maintenance, leases",
    "surveys.csv": "the net promoter question and four statements, a record for each answer",
    "referrals.csv": "who recommended whom",
    "social_profiles.csv": "followers, some counted twice",
    "consents.csv": "which channels customers permit, some later withdrawn",
    "fx_rates.csv": "to CNY, by month, invented; EUR from 2023-08-01",
}


def readme(rows: dict[str, int], ledger: Ledger) -> str:
    """The text of the README.

    Args:
        rows: number of rows of each file, unreadable lines included.
        ledger: number of rows of each trap.
    """
    files = list(rows)
    by_outcome = sorted(ledger, key=lambda trap: (files.index(trap[0]), trap[2], trap[1]))
    return TEMPLATE.format(
        files="\n".join(f"| `{name}` | {rows[name]:,} | {NOTES[name]} |" for name in files),
        traps="\n".join(
            f"| `{name}` | {trap} | {ledger[name, trap, outcome]:,} | {outcome} |"
            for name, trap, outcome in by_outcome
        ),
    )
