"""A small CRM that changes day by day; a day's run must leave the tables as a full one would.

The world is written as a CRM exports it: files of the day beside those of before, corrections as
later versions, and now and then a file that is exported anew.
"""

import csv
import gc
import json
import os
import random
import shutil
from contextlib import chdir
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar

import duckdb
from conftest import copy_project

FIRST_DAY = date(2025, 1, 6)
START = date(2026, 3, 20)
COLUMNS = {
    "customers": [
        *("customer_id", "business_line", "created_at", "name", "updated_at"),
        *("region", "acquisition_channel", "email", "phone", "member_number"),
    ],
    "orders": [
        *("order_id", "customer_id", "ordered_at", "amount", "status", "currency"),
        *("business_line", "updated_at"),
    ],
    "order_items": ["order_id", "line_number", "product_id", "quantity", "unit_price", "unit_cost"],
    "products": ["product_id", "unit_cost"],
    "refunds": ["refund_id", "customer_id", "refunded_at", "amount", "order_id"],
    "interactions": ["interaction_id", "customer_id", "occurred_at", "channel"],
    "events": ["event_id", "customer_id", "occurred_at", "event_type"],
    "campaign_touches": ["touch_id", "customer_id", "campaign_id", "touched_at", "outcome"],
    "campaigns": ["campaign_id", "discount_rate"],
    "tickets": ["ticket_id", "customer_id", "opened_at", "closed_at"],
    "opportunities": [
        *("opportunity_id", "customer_id", "created_at", "stage", "amount", "currency"),
        *("closed_at", "updated_at"),
    ],
    "referrals": ["referral_id", "customer_id", "referred_at", "referred_customer_id"],
    "fx_rates": ["currency", "valid_from", "rate"],
    "tier_overrides": [
        *("customer_id", "tier_code", "reason", "author", "valid_from", "valid_until"),
    ],
    "identity_decisions": [
        *("customer_id", "other_customer_id", "decision", "author", "reason", "decided_at"),
    ],
    "deletions": ["customer_id", "requested_at"],
}
# What can happen on a day. `replaced` ones make a source be read anew.
EVENTS = [
    "orders",
    "late_order",
    "corrected_order",
    "moved_order",
    "cancelled_order",
    "copied_order",
    "future_order",
    "refund",
    "stray_refund",
    "items_before_order",
    "call",
    "touch",
    "deal",
    "new_customer",
    "customer_changes_line",
    "customer_moves",
    "second_record",
    "record_between",
    "key_corrected",
    "decided",
    "override",
    "exported_anew",
    "order_taken_out",
    "rate",
    "forgotten",
    "policy",
    "nothing",
]
# Otherwise most days would read every record anew.
EVENTS = EVENTS + 2 * EVENTS[:18]
# Written for the run and not for the next: what took part in it.
OF_THE_RUN = {
    "evaluation_dates_to_restate",
    "evaluation_inputs",
    "evaluation_sample",
    "int_activity_calendar",
    "int_basket_features",
    "int_event_features",
    "int_pipeline_features",
    "int_revenue_features",
    "int_service_features",
    "int_voice_features",
    "int_changed_customers",
    "int_customer_states",
    "int_dates_to_restate",
    "int_leading_business_lines",
    "int_scoring_spans",
    "int_touched_customers",
    "fit_dates_to_restate",
    "tier_dates_to_restate",
    "stg_arrived_keys",
    "stg_changed_keys",
    "regrouped_customers",
    "tier_publications",
    # How many other ids this run has found; since when something was told.
    "identities_forgotten",
    "customer_identities",
}
# What had been told by a date is another in a warehouse that was built later.
RESTATED_ROWS = {"marts.tier_performance": "where grouping_name <> 'published_tier'"}


