"""Customer lifetime value: modified BG/NBD for how often, Gamma-Gamma for how much.

Times are in weeks. A customer is (x, t_x, T): days with a purchase after the first one, weeks
from the first to the last purchase, weeks from the first purchase to the as-of date. Equal
customers come once, with their number as weight, so the work does not grow with the base.

The modified model lets a customer leave after each purchase, the first one too, so that who came
once and long ago is not taken for alive: it is BG/NBD with one more chance to leave. Where leaving
is not shown it is left out (a = 0), which is the NBD.

Sources: Batislam, Denizel, Filiztekin, "Empirical validation and comparison of models for customer
base analysis", IJRM 24 (2007); Fader, Hardie, Lee, "Counting Your Customers the Easy Way",
Marketing Science 24 (2005), equations 6 to 10; Fader, Hardie, "The Gamma-Gamma Model of Monetary
Value", note 025 (2013); Ehrenberg, "Repeat-Buying" (1988), of the NBD.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from customer_tiering.libraries import library

minimize = library("scipy.optimize").minimize
special = library("scipy.special")
gammaln, hyp2f1, psi = special.gammaln, special.hyp2f1, special.psi

WEEKS_PER_MONTH = 4.345

# A fit that ends here has run away: all leave at once (a -> inf), or all are alike (r -> inf).
ORDER_BOUNDS = {"r": (1e-3, 1e2), "alpha": (1e-2, 1e4), "a": (1e-3, 1e2), "b": (1e-3, 1e3)}
# v is in units of the mean spend. With q <= 1 the mean of the spend does not exist.
SPEND_BOUNDS = {"p": (1e-2, 1e3), "q": (1.01, 1e3), "v": (1e-4, 1e4)}
STARTS_OF_ORDERS = [(0.5, 10.0, 0.8, 2.5), (1.0, 30.0, 0.2, 2.0), (3.0, 50.0, 2.0, 10.0)]
STARTS_OF_SPEND = [(2.0, 4.0, 2.0), (1.0, 2.0, 1.0), (10.0, 10.0, 1.0)]
LARGEST_GRADIENT = 1e-5
"""Of the log-likelihood per customer, by the logarithm of a parameter: at the top it is 0."""
LEAVING_IS_SHOWN = 3.0
"""Log-likelihood that a and b must add: chi-square of 2 degrees of freedom, 95 %, halved."""


@dataclass(frozen=True)
class Fit:
    """Parameters by maximum likelihood.

    Attributes:
        values: by name.
        log_likelihood: of all customers together.
        converged: whether the top was found.
        reason: why the fit is not fit for use; None where it is.
        without_leaving: why it takes nobody to leave; None where it knows of leaving.
    """

    values: dict[str, float]
    log_likelihood: float
    converged: bool
    reason: str | None
    without_leaving: str | None = None

    def __getattr__(self, name: str) -> float:
        try:
            return self.__dict__["values"][name]
        except KeyError:
            raise AttributeError(name) from None


def fit_orders(x: np.ndarray, t_x: np.ndarray, T: np.ndarray, weight: np.ndarray) -> Fit:  # noqa: N803
    """Modified BG/NBD: r, alpha (weeks), a, b; a = 0 and b = 1 where leaving is not shown.

    Args:
        x: days with a repeat purchase, one item per distinct customer, as in all arrays.
        t_x: weeks from the first to the last purchase.
        T: weeks from the first purchase to the as-of date.
        weight: how many customers are alike.
    """
    x, t_x, T, weight = (np.asarray(part, dtype=float) for part in (x, t_x, T, weight))  # noqa: N806
    leaving = _fit_leaving(x, t_x, T, weight)
    staying = _fit_staying(x, T, weight)
    gain = leaving.log_likelihood - staying.log_likelihood
    if staying.reason or gain >= LEAVING_IS_SHOWN:
        return leaving
    return replace(staying, without_leaving="nobody is seen to leave")


def _fit_leaving(x: np.ndarray, t_x: np.ndarray, T: np.ndarray, weight: np.ndarray) -> Fit:  # noqa: N803
    """Modified BG/NBD, whether or not leaving is shown."""
    total = weight.sum()
    # What hangs on x alone is worked out once per x.
    counts, place = np.unique(x, return_inverse=True)
    of_count = np.bincount(place, weight)
    purchases = counts + 1

    def value_and_slope(logs: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, a, b = np.exp(logs)
        log_T, log_t = np.log(alpha + T), np.log(alpha + t_x)  # noqa: N806
        stays = -(r + x) * log_T
        leaves = np.log(a) - np.log(b + x) - (r + x) * log_t
        either = np.logaddexp(stays, leaves)
        by_count = (
            gammaln(r + counts)
            - gammaln(r)
            + r * np.log(alpha)
            + gammaln(a + b)
            + gammaln(b + purchases)
            - gammaln(b)
            - gammaln(a + b + purchases)
        )
        value = (of_count * by_count).sum() + (weight * either).sum()
        lost = weight * np.exp(leaves - either)
        kept = weight - lost
        ends = psi(a + b) - psi(a + b + purchases)
        slope = np.array(
            [
                (of_count * (psi(r + counts) - psi(r) + np.log(alpha))).sum()
                - (kept * log_T + lost * log_t).sum(),
                total * r / alpha - ((r + x) * (kept / (alpha + T) + lost / (alpha + t_x))).sum(),
                (of_count * ends).sum() + lost.sum() / a,
                (of_count * (ends + psi(b + purchases) - psi(b))).sum() - (lost / (b + x)).sum(),
            ]
        )
        return -value / total, -slope * np.exp(logs) / total

    return _highest(value_and_slope, STARTS_OF_ORDERS, ORDER_BOUNDS, total)


def _fit_staying(x: np.ndarray, T: np.ndarray, weight: np.ndarray) -> Fit:  # noqa: N803
    """NBD: as if nobody ever left."""
    total = weight.sum()

    def value_and_slope(logs: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha = np.exp(logs)
        log_T = np.log(alpha + T)  # noqa: N806
        value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * log_T
        slope = np.array(
            [
                (weight * (psi(r + x) - psi(r) + np.log(alpha) - log_T)).sum(),
                (weight * (r / alpha - (r + x) / (alpha + T))).sum(),
            ]
        )
        return -(weight * value).sum() / total, -slope * np.exp(logs) / total

    starts = [(r, alpha) for r, alpha, *_ in STARTS_OF_ORDERS]
    bounds = {name: ORDER_BOUNDS[name] for name in ("r", "alpha")}
    fit = _highest(value_and_slope, starts, bounds, total)
    return replace(fit, values=fit.values | {"a": 0.0, "b": 1.0})


def fit_spend(x: np.ndarray, mean_spend: np.ndarray, weight: np.ndarray) -> Fit:
    """Gamma-Gamma: p, q, v (v in the unit of the spend).

    Args:
        x: days with a repeat purchase, above 0; one item per distinct customer.
        mean_spend: mean spend of those days, above 0.
        weight: how many customers are alike.
    """
    x, spend, weight = (np.asarray(part, dtype=float) for part in (x, mean_spend, weight))
    total = weight.sum()
    unit = (weight * spend).sum() / total
    m = spend / unit
    log_m, log_x = np.log(m), np.log(x)

    def value_and_slope(logs: np.ndarray) -> tuple[float, np.ndarray]:
        p, q, v = np.exp(logs)
        shape = p * x
        log_sum = np.log(x * m + v)
        value = weight * (
            gammaln(shape + q)
            - gammaln(shape)
            - gammaln(q)
            + q * np.log(v)
            + (shape - 1) * log_m
            + shape * log_x
            - (shape + q) * log_sum
        )
        both = psi(shape + q)
        slope = np.array(
            [
                (weight * x * (both - psi(shape) + log_m + log_x - log_sum)).sum(),
                (weight * (both - psi(q) + np.log(v) - log_sum)).sum(),
                (weight * (q / v - (shape + q) / (x * m + v))).sum(),
            ]
        )
        return -value.sum() / total, -slope * np.exp(logs) / total

    fit = _highest(value_and_slope, STARTS_OF_SPEND, SPEND_BOUNDS, total)
    values = fit.values | {"v": fit.v * unit}
    # A density of spend in another unit is another number: by 1 / unit for each customer.
    return Fit(values, fit.log_likelihood - total * np.log(unit), fit.converged, fit.reason)


def p_alive(orders: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:  # noqa: N803
    """The probability that a customer still buys; 1 where the fit takes nobody to leave."""
    r, alpha, a, b = orders.r, orders.alpha, orders.a, orders.b
    x, t_x, T = (np.asarray(part, dtype=float) for part in (x, t_x, T))  # noqa: N806
    with np.errstate(divide="ignore"):
        # The logarithm, as the power of a frequent buyer's silence is beyond a double.
        log_odds_left = np.log(a / (b + x)) + (r + x) * np.log((alpha + T) / (alpha + t_x))
    return np.exp(-np.logaddexp(0, log_odds_left))


def expected_orders_if_alive(orders: Fit, x: np.ndarray, T: np.ndarray, weeks: float) -> np.ndarray:  # noqa: N803
    """Expected purchase days in the next `weeks`, given that the customer still buys.

    Equation 10 with one more chance to leave, after Euler's transformation of 2F1, in which nothing
    grows without bound.
    """
    r, alpha, a, b = orders.r, orders.alpha, orders.a, orders.b
    if abs(a - 1) < 1e-6:
        a = 1 + 1e-6
    x, T = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(T, dtype=float))  # noqa: N806
    z = weeks / (alpha + T + weeks)
    shrunk = (1 - z) ** (a - 1) * hyp2f1(a + b - r, a - 1, a + b + x, z)
    return (a + b + x) / (a - 1) * (1 - shrunk)


def expected_orders(
    orders: Fit,
    x: np.ndarray,
    t_x: np.ndarray,
    T: np.ndarray,  # noqa: N803
    weeks: float,
) -> np.ndarray:
    """E[Y(weeks) | x, t_x, T]: expected purchase days in the next `weeks`."""
    return p_alive(orders, x, t_x, T) * expected_orders_if_alive(orders, x, T, weeks)


def discounted_orders_if_alive(
    orders: Fit,
    x: np.ndarray,
    T: np.ndarray,  # noqa: N803
    months: int,
    monthly_rate: float,
) -> np.ndarray:
    """Expected purchase days of the next months, each month's discounted to now, if alive.

    As in lifetimes' customer_lifetime_value, where this times the expected spend is the CLV.
    """
    value, before = np.zeros(np.shape(x)), np.zeros(np.shape(x))
    for month in range(1, months + 1):
        until = expected_orders_if_alive(orders, x, T, month * WEEKS_PER_MONTH)
        value += (until - before) / (1 + monthly_rate) ** month
        before = until
    return value


def expected_spend(spend: Fit, x: np.ndarray, mean_spend: np.ndarray) -> np.ndarray:
    """Expected spend on a purchase day: between the customer's own mean and that of all."""
    return spend.p * (spend.v + x * mean_spend) / (spend.p * x + spend.q - 1)


