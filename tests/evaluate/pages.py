"""A report with every kind of block, for tests that read it and tests that look at it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from v2a_foley import plots
from v2a_foley.audio.wav import WavWriter
from v2a_foley.evaluate.report.content import Player, Plot, Report, Section, Text
from v2a_foley.metrics.figure import REFERENCE, Better, Figure, Protocol, Table

FD = Protocol("FD", "PANNs Cnn14 (32 kHz), weights 1a2b3c4d", "VGGSound test, 10 s", "embeddings of whole clips")
CS = Protocol("CS", "CLAP space 512-ab12cd34", "VGGSound test, 10 s", "100 × cosine of picture and sound")
SECONDS = Protocol("seconds a clip", "one machine", "10 s of sound")
HOSTILE = "<img src=x onerror=alert(1)> & \"quotes\" 'and' \udcff"


def figure(protocol: Protocol, value: float, *, reach: float = 0.5, samples: int = 5000, needs: int = 2000,
           better: Better = Better.LOWER, unit: str = "") -> Figure:  # fmt: skip
    """Return a figure with an interval of a width."""
    return Figure(protocol, value, value - reach, value + reach, samples, needs, better, "95 %, bootstrap of 1000",
                  unit, "chance adds to it" if needs > 100 else "")  # fmt: skip


def table() -> Table:
    """Return a table with a reference, a best row, a doubtful one and a reported one."""
    made = Table("Measured and printed")
    made.add(REFERENCE, [figure(FD, 0.0, reach=0), figure(CS, 12.0, better=Better.HIGHER)])
    made.add("diffusion", [figure(FD, 24.168), figure(CS, 9.72, better=Better.HIGHER), figure(SECONDS, 35.4, unit="s")])
    made.add("regression", [figure(FD, 20.5, samples=96), figure(CS, -9.81, better=Better.HIGHER)])
    made.add("Im2Wav", [figure(FD, 51.5, reach=0), figure(CS, 7.827, reach=0, better=Better.HIGHER)], reported=True)
    return made


def drawings() -> list[Plot]:
    """Return two plots."""
    rng = np.random.default_rng(0)
    steps = np.arange(1, 200)
    return [
        Plot(plots.loss_curve(plots.Curve("training", steps, 1 / steps)), "Loss", "Lower is better."),
        Plot(plots.scatter([plots.Cloud("pictures", rng.normal(0, 1, (80, 2))),
                            plots.Cloud("sounds", rng.normal(4, 1, (80, 2)))], x="first", y="second"), "Plane"),
    ]  # fmt: skip


def sweep(path: Path, seconds: float, *, channels: int = 1, rate: int = 48_000) -> Path:
    """Write a tone that rises from 200 Hz to 6 kHz in equal times an octave."""
    times = np.arange(int(seconds * rate)) / rate
    growth = np.log(6000 / 200) / seconds
    sound = 0.3 * np.sin(2 * np.pi * 200 * (np.exp(growth * times) - 1) / growth)
    with WavWriter(path, channels, sample_rate=rate) as wav:
        wav.write(np.tile(sound.astype(np.float32), (channels, 1)))
    return path


def report(room: Path) -> Report:
    """Return a report with every kind of block; its sounds and pictures are written to a folder."""
    still = room / "still.png"
    ramp = np.linspace(0, 255, 320).astype(np.uint8)
    Image.fromarray(np.stack([np.tile(ramp, (180, 1))] * 3, axis=-1)).save(still)
    return Report(
        f"A report on {HOSTILE}",
        "What was measured, on what.",
        [
            Section("Figures", [Text(f"Some words, {HOSTILE}."), table()]),
            Section("Plots", drawings()),
            Section("Sounds", [
                Player(sweep(room / "one.wav", 4.0), "a rising tone", "seed 7", still),
                Player(sweep(room / "two.wav", 2.5, channels=2, rate=16_000), HOSTILE, "no picture"),
            ]),
        ],
        ["FD stands on 96 samples.", f"A note on {HOSTILE}."],
    )  # fmt: skip
