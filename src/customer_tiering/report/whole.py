"""The report of one set of the export: which sections it has, and the page."""

from pathlib import Path

from customer_tiering.report.known_tiers import Tiers
from customer_tiering.report.of_actions import actions
from customer_tiering.report.of_campaigns import campaigns
from customer_tiering.report.of_concentration import concentration
from customer_tiering.report.of_data import quality, versions
from customer_tiering.report.of_forecast import forecast
from customer_tiering.report.of_moves import moves
from customer_tiering.report.of_performance import performance
from customer_tiering.report.of_proof import calibration, methods
from customer_tiering.report.of_quality import groups
from customer_tiering.report.of_rfm import rfm
from customer_tiering.report.of_tiers import tiers
from customer_tiering.report.on_top import figures_on_top
from customer_tiering.report.page import Section, page
from customer_tiering.report.reading import Export
from customer_tiering.report.words import Both, day
from customer_tiering.told import ToldError

SECTIONS = {
    "s-tiers": (Both("Tiers", "等级"), tiers),
    "s-performance": (Both("What tiers bring", "等级带来什么"), performance),
    "s-moves": (Both("Who moved", "等级变动"), moves),
    "s-forecast": (Both("Next period", "下期预测"), forecast),
    "s-actions": (Both("What to do", "行动"), actions),
    "s-rfm": (Both("RFM", "RFM"), rfm),
    "s-concentration": (Both("Concentration", "集中度"), concentration),
    "s-methods": (Both("Which method works", "方法效果"), methods),
    "s-calibration": (Both("Predictions", "预测准确度"), calibration),
    "s-campaigns": (Both("Campaigns", "营销活动"), campaigns),
    "s-groups": (Both("Which groups are real", "哪些群体真实存在"), groups),
    "s-quality": (Both("Data quality", "数据质量"), quality),
    "s-versions": (Both("Rules", "策略版本"), versions),
}


class ReportError(ToldError):
    """The page cannot be written; the text says why, and what to do."""


def page_of(folder: Path) -> tuple[str, list[str]]:
    """The page as text, and the titles of what this set has not.

    Args:
        folder: of one set of the export, or the link to it.

    Raises:
        NoExportError: if there is no set in it.
        ReportError: if plotly is not installed.
    """
    opened = Export(folder)
    known = Tiers(opened)
    sections = [Section(key, name, show(opened, known)) for key, (name, show) in SECTIONS.items()]
    about = opened.manifest
    when = day(opened.as_of_date)
    rules = about.get("policy_versions") or "–"
    built = str(about.get("built_at") or "")[:16].replace("T", " ")
    text = page(
        Both(f"Customer tiers as of {when.en}", f"客户等级报告（{when.zh}）"),
        Both(
            "From the published tables alone. Amounts are in "
            f"{opened.money.unit.en.removeprefix('in ')}; no person is named.",
            f"仅依据已发布的表。金额单位：{opened.money.unit.zh}；不含个人信息。",
        ),
        figures_on_top(opened, known),
        sections,
        Both(
            f"Build {about.get('build_id', '–')}, {built} UTC. Rules: {rules}.",
            f"构建 {about.get('build_id', '–')}，{built} UTC。策略：{rules}。",
        ),
        _plotly(),
    )
    return text, [part.title.en for each in sections for part in each.parts if part.is_lacking]


def _plotly() -> str:
    """The script that draws, as plotly brings it along."""
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise ReportError(
            "The report needs plotly, which is not installed. Run: pip install "
            "'customer-tiering[report]' (in this project: make report)"
        ) from None
    return get_plotlyjs()
