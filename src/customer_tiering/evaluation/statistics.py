"""Statistics of how well methods rank customers, each with what every customer does to it.

A statistic of one date is a ratio `above / below`, one for each method. Over several dates it is
the sum of what is above over the sum of what is below. How far it would move if a customer were
drawn once more (its influence) gives the standard error that a bootstrap over customers would
give: the infinitesimal jackknife (Jaeckel 1972; Efron, "The jackknife, the bootstrap and other
resampling plans", 1982). A customer is drawn with all their dates, so that one who is there on ten
dates counts as one and not as ten. A difference of two methods has the difference of their
influences: it is paired.

Rows are customers in the order of their ids, columns are methods.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Places = NDArray[np.int64]
# A normal interval that holds 90 %.
WIDTH = 1.6448536269514722


# Influences: half the memory of what is published, which is never made of them alone.
SMALL = np.float32


@dataclass(frozen=True)
class Part:
    """A statistic at one date.

    Attributes:
        above, below: one number per method.
        moves_above, moves_below: customers x methods: what each customer adds to the two; the
            second has one column where it is the same for all methods.
    """

    above: Matrix
    below: Matrix
    moves_above: Matrix
    moves_below: Matrix

    def of(self, columns: Sequence[int]) -> "Part":
        """The same of some methods."""
        below = self.moves_below
        return Part(
            self.above[columns],
            self.below[columns],
            self.moves_above[:, columns],
            below if below.shape[1] == 1 else below[:, columns],
        )


@dataclass(frozen=True)
class Estimate:
    """A statistic over some dates.

    Attributes:
        values: one per method.
        moves: customers x methods: how far a customer, drawn once more, moves it.
    """

    values: Matrix
    moves: Matrix

    def errors(self) -> Matrix:
        """One standard error per method."""
        return np.sqrt(np.einsum("ij,ij->j", self.moves, self.moves, dtype=np.float64))

    def less(self, other: "Estimate") -> "Estimate":
        """The difference from another one, method by method."""
        return Estimate(self.values - other.values, self.moves - other.moves)

    def against(self, column: int) -> "Estimate":
        """The differences of all methods from one of them."""
        return Estimate(
            self.values - self.values[column], self.moves - self.moves[:, column, np.newaxis]
        )


def pooled(
    parts: Sequence[tuple[Places, Part]], customers: int, known: Matrix | None = None
) -> Estimate:
    """One statistic over several dates.

    Args:
        parts: of each date, which customers it has (their numbers), and its statistic.
        customers: how many there are over all dates.
        known: dates x methods: 1 where the date counts for the method, 0 where not.
    """
    methods = len(parts[0][1].above)
    if known is None or known.all():
        return _pooled(parts, customers)
    values = np.full(methods, np.nan)
    moves = np.zeros((customers, methods), dtype=SMALL)
    for pattern, columns in patterns(known):
        here = [
            (who, part.of(columns))
            for (who, part), counts in zip(parts, pattern, strict=True)
            if counts
        ]
        if here:
            found = _pooled(here, customers)
            values[columns], moves[:, columns] = found.values, found.moves
    return Estimate(values, moves)


def patterns(known: Matrix) -> list[tuple[Matrix, list[int]]]:
    """Which methods speak on the same dates: the dates, and the columns of the methods."""
    found: dict[bytes, list[int]] = {}
    for column, dates in enumerate(known.T):
        found.setdefault(dates.tobytes(), []).append(column)
    return [(known[:, columns[0]], columns) for columns in found.values()]


def _pooled(parts: Sequence[tuple[Places, Part]], customers: int) -> Estimate:
    above = sum(part.above for _, part in parts)
    below = sum(part.below for _, part in parts)
    there = np.where(below > 0, below, np.nan)
    values = above / there
    methods = len(values)
    moves = np.zeros((customers, methods), dtype=SMALL)
    wide = max(part.moves_below.shape[1] for _, part in parts)
    moves_below = np.zeros((customers, wide), dtype=SMALL)
    for who, part in parts:
        if len(who) == customers:
            moves += part.moves_above
            moves_below += part.moves_below
        else:
            moves[who] += part.moves_above
            moves_below[who] += part.moves_below
    # Where there is nothing to divide by, there is nothing to move, either.
    moves -= np.nan_to_num(values).astype(SMALL) * moves_below
    moves -= moves.mean(axis=0, dtype=np.float64).astype(SMALL)
    moves /= np.nan_to_num(there, nan=1.0).astype(SMALL)
    return Estimate(values, moves)


def alone(part: Part) -> Estimate:
    """The statistic of one date."""
    return pooled([(np.arange(len(part.moves_above)), part)], len(part.moves_above))


def rival_of(
    parts: Sequence[tuple[Places, Part]], customers: int, known: Matrix, column: int
) -> Estimate:
    """The statistic of one method, beside each method over the very dates on which that speaks."""
    theirs = [(who, part.of([column])) for who, part in parts]
    values = np.full(known.shape[1], np.nan)
    moves = np.zeros((customers, known.shape[1]), dtype=SMALL)
    for pattern, columns in patterns(known):
        here = [one for one, counts in zip(theirs, pattern, strict=True) if counts]
        if here:
            found = _pooled(here, customers)
            values[columns], moves[:, columns] = found.values[0], found.moves
    return Estimate(values, moves)


def orders(scores: Matrix, spend: Matrix) -> Places:
    """The customers of each column from best to worst: by score, then past spend, then id.

    A customer about whom the method says nothing comes last.
    """
    lowest = np.where(np.isnan(scores), np.inf, -scores)
    return np.stack([np.lexsort((-spend, column)) for column in lowest.T], axis=1)


def places(order: Places) -> Places:
    """The place of each customer, 0 the best."""
    found = np.empty_like(order)
    counted = np.arange(len(order))[:, np.newaxis]
    np.put_along_axis(found, order, np.broadcast_to(counted, order.shape), axis=0)
    return found


def top_count(customers: int, percent: int) -> int:
    """How many customers the top x % are: rounded, a half up."""
    return (2 * customers * percent + 100) // 200


def held(outcome: Matrix, order: Places, percent: int) -> Part:
    """What of an outcome the top x % hold, over all of it.

    When a customer is drawn once more, the line between top and rest moves, too: by what the
    customers about it hold on average.
    """
    customers, methods = order.shape
    count = top_count(customers, percent)
    half = max(5, -(-customers // 50))
    in_top = outcome[order[:count]]
    at_line = outcome[order[max(count - half, 0) : count + half]].mean(axis=0)
    # In the top: what they spent less the line; all: their share of the line.
    moves = np.empty(order.shape, dtype=SMALL)
    moves[:] = at_line * percent / 100
    np.put_along_axis(
        moves, order[:count], (in_top - at_line * (1 - percent / 100)).astype(SMALL), axis=0
    )
    return Part(
        in_top.sum(axis=0),
        np.full(methods, outcome.sum()),
        moves,
        outcome[:, np.newaxis].astype(SMALL),
    )


def curve_area(outcome: Matrix, order: Places, place: Places) -> tuple[Matrix, Matrix]:
    """The area between the curve of the outcome, added up from best to worst, and the even one.

    In units of the outcome; and what each customer does to it.
    """
    customers = len(outcome)
    by_order = outcome[order]
    middle = np.cumsum(by_order, axis=0)
    middle -= by_order / 2
    total = middle.sum(axis=0)
    after = np.arange(customers - 1, -1, -1)[:, np.newaxis]
    by_order *= (after + 0.5) / customers - 0.5
    middle /= customers
    middle += by_order
    middle -= total / customers**2
    moves = np.take_along_axis(middle.astype(SMALL), place, axis=0)
    return total / customers - outcome.sum() / 2, moves


def gini(outcome: Matrix, order: Places, place: Places) -> Part:
    """The normalised Gini: the area of a method's order over that of the best order there is."""
    best = np.argsort(-outcome, kind="stable")[:, np.newaxis]
    below, moves_below = curve_area(outcome, best, places(best))
    above, moves_above = curve_area(outcome, order, place)
    return Part(above, np.repeat(below, len(above)), moves_above, moves_below)


