"""How numbers and the names of quantities are written on figures and pages."""

import re

# Names in plain words, as columns, claims and notes have them.
_SIGNS = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "zeta": "ζ", "eta": "η", "kappa": "κ"}
_SIGNS |= {"lambda": "λ", "lam": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ"}
_SIGNS |= {"phi": "φ", "chi": "χ", "psi": "ψ", "Delta": "Δ", "Phi": "Φ", "ghat": "ĝ", "g1": "γ1", "g2": "γ2"}
LETTERS = "".join(sorted({sign for sign in _SIGNS.values() if len(sign) == 1}))  # for patterns of formulas
_WORDS = re.compile(rf"(?<![A-Za-z])({'|'.join(_SIGNS)})(?![A-Za-z])(?!&)")


def greek(text: str) -> str:
    """A plain sentence in which the names of quantities, eta or kappa, are the letters that figures have for them."""
    return _WORDS.sub(lambda match: _SIGNS[match[1]], text)


def whole(number: int) -> str:
    """A whole number for mathtext, as a power of ten where it is one from 10^5 on."""
    exponent = len(str(number)) - 1
    return f"10^{{{exponent}}}" if exponent > 4 and 10**exponent == number else str(number)
