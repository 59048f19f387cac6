"""Random streams that depend on what is simulated, and on nothing else.

A stream is fixed by the root seed, the purpose, the parameters of the experiment and the index of the
replicate. How replicates are batched, ordered or spread over cores does not enter.
"""

import hashlib
import json
from collections.abc import Mapping

from numpy.random import SeedSequence


def sequence(root: int, purpose: str, parameters: Mapping[str, int | float | str], replicate: int) -> SeedSequence:
    """Seed sequence of one replicate.

    Args:
        root: the config's root seed, >= 0.
        purpose: what the numbers are for, such as ``"start"`` or ``"samples"``; purposes never share numbers.
        parameters: what defines the experiment; numbers keep their type (1 and 1.0 differ).
        replicate: index of the replicate, >= 0.
    """
    text = json.dumps([purpose, dict(parameters)], sort_keys=True, allow_nan=False)
    digest = hashlib.sha256(text.encode()).digest()
    words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, len(digest), 4)]
    return SeedSequence([root, *words], spawn_key=(replicate,))
