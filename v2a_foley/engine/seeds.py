"""Seeds that depend on what they are for, never on what else is in the film."""

from __future__ import annotations

import hashlib


def seed_for(base: int, *parts: object) -> int:
    """Return a seed below 2**31 from the user's seed and the things that name one sound.

    Changing one shot, or choosing fewer of them, leaves the seeds of the others as they are.
    """
    text = "\x1f".join(str(part) for part in (base, *parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
