"""Bytes that are nearly right: mutations that the fuzz of every reader shares. Seeded, so that findings come back."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

TOKENS = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\x7f\xff\xff\xff", bytes(4)),
    *(b'"', b"'", b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"=", b"[", b"]]", b"{", b"}", b"#", b"\\", b"-"),
    *(
        b"nan",
        b"inf",
        b"-inf",
        b"1e999",
        b"-1",
        b"0",
        b"1/0",
        b"9" * 30,
        b"9" * 5000,
        b"true",
        b"null",
        b"RIFF",
        b"data",
    ),
    *(b"99:99:99:99", b"00:00:00;00", "é".encode(), "٣".encode(), "½".encode()),
)
"""Odd pieces to put in: bytes of no encoding, delimiters, and numbers that are none or too large."""


def _bit(data: bytearray, at: int, length: int, rng: random.Random) -> None:
    data[at] ^= 1 << rng.randrange(8)


def _byte(data: bytearray, at: int, length: int, rng: random.Random) -> None:
    data[at] = rng.randrange(256)


def _lost(data: bytearray, at: int, length: int, rng: random.Random) -> None:
    del data[at : at + length]


def _doubled(data: bytearray, at: int, length: int, rng: random.Random) -> None:
    data[at:at] = data[at : at + length]


def _inserted(data: bytearray, at: int, length: int, rng: random.Random) -> None:
    data[at:at] = rng.choice(TOKENS)


def _replaced(data: bytearray, at: int, length: int, rng: random.Random) -> None:
    data[at : at + length] = rng.choice(TOKENS)


def _moved(data: bytearray, at: int, length: int, rng: random.Random) -> None:
    piece = data[at : at + length]
    del data[at : at + length]
    to = rng.randrange(len(data) + 1)
    data[to:to] = piece


def _cut_off(data: bytearray, at: int, length: int, rng: random.Random) -> None:
    if rng.random() < 0.2:
        del data[at:]


CHANGES: Sequence[Callable[[bytearray, int, int, random.Random], None]] = (
    _bit, _byte, _lost, _doubled, _inserted, _replaced, _moved, _cut_off,
)  # fmt: skip


def mutated(whole: bytes, rng: random.Random) -> bytes:
    """Return bytes with one to six changes: bits turned, pieces lost, doubled, moved, cut off, or odd ones put in."""
    data = bytearray(whole)
    for _ in range(rng.randint(1, 6)):
        if not data:
            return bytes(rng.choice(TOKENS))
        rng.choice(CHANGES)(data, rng.randrange(len(data)), rng.choice((1, 1, 2, 4, 16, 200)), rng)
    return bytes(data)


def cases(corpus: Sequence[bytes], name: str, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    """Yield the mutations of numbers from ``first`` up to before ``last``, each with its number."""
    for number in range(first, last):
        rng = random.Random(f"{name} {number}")  # noqa: S311 - it only has to differ
        yield number, mutated(rng.choice(list(corpus)), rng)
