"""Theory of SGD at finite N: what the noise of its samples does to the escape from the plateau.

While M is small a sample adds (η/N) a_i λ*_r to M_ir, noise that does not depend on M, and M grows by a factor that
does not depend on N. So M escapes as if it had grown, without noise, from a Gaussian start of variance (1 + ν)/N
instead of 1/N, with ν the noise over the start; ν does not depend on N. Hence SGD at N escapes like the ODE at
N/(1 + ν), up to corrections of order 1/N.
"""

import numpy as np
import scipy

from shallownets.errors import Impossible
from shallownets.studies.escape.theory.plateau import finite_overlap_rate, last_escape, mean_log_chi_square

_TERMS = 20000  # of the series for the share of the starts


def plateau_noise(p: int, p_star: int, eta: float) -> float:
    """ν: noise that SGD adds up to the escape, over the start's own overlap, both as variances of an element of M.

    In t = η α/p, with Q = q times the identity and x = q (p + 2)/p: dx/dt = 4 x (1 - x) from x = (p + 2)/p, and M
    grows by G = exp(4 t/p*) sqrt(q) [9-11]. A sample adds (η/N) a_i λ*_r to M_ir, of variance 4 η^2 c/(p N)^2 with
    c = E[(y - f)^2 λ_i^2 λ*_r^2] at M = 0. Summed with weights 1/G^2 this is ν/N, against 1/N of the start: at any
    N. To first order in η.
    """
    teacher, both, student = (p_star + 2) * (p_star + 4) / p_star**2, (p_star + 2) / p_star, (p + 4) / (p + 2)

    def variance(u: float) -> float:
        """c/q at u = exp(-8 t/p*)."""
        x = 1 / (1 - 2 / (p + 2) * u ** (p_star / 2))
        return teacher - 2 * both * x + student * x**2

    return eta * p_star / (2 * p) * scipy.integrate.quad(variance, 0, 1)[0]


def _growth_rate(p: int, p_star: int, eta_hat: float) -> float:
    """Rate per t at which M grows on the plateau, above 0.

    Raises:
        Impossible: there is no escape at this learning rate.
    """
    if not eta_hat < (last := last_escape(p, p_star)):
        raise Impossible(f"eta_hat = {eta_hat:g}: expected below {last:.4g}, for an escape at p = {p}, p* = {p_star}")
    return float(finite_overlap_rate(p, p_star, eta_hat))


def escape_noise(p: int, p_star: int, eta_hat: float) -> float:
    """ν at finite learning rate η̂ = η/p < ``last_escape``, from norms 1; ``plateau_noise`` is its first order in η.

    With M = 0 and Q = q times the identity, [33, 34] give for x = q (p+2)/p, per unit of t = η̂ α,
        dx/dt = 4 x (1 + η̂ (1 + 2/p*) - (1 + 2 η̂) x + η̂ x^2 (p+4)/(p+2)),
        d log G/dt = 2 (1 + 2/p* - x),
        dν/dt = 4 η̂ x (p/(p+2)) ((p*+2)(p*+4)/p*^2 - 2 x (p*+2)/p* + x^2 (p+4)/(p+2))/G^2,
    the last from E[(y - f)^2 λ_i^2 λ*_r^2].

    Raises:
        Impossible: there is no escape at this learning rate.
    """
    teacher, both, student = (p_star + 2) * (p_star + 4) / p_star**2, (p_star + 2) / p_star, (p + 4) / (p + 2)

    def norms(t: float, y: np.ndarray) -> list[float]:
        x, log_gain, _ = y
        growth = 4 * x * (1 + eta_hat * (1 + 2 / p_star) - (1 + 2 * eta_hat) * x + eta_hat * student * x**2)
        noise = 4 * eta_hat * x * p / (p + 2) * (teacher - 2 * both * x + student * x**2)
        return [growth, 2 * (1 + 2 / p_star - x), noise * np.exp(-2 * log_gain)]

    end = 40 / (2 * _growth_rate(p, p_star, eta_hat))  # G^2 has then grown by e^40
    return float(scipy.integrate.solve_ivp(norms, (0, end), [(p + 2) / p, 0.0, 0.0], rtol=1e-10, atol=1e-13).y[2, -1])