def order_quantiles(
    orders: Fit,
    x: np.ndarray,
    T: np.ndarray,  # noqa: N803
    alive: np.ndarray,
    weeks: float,
    probabilities: tuple[float, ...] = (0.1, 0.9),
    most: int = 500,
) -> list[np.ndarray]:
    """The smallest n with P(Y(weeks) <= n) >= probability, per customer and probability.

    Given that a customer is alive, lambda is Gamma(r + x, alpha + T) and the chance to leave
    Beta(a, b + x + 1); so Y is distributed as X in equation 8 with these in place of the
    parameters. Its terms follow from one another.

    Args:
        orders: the fit.
        x: as in fit_orders.
        T: as in fit_orders.
        alive: p_alive of each customer.
        weeks: how far ahead.
        probabilities: of the quantiles; by default of the interval that holds 80 %.
        most: where the search ends.
    """
    keys, place = np.unique(np.column_stack([x, T]), axis=0, return_inverse=True)
    place = place.ravel()
    shape, rate, a, b = orders.r + keys[:, 0], orders.alpha + keys[:, 1], orders.a, orders.b
    b = b + keys[:, 0] + 1
    z = weeks / (rate + weeks)
    poisson = (1 - z) ** shape
    stayed = stayed_before = np.ones(len(keys))
    poisson_so_far, at_most = np.zeros(len(keys)), np.zeros(len(keys))
    found = [np.full(len(place), most) for _ in probabilities]
    for n in range(most):
        mass = stayed * poisson
        if n:
            # Left with the n-th: at least n would have come, and n - 1 times they stayed.
            mass = mass + stayed_before * a / (a + b + n - 1) * (1 - poisson_so_far)
        at_most = at_most + mass
        cumulated = 1 - alive * (1 - at_most[place])
        for quantile, probability in zip(found, probabilities, strict=True):
            # A probability that is met but for rounding is met.
            quantile[(quantile == most) & (cumulated >= probability - 1e-12)] = n
        if all((quantile < most).all() for quantile in found):
            break
        poisson_so_far = poisson_so_far + poisson
        poisson = poisson * (shape + n) / (n + 1) * z
        stayed_before, stayed = stayed, stayed * (b + n) / (a + b + n)
    return found


