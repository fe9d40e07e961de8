"""What the tidy sample is made of: records, moments, exchange rates.

Money is whole cents and moments are `datetime` in local time (Asia/Shanghai); `untidy`
turns them into text.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from customer_tiering.generate.population import LAST_DAY

Record = dict[str, object]

# Companies that pay in EUR came with the first rate.
FIRST_EUR_RATE = date(2023, 8, 1)
LAST_MOMENT = datetime.combine(LAST_DAY, time(23, 59, 59))


@dataclass(frozen=True)
class Rates:
    """Invented exchange rates to CNY, one for each month, as whole CNY 0.0001."""

    by_month: dict[tuple[str, date], int]

    def convert(self, cents: float, currency: str, day: date) -> int:
        """Turn CNY 0.01 into cents of a currency at the rate of the day's month."""
        if currency == "CNY":
            return round(cents)
        return round(cents * 10_000 / self.by_month[currency, day.replace(day=1)])


def moment_of(seconds: int) -> datetime:
    """A moment from seconds since 1970."""
    return datetime(1970, 1, 1) + timedelta(seconds=int(seconds))


def later(rng: random.Random, moment: datetime, days: int) -> datetime:
    """Some time within `days` after a moment, but not after the end of the data."""
    span = min(timedelta(days), LAST_MOMENT - moment)
    return moment + timedelta(seconds=int(span.total_seconds() * rng.random()))
