"""The sources beside orders the way exports look, with a few traps in each."""

import random

from customer_tiering.generate.export import Export, Ledger, untidy_date
from customer_tiering.generate.records import Record

# Source: its key, which planted records have from 9..., its date, and what else nobody can read.
TRAPS: dict[str, tuple[str, str, dict[str, object]]] = {
    "tickets": ("ticket_id", "opened_at", {"satisfaction": "great"}),
    "campaign_touches": ("touch_id", "touched_at", {}),
    "opportunities": ("opportunity_id", "created_at", {"stage": "dreaming", "currency": "XYZ"}),
    "subscriptions": ("subscription_id", "started_at", {"monthly_amount": "free"}),
    "surveys": ("response_id", "answered_at", {"answer": "11"}),
    "referrals": ("referral_id", "referred_at", {}),
}
STRANGER = "999901"


def exports(crm: dict[str, list[Record]], ledger: Ledger) -> list[Export]:
    """One export for each of these sources.

    Args:
        crm: tidy records by source.
        ledger: number of rows of each trap; traps are added.
    """
    names = ["campaigns", *TRAPS, "social_profiles", "consents"]
    return [_export(name, crm[name], ledger) for name in names]


def _export(name: str, records: list[Record], ledger: Ledger) -> Export:
    rng = random.Random(f"untidy {name}")
    file = Export(f"{name}.csv", [], rng, ledger)
    key, moment, unreadable = TRAPS.get(name, ("", "", {}))
    for record in records:
        row = dict(record)
        if name in ("tickets", "opportunities"):
            row[moment] = untidy_date(rng, record[moment], file)
        file.rows.append(row)
    if name == "social_profiles":
        file.plant_each("followers `many`", rng.sample(records, 1), followers="many")
        file.plant_each("unknown customer", rng.sample(records, 1), customer_id=STRANGER)
    if name == "consents":
        file.plant_each("state `maybe`", rng.sample(records, 1), state="maybe")
        file.plant_each("unknown customer", rng.sample(records, 1), customer_id=STRANGER)
    if not key:
        return file
    prefix = str(records[0][key]).rstrip("0123456789")
    numbers = iter(range(90_001, 91_000))
    good = [r for r in records if name != "surveys" or r["question"] == "NPS"]

    def base() -> list[Record]:
        return [{**record, key: f"{prefix}{next(numbers)}"} for record in rng.sample(good, 1)]

    file.repeat(rng.sample(list(file.rows), 2))
    file.plant_each("no key", base(), **{key: None})
    file.plant_each("no customer", base(), customer_id=None)
    file.plant_each("date `soon`", base(), **{moment: "soon"})
    file.plant_each("date in 2099", base(), **{moment: "2099-01-01"})
    file.plant_each("unknown customer", base(), customer_id=STRANGER)
    for column, value in unreadable.items():
        file.plant_each(f"{column.replace('_', ' ')} `{value}`", base(), **{column: value})
    return file
