"""The population: who buys, in which business line, when, and for how much.

A Pareto/NBD-like model. Each customer orders at a gamma-distributed rate until an
unseen drop-out, so many buy once and a few buy all the time. Four habits shape *when*
the orders of a lifetime fall, and a calendar of each line stretches and squeezes time,
so that 11.11 is crowded and Chinese New Year is quiet.

All functions are vectorised: 10 million orders take a few seconds and 24 bytes each.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

DAY = 86_400
LAST_DAY = date(2026, 10, 18)

CHINESE_NEW_YEAR = {
    2021: date(2021, 2, 12),
    2022: date(2022, 2, 1),
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
}


@dataclass(frozen=True)
class Line:
    """How the customers of one business line behave.

    Attributes:
        name: value of `business_line`.
        share: share of the customers.
        one_time: share of the buyers who never order again.
        rate_shape: gamma shape of the order rate; the smaller, the heavier the tail.
        lifetime_days: median time until a customer drops out.
        amount: median order value in CNY.
        spread: log-normal sigma of the order value, between and within customers.
        hours: earliest, busiest and latest hour of an order.
        lead_days: mean time from the customer's creation to the first order.
    """

    name: str
    share: float
    one_time: float
    rate_shape: float
    lifetime_days: float
    amount: float
    spread: tuple[float, float]
    hours: tuple[float, float, float]
    lead_days: float


LINES = (
    Line("ecommerce", 0.8, 0.3, 0.7, 520, 170, (0.5, 0.55), (0, 20.5, 24), 1.5),
    Line("b2b", 0.2, 0.1, 1.1, 900, 9_000, (0.8, 0.6), (8.5, 10.5, 18.5), 25),
)
ECOMMERCE, B2B = range(len(LINES))
BOTH_LINES = 0.07  # inclined to; about 3 % order often enough to do it

# How the orders of a lifetime spread over it, and how common each habit is.
IRREGULAR, STEADY, GROWING, RETURNING = range(4)
HABIT_SHARES = (0.35, 0.46, 0.09, 0.1)


@dataclass(frozen=True)
class Customers:
    """Customers as parallel arrays; `created_at` in seconds since 1970, local time.

    `orders` is 0 for a prospect.
    """

    line: np.ndarray
    both_lines: np.ndarray
    orders: np.ndarray
    created_at: np.ndarray


@dataclass(frozen=True)
class Orders:
    """Orders as parallel arrays, by time; `customer` is an index into the customers.

    `ordered_at` is in seconds since 1970, local time; `amount` in CNY 0.01.
    """

    customer: np.ndarray
    line: np.ndarray
    ordered_at: np.ndarray
    amount: np.ndarray


def draw(
    rng: np.random.Generator, customers: int, orders: int, first_day: date, prospects: float
) -> tuple[Customers, Orders]:
    """Draw a population that orders from `first_day` to `LAST_DAY`.

    Args:
        rng: source of randomness.
        customers: number of customers, prospects included.
        orders: number of orders, exact; at least the number of customers.
        first_day: first possible order date.
        prospects: share of the customers who have not ordered yet.
    """
    days = (LAST_DAY - first_day).days + 1
    epoch_day = (first_day - date(1970, 1, 1)).days
    line = rng.choice(len(LINES), customers, p=_each("share")).astype(np.int8)
    both_lines = rng.random(customers) < BOTH_LINES
    buyer = rng.random(customers) >= prospects
    buyer[0] = True

    start, active, habit, weight = _lifetimes(rng, line, days)
    weight[~buyer] = 0
    repeats = rng.multinomial(orders - buyer.sum(), weight / weight.sum())

    # The first order of each buyer, then all the repeat orders.
    owner = np.concatenate(
        [np.flatnonzero(buyer), np.repeat(np.arange(customers), repeats)]
    ).astype(np.int32)
    position = np.concatenate([np.zeros(buyer.sum()), _positions(rng, repeats, habit)])
    day = _calendar_day(start[owner] + position * active[owner], line[owner], first_day, days)
    second = _second_of_day(rng, line[owner])
    ordered_at = (epoch_day + day) * DAY + second

    order_line = line[owner]
    order_line = order_line ^ (both_lines[owner] & (rng.random(len(owner)) < 0.35))
    amount = _amounts(rng, owner, order_line, customers)

    lead = rng.exponential(_each("lead_days")[line] * DAY).astype(np.int64) + 60
    created_at = (epoch_day * DAY + rng.random(customers) * days * DAY).astype(np.int64)
    first_order = np.full(customers, np.iinfo(np.int64).max)
    np.minimum.at(first_order, owner, ordered_at)
    created_at[buyer] = (first_order - lead)[buyer]

    by_time = np.argsort(ordered_at, kind="stable")
    return (
        Customers(line, both_lines, np.bincount(owner, minlength=customers), created_at),
        Orders(owner[by_time], order_line[by_time], ordered_at[by_time], amount[by_time]),
    )


def _each(attribute: str) -> np.ndarray:
    """One attribute of all business lines, to be indexed by line."""
    return np.array([getattr(line, attribute) for line in LINES])


def _lifetimes(rng: np.random.Generator, line: np.ndarray, days: int) -> tuple[np.ndarray, ...]:
    """Start and length of each active life in days, its habit, and its expected orders."""
    customers = len(line)
    start = rng.random(customers) * days
    # The export begins in the middle of the story: some customers are there already.
    start[rng.random(customers) < 0.2] *= 0.08
    habit = rng.choice(len(HABIT_SHARES), customers, p=HABIT_SHARES).astype(np.int8)
    alive = habit >= GROWING
    # An exponential whose rate is itself gamma-distributed: Pareto.
    lifetime = _each("lifetime_days")[line] * rng.pareto(1.5, customers) / 0.59
    active = np.where(alive, days - start, np.minimum(lifetime, days - start))
    rate = rng.standard_gamma(_each("rate_shape")[line])
    # Growth and return need some orders to show.
    rate[alive] = np.maximum(rate[alive], 0.5)
    one_time = (rng.random(customers) < _each("one_time")[line]) & ~alive
    return start, active, habit, np.where(one_time, 0, rate * np.maximum(active, 1))


def _positions(rng: np.random.Generator, repeats: np.ndarray, habit: np.ndarray) -> np.ndarray:
    """Where in its customer's active life, from 0 to 1, each repeat order falls."""
    count = np.repeat(repeats, repeats)
    kind = np.repeat(habit, repeats)
    rank = np.arange(len(count)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    chance = rng.random(len(count))
    even = (rank + 0.2 + 0.6 * chance) / count
    position = np.where(kind == IRREGULAR, chance, even)
    position = np.where(kind == GROWING, np.sqrt(even), position)
    # Six of ten orders in the first half, then a long silence, then back.
    back = np.where(even < 0.6, even * 0.75, 0.87 + (even - 0.6) * 0.32)
    return np.where(kind == RETURNING, back, position)


def _calendar_day(moment: np.ndarray, line: np.ndarray, first_day: date, days: int) -> np.ndarray:
    """Turn steady time into calendar days: a busy day takes up more of it than a quiet one."""
    day = np.empty(len(moment), np.int64)
    for index, curve in enumerate(_calendars(first_day, days)):
        here = line == index
        day[here] = np.searchsorted(curve, moment[here] * (curve[-1] / days), side="right")
    return np.minimum(day, days - 1)


def _calendars(first_day: date, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative busyness of each business line over the days, in the order of LINES."""
    calendar = [first_day + timedelta(day) for day in range(days)]
    return (
        np.cumsum([_ecommerce_busyness(day) for day in calendar]),
        np.cumsum([_b2b_busyness(day) for day in calendar]),
    )


def _ecommerce_busyness(day: date) -> float:
    peaks = {(11, 11): 7.0, (6, 18): 5.0, (12, 12): 2.5}
    if (day.month, day.day) in peaks:
        return peaks[day.month, day.day]
    until_new_year = (CHINESE_NEW_YEAR[day.year] - day).days
    if -7 <= until_new_year <= 0:
        return 0.35
    if 0 < until_new_year <= 24:
        return 1.6
    if (day.month == 11 and day.day < 11) or (day.month == 6 and day.day < 18):
        return 1.5
    return 1.25 if day.weekday() >= 5 else 0.95


def _b2b_busyness(day: date) -> float:
    until_new_year = (CHINESE_NEW_YEAR[day.year] - day).days
    national_holiday = day.month == 10 and day.day <= 7
    if -14 <= until_new_year <= 3 or national_holiday or day.weekday() >= 5:
        return 0.08
    return 1.5 if day.month % 3 == 0 and day.day >= 20 else 1.0


def _second_of_day(rng: np.random.Generator, line: np.ndarray) -> np.ndarray:
    second = np.empty(len(line), np.int64)
    for index, business_line in enumerate(LINES):
        here = np.flatnonzero(line == index)
        second[here] = rng.triangular(*business_line.hours, len(here)) * 3_600
    return second


def _amounts(
    rng: np.random.Generator, owner: np.ndarray, line: np.ndarray, customers: int
) -> np.ndarray:
    """Order values in CNY 0.01: log-normal between customers, and within each."""
    between, within = _each("spread").T
    budget = rng.standard_normal(customers)
    scale = between[line] * budget[owner] + within[line] * rng.standard_normal(len(owner))
    return np.rint(_each("amount")[line] * 100 * np.exp(scale)).astype(np.int64)
