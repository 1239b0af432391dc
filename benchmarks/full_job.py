"""The whole job with the full profile at its real size, on seeded random weights: seconds of every stage.

CLIP ViT-B/32, the mapper of the paper (48.8 M) and AudioLDM-S (UNet, VAE, vocoder). Cost does not depend on what
weights hold; what is said and how it sounds does, and is noise here. On a CPU the steps are few by default, and said.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._audioldm_s import write_real  # noqa: E402 - found through ROOT
from benchmarks.main_job import film  # noqa: E402 - found through ROOT
from v2a_foley import Progress, add_foley, ffmpeg  # noqa: E402 - found through ROOT

CLIP = "ViT-B-32-quickgelu"


def write_clip(folder: Path) -> None:
    """Write CLIP at its real size, in open_clip's form for local folders."""
    import json

    import open_clip
    import torch
    from safetensors.torch import save_file

    if (folder / "open_clip_config.json").is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    state = {name: each.contiguous() for name, each in open_clip.create_model(CLIP).state_dict().items()}
    save_file(state, folder / "open_clip_model.safetensors", metadata={"format": "pt"})
    preprocess = {"mean": list(open_clip.OPENAI_DATASET_MEAN), "std": list(open_clip.OPENAI_DATASET_STD)}
    config = {"model_cfg": open_clip.get_model_config(CLIP), "preprocess_cfg": preprocess}
    (folder / "open_clip_config.json").write_text(json.dumps(config), encoding="utf-8")


def write_mapper(folder: Path, clip: Path, voice: Path) -> None:
    """Write the paper's mapper between the two spaces, untrained."""
    import torch

    from v2a_foley.embed.clap import ClapTextTower
    from v2a_foley.embed.clip import load_clip
    from v2a_foley.mapper.checkpoint import save_mapper
    from v2a_foley.mapper.diffusion import DiffusionMapper
    from v2a_foley.mapper.network import DiffusionNetwork

    if (folder / "card.json").is_file():
        return
    torch.manual_seed(0)
    mapper = DiffusionMapper(DiffusionNetwork(), load_clip(clip).words.space, ClapTextTower(voice).space)
    save_mapper(folder, mapper, training_data="nothing: random weights", licence="CC0-1.0")


def write_profile(folder: Path) -> Path:
    """Write the profile once (2 GB) and return its folder."""
    write_clip(folder / "clip")
    write_real(folder / "voice")
    write_mapper(folder / "mapper", folder / "clip", folder / "voice")
    (folder / "profile.toml").write_text(
        'name = "full at random"\n[eyes]\nmodel = "clip"\nframes = 64\nweighting = "mean"\n'
        '[mapper]\nmodel = "mapper"\n[voice]\nmodel = "voice"\n',
        encoding="utf-8",
    )
    return folder


def main() -> None:
    """Run the job a few times, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the models lie or are written; by default a scratch folder")
    parser.add_argument("--seconds", type=int, default=60, help="length of the film, at most 60")
    parser.add_argument("--steps", type=int, help="denoising steps; by default 25 on a GPU, 4 on a CPU")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--cues", default="shots", help="shots: one sound each, as in the paper; events: as usual")
    parser.add_argument("--handles", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    from v2a_foley.compute import choose

    compute = choose(chosen.device, chosen.precision)
    steps = chosen.steps or (4 if compute.on_cpu else 25)
    with tempfile.TemporaryDirectory() as scratch:
        profile = write_profile(chosen.folder or Path(scratch) / "profile")
        whole, source = film(Path(scratch), "720p"), Path(scratch) / "source.mp4"
        ffmpeg.run(["-i", whole, "-t", str(chosen.seconds), "-c", "copy", source], what="cutting the film")
        runs = []
        for number in range(chosen.runs):
            progress = Progress()
            result = add_foley(
                source, Path(scratch) / f"out{number}.mp4", progress=progress, profile=str(profile), steps=steps,
                cues=chosen.cues, handles=chosen.handles, device=chosen.device, precision=chosen.precision,
            )  # fmt: skip
            runs.append(dict(result.seconds))
        shots, cues = len(result.project.shots), len(result.project.cues)
        sound = sum(cue.take.samples for cue in result.project.cues if cue.take) / 48_000
    print(f"{compute.record()}")
    print(f"{chosen.seconds} s of 1280×720, {shots} shots, {cues} cues, {sound:.0f} s of sound in {steps} steps, "
          f"medians of {chosen.runs}; peak {result.peak_memory / 2**30:.2f} GiB\n")  # fmt: skip
    print("| stage | seconds |\n|---|---|")
    for stage in runs[0]:
        print(f"| {stage} | {median(run[stage] for run in runs):.2f} |")
    print(f"| all | {median(sum(run.values()) for run in runs):.2f} |")


if __name__ == "__main__":
    main()
