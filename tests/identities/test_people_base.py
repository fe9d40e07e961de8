"""Many people in three systems, with planted errors: whom the models join, and whom not."""

from collections import Counter

import people_base
import pytest
from conftest import WITHOUT_TESTS, Workspace
from people_base import KINDS, SYSTEMS

MOST_RECORDS = 20
# What exact keys must find of each kind. Where both records have neither a common contact nor a
# birth date there is nothing to find them by; where all is mistyped, nothing exact.
LEAST_RECALL = {
    "equal": 0.9,
    "written otherwise": 0.9,
    "phone alone": 0.7,
    "moved e-mail": 0.8,
    "new phone": 0.7,
    "typo in the e-mail": 0.8,
    "typo in the phone": 0.7,
    "typo in the name": 0.65,
    "masked phone": 0.5,
    "no contacts": 0.35,
    "all mistyped": 0,
}


def judge(folder, count: int) -> None:
    people = people_base.draw(count)
    people.write(folder / "data")
    workspace = Workspace(folder, folder / "data")
    variables = {"run_date": "2026-11-01"}
    words = ("-s", "+identities", "+int_identity_reviews")
    workspace.dbt("build", *WITHOUT_TESTS, *words, variables=variables)
    customer_of = dict(workspace.rows("select record_id, customer_id from staging.identities"))
    assert customer_of.keys() <= people.person_of.keys()

    right, wrong = people_base.pairs_right_and_wrong(people, customer_of)
    precision = right / (right + wrong)
    first_of = {
        person: record for record, person in people.person_of.items() if not people.kind_of[record]
    }
    found, drawn = Counter(), Counter()
    for record, kind in people.kind_of.items():
        if kind:
            first = first_of[people.person_of[record]]
            drawn[kind] += 1
            found[kind] += customer_of.get(record, record) == customer_of.get(first, first)
    recall = {kind: found[kind] / drawn[kind] for kind in KINDS}
    record_count = len(people.person_of)
    print(f"{record_count:,} records of {count:,} people: {right:,} pairs right, {wrong:,} wrong")
    print(f"precision {precision:.5f}, recall {sum(found.values()) / sum(drawn.values()):.3f}")
    for kind, share in recall.items():
        print(f"  {kind:<20}{share:.3f} of {drawn[kind]:,}")
    reviews = (
        "select problem, count(*), max(records) from intermediate.int_identity_reviews"
        " group by problem order by problem"
    )
    print(workspace.rows(reviews))

    assert precision >= 0.999
    records = Counter(customer_of.values())
    assert max(records.values()) <= MOST_RECORDS
    assert {kind: share for kind, share in recall.items() if share < LEAST_RECALL[kind]} == {}
    # The customer has the id of the first system that the person is in.
    systems = {record: record.partition(":")[0] for record in people.person_of if ":" in record}
    for record, customer in customer_of.items():
        rank = [SYSTEMS.index(systems.get(id_, SYSTEMS[0])) for id_ in (record, customer)]
        assert rank[1] <= rank[0], (record, customer)


def test_of_3_000_people_nobody_is_taken_for_another(tmp_path):
    judge(tmp_path, 3_000)


@pytest.mark.long
def test_of_200_000_people_nearly_nobody_is_taken_for_another(tmp_path):
    judge(tmp_path, 200_000)
