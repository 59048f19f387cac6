"""Pictures for pages: few colours and few bytes, because git keeps the gallery's and readers wait for the report's."""

import io

from shallownets.errors import UserError

COLOURS, LARGEST = 64, 100_000  # of a small picture, at most: colours and bytes
THUMB = 480  # pixels across of one in a list of figures, where it has half as many


def size(content: bytes, name: str) -> tuple[int, int]:
    """Pixels of a picture, across and down.

    Raises:
        UserError: these bytes, of the file of this name, are no picture that can be read.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            return picture.size
    except (OSError, Image.DecompressionBombError) as error:
        raise UserError(f"{name}: not a picture that can be read; delete it and run again") from error


def small(content: bytes, across: int | None = None) -> bytes:
    """A picture as PNG in few colours: as many as it can have without being too large.

    Args:
        content: the picture.
        across: pixels that it is brought down to; as it is without.
    """
    from PIL import Image

    whole = Image.open(io.BytesIO(content)).convert("RGB")
    if across:
        whole.thumbnail((across, whole.height), Image.Resampling.LANCZOS)
    colours, made = COLOURS, b""
    while not made or (len(made) > LARGEST and colours > 1):
        out = io.BytesIO()
        whole.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        made, colours = out.getvalue(), colours // 2
    return made