def plateau_selectivity(p: int, p_star: int, eta_hat: float) -> float:
    """E tr(R^T M_0)/E tr(R_0^T M_0) = (1 + ν)^(-1/2) for the R that SGD reaches from orthonormal sets, as N -> ∞.

    With Gaussian M_0 and noise, E[M_0 | Y] = Y/(1 + ν) for their sum Y; R is the polar factor of Y.

    Raises:
        Impossible: there is no escape at this learning rate.
    """
    return 1 / np.sqrt(1 + escape_noise(p, p_star, eta_hat))


def time_per_log(p: int, p_star: int, eta_hat: float) -> float:
    """Escape time α per unit of log N: half the time in which M grows by a factor e on the plateau.

    Raises:
        Impossible: there is no escape at this learning rate.
    """
    return 1 / (2 * eta_hat * _growth_rate(p, p_star, eta_hat))


def noise_shift(p: int, p_star: int, eta_hat: float) -> float:
    """By how much α the mean escape time of SGD exceeds that of the ODE: -log(1 + ν) ``time_per_log``; negative."""
    return -np.log1p(escape_noise(p, p_star, eta_hat)) * time_per_log(p, p_star, eta_hat)


def escape_variance(p: int, p_star: int, eta_hat: float) -> float:
    """Variance of the escape time α over Gaussian starts, ψ'(p p*/2) ``time_per_log``^2: that of log ΣM².

    The same with and without noise, and exact for p* = 1 as N -> ∞; for p* > 1 singular values enter one by one.
    """
    return float(scipy.special.polygamma(1, p * p_star / 2)) * time_per_log(p, p_star, eta_hat) ** 2


def start_share(nu: float, k: int) -> float:
    """Share of the variance of log|Y|² that the start explains: Y = X + √ν Z with k Gaussian components each.

    Var E[log|Y|² | X] = Cov(log|Y|², log|Y'|²) for two noises Z, Z' on one X, of correlation ρ = 1/(1 + ν): in Laguerre
    polynomials it is Σ_n ρ^{2n} n!/(n² (k/2)_n).
    """
    n = np.arange(1, _TERMS + 1)
    weights = np.cumprod(np.concatenate([[1.0], n[1:] / (k / 2 + n[1:] - 1)])) / (k / 2) / n**2
    return float((weights * (1 + nu) ** (-2.0 * n)).sum() / scipy.special.polygamma(1, k / 2))


def predicted_share(p: int, p_star: int, eta_hat: float) -> float:
    """Share of the variance of the escape time that the start explains, by ``start_share``.

    Raises:
        Impossible: there is no escape at this learning rate.
    """
    return start_share(escape_noise(p, p_star, eta_hat), p * p_star)


def variance_parts(p: int, p_star: int, eta_hat: float) -> dict[str, float]:
    """The parts of the variance of the escape time α: ``total``, ``starts``, ``noise``, and the ``start_share``.

    Raises:
        Impossible: there is no escape at this learning rate.
    """
    variance, share = escape_variance(p, p_star, eta_hat), predicted_share(p, p_star, eta_hat)
    return {"total": variance, "starts": share * variance, "noise": (1 - share) * variance, "start_share": share}


def escape_density(p: int, p_star: int, eta_hat: float, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Density of the escape time α less the ODE's mean: that of a - ``time_per_log`` log χ²; p p* degrees of freedom.

    Args:
        p, p_star, eta_hat: widths and learning rate.
        shift: the mean, in α: 0 for the ODE, ``noise_shift`` for SGD.

    Returns:
        221 times, and the density at each of them, normalised over them.

    Raises:
        Impossible: there is no escape at this learning rate.
    """
    k, slope = p * p_star, time_per_log(p, p_star, eta_hat)
    times = np.linspace(-4, 7, 221) * slope
    z = scipy.special.digamma(k / 2) + np.log(2) - (times - shift) / slope  # log χ²
    log_density = k / 2 * z - np.exp(z) / 2
    density = np.exp(log_density - log_density.max())
    return times, density / np.trapezoid(density, times)


def relative_time(p: int, p_star: int) -> float:
    """Mean escape time t = η̂ α at this p less that of p -> ∞, both from Gaussian starts with norms 1, as η̂ -> 0.

    Norm learning shrinks <M²> to (p/(p+2))/N, which makes the prefactor of [13] 2 p* p/(p+p*+2), and the mean
    logarithm lies below the logarithm of the mean.
    """
    return -p_star / 8 * (np.log(p / (p + p_star + 2)) + mean_log_chi_square(p * p_star))
