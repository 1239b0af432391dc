"""Everything that a user can choose about a run, in one dataclass; ``options.py`` says what its fields carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from v2a_foley.audio.delivery import DELIVERIES, Delivery
from v2a_foley.compute import PRECISIONS
from v2a_foley.errors import UsageError
from v2a_foley.media import Tracks
from v2a_foley.options import Option, check_options
from v2a_foley.project.names import STEM_PATTERN, TAKE_PATTERN, Naming

GENERATORS = ("auto", "procedural", "library", "audioldm")
CUES = ("events", "shots")
"""What gets a sound; any other text is the path of a list of hits."""
SYNCS = ("auto", "off", "envelope", "events")
SCHEDULERS = ("dpm++", "unipc", "ddim")
ORIGINALS = ("mix", "duck", "replace")
FOLEY_PLACES = ("lr", "c")
ROOMS = ("auto", "dry", "room", "hall", "church", "cave", "vehicle", "street", "forest", "open")
PERSPECTIVES = ("off", "pan", "full")
ONSETS = ("auto", "hand")
"""Ways to find hits that have names; any other is the file of an onset net."""
DETECTORS = ("adaptive", "content", "transnet")
PASSING = frozenset({"stems", "spotting", "timeline", "contact_sheet", "overwrite"})
"""Settings that belong to one rendering alone, and do not stay with a project."""

_SPAN = re.compile(r"^(\d+)(?:-(\d+))?$")
_NUMBERED = re.compile(r"^(\d+)=(.*)$", re.DOTALL)


@dataclass(frozen=True)
class RunSettings:
    """What to make of a film. Every field has a default that does the sensible thing.

    Raises:
        UsageError: a value lies outside its range or is none of its choices.
    """

    shots: Annotated[str, Option("Which shots get sound: all, or numbers and ranges such as 1,3-5.", "What")] = "all"
    cuts: Annotated[
        Path | None,
        Option("Take the cuts from a file: PySceneDetect's CSV, or one timecode a line.", "What", metavar="FILE"),
    ] = None
    edit: Annotated[
        Path | None,
        Option("Take the cuts from an editor's timeline.", "What", metavar="FILE.otio|.otioz|.xml|.edl"),
    ] = None
    spot_from: Annotated[
        Path | None,
        Option("Take what sounds where from a spotting list that you changed.", "What", metavar="FILE.csv"),
    ] = None
    detector: Annotated[str, Option("How cuts are found.", "What", choices=DETECTORS)] = "adaptive"
    duration: Annotated[
        float, Option("Length of the sound for a photograph.", "What", unit="s", least=0.1, most=3600)
    ] = 10.0
    profile: Annotated[
        str,
        Option(
            "Which eyes, mapper and voice work together; auto is full where its models are installed, else pocket.",
            "Sound",
            metavar="auto|pocket|full|DIR",
        ),
    ] = "auto"
    mapper: Annotated[
        Path | None, Option("A trained mapper in place of the profile's own.", "Sound", metavar="DIR")
    ] = None
    generator: Annotated[str, Option("What makes the sounds.", "Sound", choices=GENERATORS)] = "auto"
    library: Annotated[Path | None, Option("A folder of your own sounds.", "Sound", metavar="DIR")] = None
    prompt: Annotated[
        tuple[str, ...],
        Option("What should sound; N=TEXT for shot N alone. May be given again.", "Sound", metavar="[N=]TEXT"),
    ] = ()
    prompt_weight: Annotated[
        float,
        Option(
            "How far a prompt pulls the sound away from what is seen: 1 is the words alone.", "Sound", least=0, most=1
        ),
    ] = 1.0
    negative: Annotated[str, Option("What should not be heard.", "Sound", metavar="TEXT")] = ""
    cues: Annotated[
        str,
        Option(
            "What gets a sound: each event that is recognised, each shot as a whole as in the paper, or what a list of "
            "hits by hand says.",
            "Sound",
            metavar="events|shots|FILE",
        ),
    ] = "events"
    sync: Annotated[
        str,
        Option(
            "What follows the picture: hits (events), curves (envelope), both as the kind of sound wants, or nothing.",
            "Sound",
            choices=SYNCS,
        ),
    ] = "auto"
    seed: Annotated[int, Option("The same seed gives the same sound.", "Sound", least=0, most=2**31 - 1)] = 0
    takes: Annotated[
        int,
        Option("How many takes to make of each cue; the first sounds.", "Sound", least=1, most=16, alias="variations"),
    ] = 1
    handles: Annotated[
        float,
        Option("Sound beyond a cue's ends, for crossfades and trimming.", "Sound", unit="s", least=0, most=60),
    ] = 4.0
    room: Annotated[
        str,
        Option(
            "The room around effects and Foley: auto is that of the place that is seen.",
            "Sound",
            choices=ROOMS,
        ),
    ] = "auto"
    onsets: Annotated[
        str,
        Option(
            "What finds the hits in the picture: the onset net that comes along, the older measure, or your own net.",
            "Sound",
            metavar="auto|hand|FILE",
        ),
    ] = "auto"
    perspective: Annotated[
        str,
        Option(
            "Let effects and Foley sound from where they are seen: pan is left and right, full near and far as well.",
            "Sound",
            choices=PERSPECTIVES,
        ),
    ] = "off"
    device: Annotated[str, Option("Where the networks run.", "Neural", metavar="auto|cpu|cuda[:N]|mps")] = "auto"
    precision: Annotated[
        str, Option("Their arithmetic; auto is what the device does best.", "Neural", choices=PRECISIONS)
    ] = "auto"
    steps: Annotated[int, Option("Denoising steps of a neural sound.", "Neural", least=1, most=1000)] = 25
    guidance: Annotated[
        float,
        Option("How closely a neural sound follows its embedding; 1 is unguided.", "Neural", least=1, most=20),
    ] = 2.5
    scheduler: Annotated[str, Option("How the steps are taken.", "Neural", choices=SCHEDULERS)] = "dpm++"
    best_of: Annotated[
        int,
        Option("Make so many neural sounds of each take and keep the one that fits best.", "Neural", least=1, most=32),
    ] = 1
    init: Annotated[
        Path | None, Option("Start neural sounds from this sound instead of from noise.", "Neural", metavar="FILE")
    ] = None
    strength: Annotated[
        float, Option("How far a neural sound may leave the one it starts from.", "Neural", least=0, most=1)
    ] = 0.5
    draft: Annotated[
        bool, Option("Let the vocoder run in half precision too: faster, for listening while editing.", "Neural")
    ] = False
    offload: Annotated[
        bool, Option("Keep only the network at work on the GPU, for GPUs with little memory.", "Neural")
    ] = False
    compile: Annotated[
        bool, Option("Compile for a CUDA GPU: costs a minute at first, pays for many sounds.", "Neural")
    ] = False
    original: Annotated[str, Option("What becomes of the film's own sound.", "Mix", choices=ORIGINALS)] = "mix"
    gain: Annotated[
        float, Option("Level of the new sound against its nominal level.", "Mix", unit="dB", least=-60, most=24)
    ] = 0.0
    loudness: Annotated[
        str,
        Option(
            "Loudness of the finished programme in LUFS, or off. Auto is -23 with --original replace, else off.",
            "Mix",
            metavar="off|LUFS",
        ),
    ] = "auto"
    deliver: Annotated[
        str,
        Option(
            "Bring the finished programme to what a broadcaster or platform asks, and say whether it is met.",
            "Mix",
            metavar="|".join(DELIVERIES),
        ),
    ] = ""
    foley_to: Annotated[
        str, Option("Where the new sound goes in 5.1: front left and right, or centre.", "Mix", choices=FOLEY_PLACES)
    ] = "lr"
    dialogue_track: Annotated[
        int | None, Option("Number of the film's sound track that is the dialogue, from 1.", "Mix", least=1, most=999)
    ] = None
    music_track: Annotated[
        int | None, Option("Number of the film's sound track that is the music, from 1.", "Mix", least=1, most=999)
    ] = None
    stems: Annotated[
        Path | None,
        Option(
            "Write ORIG, BG, FX and FOLEY here, 24-bit Broadcast WAV, and the mix without dialogue.",
            "Files",
            metavar="DIR",
        ),
    ] = None
    stem_name: Annotated[
        str, Option("How stems are called: {film} {layer} {tc} {version}.", "Files", metavar="PATTERN")
    ] = STEM_PATTERN
    name: Annotated[
        str,
        Option(
            "How takes are called: {film} {layer} {tc} {take} {catid} {name} {version}.", "Files", metavar="PATTERN"
        ),
    ] = TAKE_PATTERN
    version: Annotated[str, Option("What {version} stands for.", "Files", metavar="TEXT")] = "v1"
    spotting: Annotated[Path | None, Option("Write the spotting list.", "Files", metavar="FILE.csv")] = None
    timeline: Annotated[
        Path | None, Option("Write the timeline for editors; its takes go beside it.", "Files", metavar="FILE.otio")
    ] = None
    contact_sheet: Annotated[Path | None, Option("Draw the shots and what was heard.", "Files", metavar="FILE.png")] = (
        None
    )
    overwrite: Annotated[bool, Option("Replace files that exist.", "Files")] = False

    def __post_init__(self) -> None:
        """Check every value against its field's range and choices."""
        check_options(self)
        if self.edit is not None and self.cuts is not None:
            raise UsageError("--edit and --cuts both say where the cuts are.", hint="Give one of them.")
        if self.generator == "library" and self.library is None:
            raise UsageError("--generator library needs a folder of sounds.", hint="Add --library DIR.")
        self.loudness_target()
        self.naming()
        self._check_tracks()
        if not self.cues.strip():
            raise UsageError("--cues is empty.", hint="Give events, shots, or a list of hits.")
        if self.spot_from is not None and self.hits_file() is not None:
            raise UsageError("--spot-from and --cues both list what is to sound.", hint="Give one of them.")
        if self.spot_from is not None and self.prompt:
            raise UsageError(
                "--spot-from and --prompt both say what is to sound.",
                hint="Put the words into the list's column prompt.",
            )

    def _check_tracks(self) -> None:
        """Refuse tracks that nobody would hear."""
        named = [each for each in (self.dialogue_track, self.music_track) if each is not None]
        if len(set(named)) < len(named):
            raise UsageError(
                f"Sound track {self.music_track} cannot be both the dialogue and the music.",
                hint="Name another with --music-track, or leave it out.",
            )
        if named and self.original == "replace":
            raise UsageError(
                "--original replace leaves the film's own sound out, the named tracks with it.",
                hint="Leave out --dialogue-track and --music-track, or --original replace.",
            )

    def hits_file(self) -> Path | None:
        """Return the list of hits by hand, or None where hits are those of the picture."""
        return None if self.cues in CUES else Path(self.cues)

    def tracks(self) -> Tracks:
        """Return which of the film's sound tracks are what."""
        return Tracks(self.dialogue_track, self.music_track)

    def naming(self) -> Naming:
        """Return how takes and stems are called.

        Raises:
            UsageError: a pattern is not to be understood, or gives several files one name.
        """
        return Naming(self.name, self.stem_name, self.version)

    def delivery(self) -> Delivery | None:
        """Return what the finished programme is to measure, or None where nothing was asked.

        Raises:
            UsageError: there is no such delivery, or a loudness was asked for as well.
        """
        if not self.deliver:
            return None
        if self.deliver not in DELIVERIES:
            raise UsageError(
                f"--deliver {self.deliver!r} is not known.", hint=f"Choose one of {', '.join(DELIVERIES)}."
            )
        if self.loudness != "auto":
            raise UsageError("--deliver and --loudness both say how loud the film is to be.", hint="Leave one out.")
        return DELIVERIES[self.deliver]

    def loudness_target(self) -> float | None:
        """Return the integrated loudness to reach, in LUFS, or None where it is left alone."""
        delivery = self.delivery()
        if delivery is not None:
            return delivery.loudness
        if self.loudness == "auto":
            return -23.0 if self.original == "replace" else None
        if self.loudness == "off":
            return None
        try:
            target = float(self.loudness)
        except ValueError:
            target = 0.0
        if not -60 <= target <= -5:
            raise UsageError(
                f"--loudness {self.loudness!r} is not a loudness.",
                hint="Give 'off' or LUFS from -60 to -5, such as -23.",
            )
        return target

    def chosen_shots(self, count: int) -> frozenset[int]:
        """Return the numbers, from 1, of the shots that get sound, of ``count`` in the film.

        Raises:
            UsageError: the text is no list of shots, or names one that does not exist.
        """
        if self.shots.strip().lower() == "all":
            return frozenset(range(1, count + 1))
        chosen: set[int] = set()
        for part in self.shots.split(","):
            match = _SPAN.match(part.strip())
            if match is None:
                raise UsageError(f"--shots {self.shots!r} is not a list of shots.", hint="Write all, or 1,3-5.")
            first = int(match[1])
            last = int(match[2] or first)
            if not 1 <= first <= last <= count:
                raise UsageError(f"There is no shot {part.strip()}; the film has {count}.", hint="See: v2a-foley shots")
            chosen.update(range(first, last + 1))
        return frozenset(chosen)

    def prompts(self) -> Mapping[int | None, str]:
        """Return the prompts by shot number; None stands for every shot without one of its own."""
        return parse_prompts(self.prompt)


def parse_prompts(texts: Iterable[str]) -> Mapping[int | None, str]:
    """Read prompts as the command line takes them: ``TEXT`` for all shots, ``N=TEXT`` for one.

    Raises:
        UsageError: a prompt is empty, or two are meant for the same shot.
    """
    prompts: dict[int | None, str] = {}
    for text in texts:
        match = _NUMBERED.match(text)
        number, words = (int(match[1]), match[2].strip()) if match else (None, text.strip())
        if not words:
            raise UsageError("A prompt is empty.", hint='Write --prompt "rain on a roof" or --prompt 3="a dog barks".')
        if number in prompts:
            whose = "every shot" if number is None else f"shot {number}"
            raise UsageError(f"There are two prompts for {whose}.", hint="Give one.")
        prompts[number] = words
    return MappingProxyType(prompts)
