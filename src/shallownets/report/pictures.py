"""Pictures for pages: few colours and few bytes, because git keeps the gallery's and readers wait for the report's."""

import io

from PIL import Image

from shallownets.errors import UserError

COLOURS, LARGEST = 64, 100_000  # of a small picture, at most: colours and bytes
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


def small(picture: Image.Image, across: int | None = None) -> bytes:
    """A picture as PNG in few colours: as many as it can have without being too large.

    Args:
        picture: as it was read.
        across: pixels that it is brought down to; as it is without.
    """
    whole = picture.copy()
    if across:
        whole.thumbnail((across, whole.height), Image.Resampling.LANCZOS)
    colours, made = COLOURS, b""
    while not made or (len(made) > LARGEST and colours > 1):
        out = io.BytesIO()
        whole.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        made, colours = out.getvalue(), colours // 2
    return made
