"""What the user makes: a project of shots, cues and takes. Values only; every change returns a new project.

Times are exact seconds (``Fraction``) on the film's clock, whose zero is the film's first moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from v2a_foley.errors import UsageError
from v2a_foley.media import MediaFacts
from v2a_foley.project.events import Event, Kind, Layer
from v2a_foley.timebase import TimeRange

if TYPE_CHECKING:
    from moviepy import VideoClip


@dataclass(frozen=True)
class Heard:
    """One event that a shot may sound like.

    Attributes:
        event: the event.
        score: the calibrated probability, 0 to 1, that it belongs to what is seen.
        similarity: the cosine between the picture and the event's nearest description.
    """

    event: Event
    score: float
    similarity: float = 0.0


@dataclass(frozen=True)
class Shot:
    """A half-open range of the picture between two cuts.

    Attributes:
        index: its number, from 1 in the order in which they were found; it keeps it whatever is cut before it.
        range: when it is on screen.
        found: how its start was found: ``start``, ``cut``, ``fade`` or ``list``.
        heard: what it may sound like, best first; empty until described.
        unsure: whether no event reached the threshold, so that the shot gets room tone or ambience only.
        embedding: its pooled image embedding, ``float32 (d,)``, as a tuple or a ``Vector``; empty until described.
        scene: number of the scene that it belongs to, from 1; 0 until described.
        extra: what a newer program said of it in the project's file; kept as it is.
    """

    index: int
    range: TimeRange
    found: str = "cut"
    heard: tuple[Heard, ...] = ()
    unsure: bool = False
    embedding: Sequence[float] = ()
    scene: int = 0
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Region:
    """Where on the screen something moves: a box by its centre and its size. It may reach beyond the screen's edge.

    Attributes:
        x: the centre, in parts of the picture's width from the left, 0 to 1.
        y: the centre, in parts of the picture's height from the top, 0 to 1.
        width: in parts of the picture's width, 0 to 1.
        height: in parts of the picture's height, 0 to 1.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        """Refuse what does not lie on the screen."""
        if not (0 <= self.x <= 1 and 0 <= self.y <= 1 and 0 <= self.width <= 1 and 0 <= self.height <= 1):
            raise ValueError("a region's centre and size lie between 0 and 1")


@dataclass(frozen=True)
class Hit:
    """A moment at which something is struck.

    Attributes:
        time: when, on the film's clock.
        strength: how hard, 0 to 1.
        region: where on the screen; None where that is not known.
        muted: whether it is kept in the project and makes no sound.
    """

    time: Fraction
    strength: float = 1.0
    region: Region | None = None
    muted: bool = False

    def __post_init__(self) -> None:
        """Refuse a strength that is none. One above 1 is refused where it is set; old documents may hold it."""
        if not 0 <= self.strength < inf:
            raise ValueError("a hit's strength is a number from 0")


@dataclass(frozen=True)
class Intensity:
    """How strongly a cause acts over time: points joined by straight lines, held flat beyond the ends.

    Attributes:
        times: when, on the film's clock, rising.
        values: how strongly, 0 to 1; 1 is the event's nominal level.
        regions: where on the screen, one a point, joined by straight lines as the values are; empty where not known.
    """

    times: tuple[Fraction, ...]
    values: tuple[float, ...]
    regions: tuple[Region, ...] = ()

    def __post_init__(self) -> None:
        """Refuse points that do not pair up, or that are none."""
        if len(self.times) != len(self.values) or not self.times:
            raise ValueError("an intensity curve needs as many values as times, and at least one")
        if self.regions and len(self.regions) != len(self.times):
            raise ValueError("an intensity curve needs one region a point, or none")
        if not all(0 <= value < inf for value in self.values):  # above 1: as a hit's strength
            raise ValueError("the values of an intensity curve are numbers from 0")


