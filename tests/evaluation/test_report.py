"""The report: one page from the export alone, in both languages, right, and whole by itself."""

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from browser import Browser
from conftest import PROJECT, Workspace, copy_of_build
from test_campaigns import invented, sums_of

from customer_tiering.campaigns import effects
from customer_tiering.report.__main__ import report
from customer_tiering.report.reading import Export, NoExportError, as_json
from customer_tiering.report.whole import SECTIONS
from customer_tiering.report.words import Both, Money, count, percent, plain, points

OWN = {"customer_tier", "customer_actions", "customer_360", "tier_migration", "row_reconciliation"}
OWN |= {"customer_tier_changes", "rejected_records", "tier_publications"}


class Page(HTMLParser):
    """A page taken apart.

    Attributes:
        tags: every tag with its attributes.
        texts: what stands in both languages, by language; of the whole page and by article.
        tables: rows of the table of each article, in English.
        figures: of the charts.
    """

    def __init__(self, file: Path):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.texts: dict[str, list[str]] = {"en": [], "zh": []}
        self.articles: dict[str, str] = {}
        self.tables: dict[str, list[list[str]]] = {}
        self.heads: list[str] = []
        self._open: list[tuple[str, dict]] = []
        self._article = ""
        text = file.read_text("utf-8")
        self.feed(text)
        self.close()
        assert not self._open, self._open
        [found] = re.findall(r'<script id="figures" type="application/json">(.*?)</script>', text)
        self.figures = json.loads(found)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self._open.append((tag, dict(attrs)))
        if tag == "article":
            self._article = dict(attrs)["id"]
            self.articles[self._article] = ""
        if tag == "tr":
            self.tables.setdefault(self._article, []).append([])
        if tag in ("td", "th"):
            self.tables[self._article][-1].append("")

    def handle_endtag(self, tag):
        opened, _ = self._open.pop()
        assert opened == tag, (opened, tag)
        if tag == "article":
            self._article = ""

    def handle_data(self, data):
        languages = [
            attrs["lang"] for tag, attrs in self._open if tag == "span" and "lang" in attrs
        ]
        for language in languages:
            self.texts[language].append(data)
        if self._article and "zh" not in languages:
            self.articles[self._article] += data
            if any(tag in ("td", "th") for tag, _ in self._open):
                self.tables[self._article][-1][-1] += data

    def numbers(self, article: str, column: int) -> list[float]:
        """A column of the table of an article."""
        cells = [row[column] for row in self.tables[article][1:]]
        return [float(cell.replace(",", "").replace("−", "-").rstrip("%")) for cell in cells]


def copy_of(export: Path, folder: Path) -> Path:
    """An export to damage."""
    return Path(shutil.copytree(export, folder / "export", symlinks=True))


@pytest.fixture(scope="module")
def export(sample_build) -> Path:
    return sample_build.export