def _highest(
    value_and_slope: Callable[[np.ndarray], tuple[float, np.ndarray]],
    starts: list[tuple[float, ...]],
    bounds: dict[str, tuple[float, float]],
    total: float,
) -> Fit:
    """The parameters at which the mean log-likelihood is highest, from the first start that works.

    Args:
        value_and_slope: minus the mean log-likelihood, and its slope, by logarithms of parameters.
        starts: where to begin.
        bounds: of the parameters, by name.
        total: number of customers.
    """
    logs = np.log(np.array(list(bounds.values())))
    best = None
    for start in starts:
        found = minimize(
            value_and_slope,
            np.log(start),
            jac=True,
            method="L-BFGS-B",
            bounds=logs,
            options={"maxiter": 500, "maxcor": 20, "ftol": 1e-16, "gtol": 1e-9},
        )
        if best is None or found.fun < best.fun:
            best = found
        if _problem(best, bounds, logs) is None:
            break
    reason = _problem(best, bounds, logs)
    values = dict(zip(bounds, (float(value) for value in np.exp(best.x)), strict=True))
    is_top = np.isfinite(best.fun) and np.abs(best.jac).max() <= LARGEST_GRADIENT
    return Fit(values, -float(best.fun) * float(total), bool(is_top), reason)


def _problem(found, bounds: dict[str, tuple[float, float]], logs: np.ndarray) -> str | None:
    """Why a fit is not fit for use, or None."""
    if not np.isfinite(found.fun):
        return "the likelihood is no number"
    near = np.minimum(found.x - logs[:, 0], logs[:, 1] - found.x) < 0.01
    if near.any():
        name = list(bounds)[int(np.argmax(near))]
        low, high = bounds[name]
        return f"{name} runs out of its bounds {low:g} to {high:g}"
    if np.abs(found.jac).max() > LARGEST_GRADIENT:
        return "the search for the highest likelihood did not converge"
    return None