@dataclass
class World:
    """The CRM: what it has exported so far, and what day it is.

    Attributes:
        folder: holds the data, a copy of the project, the warehouses.
        random: decides what an event does.
        variables: of dbt, besides the run date.
        day: today.
        parsed: the project as dbt has parsed it, for each set of variables. It is the same in all
            worlds: what changes in a world is data and rules, and no model.
    """

    parsed: ClassVar[dict[str, Any]] = {}

    folder: Path
    random: random.Random
    variables: dict[str, str | int] = field(default_factory=dict)
    day: date = START
    number: int = 0
    customers: list[str] = field(default_factory=list)
    orders: list[dict] = field(default_factory=list)
    waiting: list[dict] = field(default_factory=list)
    emails: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def begin(self) -> None:
        """Write what the CRM exported until the first day, as one file for each source."""
        copy_project(self.project)
        # A tier that hangs on an attribute, which has no date of its own.
        for seed, row in {
            "rules": "guardrail,all,far_away,90,1,int_customers.region,=,far",
            "guardrails": "far_away,B,D,Far away,偏远",
        }.items():
            with (self.project / "seeds" / f"{seed}.csv").open("a", encoding="utf-8") as file:
                file.write(f"{row}\n")
        rows: dict[str, list[dict]] = {source: [] for source in COLUMNS}
        for _ in range(24):
            rows["customers"].append(self._customer(FIRST_DAY))
        days = (START - FIRST_DAY).days
        for _ in range(110):
            order = self._order(FIRST_DAY + timedelta(self.random.randrange(days)))
            rows["orders"].append(order)
            if self.random.random() < 0.3:
                rows["order_items"].append(self._item(order["order_id"]))
        rows["products"] = [
            {"product_id": f"P{number}", "unit_cost": 3 + number} for number in range(4)
        ]
        rows["campaigns"] = [{"campaign_id": "K1", "discount_rate": "0.1"}]
        rows["fx_rates"] = [{"currency": "USD", "valid_from": "2024-12-01", "rate": "7.1"}]
        for source, records in rows.items():
            self._write(self.data / f"{source}.csv", source, records)

    def next_day(self, events: list[str], days: int) -> None:
        """Let some days pass and write what has happened since, in files of the new day."""
        self.day += timedelta(days)
        new: dict[str, list[dict]] = {source: [] for source in COLUMNS}
        new["orders"] += [order for order in self.waiting if order["ordered_at"] <= str(self.day)]
        self.waiting = [order for order in self.waiting if order not in new["orders"]]
        for event in events:
            getattr(self, f"_{event}")(new)
        # A day without any order moves no date: as_of_date is that of the last order.
        new["orders"].append(self._order(self.day))
        for source, records in new.items():
            if records:
                self._write(self.data / source / f"{self.day}.csv", source, records)

    # --- what happens ---------------------------------------------------------------------

    def _orders(self, new: dict) -> None:
        new["orders"] += [self._order(self.day - timedelta(self.random.randrange(5)))]

    def _late_order(self, new: dict) -> None:
        order = self._order(self.day - timedelta(self.random.randrange(20, 300)))
        new["orders"].append(order)
        new["order_items"].append(self._item(order["order_id"]))

    def _corrected_order(self, new: dict) -> None:
        self._version(new, amount=str(self.random.choice([0, 5, 99, 2500, -40])))

    def _moved_order(self, new: dict) -> None:
        """To another customer, line and day: the old ones must lose it."""
        self._version(
            new,
            customer_id=self.random.choice(self.customers),
            business_line=self.random.choice(["b2b", "ecommerce", ""]),
            ordered_at=str(self.day - timedelta(self.random.randrange(200))),
        )

    def _cancelled_order(self, new: dict) -> None:
        self._version(new, status=self.random.choice(["cancelled", "completed", "who knows"]))

    def _copied_order(self, new: dict) -> None:
        new["orders"].append(dict(self.random.choice(self.orders)))

    def _future_order(self, new: dict) -> None:
        """Rejected today, as it is dated later; a later run takes it."""
        new["orders"].append(self._order(self.day + timedelta(self.random.randrange(1, 9))))

    def _refund(self, new: dict) -> None:
        order = self.random.choice(self.orders)
        new["refunds"].append(self._refund_of(order["customer_id"], order["order_id"]))

    def _stray_refund(self, new: dict) -> None:
        """Of somebody who orders only later: rejected until then."""
        stranger = self._id("C")
        new["refunds"].append(self._refund_of(stranger, ""))
        new["interactions"].append(self._contact(stranger))
        order = self._order(self.day + timedelta(self.random.randrange(1, 9)), stranger)
        self.waiting.append(order)

    def _items_before_order(self, new: dict) -> None:
        order = self._order(self.day + timedelta(self.random.randrange(1, 9)))
        new["order_items"].append(self._item(order["order_id"]))
        self.waiting.append(order)

    def _call(self, new: dict) -> None:
        new["interactions"].append(self._contact(self.random.choice(self.customers)))
        new["events"].append(
            {
                "event_id": self._id("E"),
                "customer_id": self.random.choice(self.customers),
                "occurred_at": str(self.day),
                "event_type": "view",
            }
        )

    def _touch(self, new: dict) -> None:
        """By a campaign, also of a stranger; somebody asks, somebody recommends a stranger."""
        stranger = self._id("C")
        for customer in (self.random.choice(self.customers), stranger):
            touch = {"touch_id": self._id("K"), "customer_id": customer, "campaign_id": "K1"}
            outcome = self.random.choice(["clicked", "opened", ""])
            touched_at = self.day - timedelta(self.random.randrange(40))
            new["campaign_touches"].append(
                touch | {"touched_at": str(touched_at), "outcome": outcome}
            )
        self.waiting.append(
            self._order(self.day + timedelta(self.random.randrange(1, 9)), stranger)
        )
        new["referrals"].append(
            {
                "referral_id": self._id("F"),
                "customer_id": self.random.choice(self.customers),
                "referred_at": str(self.day),
                "referred_customer_id": stranger,
            }
        )
        new["tickets"].append(
            {
                "ticket_id": self._id("T"),
                "customer_id": self.random.choice(self.customers),
                "opened_at": str(self.day - timedelta(self.random.randrange(90))),
                "closed_at": self.random.choice(["", str(self.day)]),
            }
        )
        if self.random.random() < 0.3:
            new["campaigns"].append(
                {"campaign_id": "K1", "discount_rate": self.random.choice(["0", "0.2"])}
            )

    def _deal(self, new: dict) -> None:
        """A new opportunity, or the first one in its next stage."""
        deal = {
            "opportunity_id": "D1" if self.random.random() < 0.5 else self._id("D"),
            "customer_id": self.random.choice(self.customers),
            "created_at": str(self.day - timedelta(self.random.randrange(200))),
            "amount": "5000",
            "currency": self.random.choice(["", "USD"]),
            "updated_at": str(self.day),
        }
        stage, closed = self.random.choice([("proposal", ""), ("won", str(self.day))])
        new["opportunities"].append(deal | {"stage": stage, "closed_at": closed})

    def _new_customer(self, new: dict) -> None:
        new["customers"].append(self._customer(self.day))

    def _customer_changes_line(self, new: dict) -> None:
        new["customers"].append(
            {
                "customer_id": self.random.choice(self.customers),
                "business_line": self.random.choice(["b2b", "ecommerce"]),
                "created_at": str(FIRST_DAY),
                "name": "Changed",
                "updated_at": str(self.day),
            }
        )

    def _customer_moves(self, new: dict) -> None:
        moved = self.random.choice(self.customers)
        new["customers"].append(self._record_of(moved, FIRST_DAY) | {"updated_at": str(self.day)})

    def _second_record(self, new: dict) -> None:
        """Of somebody who is known: two customers become one, or one more record is theirs."""
        known = self.random.choice(self.customers)
        record = self._customer(self.day - timedelta(self.random.randrange(400)))
        record["email"] = self.emails.setdefault(record["customer_id"], self._email(known))
        if self.random.random() < 0.5:
            record["name"] = f"Name of {known}"
        new["customers"].append(record)
        new["orders"].append(self._order(self.day, record["customer_id"]))

    def _record_between(self, new: dict) -> None:
        """It has the e-mail of one customer and the member number of another."""
        one, other = self.random.sample(self.customers, 2)
        record = self._customer(self.day) | {"member_number": other.lower()}
        record["email"] = self.emails.setdefault(record["customer_id"], self._email(one))
        new["customers"].append(record)

    def _key_corrected(self, _new: dict) -> None:
        """In the file itself, as versions of a record add their keys: what it connected parts."""
        with (self.data / "customers.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        row = self.random.choice(rows)
        if row["customer_id"] in self.customers:
            row["email"] = self.emails[row["customer_id"]] = self.random.choice(
                [self._email(self.random.choice(self.customers)), f"{self._id('m')}@example.com"]
            )
        self._write(self.data / "customers.csv", "customers", rows)

    def _decided(self, new: dict) -> None:
        one, other = self.random.sample(self.customers, 2)
        if self.random.random() < 0.5:
            alike = [
                customer
                for customer in self.customers
                if customer != one and self._email(customer) == self._email(one)
            ]
            other = self.random.choice(alike or [other])
        new["identity_decisions"].append(
            {
                "customer_id": one,
                "other_customer_id": other,
                "decision": self.random.choice(["same", "different"]),
                "author": "Kim",
                "reason": "asked",
                "decided_at": str(self.day),
            }
        )

    def _override(self, new: dict) -> None:
        new["tier_overrides"].append(
            {
                "customer_id": self.random.choice(self.customers),
                "tier_code": self.random.choice(["A", "B", "D"]),
                "reason": "strategic",
                "author": "Li",
                "valid_from": str(self.day - timedelta(self.random.randrange(60))),
                "valid_until": str(self.day + timedelta(self.random.randrange(60))),
            }
        )

    def _exported_anew(self, new: dict) -> None:
        """The first file of the orders once more, in another order."""
        header, *lines = (self.data / "orders.csv").read_text("utf-8").splitlines()
        self.random.shuffle(lines)
        (self.data / "orders.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")

    def _order_taken_out(self, new: dict) -> None:
        header, *lines = (self.data / "orders.csv").read_text("utf-8").splitlines()
        lines.pop(self.random.randrange(len(lines)))
        (self.data / "orders.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")

    def _rate(self, new: dict) -> None:
        valid_from = self.day - timedelta(self.random.randrange(90))
        rate = self.random.choice(["6.9", "7.4"])
        new["fx_rates"].append({"currency": "USD", "valid_from": str(valid_from), "rate": rate})

    def _forgotten(self, new: dict) -> None:
        customer = self.random.choice(self.customers)
        self._without({customer})
        new["deletions"].append({"customer_id": customer, "requested_at": str(self.day)})

    def _without(self, customers: set[str]) -> None:
        """Nothing more happens to those who asked to be forgotten, by whatever id."""
        self.customers = [each for each in self.customers if each not in customers]
        self.orders = [each for each in self.orders if each["customer_id"] not in customers]
        self.waiting = [each for each in self.waiting if each["customer_id"] not in customers]

    def _policy(self, new: dict) -> None:
        bands = self.project / "seeds" / "tier_bands.csv"
        text = bands.read_text("utf-8")
        graces = {"default,A,80,100,1": "default,A,80,100,2", "b2b,C,20,50,0": "b2b,C,20,50,1"}
        for old, changed in graces.items():
            text = text.replace(old, changed) if old in text else text.replace(changed, old)
        bands.write_text(text, "utf-8")

    def _nothing(self, new: dict) -> None:
        pass

    # --- records --------------------------------------------------------------------------

    def _id(self, letter: str) -> str:
        self.number += 1
        return f"{letter}{self.number:05}"

    def _customer(self, since: date) -> dict:
        self.customers.append(self._id("C"))
        return self._record_of(self.customers[-1], since)

    def _record_of(self, customer: str, since: date) -> dict:
        return {
            "customer_id": customer,
            "business_line": self.random.choice(["b2b", "ecommerce", "ecommerce", ""]),
            "created_at": str(since),
            "name": f"Name of {customer}",
            "updated_at": str(since),
            "region": self.random.choice(["near", "near", "far"]),
            "acquisition_channel": self.random.choice(["shop", "web"]),
            "email": self._email(customer),
            "member_number": customer.lower(),
        }

    def _email(self, customer: str) -> str:
        return self.emails.get(customer, f"{customer}@example.com".lower())

    def _order(self, day: date, customer: str | None = None) -> dict:
        order = {
            "order_id": self._id("O"),
            "customer_id": customer or self.random.choice(self.customers),
            "ordered_at": str(day),
            "amount": str(self.random.choice([20, 20, 35, 80, 120, 700])),
            "status": "completed",
            "currency": self.random.choice(["", "", "USD"]),
            "business_line": self.random.choice(["ecommerce", "ecommerce", "b2b", ""]),
            "updated_at": str(day),
        }
        self.orders.append(order)
        return order

    def _version(self, new: dict, **changes: str) -> None:
        order = self.random.choice(self.orders)
        order.update(changes, updated_at=str(self.day))
        new["orders"].append(dict(order))

    def _item(self, order_id: str) -> dict:
        return {
            "order_id": order_id,
            "line_number": "1",
            "product_id": f"P{self.random.randrange(4)}",
            "quantity": self.random.randrange(1, 4),
            "unit_price": 9,
            "unit_cost": self.random.choice(["", "4"]),
        }

    def _refund_of(self, customer: str, order_id: str) -> dict:
        return {
            "refund_id": self._id("R"),
            "customer_id": customer,
            "refunded_at": str(self.day - timedelta(self.random.randrange(40))),
            "amount": "15",
            "order_id": order_id,
        }

    def _contact(self, customer: str) -> dict:
        return {
            "interaction_id": self._id("I"),
            "customer_id": customer,
            "occurred_at": str(self.day),
            "channel": "phone",
        }

    def _write(self, path: Path, source: str, records: list[dict]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[source])
            writer.writeheader()
            writer.writerows(records)

    # --- runs -----------------------------------------------------------------------------

    def run(self, warehouse: str, *words: str) -> Path:
        """Build in this process, without tests and files; returns the warehouse."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        path = self.folder / warehouse / "warehouse.duckdb"
        path.parent.mkdir(exist_ok=True)
        command = ["--quiet", "build", "--exclude-resource-type", "test", "unit_test"]
        variables = json.dumps({"run_date": str(self.day)} | self.variables)
        of_all_days = json.dumps(self.variables)
        command += ["--exclude", "published_export", "--vars", variables]
        command += ["--target-path", str(self.folder / "target"), "--log-level-file", "none"]
        settings = {"CRM_DATA": str(self.data), "DUCKDB_PATH": str(path)}
        before = {name: os.environ.get(name) for name in settings}
        os.environ.update(settings)
        try:
            with chdir(self.project):
                if of_all_days not in self.parsed:
                    parse = ["parse", "--quiet", *command[-6:]]
                    self.parsed[of_all_days] = dbtRunner().invoke(parse).result
                    # What stays is not looked through for garbage in every run.
                    gc.freeze()
                manifest = self.parsed[of_all_days]
                for node in manifest.nodes.values():
                    # Another world may have parsed it, but the rules are those of this one.
                    if node.resource_type == "seed":
                        node.root_path = str(self.project)
                result = dbtRunner(manifest=manifest).invoke([*command, *words])
        finally:
            # Otherwise the file stays open until this process ends.
            DuckDBConnectionManager.close_all_connections()
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        assert result.success, [
            (each.node.name, each.message)
            for each in (result.result or [])
            if each.status not in ("success", "skipped")
        ] or result.exception
        self._without(forgotten(path))
        return path

    def run_from_scratch(self) -> Path:
        """Build the same day in a new warehouse."""
        shutil.rmtree(self.folder / "whole", ignore_errors=True)
        return self.run("whole")


def tables_that_differ(left: Path, right: Path) -> dict[str, tuple[int, int]]:
    """Restated tables that are not equal: rows of the one only, of the other only."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left}' as l (read_only)")
        connection.execute(f"attach '{right}' as r (read_only)")
        names = "select schema_name || '.' || table_name from duckdb_tables() where database_name"
        layers = "'staging', 'intermediate', 'fits', 'scores', 'tiers', 'evaluation', 'marts'"
        schemas = f"schema_name in ({layers})"
        of = {
            side: {
                name
                for (name,) in connection.execute(f"{names} = '{side}' and {schemas}").fetchall()
            }
            for side in "lr"
        }
        assert of["l"] == of["r"]
        compared = {name for name in of["l"] if name.split(".")[1] not in OF_THE_RUN}
        assert len(compared) >= 28, sorted(compared)
        differ = {}
        for name in sorted(compared):
            restated = RESTATED_ROWS.get(name, "")
            only = {
                (one, other): connection.execute(
                    f"select count(*) from (from {one}.{name} {restated} except all"
                    f" from {other}.{name} {restated})"
                ).fetchone()[0]
                for one, other in [("l", "r"), ("r", "l")]
            }
            if any(only.values()):
                differ[name] = tuple(only.values())
        return differ


def forgotten(warehouse) -> set[str]:
    """Who has asked to be forgotten."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        query = "select trim(customer_id) from raw.deletions"
        return {customer for (customer,) in connection.execute(query).fetchall()}
