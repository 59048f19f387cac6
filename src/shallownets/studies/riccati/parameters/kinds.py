"""Kinds of value that parts of this study share, and what widths and dimensions must be to each other."""

from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Count, Limit, Positive, Several, different, means

WIDEST = 4000  # teacher or student: the exact solution costs a QR of width^3 a time

Width = Annotated[int, Meta(ge=1, le=WIDEST)]
Teacher = Annotated[Width, means("teacher width")]
Student = Annotated[Width, means("student width")]
Input = Annotated[Count, means("input dimension")]
Dimensions = Annotated[list[Count], Meta(min_length=3), different, means("input dimensions")]
Beta = Annotated[Positive, means("the teacher's coefficients are m^-beta")]
BetaOfFlow = Annotated[float, Meta(ge=0.01, le=10), means("the teacher's coefficients are m^-beta")]
Heavy = Annotated[float, Meta(gt=0.5, le=10), means("beta of the heavy tail, above 1/2")]
Light = Annotated[float, Meta(ge=0.01, lt=0.5)]
NotHeavy = Annotated[float, Meta(ge=0, lt=0.5)]  # equal coefficients, β = 0, too
EtaD = Annotated[Positive, means("step size times d")]
TMax = Annotated[Positive, means("last time")]
Points = Annotated[Several, means("times recorded, 0 and the last included")]
Starts = Annotated[Several, means("random starts")]


def room(key: str, d: int, M_star: int, N: int) -> Limit:
    """Independent frames of teacher and student need d >= M* + N."""
    return d >= M_star + N, key, f"at least M* + N = {M_star + N}"
