"""Small worlds at random: the persons are those of a few lines of Python, in whatever order."""

import csv
import random
import shutil
import tempfile
from pathlib import Path

from compiled import CompiledReading
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEADER = ["customer_id", "name", "email", "phone", "birth_date", "member_number", "created_at"]
MOST_NAMES = 4

# So few values that most are shared; written as they are compared, so the oracle need not read.
IDS = [f"C{number}" for number in range(9)]
record = st.tuples(
    st.sampled_from(IDS),
    st.sampled_from(["", "ann", "ben", "王芳", "dora", "eve", "finn"]),
    st.sampled_from(["", "", "a@x.cn", "b@x.cn", "c@x.cn", "d@x.cn"]),
    st.sampled_from(["", "", "8613800000001", "8613800000002"]),
    st.sampled_from(["", "1990-01-01", "1991-01-01"]),
    st.sampled_from(["", "", "", "m1", "m2"]),
    st.sampled_from(["", "2024-01-01", "2024-02-01", "2025-01-01"]),
)
decision = st.tuples(
    st.sampled_from(IDS), st.sampled_from(IDS), st.sampled_from(["same", "different"])
).filter(lambda each: each[0] != each[1])
worlds = st.tuples(
    st.lists(record, min_size=2, max_size=12), st.lists(decision, max_size=3), st.randoms()
)


def expected(records: list[tuple], decisions: list[tuple]) -> dict[str, str]:
    """The customer of each record that is one of several, by the words of docs/identities.md."""
    keys: dict[tuple, dict] = {}
    of_phone: dict[str, set[str]] = {}
    contacts: dict[tuple[str, str], tuple[set, set]] = {}
    for _, name, email, phone, birth_date, *_ in records:
        of_phone.setdefault(phone, set()).update({name} - {""})
        emails, phones = contacts.setdefault((name, birth_date), (set(), set()))
        emails.update({email} - {""})
        phones.update({phone} - {""})
    for id_, name, email, phone, birth_date, member, _ in records:
        phone_key = (2, "phone", phone)
        if len(of_phone[phone]) > 1:
            phone_key += (name or f"nameless {id_}",)
        found = [(1, "member", member)] if member else []
        found += [(2, "email", email)] if email else []
        found += [phone_key] if phone else []
        if name and birth_date and max(map(len, contacts[name, birth_date])) < 2:
            found += [(3, "born", name, birth_date)]
        for key in found:
            keys.setdefault(key, {})[id_] = True
    latest = {frozenset(pair[:2]): pair[2] for pair in decisions}
    for pair, word in latest.items():
        if word == "same":
            keys[(0, "decision", *sorted(pair))] = dict.fromkeys(pair)
    names: dict[str, set[str]] = {}
    dates: dict[str, str] = {}
    for id_, name, *_, created in records:
        names.setdefault(id_, set()).update({name} - {""})
        dates[id_] = min(dates.get(id_, "9999"), created or "9999")
    customer_of: dict[str, str] = {}
    for level in range(4):
        links = [set(ids) for key, ids in keys.items() if key[0] <= level and len(ids) > 1]
        for group in connected(links):
            parted = any(pair <= group for pair, word in latest.items() if word == "different")
            all_names = set().union(*(names.get(id_, set()) for id_ in group))
            if not parted and len(all_names) <= MOST_NAMES:
                first = min(group, key=lambda id_: (dates.get(id_, "9999"), id_))
                customer_of |= dict.fromkeys(group, first)
    return customer_of


def connected(links: list[set[str]]) -> list[set[str]]:
    groups: list[set[str]] = []
    for link in links:
        apart = [group for group in groups if not group & link]
        groups = [*apart, link.union(*(group for group in groups if group & link))]
    return groups


def write(folder: Path, files: list[list[tuple]], decisions: list[tuple]) -> None:
    (folder / "customers").mkdir(parents=True, exist_ok=True)
    for number, rows in enumerate(files):
        with (folder / "customers" / f"{number}.csv").open(
            "w", newline="", encoding="utf-8"
        ) as file:
            csv.writer(file).writerows([HEADER, *rows])
    rows = [
        f"{one},{other},{word},Kim,asked,2026-01-0{n + 1}" for n, (one, other, word) in decisions
    ]
    header = "customer_id,other_customer_id,decision,author,reason,decided_at"
    (folder / "identity_decisions.csv").write_text("\n".join([header, *rows]) + "\n")
    (folder / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,amount\n1,C0,2026-01-01,1\n"
    )


def persons(reading: CompiledReading, folder: Path, **how) -> dict[str, str]:
    with reading.read(folder, last="identities", **how) as connection:
        found = connection.execute("select record_id, customer_id from staging.identities")
        return dict(found.fetchall())


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(worlds)
def test_persons_depend_on_the_records_alone(reading, world):
    records, decisions, chance = world
    numbered = list(enumerate(decisions))
    wanted = expected(records, decisions)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder / "once", [records], numbered)
        assert persons(reading, folder / "once") == wanted
        # Other rows first, in other files, by more threads.
        shuffled = chance.sample(records, len(records))
        cut = chance.randrange(len(shuffled) + 1)
        chance.shuffle(numbered)
        write(folder / "other", [shuffled[:cut], shuffled[cut:]], numbered)
        assert persons(reading, folder / "other", threads=4) == wanted
        # Day by day.
        write(folder / "days", [shuffled[:cut]], numbered[:1])
        shutil.copytree(folder / "days", folder / "first")
        write(folder / "days", [shuffled[:cut], shuffled[cut:]], numbered)
        days = [folder / "first"]
        assert persons(reading, folder / "days", days=days) == wanted


def test_such_worlds_have_persons_of_several_records():
    """The test of the test."""
    chance = random.Random(1)
    several = 0
    for _ in range(30):
        records = [
            (chance.choice(IDS), "ann", chance.choice(["a@x.cn", "b@x.cn", ""]), "", "", "", "")
            for _ in range(6)
        ]
        several += bool(expected(records, []))
    assert several > 20
