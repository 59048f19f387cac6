"""What the command `spectra` and `spectra.solve` take."""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from shallownets.config.section import USUAL_SEED, Limit, Section, Seed, means
from shallownets.studies.spectra.parameters.kinds import Decay, Gamma, Large, Noise, training

LONGEST = 3600.0  # core seconds
WEAKEST = 1e-5  # decay at which few samples train a matrix: steps are hundreds at 1e-4, and 600 leave half at 1e-6
WIDEST = {"diagonal": 2000, "quadratic": 400}  # dimension that is trained


class Solve(Section, kw_only=True):
    """One network at one number of samples and one weight decay, and trainings of it."""

    network: Annotated[Literal["diagonal", "quadratic"], means("kind of network that is solved")]
    gamma: Gamma = 1.0
    n: Annotated[float, Meta(ge=1, le=1e14), means("samples")]
    d: Large
    lam: Decay
    noise: Noise = 0.5
    train: Annotated[int, Meta(ge=0, le=10_000), means("trainings, 0 or at least 2")] = 0
    seed: Seed = USUAL_SEED

    def limits(self) -> Iterator[Limit]:
        yield self.train != 1, "train", "0 or at least 2, which have an error bar"
        if self.train:
            most = WIDEST[self.network]
            yield self.d <= most, "d", f"at most {most} where a {self.network} network is trained"
            yield self.n % 1 == 0, "n", "a whole number where networks are trained"
            yield self.n <= 1e6, "n", "at most 10^6 where networks are trained"
            yield self.n * self.d <= 5e7, "n", f"at most 5 10^7 over d = {self.d} where networks are trained"
            found = self.network == "diagonal" or self.lam >= WEAKEST or 3 * self.n >= self.d**2
            right = f"at least {WEAKEST:g} where fewer than d^2/3 samples train a quadratic network"
            yield found, "lam", f"{right}: below, Newton's steps do not end"
            yield self.work() <= LONGEST, "train", "a number of trainings that takes at most an hour"

    def work(self) -> float:
        if self.network == "quadratic":
            return self.train * training(self.d, self.n / self.d, self.lam)
        return self.train * (1e-9 * self.n * self.d**2 + 1e-8 * self.d**3)
