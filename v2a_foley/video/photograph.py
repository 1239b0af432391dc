"""Photographs: what they are, and their pixels as shown. They are films of one frame to the rest of the house."""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from v2a_foley.errors import MediaUnreadable
from v2a_foley.media import MediaFacts, PictureStream

if TYPE_CHECKING:
    from PIL.Image import Image

STILL_RATE = Fraction(25)
"""Frames a second that a photograph is given."""

_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF", "JPEG2000")
_TURNS = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
_ORIENTATION = 0x0112
_GREY = 128


def _opened(path: Path) -> Image | None:
    """Open the file if it is a photograph, header only; None if it is something else, or moves."""
    from PIL import Image, UnidentifiedImageError

    Image.init()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path, formats=[name for name in _FORMATS if name in Image.OPEN])
    except UnidentifiedImageError:
        return None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _damaged(path, error) from error
    if image.format in ("GIF", "WEBP", "PNG", "AVIF") and getattr(image, "n_frames", 1) > 1:
        image.close()
        return None
    return image


def _damaged(path: Path, error: Exception) -> MediaUnreadable:
    return MediaUnreadable(
        f"{str(path)!r} looks like a photograph and cannot be read: {str(error).rstrip('.')}.",
        hint="Copy or export it again.",
    )


def photograph_facts(path: Path) -> MediaFacts | None:
    """Return the facts of a photograph, or None where the file is none.

    Raises:
        MediaUnreadable: it is a photograph, and damaged.
    """
    image = _opened(path)
    if image is None:
        return None
    with image:
        try:
            image.load()
            turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1), 0)
        except (OSError, ValueError, SyntaxError) as error:
            raise _damaged(path, error) from error
        picture = PictureStream(
            index=0,
            codec=(image.format or "image").lower(),
            width=image.width,
            height=image.height,
            rotation=turn,
            rate=STILL_RATE,
            variable_rate=False,
            frames=1,
            start=Fraction(0),
            duration=1 / STILL_RATE,
        )
    return MediaFacts(path=path, container="image", picture=picture, still=True)


def photograph(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a photograph as shown: turned upright, RGB, what is transparent laid over grey.

    Args:
        path: the file.
        size: width and height to scale to.

    Returns:
        ``uint8 (height, width, 3)``.

    Raises:
        MediaUnreadable: it cannot be read.
    """
    from PIL import Image, ImageOps

    image = _opened(path)
    if image is None:
        raise _damaged(path, ValueError("it is no photograph any more"))
    with image:
        try:
            image.draft("RGB", size)
            upright = ImageOps.exif_transpose(image)
        except (OSError, ValueError, SyntaxError) as error:
            raise _damaged(path, error) from error
        if upright.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
            upright = Image.fromarray(_eight_bits(np.asarray(upright)))
        if upright.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in upright.info:
            ground = Image.new("RGBA", upright.size, (_GREY, _GREY, _GREY, 255))
            upright = Image.alpha_composite(ground, upright.convert("RGBA"))
        small = upright.convert("RGB").resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        return np.asarray(small, np.uint8)


def _eight_bits(deep: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Bring a 16-bit or floating picture to 8 bits, by what its type can hold."""
    values = deep.astype(np.float32)
    top = 1.0 if values.max(initial=0.0) <= 1.0 else 255.0 if values.max() <= 255.0 else 65535.0
    shallow: NDArray[np.uint8] = np.clip(values / top * 255.0, 0, 255).astype(np.uint8)
    return shallow
