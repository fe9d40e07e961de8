"""The page: sections, charts and tables as HTML that asks nobody for anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources

from customer_tiering.report.figures import Shown, Table
from customer_tiering.report.reading import as_json
from customer_tiering.report.words import Both

# What the browser may load: nothing, from nowhere. Styles and scripts stand in the page.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)

NO_SCRIPT = Both(
    "The charts need JavaScript; all figures are in the tables.",
    "图表需要 JavaScript；全部数据见表格。",
)


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes:
        key: its anchor.
        name: what it is about.
        parts: what it shows.
    """

    key: str
    name: Both
    parts: Sequence[Shown]


def both(text: Both) -> str:
    """A text in both languages, of which the page shows one."""
    if text.en == text.zh:
        return escape(text.en)
    return f'<span lang="en">{escape(text.en)}</span><span lang="zh">{escape(text.zh)}</span>'


def _table(shown: Table) -> str:
    def cell(tag: str, place: int, text: Both) -> str:
        kind = ' class="number"' if place in shown.numbers else ""
        return f"<{tag}{kind}>{both(text)}</{tag}>"

    head = "".join(cell("th", place, text) for place, text in enumerate(shown.heads))
    rows = "\n".join(
        "<tr>" + "".join(cell("td", place, text) for place, text in enumerate(row)) + "</tr>"
        for row in shown.rows
    )
    return (
        f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _part(part: Shown, alone: bool) -> str:
    kinds = " ".join(
        name for name, holds in (("lacking", part.is_lacking), ("wide", alone)) if holds
    )
    pieces = [
        f'<article id="{part.key}"{f" class={chr(34)}{kinds}{chr(34)}" if kinds else ""}>',
        f"<h3>{both(part.title)}</h3>",
        f"<p>{both(part.sentence)}</p>",
    ]
    if part.figures:
        height = next(iter(part.figures.values()))["layout"]["height"]
        pieces.append(
            f'<div class="chart" id="chart-{part.key}" style="min-height:{height}px"></div>'
        )
    if part.table:
        words = both(Both("The figures", "数据"))
        # Where there is no chart, the table is what is shown.
        opened = "" if part.figures else ' open class="always"'
        pieces.append(f"<details{opened}><summary>{words}</summary>{_table(part.table)}</details>")
    return "\n".join([*pieces, "</article>"])


def page(
    name: Both,
    about: Both,
    figures_on_top: Sequence[tuple[Both, str, Both]],
    sections: Sequence[Section],
    ending: Both,
    library: str,
) -> str:
    """The whole page.

    Args:
        name: its title.
        about: what it rests on, in a sentence.
        figures_on_top: name, figure and explanation of what stands above everything.
        sections: its sections.
        ending: what stands below.
        library: the script of plotly.
    """
    here = resources.files("customer_tiering.report")
    style, script = (here.joinpath(f"page.{kind}").read_text("utf-8") for kind in ("css", "js"))
    drawn = {
        part.key: part.figures for section in sections for part in section.parts if part.figures
    }
    menu = "\n".join(f'<a href="#{each.key}">{both(each.name)}</a>' for each in sections)
    tiles = "\n".join(
        f'<div><dt>{both(what)}</dt><dd class="figure">{escape(figure)}</dd>'
        f'<dd class="of">{both(of)}</dd></div>'
        for what, figure, of in figures_on_top
    )
    body = "\n".join(
        f'<section id="{each.key}">\n<h2>{both(each.name)}</h2>\n<div class="pair">\n'
        + "\n".join(
            _part(part, alone=len(each.parts) == 1 or (len(each.parts) % 2 == 1 and not place))
            for place, part in enumerate(each.parts)
        )
        + "\n</div>\n</section>"
        for each in sections
    )
    return f"""<!DOCTYPE html>
<html lang="en" data-language="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<title>{escape(name.en)} · {escape(name.zh)}</title>
<link rel="icon" href="data:,">
<style>
{style}</style>
</head>
<body>
<div class="bar"><nav>
{menu}
</nav>
<button id="switch" type="button"><span lang="en">中文</span><span lang="zh">English</span></button>
</div>
<header>
<h1>{both(name)}</h1>
<p>{both(about)}</p>
<noscript><p>{both(NO_SCRIPT)}</p></noscript>
<dl>
{tiles}
</dl>
</header>
<main>
{body}
</main>
<footer>{both(ending)}</footer>
<script id="figures" type="application/json">{as_json(drawn)}</script>
<script>{library}</script>
<script>
{script}</script>
</body>
</html>
"""