@dataclass(frozen=True)
class Take:
    """One generated sound for one cue, immutable once made, with everything needed to make it again.

    Attributes:
        id: unique in the project (``c3t1``).
        path: the sound: 48 kHz float WAV, handles included.
        sample_rate: hertz.
        channels: 1 or 2.
        samples: length in samples, handles included.
        before: samples of handle before the cue's start.
        after: samples of handle beyond the cue's end.
        seed: the random seed it was made from.
        generator: which generator made it (``procedural``).
        source: what it was made of: the family and its parameters, or the user's file.
        licence: SPDX identifier or a plain sentence on who owns the sound.
        prompt: the prompt that it was made from.
        peak: sample peak, dBFS; the sound lies in its file at its event's nominal level.
        lufs: loudness: integrated, or the maximum momentary of impulses.
        native_rate: sample rate at which the generator works; its bandwidth is half of it.
        details: whatever else makes the sound reproducible (model hashes, parameters).
        digest: SHA-256 of its file, in hexadecimal; empty outside of a project's folder.
        key: SHA-256 over all that decides its samples (``engine/cache.py``); empty where that is not known.
        extra: what a newer program said of it in the project's file; kept as it is.
    """

    id: str
    path: Path
    sample_rate: int
    channels: int
    samples: int
    before: int
    after: int
    seed: int
    generator: str
    source: str
    licence: str
    prompt: str = ""
    peak: float = 0.0
    lufs: float = 0.0
    native_rate: int = 48_000
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    digest: str = ""
    key: str = ""
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def bandwidth(self) -> int:
        """The highest frequency that it can hold, in hertz: half the rate that it was made at, 24 kHz at most."""
        return min(self.native_rate, self.sample_rate) // 2

    @property
    def model(self) -> str:
        """What made it, by name: the neural model and the hash of its weights, or the family; empty for files."""
        name, weights = self.details.get("model"), self.details.get("weights")
        if name:
            return f"{name} {str(weights)[:12]}".strip() if weights else str(name)
        return str(self.details.get("family", ""))

    @property
    def source_file(self) -> str:
        """The user's own file that it was made from, as the library names it; empty where there is none."""
        files = self.details.get("files")
        return "; ".join(map(str, files)) if isinstance(files, list | tuple) else ""


@dataclass(frozen=True)
class Cue:
    """What should sound where.

    Attributes:
        id: unique in the project (``c3``).
        layer: the track it sounds on.
        range: when, half-open.
        shots: numbers of the shots that it belongs to.
        event: what should sound.
        prompt: the user's own words, or empty.
        negative: what should not be heard, or empty.
        gain: decibels on top of the take's level.
        hits: the moments of an impulse.
        intensity: how strongly over time, or None for steady.
        takes: the sounds made for it.
        active: id of the take that sounds, or None.
        muted: whether it is left out of the mix.
        place: the kind of place whose room its sounds get (a name of ``audio/room.py``); empty: none.
        seed: the seed of its sounds where it has one of its own; None: made from the film's seed and its place in it.
        anchor: the time that such a seed is made from, where it is not the cue's start: a cue that was moved keeps its
            sound.
        slip: seconds into the take, from where the take's own cue began, at which the cue now begins; negative where it
            begins in the handle. Trimming the start changes it, moving does not.
        fade_in: seconds, or None for the program's own choice; the sound then begins at the cue's start.
        fade_out: seconds, or None for the program's own choice; the sound then ends at the cue's end.
        extra: what a newer program said of it in the project's file; kept as it is.
    """

    id: str
    layer: Layer
    range: TimeRange
    shots: tuple[int, ...]
    event: Event
    prompt: str = ""
    negative: str = ""
    gain: float = 0.0
    hits: tuple[Hit, ...] = ()
    intensity: Intensity | None = None
    takes: tuple[Take, ...] = ()
    active: str | None = None
    muted: bool = False
    place: str = ""
    seed: int | None = None
    anchor: Fraction | None = None
    slip: Fraction = Fraction(0)
    fade_in: Fraction | None = None
    fade_out: Fraction | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def take(self) -> Take | None:
        """The active take, or None where there is none."""
        return next((take for take in self.takes if take.id == self.active), None)

    @property
    def sounding(self) -> tuple[Hit, ...]:
        """The hits that are not muted."""
        return tuple(hit for hit in self.hits if not hit.muted)

    @property
    def silenced(self) -> bool:
        """Whether it has hits and all of them are muted, so that nothing of it is heard; backgrounds hear no hits."""
        return bool(self.hits) and not self.sounding and self.event.kind is not Kind.AMBIENCE

    def with_take(self, take: Take) -> Cue:
        """Return the cue with one take more; the first one becomes active."""
        return replace(self, takes=(*self.takes, take), active=self.active or take.id)