@pytest.fixture(scope="module")
def written(export, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("report") / "new" / "report.html"
    report(export, file)
    return file


@pytest.fixture(scope="module")
def page(written) -> Page:
    return Page(written)


@pytest.fixture(scope="module")
def tables(export):
    """The tables of the export, read on their own."""
    with duckdb.connect() as connection:
        for path in (export / "latest").glob("*.parquet"):
            files = f"{path}/*.parquet" if path.is_dir() else path
            connection.execute(f"create view {path.stem} as from '{files}'")
        yield connection


# --- The page ---------------------------------------------------------------------------------


def test_the_page_asks_nobody_for_anything(page, written):
    for tag, attributes in page.tags:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            assert re.match(r"#|data:|$", attributes.get(name) or ""), (tag, attributes)
    text = written.read_text("utf-8")
    styles = "".join(re.findall(r"<style>(.*?)</style>", text, re.DOTALL))
    assert styles and not re.search(r"url\(|@import|https?:", styles)
    [policy] = [each["content"] for _, each in page.tags if "http-equiv" in each]
    assert "default-src 'none'" in policy and "connect-src" not in policy
    # The library once, and our script; nothing that is loaded.
    assert [each for tag, each in page.tags if tag == "script"] == [
        {"id": "figures", "type": "application/json"},
        {},
        {},
    ]
    assert text.count("plotly.js v") <= 2


def test_every_section_is_there_in_both_languages(page):
    assert [each["id"] for tag, each in page.tags if tag == "section"] == list(SECTIONS)
    for name, _ in SECTIONS.values():
        if name.en != name.zh:
            assert name.en in page.texts["en"] and name.zh in page.texts["zh"]
    assert len(page.texts["en"]) == len(page.texts["zh"]) > 100
    chinese = re.compile("[\u4e00-\u9fff]")
    # Names of sources, policies and codes stay as they are.
    assert not [text for text in page.texts["en"] if chinese.search(text) and text != "中文"]
    titles = [part for part in page.texts["zh"] if len(part) > 25]
    assert titles and all(chinese.search(text) for text in titles)


def test_every_chart_is_one_that_plotly_knows(page):
    graph_objects = pytest.importorskip("plotly.graph_objects", reason="the extra report")
    assert set(page.figures) > {"tiers", "flows", "stake", "actions", "rfm", "concentration"}
    for key, by_language in page.figures.items():
        assert by_language.keys() == {"en", "zh"}
        for figure in by_language.values():
            # Refuses whatever it does not know.
            drawn = graph_objects.Figure(figure)
            assert all(len(trace.to_plotly_json()) > 1 for trace in drawn.data), key
        first, second = (len(each["data"]) for each in by_language.values())
        assert first == second > 0


def test_no_person_is_named(written, tables):
    text = written.read_text("utf-8")
    ids = [row[0] for row in tables.execute("select customer_id from customer_tier").fetchall()]
    words = set(re.findall(r"[\w@.-]+", re.sub(r"<script>.*", "", text, flags=re.DOTALL)))
    assert len(ids) > 1000 and not words & set(ids)
    assert "raw_record" not in text


# --- The figures ------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_export(page, tables):
    def one(query):
        return tables.execute(query).fetchone()

    [customers, revenue] = one(
        "select count(*), sum(net_revenue) from customer_tier where not is_member"
    )
    assert sum(page.numbers("tiers", 1)) == customers
    assert sum(page.numbers("tiers", 3)) == pytest.approx(float(revenue), abs=3)
    assert f"CNY\u00a0{revenue:,.0f}" in page.articles["tiers"]
    assert page.tables["tiers"][0][3] == "Net revenue, CNY"
    assert sum(page.numbers("lines", 2)) == customers
    assert sum(page.numbers("lines", 3)) == pytest.approx(float(revenue), abs=6)
    [(value,)] = tables.execute("select sum(lifetime_value) from customer_360").fetchall()
    assert sum(page.numbers("lifetime", 2)) == pytest.approx(value, abs=3)
    [(value,)] = tables.execute("select sum(value_at_stake) from customer_actions").fetchall()
    assert sum(page.numbers("actions", 5)) == pytest.approx(float(value), abs=20)
    assert sum(page.numbers("actions", 4)) == sum(page.numbers("stake", 2)) == customers
    assert sum(page.numbers("stake", 3)) == pytest.approx(float(value), abs=20)
    first, urgent = one(
        "select min(priority), count(*) filter (priority = (select min(priority) from"
        " customer_actions)) from customer_actions"
    )
    assert f"{urgent} customers come first today (priority {first}" in page.articles["actions"]


def test_moves_are_those_of_the_last_closed_period(page, tables):
    ended = "(select max(as_of_date) from tier_migration where not is_current)"
    [(all_of_them, stayed)] = tables.execute(
        "select sum(customers), sum(customers) filter (from_tier_code = to_tier_code)"
        f" from tier_migration where as_of_date = {ended}"
    ).fetchall()
    assert sum(page.numbers("flows", 2)) == all_of_them
    link = page.figures["flows"]["en"]["data"][0]["link"]
    assert sum(link["value"]) == all_of_them - stayed
    [(up, down)] = tables.execute(
        "select count(*) filter (direction = 'up'), count(*) filter (direction = 'down')"
        f" from customer_tier_changes where as_of_date = {ended}"
    ).fetchall()
    assert f"{up} customers moved up and {down} down between" in page.articles["flows"]
    [above, below] = page.figures["ups"]["en"]["data"]
    assert above["y"][-1] == up and below["y"][-1] == -down


def test_planes_and_curves_are_those_of_the_export(page, tables):
    [trace] = page.figures["rfm"]["en"]["data"]
    drawn = sum(int(text.replace(",", "")) for row in trace["text"] for text in row if text)
    bought = tables.execute("select count(rfm_cell) from customer_360").fetchone()[0]
    assert drawn == bought == sum(page.numbers("segments", 1))
    [(champions,)] = tables.execute(
        "select count(*) from customer_360 where rfm_cell[1] = '5' and rfm_cell[2] = '5'"
    ).fetchall()
    assert trace["text"][4][4] == f"{champions:,}"
    curve = page.figures["concentration"]["en"]["data"][0]
    revenue = [
        float(row[0])
        for row in tables.execute(
            "select net_revenue from customer_tier where order_count > 0 order by 1 desc"
        ).fetchall()
    ]
    for x, y in zip(curve["x"], curve["y"], strict=True):
        top = round(x * len(revenue))
        assert y == pytest.approx(sum(revenue[:top]) / sum(revenue), abs=1e-9)
    assert curve["y"][-1] == pytest.approx(1)


def test_records_and_rules_are_those_of_the_export(page, tables):
    [(read, rejected)] = tables.execute(
        "select sum(rows_in), sum(rows_rejected) from row_reconciliation"
    ).fetchall()
    assert sum(page.numbers("sources", 1)) == read
    assert sum(page.numbers("sources", 3)) == rejected == sum(page.numbers("rejects", 3))
    assert f"Of {read:,} records {rejected:,}" in page.articles["sources"]
    told = tables.execute("select count(*) from tier_publications").fetchone()[0]
    assert sum(page.numbers("versions", 5)) == told


def test_campaigns_are_those_of_the_export(page, tables):
    rows, compared, shown = tables.execute(
        "select count(*), count(adjusted_difference) filter (outcome = 'spend'), count(*) filter"
        " (outcome = 'spend' and verdict = 'shown') from campaign_effect"
        " where grouping_name = 'all'"
    ).fetchone()
    assert len(page.tables["campaigns"]) == rows + 1 and compared > 5
    assert f"{shown} of {compared} campaigns that can be compared" in page.articles["campaigns"]


def test_campaigns_that_left_nobody_out_are_told(export, tables, tmp_path):
    copy = copy_of(export, tmp_path)
    table = (copy / "latest").resolve() / "campaign_effect.parquet"
    duckdb.sql(f"create or replace table c as from '{table}' where verdict = 'no_control'")
    duckdb.sql(f"copy c to '{table}' (format parquet)")
    report(copy, tmp_path / "page.html")
    [(cost,)] = duckdb.sql("select sum(cost) from c").fetchall()
    told = f"cost CNY\u00a0{cost:,.0f}; none can be judged"
    assert told in Page(tmp_path / "page.html").articles["campaigns"]


def test_campaigns_with_a_control_are_drawn(export, tmp_path):
    copy = copy_of(export, tmp_path)
    table = (copy / "latest").resolve() / "campaign_effect.parquet"
    people = invented(7, gain=0.1)
    judged = effects(sums_of(people, ("tier",), cost=3000.0)).append_column(  # noqa: F841
        "campaign_name", pa.array(["May"] * 18)
    )
    duckdb.sql(f"copy (from judged) to '{table}' (format parquet)")
    report(copy, tmp_path / "page.html")
    page = Page(tmp_path / "page.html")
    assert "1 of 1 campaigns that can be compared are shown" in page.articles["campaigns"]
    [trace] = page.figures["campaigns"]["en"]["data"]
    is_treated = (people.arm == "treated").to_numpy()
    raw = people.spend[is_treated].mean() - people.spend[~is_treated].mean()
    assert trace["x"][0] == pytest.approx(raw, rel=0.2)
    assert trace["error_x"]["array"][0] > 0
    assert len(page.figures["gains"]["zh"]["data"][0]["x"]) == 4


# --- What an export lacks ---------------------------------------------------------------------


def test_what_is_missing_is_said_and_never_drawn_empty(export, tmp_path):
    copy = copy_of(export, tmp_path)
    latest = (copy / "latest").resolve()
    (latest / "customer_360.parquet").unlink()
    shutil.rmtree(latest / "customer_tier_changes.parquet")
    (latest / "row_reconciliation.parquet").unlink()
    connection = duckdb.connect()
    actions = latest / "customer_actions.parquet"
    connection.execute(f"create table a as select * exclude (owner_role) from '{actions}'")
    connection.execute(f"copy a to '{actions}' (format parquet)")
    told = report(copy, tmp_path / "page.html")
    page = Page(tmp_path / "page.html")
    for key, what in {
        "lifetime": "customer_360",
        "rfm": "customer_360",
        "segments": "customer_360",
        "flows": "customer_tier_changes",
        "ups": "customer_tier_changes",
        "sources": "row_reconciliation",
        "actions": "customer_actions.owner_role",
    }.items():
        assert f"Not shown: this export has no {what}." in page.articles[key]
        assert key not in page.figures
    assert len(told) >= 7
    assert "stake" in page.figures and "tiers" in page.figures
    assert any("本次导出缺少 customer_360。" in text for text in page.texts["zh"])


def test_an_export_of_nothing_but_a_manifest_makes_a_page(tmp_path):
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "manifest.json").write_text('{"as_of_date": "2026-10-18"}')
    report(tmp_path, tmp_path / "page.html")
    page = Page(tmp_path / "page.html")
    assert page.figures == {}
    assert all("Not shown" in text for text in page.articles.values())


