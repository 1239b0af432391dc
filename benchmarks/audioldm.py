"""AudioLDM-S at its real size, seeded random weights: the stock pipeline against our voice, shot by shot in one run.

Both take DDIM, the same steps, embeddings and noise. The stock pipeline gets each shot's own length, one call a shot
(shots of different lengths cannot share its batch; ``--stock-batched`` shows what making all as long as the longest
costs). Sides take turns at every shot, so that what else the machine does hits all of them. ``--device cuda`` measures
clips of 10.24 s in batches instead. The model (1.2 GB) is written into ``--folder`` once, or into a scratch folder.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: busy waiting costs tenfold beside other programs

import numpy as np
import torch
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._audioldm_s import EMBEDDING, networks, write_real  # noqa: E402 - found through ROOT
from v2a_foley.compute import Compute, choose, peak_memory, reset_peak  # noqa: E402
from v2a_foley.embed import normalised  # noqa: E402
from v2a_foley.generate.audioldm.folder import hushed  # noqa: E402
from v2a_foley.generate.audioldm.parts import AudioLdm  # noqa: E402
from v2a_foley.generate.audioldm.passes import Conditions, Rooms, Steps, Work, waveforms  # noqa: E402
from v2a_foley.progress import Progress  # noqa: E402

LENGTHS = (1.5, 2.56, 3.2, 4.48, 5.0, 7.04, 10.24, 14.0)
CLIP = 10.24
RATE = 16_000
GUIDANCE = 2.5
PARTS = ("unet", "vae", "vocoder")
Floats = NDArray[np.float32]


@dataclass
class Side:
    """One way to make sounds, and what it took.

    Attributes:
        name: for the table.
        make: (embeddings, the unconditional one, seeds, seconds, steps) to waveforms ``(n, samples)``.
        networks: by part, what is timed.
        seconds: wall clock.
        shares: seconds by part.
        made: the waveforms, in order.
    """

    name: str
    make: Callable[[Floats, Floats, Sequence[int], float, int], Floats]
    networks: dict[str, torch.nn.Module]
    seconds: float = 0.0
    shares: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    made: list[Floats] = field(default_factory=list)

    def forget(self) -> None:
        """Start counting again."""
        self.seconds, self.shares, self.made = 0.0, dict.fromkeys(PARTS, 0.0), []


def stock(folder: Path, device: str, precision: str) -> Side:
    """Return the stock pipeline."""
    from diffusers import AudioLDMPipeline

    with hushed():
        pipeline = AudioLDMPipeline.from_pretrained(folder).to(device, getattr(torch, precision))
    pipeline.set_progress_bar_config(disable=True)

    def make(rows: Floats, nothing: Floats, seeds: Sequence[int], seconds: float, steps: int) -> Floats:
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        made: Floats = pipeline(
            prompt_embeds=torch.from_numpy(rows),
            negative_prompt_embeds=torch.from_numpy(np.repeat(nothing[None], len(rows), 0)),
            audio_length_in_s=seconds,
            num_inference_steps=steps,
            guidance_scale=GUIDANCE,
            generator=generators if len(seeds) > 1 else generators[0],
        ).audios
        return made

    parts = {"unet": pipeline.unet, "vae": pipeline.vae.decoder, "vocoder": pipeline.vocoder}
    return Side(f"stock {precision}", make, parts)


def ours(folder: Path, compute: Compute, *, compiled: bool = False, draft: bool = False) -> Side:
    """Return our voice: what a shot goes through, from its conditions to its waveform."""
    model = AudioLdm.load(folder, compute, compiled=compiled, draft=draft)
    rooms = Rooms.on(compute)

    def make(rows: Floats, nothing: Floats, seeds: Sequence[int], seconds: float, steps: int) -> Floats:
        samples = round(seconds * RATE)
        conditions = Conditions(rows, np.repeat(nothing[None], len(rows), 0), tuple(seeds))
        work = Work(model, rooms, Progress())
        return waveforms(work, conditions, model.sizes.frames(samples), samples, Steps("ddim", steps, GUIDANCE))

    parts: dict[str, Any] = {name: model._network(name) for name in PARTS}  # noqa: SLF001 - timed, not used
    name = f"ours {compute.precision}" + (", draft vocoder" if draft else "") + (", compiled" if compiled else "")
    return Side(name, make, parts | {"vae": parts["vae"].decoder})


@contextmanager
def timed(side: Side, device: str) -> Iterator[None]:
    """Add to a side what the block takes, in all and by part."""

    def now() -> float:
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
        return time.perf_counter()

    began: dict[str, float] = {}

    def hooks(part: str) -> tuple[Callable[..., None], Callable[..., None]]:
        def before(*_: object) -> None:
            began[part] = now()

        def after(*_: object) -> None:
            side.shares[part] += now() - began[part]

        return before, after

    handles = []
    for part, network in side.networks.items():
        before, after = hooks(part)
        handles += [network.register_forward_pre_hook(before), network.register_forward_hook(after)]
    started = now()
    try:
        yield
    finally:
        side.seconds += now() - started
        for handle in handles:
            handle.remove()


def operations(seconds: float) -> dict[str, float]:
    """Return the GFLOP of one UNet pass, one decoding and one vocoding of so many seconds, counted by torch."""
    from torch.utils.flop_counter import FlopCounterMode

    frames = math.ceil(seconds * RATE / 5120) * 8
    with torch.device("meta"):
        parts: dict[str, Any] = networks()
        labels, latents, mel = torch.empty(1, EMBEDDING), torch.empty(1, 8, frames, 16), torch.empty(1, frames * 4, 64)
        calls: dict[str, Callable[[], object]] = {
            "unet": lambda: parts["unet"](latents, torch.tensor(1.0), encoder_hidden_states=None, class_labels=labels),
            "vae": lambda: parts["vae"].decode(latents),
            "vocoder": lambda: parts["vocoder"](mel),
        }
        counted = {}
        for part, call in calls.items():
            with FlopCounterMode(display=False) as counter:
                call()
            counted[part] = counter.get_total_flops() / 1e9
    return counted


def speed(device: str, precision: str) -> float:
    """Return the GFLOP a second of a large matrix product: what this machine can do now, the best of five."""
    one = torch.randn(3072, 3072, device=device).to(getattr(torch, precision))
    best = math.inf
    for _ in range(6):
        started = time.perf_counter()
        float((one @ one)[0, 0])
        best = min(best, time.perf_counter() - started)
    return 2 * 3072**3 / best / 1e9


def print_floor(lengths: Sequence[float], steps: int, device: str) -> None:
    one = operations(CLIP)
    total = dict.fromkeys(PARTS, 0.0)
    for seconds in lengths:
        for part, count in operations(seconds).items():
            total[part] += count * (2 * steps if part == "unet" else 1)
    print(f"one pass of {CLIP} s: " + ", ".join(f"{part} {one[part]:,.0f} GFLOP" for part in PARTS))
    print(f"this run: {sum(total.values()) / 1000:,.1f} TFLOP, of which UNet {total['unet'] / 1000:,.1f}")
    for precision in ("float32", "bfloat16"):
        fast = speed(device, precision)
        least = sum(total.values()) / fast
        print(f"floor at the speed of a large {precision} product ({fast:,.0f} GFLOP/s): {least:.1f} s")


def print_side(side: Side, against: Side, rate: float = 0.0) -> None:
    parts = "  ".join(f"{part} {seconds:7.2f} ({seconds / side.seconds:4.0%})" for part, seconds in side.shares.items())
    clips = f"  {rate:.2f} clips/s" if rate else ""
    share = side.seconds / against.seconds
    print(f"{side.name:32} {side.seconds:8.2f} s  × {share:.3f} of {against.name}  {parts}{clips}")


def print_equality(side: Side, against: Side) -> None:
    """Compare waveforms made from equally many latents: others differ from the first sample on."""
    worst, loudness, ratio, count = 0.0, math.inf, math.inf, 0
    for mine, theirs in zip(side.made, against.made, strict=True):
        if mine.shape != theirs.shape or -(-mine.shape[1] // 640) % 8:
            continue
        off, peak = mine.astype(np.float64) - theirs, float(np.abs(theirs).max())
        worst, loudness, count = max(worst, float(np.abs(off).max()) / peak), min(loudness, peak), count + 1
        ratio = min(ratio, float(theirs.var() / max(off.var(), 1e-30)))
    if not count:
        return
    what = "the same bits" if worst == 0 else f"{worst:.1e} of the peak, SNR {10 * math.log10(ratio):.0f} dB"
    print(f"{side.name} against {against.name}, {count} shots of equal latents, peaks {loudness:.2f} and more: {what}")


def shots(folder: Path, arguments: argparse.Namespace, compute: Compute) -> None:
    """Take turns at every shot, and print."""
    sides = [stock(folder, compute.device, "float32"), ours(folder, Compute(compute.device))]
    if compute.precision != "float32":
        sides.append(ours(folder, compute, compiled=arguments.compile))
        if arguments.extra:
            sides += [ours(folder, compute, draft=True), stock(folder, compute.device, compute.precision)]
    rows = normalised(np.random.default_rng(0).standard_normal((len(arguments.lengths) + 1, EMBEDDING)))
    nothing, rows = rows[0], rows[1:]
    for side in sides:
        side.make(rows[:1], nothing, [0], 0.64, 1)
    for number, seconds in enumerate(arguments.lengths):
        for side in sides:
            with timed(side, compute.device):
                side.made.append(side.make(rows[number : number + 1], nothing, [number], seconds, arguments.steps))
        print(f"  {seconds:5.2f} s: " + ", ".join(f"{side.name} {side.seconds:.1f}" for side in sides), flush=True)
    seconds = sum(arguments.lengths)
    print(f"\n{len(arguments.lengths)} shots, {seconds:.1f} s of sound, {arguments.steps} steps of DDIM, guided:")
    for side in sides:
        print_side(side, sides[0])
    for side in sides[1:]:
        print_equality(side, sides[0])
    if arguments.stock_batched:
        together = sides[0]
        together.forget()
        with timed(together, compute.device):
            together.make(rows, nothing, list(range(len(rows))), max(arguments.lengths), arguments.steps)
        together.name = f"stock float32, all {max(arguments.lengths):g} s"
        print_side(together, sides[1])
    print_floor(arguments.lengths, arguments.steps, compute.device)


def batches(folder: Path, arguments: argparse.Namespace, compute: Compute) -> None:
    """Make clips of 10.24 s in batches, median of three, and print."""
    sides = [stock(folder, compute.device, "float32"), stock(folder, compute.device, compute.precision)]
    sides += [ours(folder, Compute(compute.device)), ours(folder, compute)]
    if arguments.compile:
        sides.append(ours(folder, compute, compiled=True))
    most = max(arguments.batches)
    rows = normalised(np.random.default_rng(0).standard_normal((most + 1, EMBEDDING)))
    for count in arguments.batches:
        print(f"\nbatch {count}, {CLIP} s, {arguments.steps} steps of DDIM, guided:")
        for side in sides:
            side.make(rows[:count], rows[most], range(count), CLIP, 2)
            runs = []
            reset_peak(compute)
            for _ in range(3):
                side.forget()
                with timed(side, compute.device):
                    side.make(rows[:count], rows[most], range(count), CLIP, arguments.steps)
                runs.append((side.seconds, dict(side.shares)))
            side.seconds, side.shares = sorted(runs, key=lambda run: run[0])[1]
            print_side(side, sides[0], count / side.seconds)
            print(f"{'':32} peak memory on the GPU {peak_memory(compute) / 2**30:.1f} GiB")
    print_floor([CLIP], arguments.steps, compute.device)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--lengths", type=float, nargs="+", default=LENGTHS, help="seconds of each shot")
    parser.add_argument("--batches", type=int, nargs="+", default=(1, 8, 32), help="with --device cuda")
    parser.add_argument("--compile", action="store_true", help="also with a compiled UNet, with --device cuda")
    parser.add_argument("--extra", action="store_true", help="also the draft vocoder, and the stock pipeline in half")
    parser.add_argument(
        "--stock-batched", action="store_true", help="also the stock pipeline with all shots in a batch"
    )
    parser.add_argument("--folder", type=Path, help="keeps the model for the next time")
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    compute = choose(arguments.device, arguments.precision)
    print(dict(compute.record()))
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_real(arguments.folder or Path(scratch) / "audioldm-s")
        (shots if compute.on_cpu else batches)(folder, arguments, compute)
    print(f"peak memory, all sides in one process: {peak_memory(compute) / 2**30:.1f} GiB")


if __name__ == "__main__":
    main()
