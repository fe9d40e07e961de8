"""Words and numbers as the report shows them, in both languages."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from html import escape
from typing import NamedTuple

LANGUAGES = ("en", "zh")


class Both(NamedTuple):
    """A text in English and in Chinese."""

    en: str
    zh: str


def same(text: object) -> Both:
    """A text that is the same in both languages, such as a number."""
    return Both(str(text), str(text))


def joined(texts: Iterable[Both], en: str = ", ", zh: str = "、") -> Both:
    """Texts one after the other."""
    texts = list(texts)
    return Both(en.join(text.en for text in texts), zh.join(text.zh for text in texts))


def plain(text: object) -> str:
    """A text for a chart, where `<` would begin a tag and a link could be made."""
    return escape(str(text), quote=False)


def count(number: float | Decimal | None) -> str:
    """A whole number with separators of thousands."""
    return "–" if number is None else f"{number:,.0f}".replace("-", "−")


def decimal(number: float | Decimal | None, places: int = 2) -> str:
    """A number with decimals."""
    return "–" if number is None else f"{number:,.{places}f}".replace("-", "−")


def percent(share: float | Decimal | None, places: int = 1) -> str:
    """A share, 0-1, in per cent."""
    return "–" if share is None else f"{100 * float(share):,.{places}f}%".replace("-", "−")


def points(share: float | None) -> str:
    """A difference of shares in percentage points, with its sign."""
    return "–" if share is None else f"{100 * share:+,.2f}".replace("-", "−")


def day(when: date) -> Both:
    """A date in words."""
    return Both(f"{when.day} {when:%B} {when.year}", f"{when.year}年{when.month}月{when.day}日")


class Money(NamedTuple):
    """The reporting currency; empty in an export that does not name it."""

    currency: str

    def __call__(self, amount: float | Decimal | None, places: int = 0) -> Both:
        """An amount with its currency."""
        if amount is None:
            return same("–")
        number = decimal(amount, places)
        if not self.currency:
            return same(number)
        # With a blank at which no line breaks.
        return Both(f"{self.currency}\u00a0{number}", f"{number}\u00a0{self.currency}")

    @property
    def unit(self) -> Both:
        """What stands at an axis."""
        return (
            same(self.currency) if self.currency else Both("in the reporting currency", "报告币种")
        )


def code_in_words(code: str | None) -> str:
    """A code for people: `account_manager` is "account manager"."""
    return re.sub("_+", " ", code or "–")


def named(names: dict[str, Both], code: str | None) -> Both:
    """The name of a code; of one that people have added to a seed the code itself."""
    return names.get(code or "", same(code_in_words(code)))


STAGES = {
    "prospect": Both("Prospect", "潜在客户"),
    "new": Both("New", "新客户"),
    "growing": Both("Growing", "成长期客户"),
    "loyal": Both("Loyal", "忠诚客户"),
    "at_risk": Both("At risk", "流失预警"),
    "dormant": Both("Dormant", "休眠客户"),
    "churned": Both("Churned", "流失客户"),
    "returned": Both("Returned", "回流客户"),
}
CHANNELS = {
    "phone": Both("phone", "电话"),
    "visit": Both("visit", "拜访"),
    "email": Both("e-mail", "邮件"),
    "sms": Both("text message", "短信"),
    "wechat": Both("WeChat", "微信"),
    "app": Both("app", "App"),
    "none": Both("none", "不触达"),
}
ROLES = {
    "account_manager": Both("account manager", "客户经理"),
    "sales_manager": Both("sales manager", "销售经理"),
    "sales": Both("sales", "销售"),
    "marketing": Both("marketing", "市场"),
    "customer_service": Both("customer service", "客服"),
    "crm_operations": Both("CRM operations", "CRM运营"),
}
CAUSES = {
    "points": Both("other points", "得分变化"),
    "recalibrated": Both("rules learned anew", "规则重新校准"),
    "business_line": Both("another line of business", "换了业务线"),
    "first_purchase": Both("first purchase", "首次购买"),
    "lapsed": Both("lapsed", "流失"),
    "returned": Both("a customer again", "恢复为现有客户"),
    "end_of_grace": Both("end of grace", "宽限结束"),
    "guardrail": Both("a guardrail", "等级上下限规则"),
    "override": Both("set by hand", "人工定级"),
}
DIRECTIONS = {"up": Both("up", "升级"), "down": Both("down", "降级")}
ENDS = {"entry": Both("Newly known", "新进入"), "exit": Both("No longer known", "已离开")}
OUTCOMES = {
    "net_revenue": Both("net revenue", "净消费"),
    "margin": Both("margin", "毛利"),
    "orders": Both("orders", "订单"),
    "voices": Both("shares, reviews and referrals", "分享、评价和推荐"),
}
RIVALS = {
    "past_spend": Both("past spend", "历史消费"),
    "recency": Both("recency", "最近购买"),
}
SKILLS = {
    "shown": Both("shown to be better", "已证明更好"),
    "not_shown": Both("not shown", "未能证明"),
    "too_little_data": Both("too little data", "数据太少"),
}
REASONS = {
    "unreadable_line": Both("unreadable line", "无法读取的行"),
    "report_leftover": Both("total or footer of a report", "报表的合计或页脚"),
    "conflicting_rows": Both("rows in conflict", "同一编号的行互相矛盾"),
    "damaged_id": Both("damaged id", "编号已损坏"),
    "missing_id": Both("missing id", "缺少编号"),
    "missing_customer": Both("missing customer", "缺少客户"),
    "unparsable_date": Both("unreadable date", "日期无法识别"),
    "ambiguous_date": Both("ambiguous date", "日期有歧义"),
    "future_date": Both("date in the future", "未来日期"),
    "unparsable_amount": Both("unreadable amount", "金额无法识别"),
    "ambiguous_amount": Both("ambiguous amount", "金额有歧义"),
    "out_of_range": Both("number out of range", "数值超出范围"),
    "unknown_currency": Both("unknown currency", "未知币种"),
    "no_exchange_rate": Both("no exchange rate", "缺少汇率"),
    "unknown_status": Both("unknown status", "未知状态"),
    "unknown_order": Both("unknown order", "未知订单"),
    "unknown_customer": Both("unknown customer", "未知客户"),
}