def test_empty_tables_are_told(export, tmp_path):
    copy = copy_of(export, tmp_path)
    for path in (copy / "latest").resolve().glob("*.parquet"):
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        for place, file in enumerate(files):
            if place:
                file.unlink()
                continue
            duckdb.sql(f"create or replace table t as from '{file}' limit 0")
            duckdb.sql(f"copy t to '{file}' (format parquet)")
    report(copy, tmp_path / "page.html")
    page = Page(tmp_path / "page.html")
    assert page.figures == {}


@pytest.mark.parametrize("manifest", [None, "", "[]", '{"as_of_date": "soon"}'])
def test_without_an_export_the_way_to_one_is_told(tmp_path, manifest):
    if manifest is not None:
        (tmp_path / "latest").mkdir()
        (tmp_path / "latest" / "manifest.json").write_text(manifest)
    with pytest.raises(NoExportError, match="Run: make build"):
        report(tmp_path, tmp_path / "page.html")
    if manifest is None:
        done = subprocess.run(
            [sys.executable, "-m", "customer_tiering.report"],
            env={"EXPORT_PATH": str(tmp_path), "PYTHONPATH": str(PROJECT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1 and done.stderr.startswith("There is no export in ")
    assert not (tmp_path / "page.html").exists()


def test_a_damaged_table_is_named(export, tmp_path):
    copy = copy_of(export, tmp_path)
    (copy / "latest" / "customer_360.parquet").write_bytes(b"PAR1 not")
    with pytest.raises(NoExportError, match="customer_360"):
        report(copy, tmp_path / "page.html")


# --- Words ------------------------------------------------------------------------------------


def test_words_from_the_data_stay_words(export, tmp_path):
    copy = copy_of(export, tmp_path)
    actions = (copy / "latest").resolve() / "customer_actions.parquet"
    evil = '<a href="https://example.com">call</a></script><b>'
    duckdb.sql(f"create or replace table t as from '{actions}'")
    duckdb.execute("update t set action_en = ?, action_zh = ?", [evil, evil])
    duckdb.sql(f"copy t to '{actions}' (format parquet)")
    report(copy, tmp_path / "page.html")
    page = Page(tmp_path / "page.html")
    assert not [each for tag, each in page.tags if tag == "a" and "example" in each["href"]]
    label = page.figures["actions"]["en"]["layout"]["annotations"][0]["text"]
    assert "&lt;a href" in label and "<a" not in label


def test_numbers_are_written_as_people_read_them():
    assert (count(1234567.6), count(-1200), count(None)) == ("1,234,568", "−1,200", "–")
    assert (percent(0.12345), percent(0.5, 0), percent(None)) == ("12.3%", "50%", "–")
    assert points(-0.0123) == "−1.23"
    assert Money("EUR")(1234.5, 2) == Both("EUR\u00a01,234.50", "1,234.50\u00a0EUR")
    assert Money("")(10) == Both("10", "10")
    assert plain("a<b>&") == "a&lt;b&gt;&amp;"
    assert as_json({"a": "</script>"}) == '{"a":"\\u003c/script>"}'


def test_a_page_in_a_folder_that_cannot_be_made_is_told(export, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RuntimeError, match="REPORT_PATH"):
        report(export, tmp_path / "file" / "page.html")


def test_one_set_is_read_whatever_is_published_meanwhile(export, tmp_path):
    copy = copy_of(export, tmp_path)
    opened = Export(copy / "latest")
    (copy / "latest").unlink()
    assert opened.one("select count(*) from customer_tier")[0] > 1000


def test_a_set_has_the_page_where_it_is_asked_for(sample_build, written, tmp_path):
    asked = copy_of_build(sample_build, tmp_path, environment={"EXPORT_REPORT": "yes"})
    asked.dbt("run", "-s", "published_export")
    of_set, alone = Page(asked.export / "latest" / "report.html"), Page(written)
    assert of_set.tables == alone.tables and set(of_set.figures) == set(alone.figures)
    Workspace(tmp_path).dbt("run", "-s", "published_export")
    assert not (asked.export / "latest" / "report.html").exists()


# --- In a browser -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    with Browser() as opened:
        yield opened


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_browser_draws_every_chart(browser, written, page, width, language):
    browser.errors.clear()
    browser.requests.clear()
    browser.open(written, f"lang={language}", width)
    drawn = browser.run(
        "Object.fromEntries([...document.querySelectorAll('.chart')].map(each => [each.id, ["
        "each.querySelectorAll('path, rect.bg, image, text').length,"
        "each.getBoundingClientRect().width, each.querySelector('.svg-container').clientWidth]]))"
    )
    assert {key.removeprefix("chart-") for key in drawn} == set(page.figures)
    for key, (parts, room, wide) in drawn.items():
        assert parts > 5 and 0 < wide <= room + 1, (key, parts, room, wide)
    # Nothing sticks out to the right of the window.
    assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")
    shown = browser.run("document.querySelector('h1').innerText")
    assert shown.startswith("客户等级报告" if language == "zh" else "Customer tiers as of")
    pdf = browser.pdf()
    assert pdf.startswith(b"%PDF") and 3 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 20
    assert browser.errors == []
    asked = [each for each in browser.requests if not each.startswith("data:")]
    assert asked == [f"{written.as_uri()}?lang={language}"]


def test_a_click_changes_the_language(browser, written):
    browser.open(written, "lang=en", 1400)
    label = "document.querySelector('#chart-tiers .annotation').textContent"
    before = browser.run(label)
    browser.run("document.getElementById('switch').click()")
    assert browser.run("document.documentElement.lang") == "zh-CN"
    assert browser.run(label) != before
    assert "客户" in browser.run("document.querySelector('#tiers h3').innerText")