@dataclass(frozen=True)
class Fingerprint:
    """What a film's file is known by, wherever it lies (``project/fingerprint.py`` takes it).

    Attributes:
        size: of the file, in bytes.
        sample: SHA-256, in hexadecimal, over the size and pieces of the content: the beginning, the end, and some
            evenly spread between. Not over the whole.
    """

    size: int
    sample: str


@dataclass(frozen=True)
class Project:
    """A film and the sound that is being made for it.

    Attributes:
        media: the film.
        shots: its shots, in order, covering the whole picture.
        cues: what sounds where.
        profile: name of the profile that looked and mapped.
        settings: what was chosen for this film, by the names of the run's settings; what is not there has its default.
        parked: cues whose picture is no longer in the film; kept, not heard.
        extra: what a newer program said of it in the project's file; kept as it is.
        id: 32 hexadecimal digits that stay with the project wherever it goes; empty outside of a project's folder.
        film: what the film's file is known by; None where it was not taken.
    """

    media: MediaFacts
    shots: tuple[Shot, ...] = ()
    cues: tuple[Cue, ...] = ()
    profile: str = "pocket"
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    parked: tuple[Cue, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    id: str = ""
    film: Fingerprint | None = None

    def place_of(self, index: int) -> int:
        """Return the place in the film, from 0, of the shot of a number.

        Raises:
            UsageError: there is no such shot.
        """
        if 1 <= index <= len(self.shots) and self.shots[index - 1].index == index:  # where nothing was cut by hand
            return index - 1
        for place, shot in enumerate(self.shots):
            if shot.index == index:
                return place
        raise UsageError(f"There is no shot {index}; the film has {len(self.shots)}.", hint="See 'v2a-foley shots'.")

    def shot(self, index: int) -> Shot:
        """Return the shot of a number.

        Raises:
            UsageError: there is no such shot.
        """
        return self.shots[self.place_of(index)]

    def cue(self, name: str) -> Cue:
        """Return the cue of an id.

        Raises:
            UsageError: there is no such cue.
        """
        for cue in self.cues:
            if cue.id == name:
                return cue
        raise UsageError(f"There is no cue {name!r}.", hint="See them: v2a-foley project show")

    def cues_on(self, layer: Layer) -> tuple[Cue, ...]:
        """Return the cues of one layer, by start."""
        return tuple(sorted((cue for cue in self.cues if cue.layer is layer), key=lambda cue: cue.range.start))

    def with_shots(self, shots: Iterable[Shot]) -> Project:
        """Return the project with other shots."""
        return replace(self, shots=tuple(shots))

    def with_cues(self, cues: Iterable[Cue]) -> Project:
        """Return the project with other cues."""
        return replace(self, cues=tuple(cues))

    def to_moviepy(self) -> VideoClip:
        """Return a moviepy clip of the film whose sound is a ``CompositeAudioClip`` of original and active takes.

        Gains and fades are those of the cues; ducking, loudness and the limiter belong to the rendered film and are
        not applied. The caller closes the clip.
        """
        from v2a_foley.project.moviepy_clip import clip_of

        return clip_of(self)