def ranks(scores: Matrix) -> Matrix:
    """Ranks of each column, 1 the lowest, ties their mean; about whom nothing is said, lowest."""
    known = np.where(np.isnan(scores), -np.inf, scores)
    order = np.argsort(known, axis=0)
    by_order = np.take_along_axis(known, order, axis=0)
    starts = np.ones(known.shape, dtype=bool)
    starts[1:] = by_order[1:] != by_order[:-1]
    # Of each group of equals its first and its last place.
    counted = np.arange(len(known))[:, np.newaxis]
    first = np.maximum.accumulate(np.where(starts, counted, 0), axis=0)
    ends = np.ones(known.shape, dtype=bool)
    ends[:-1] = starts[1:]
    last = np.where(ends, counted, len(known))
    last = np.minimum.accumulate(last[::-1], axis=0)[::-1]
    found = np.empty(known.shape)
    np.put_along_axis(found, order, (first + last) / 2 + 1, axis=0)
    return found


def auc(rank: Matrix, came: NDArray[np.bool_]) -> Part | None:
    """How often one of those who came ranks above one of those who did not; ties are a half.

    The influences are the placement values of DeLong, DeLong and Clarke-Pearson (1988). None
    where all came, or nobody.
    """
    yes, no = int(came.sum()), int((~came).sum())
    if not yes or not no:
        return None
    among_yes, among_no = ranks(rank[came]), ranks(rank[~came])
    above_no = (rank[came] - among_yes) / no
    below_yes = 1 - (rank[~came] - among_no) / yes
    values = above_no.mean(axis=0)
    moves = np.empty(rank.shape, dtype=SMALL)
    moves[came] = (above_no - values) / yes
    moves[~came] = (below_yes - values) / no
    return Part(values, np.ones_like(values), moves, np.zeros((len(rank), 1), dtype=SMALL))


