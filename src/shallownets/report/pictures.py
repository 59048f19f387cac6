"""Pictures for pages: few colours and few bytes, because git keeps the gallery's and readers wait for the report's."""

import io

import numpy as np
from PIL import Image

from shallownets.errors import UserError

COLOURS, LARGEST = 256, 200_000  # of a small picture, at most: colours and bytes
SHRINK = 0.9  # of the pixels across, where it would have more bytes
THUMB = 480  # pixels across of one in a list of figures, where it has half as many


def read(content: bytes, name: str) -> Image.Image:
    """A picture in red, green and blue.

    Raises:
        UserError: these bytes, of the file of this name, are no picture that can be read.
    """
    try:
        return Image.open(io.BytesIO(content)).convert("RGB")
    except (OSError, Image.DecompressionBombError) as error:
        raise UserError(f"{name}: not a picture that can be read; delete it and run again") from error


def _reduced(picture: Image.Image) -> Image.Image:
    """A picture in few colours."""
    found = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    places, pixels = np.asarray(found).ravel(), np.asarray(picture).reshape(-1, 3)
    many = np.maximum(np.bincount(places, minlength=COLOURS), 1)
    means = [np.rint(np.bincount(places, channel, COLOURS) / many) for channel in pixels.T]
    found.putpalette(np.array(means).T.astype(np.uint8).tobytes())
    return found


def small(picture: Image.Image, across: int | None = None) -> bytes:
    """A picture as PNG in few colours, with as many pixels as it can have without being too large.

    Colours tell curves apart, so that pixels go first. Those that are kept cover the range of colours, however few
    pixels have one: of the commonest ones nearly all are greys, and a thin curve or a small marker becomes grey, too.
    Each is the mean of the pixels that have it in the end, so that a large area, as a grey band, keeps its own.

    Args:
        picture: as it was read.
        across: pixels that it is brought down to; as it is without.
    """
    across = min(across or picture.width, picture.width)
    while True:
        whole, out = picture.copy(), io.BytesIO()
        whole.thumbnail((across, whole.height), Image.Resampling.LANCZOS)
        _reduced(whole).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST or across < 2:
            return out.getvalue()
        across = int(SHRINK * across)
