"""Charts as plotly draws them, from numbers and words; titles and sentences stand on the page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from customer_tiering.report.words import LANGUAGES, Both, plain

INK, GREY, FAINT = "#1f2a37", "#8c97a5", "#e3e8ee"
BLUE, RED, GREEN = "#1f5fa8", "#c2452d", "#2b7a4b"
TIERS = ["#123f73", "#2f74bd", "#7fb2e0", "#b9c3ce", "#dccfb0", "#a897c4", "#8fb7a2", "#d9a0a0"]
FONT = (
    "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', sans-serif"
)


@dataclass(frozen=True)
class Table:
    """The figures of a chart, to read and to copy.

    Attributes:
        heads: of the columns.
        rows: cells, each a text in both languages; those of numbers stand on the right.
        numbers: which columns are numbers.
    """

    heads: Sequence[Both]
    rows: Sequence[Sequence[Both]]
    numbers: frozenset[int]


@dataclass(frozen=True)
class Shown:
    """A part of a section.

    Attributes:
        key: its name, unique on the page.
        title: what it shows, as a sentence.
        sentence: how to read it.
        figures: the chart by language; none where a table says it better, or there is nothing.
        table: its figures.
        is_lacking: whether the export does not have what it needs.
    """

    key: str
    title: Both
    sentence: Both
    figures: dict[str, dict] = field(default_factory=dict)
    table: Table | None = None
    is_lacking: bool = False


def lacking(key: str, title: Both, sentence: Both) -> Shown:
    """A sentence in the place of a chart."""
    return Shown(key, title, sentence, is_lacking=True)


def table(heads: Sequence[Both], rows: Sequence[Sequence[Both]], texts: int = 1) -> Table:
    """A table whose first columns are texts, and the others numbers."""
    return Table(heads, rows, frozenset(range(texts, len(heads))))


def _axis(title: str = "", **other: Any) -> dict:
    return {
        "title": {"text": plain(title), "standoff": 8, "font": {"size": 12, "color": "#56616f"}},
        "automargin": True,
        "gridcolor": FAINT,
        "zerolinecolor": GREY,
        "fixedrange": True,
        **other,
    }


def _layout(height: int, x: dict, y: dict, **other: Any) -> dict:
    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 30, "b": 46},
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": x,
        "yaxis": y,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.01,
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "hoverlabel": {"align": "left"},
        "separators": ".,",
        **other,
    }


@dataclass(frozen=True)
class Series:
    """One bar for every row.

    Attributes:
        name: in the legend.
        values: their lengths.
        texts: at their ends.
        colour: one for all, or one each.
    """

    name: Both
    values: Sequence[float]
    texts: Sequence[Both]
    colour: str | Sequence[str]


def bars(
    labels: Sequence[Both],
    series: Sequence[Series],
    unit: Both,
    stacked: bool = False,
    is_percent: bool = False,
) -> dict[str, dict]:
    """Bars that lie, each row with its name above it: names have room on a telephone, too.

    Args:
        labels: names of the rows, the first one on top.
        series: what is drawn.
        unit: of the lengths.
        stacked: whether the bars of a row follow each other.
        is_percent: whether lengths are shares, 0-1.
    """
    rows = list(range(len(labels)))
    # A single bar has its text below its name, where it is never cut off.
    is_single = len(series) == 1
    beside = 1 if stacked else len(series)
    row_height = 66 if is_single else (34 + 24 * beside)
    most = max((max(each.values, default=0) for each in series), default=0)
    result = {}

    def label_of(row: int, language: str) -> str:
        label = plain(getattr(labels[row], language))
        text = plain(getattr(series[0].texts[row], language)) if is_single else ""
        return f"{label}<br><b>{text}</b>" if text else label

    for language in LANGUAGES:
        traces = [
            {
                "type": "bar",
                "orientation": "h",
                "name": plain(getattr(each.name, language)),
                "y": rows,
                "x": [float(value) for value in each.values],
                "text": [plain(getattr(text, language)) for text in each.texts],
                "textposition": "none" if is_single else "inside" if stacked else "outside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "cliponaxis": False,
                "marker": {"color": each.colour},
                "customdata": [plain(getattr(label, language)) for label in labels],
                "hovertemplate": "%{customdata}<br>%{text}<extra>%{fullData.name}</extra>",
            }
            for each in series
        ]
        x = _axis(getattr(unit, language), rangemode="tozero", nticks=5, tickformat=",.0f")
        if is_percent:
            x["tickformat"] = ",.0%"
        if not stacked and not is_single and most > 0:
            # Room for the texts at the ends.
            low = min(0.0, *(float(min(each.values, default=0)) for each in series))
            x["range"] = [low, float(most) * 1.38]
        layout = _layout(
            row_height * len(rows) + 90,
            x,
            _axis(
                showticklabels=False,
                showgrid=False,
                zeroline=False,
                range=[len(rows) - 0.6, -0.85],
            ),
            barmode="stack" if stacked else "group",
            bargap=0.64 if is_single else 0.55 if beside == 1 else 0.34,
            showlegend=len(series) > 1,
            uniformtext={"minsize": 10, "mode": "hide"} if stacked else {},
            annotations=[
                {
                    "x": 0,
                    "xref": "paper",
                    "y": row - (0.2 if beside == 1 else 0.36),
                    "text": label_of(row, language),
                    "showarrow": False,
                    "xanchor": "left",
                    "yanchor": "bottom",
                    "align": "left",
                    "font": {"size": 12.5, "color": INK},
                }
                for row in rows
            ],
        )
        result[language] = {"data": traces, "layout": layout}
    return result


@dataclass(frozen=True)
class Estimate:
    """A value with its interval.

    Attributes:
        label: what it is of.
        value: the estimate.
        low: lower end of its interval.
        high: upper end.
        text: the three in words.
        colour: of the point.
    """

    label: Both
    value: float
    low: float | None
    high: float | None
    text: Both
    colour: str = BLUE


def forest(
    estimates: Sequence[Estimate], unit: Both, line: float | None = None, tickformat: str = ""
) -> dict[str, dict]:
    """Points with intervals below each other, the first one on top, and a line to compare with."""
    rows = list(range(len(estimates)))
    result = {}
    for language in LANGUAGES:
        trace = {
            "type": "scatter",
            "mode": "markers",
            "x": [each.value for each in estimates],
            "y": rows,
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [
                    0 if each.high is None else max(0.0, each.high - each.value)
                    for each in estimates
                ],
                "arrayminus": [
                    0 if each.low is None else max(0.0, each.value - each.low) for each in estimates
                ],
                "color": GREY,
                "thickness": 2,
                "width": 5,
            },
            "marker": {"size": 11, "color": [each.colour for each in estimates]},
            "customdata": [
                f"{plain(getattr(each.label, language))}<br>{plain(getattr(each.text, language))}"
                for each in estimates
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        x = _axis(getattr(unit, language), nticks=6)
        if tickformat:
            x["tickformat"] = tickformat
        shapes = (
            []
            if line is None
            else [
                {
                    "type": "line",
                    "x0": line,
                    "x1": line,
                    "y0": 0,
                    "y1": 1,
                    "yref": "paper",
                    "line": {"color": INK, "width": 1.5, "dash": "dot"},
                    "layer": "below",
                }
            ]
        )
        result[language] = {
            "data": [trace],
            "layout": _layout(
                62 * len(rows) + 80,
                x,
                _axis(
                    showticklabels=False,
                    showgrid=False,
                    zeroline=False,
                    range=[len(rows) - 0.5, -0.75],
                ),
                showlegend=False,
                shapes=shapes,
                annotations=[
                    {
                        "x": 0,
                        "xref": "paper",
                        "y": row - 0.14,
                        "text": f"{plain(getattr(each.label, language))}<br>"
                        f"<b>{plain(getattr(each.text, language))}</b>",
                        "showarrow": False,
                        "xanchor": "left",
                        "yanchor": "bottom",
                        "align": "left",
                        "font": {"size": 12.5, "color": INK},
                        # The line to compare with would run through the words.
                        "bgcolor": "rgba(255,255,255,0.8)",
                    }
                    for row, each in enumerate(estimates)
                ],
            ),
        }
    return result


@dataclass(frozen=True)
class Line:
    """A line, points, or both.

    Attributes:
        name: in the legend.
        x: where its points are.
        y: how high they are.
        colour: of it.
        mode: lines, markers or lines+markers.
        dash: solid, dot or dash.
        texts: what a point says.
    """

    name: Both
    x: Sequence
    y: Sequence[float]
    colour: str
    mode: str = "lines"
    dash: str = "solid"
    texts: Sequence[Both] = ()


def lines(
    drawn: Sequence[Line], x: Both, y: Both, percent_x: bool = False, percent_y: bool = False
) -> dict[str, dict]:
    """Lines over a plane."""
    result = {}
    for language in LANGUAGES:
        traces = [
            {
                "type": "scatter",
                "mode": each.mode,
                "name": plain(getattr(each.name, language)),
                "x": list(each.x),
                "y": list(each.y),
                "line": {"color": each.colour, "width": 2.5, "dash": each.dash},
                "marker": {"color": each.colour, "size": 8},
                "customdata": [plain(getattr(text, language)) for text in each.texts],
                "hovertemplate": "%{customdata}<extra>%{fullData.name}</extra>",
                **({} if each.texts else {"hoverinfo": "skip", "hovertemplate": None}),
            }
            for each in drawn
        ]
        x_axis, y_axis = (_axis(getattr(title, language), rangemode="tozero") for title in (x, y))
        if percent_x:
            x_axis["tickformat"] = ",.0%"
        if percent_y:
            y_axis["tickformat"] = ",.0%"
        result[language] = {"data": traces, "layout": _layout(400, x_axis, y_axis)}
    return result


def columns(
    moments: Sequence[Both], series: Sequence[tuple[Both, Sequence[float], str]], y: Both
) -> dict[str, dict]:
    """Bars that stand beside each other in time; values below 0 hang."""
    result = {}
    for language in LANGUAGES:
        traces = [
            {
                "type": "bar",
                "name": plain(getattr(name, language)),
                "x": [plain(getattr(moment, language)) for moment in moments],
                "y": list(values),
                "customdata": [f"{abs(value):,.0f}" for value in values],
                "hovertemplate": "%{x}: %{customdata}<extra>%{fullData.name}</extra>",
                "marker": {"color": colour},
            }
            for name, values, colour in series
        ]
        layout = _layout(
            360,
            _axis(type="category", nticks=12, showgrid=False),
            _axis(getattr(y, language), tickformat=",d"),
            barmode="relative",
            bargap=0.3,
        )
        result[language] = {"data": traces, "layout": layout}
    return result


def flows(
    nodes: Sequence[tuple[Both, str]], links: Sequence[tuple[int, int, int, Both, str]]
) -> dict[str, dict]:
    """Who went from where to where.

    Args:
        nodes: each with its name and colour.
        links: from which node, to which one, how many, in words, and the colour.
    """
    # The best on top on either side; plotly would sort them so that few bands cross.
    through = [0.0] * len(nodes)
    for source, target, customers, _, _ in links:
        through[source] += customers
        through[target] += customers
    sides = [sorted({link[end] for link in links}) for end in (0, 1)]
    heights: dict[int, float] = {}
    for side in sides:
        whole, gap, above = sum(through[node] for node in side), 0.045, 0.0
        for node in side:
            tall = through[node] / whole * (1 - gap * (len(side) - 1))
            heights[node] = min(0.999, max(0.001, above + tall / 2))
            above += tall + gap
    result = {}
    for language in LANGUAGES:
        trace = {
            "type": "sankey",
            "arrangement": "snap",
            "node": {
                "x": [0.001 if node in sides[0] else 0.999 for node in range(len(nodes))],
                "y": [heights[node] for node in range(len(nodes))],
                "label": [plain(getattr(name, language)) for name, _ in nodes],
                "color": [colour for _, colour in nodes],
                "pad": 18,
                "thickness": 16,
                "hovertemplate": "%{label}: %{value:,d}<extra></extra>",
            },
            "link": {
                "source": [link[0] for link in links],
                "target": [link[1] for link in links],
                "value": [link[2] for link in links],
                "color": [link[4] for link in links],
                "customdata": [plain(getattr(link[3], language)) for link in links],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        }
        layout = _layout(420, _axis(), _axis())
        layout["margin"] = {"l": 8, "r": 8, "t": 12, "b": 12}
        for axis in ("xaxis", "yaxis", "legend"):
            del layout[axis]
        result[language] = {"data": [trace], "layout": layout}
    return result


def plane(
    shares: Sequence[Sequence[float | None]],
    texts: Sequence[Sequence[Both]],
    hovers: Sequence[Sequence[Both]],
    x: Both,
    y: Both,
    scale: Both,
) -> dict[str, dict]:
    """A plane of fields, darker where there is more; the first row is at the bottom.

    Args:
        shares: how dark each field is; none leaves it empty.
        texts: what stands in it.
        hovers: what it says when pointed at.
        x: what grows to the right.
        y: what grows upwards.
        scale: what the colour says.
    """
    result = {}
    places = [str(place) for place in range(1, len(shares) + 1)]
    wide = [str(place) for place in range(1, len(shares[0]) + 1)]
    for language in LANGUAGES:
        trace = {
            "type": "heatmap",
            "x": wide,
            "y": places,
            "z": [list(row) for row in shares],
            "text": [[plain(getattr(text, language)) for text in row] for row in texts],
            "texttemplate": "%{text}",
            "customdata": [[plain(getattr(text, language)) for text in row] for row in hovers],
            "hovertemplate": "%{customdata}<extra></extra>",
            "colorscale": [[0, "#f3f7fb"], [0.25, "#a9cbea"], [1, "#123f73"]],
            "zmin": 0,
            "xgap": 3,
            "ygap": 3,
            "colorbar": {
                "title": {"text": plain(getattr(scale, language)), "side": "top"},
                "orientation": "h",
                "thickness": 10,
                "tickformat": ",.0%",
                "y": 1.02,
                "yanchor": "bottom",
                "len": 0.6,
                "x": 0,
                "xanchor": "left",
                "nticks": 5,
            },
        }
        layout = _layout(
            470,
            _axis(getattr(x, language), type="category", showgrid=False),
            _axis(getattr(y, language), type="category", showgrid=False),
        )
        layout["margin"]["t"] = 70
        result[language] = {"data": [trace], "layout": layout}
    return result