def rank_correlation(rank: Matrix, outcome: Matrix) -> Part | None:
    """Spearman's; None where the outcome is the same for all."""
    theirs = ranks(outcome[:, np.newaxis])
    if np.ptp(theirs) == 0:
        return None
    scale = rank.std(axis=0)
    ours = (rank - rank.mean(axis=0)) / np.where(scale > 0, scale, 1)
    theirs = (theirs - theirs.mean()) / theirs.std()
    values = (ours * theirs).mean(axis=0)
    moves = (ours * theirs - values * (ours**2 + theirs**2) / 2) / len(outcome)
    none = np.zeros((len(outcome), 1), dtype=SMALL)
    return Part(values, np.ones_like(values), moves.astype(SMALL), none)


def brier(probability: Matrix, came: NDArray[np.bool_]) -> Part:
    """The mean squared distance of a probability from what came (Brier 1950).

    Over the customers for whom there is a probability.
    """
    known = ~np.isnan(probability)
    loss = np.where(known, (np.nan_to_num(probability) - came[:, np.newaxis]) ** 2, 0)
    one = known.astype(float)
    return Part(loss.sum(axis=0), one.sum(axis=0), loss.astype(SMALL), one.astype(SMALL))


def tenths(place: Places) -> Places:
    """The tenth of each customer, 0 the best."""
    return place * 10 // len(place)


def family_limit(estimate: Estimate, columns: Sequence[int], chance: float) -> float:
    """How many standard errors the largest of several differences has by chance alone.

    A multiplier bootstrap over customers (van der Vaart and Wellner 1996; Chernozhukov, Chetverikov
    and Kato 2013): one normal number per customer for all methods and dates, so that methods that
    say the same count as one.

    Args:
        estimate: the differences.
        columns: which of them are looked at.
        chance: how often by chance alone one of them may be beyond the limit.
    """
    errors = estimate.errors()
    moves = estimate.moves[:, [c for c in columns if errors[c] > 0]]
    moves = moves / errors[[c for c in columns if errors[c] > 0]]
    if not moves.shape[1]:
        return WIDTH
    # The numbers are independent from customer to customer: so only the sums of products of two
    # methods count, and so many numbers are drawn as there are methods.
    together = moves.T.astype(np.float64) @ moves
    sizes, directions = np.linalg.eigh(together)
    spread = directions * np.sqrt(np.maximum(sizes, 0))
    draws = np.random.default_rng(7).standard_normal((20_000, len(sizes)))
    return float(np.quantile((draws @ spread.T).max(axis=1), 1 - chance))
