"""How numbers are written on figures."""


def whole(number: int) -> str:
    """A whole number for mathtext, as a power of ten where it is one from 10^5 on."""
    exponent = len(str(number)) - 1
    return f"10^{{{exponent}}}" if exponent > 4 and 10**exponent == number else str(number)
