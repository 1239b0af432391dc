"""Random timelines and one that is known, for the formats that count in frames."""

from fractions import Fraction

from hypothesis import strategies as st

from v2a_foley.interchange.edit import Edit, Item, Lane, LaneKind, Mark, Medium, Role
from v2a_foley.timebase import Timecode

RATES = (
    (Fraction(24_000, 1001), False),
    (Fraction(25), False),
    (Fraction(30_000, 1001), True),
    (Fraction(30_000, 1001), False),
    (Fraction(60_000, 1001), True),
)
NAMES = ("é # %20 &<>\"' end", "Shot 1", " two  blanks ", "line\nbreak", "", "\udcff odd", "RED note", "鐘 の 音")
PATHS = (
    "/films/é # % a.mov",
    "/films/%41&<>\"'.wav",
    "C:\\films\\a b#.mov",
    "\\\\server\\share\\stem %.wav",
    "takes/c1 t2.wav",
    "../../etc/passwd",
    "",
)


def hour(rate: Fraction, *, drop: bool) -> Timecode:
    return Timecode.parse("01:00:00:00", rate, drop_frame=drop)


times = st.fractions(min_value=0, max_value=9, max_denominator=48_000)
names = st.sampled_from(NAMES)


@st.composite
def marks(draw):
    found = draw(
        st.lists(
            st.builds(
                Mark, times, names, st.sampled_from([Fraction(0), Fraction(1, 2)]), names, st.sampled_from(["", "red"])
            ),
            max_size=2,
        )
    )
    return tuple(sorted(found, key=lambda mark: mark.time))


@st.composite
def media(draw, rate, drop):
    pictured = draw(st.booleans())
    own = draw(st.sampled_from([rate, rate, Fraction(24), Fraction(30_000, 1001), Fraction(25, 2)]))
    timecode = draw(st.sampled_from([None, hour(rate, drop=drop), Timecode(1234, Fraction(24))]))
    return Medium(
        draw(st.sampled_from(PATHS)),
        timecode.time if timecode else draw(times),
        draw(st.sampled_from([Fraction(0), Fraction(1, 100), Fraction(2), Fraction(30)])),
        draw(names),
        own if pictured else None,
        timecode,
        (1920, 1080) if pictured and draw(st.booleans()) else None,
        draw(st.integers(0, 6)),
        draw(st.sampled_from([44_100, 48_000])),
    )


@st.composite
def lanes(draw, kind, pool):
    items, free = [], Fraction(0)
    for _ in range(draw(st.integers(0, 4))):
        start = free + draw(st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 1000), Fraction(2)]))
        duration = max(draw(times), Fraction(1, 480))
        medium = draw(st.sampled_from([None, *pool]))
        fade = duration * draw(st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1, 7)]))
        items.append(
            Item(
                draw(names),
                start,
                duration,
                medium,
                (medium.start if medium else 0) + draw(times),
                draw(st.booleans()),
                draw(st.sampled_from([0.0, -6.5, 3.25, -120.0, 40.0])),
                fade,
                draw(st.sampled_from([Fraction(0), duration - fade])),
                draw(marks()),
            )
        )
        free = items[-1].end
    role = Role.PICTURE if kind is LaneKind.PICTURE else draw(st.sampled_from([Role.FOLEY, Role.OTHER]))
    return Lane(draw(names), kind, tuple(items), role, draw(st.booleans()))


@st.composite
def edits(draw):
    rate, drop = draw(st.sampled_from(RATES))
    pool = [draw(media(rate, drop)) for _ in range(draw(st.integers(1, 3)))]
    pictures = [draw(lanes(LaneKind.PICTURE, pool)) for _ in range(draw(st.integers(0, 2)))]
    sounds = [draw(lanes(LaneKind.SOUND, pool)) for _ in range(draw(st.integers(0, 5)))]
    size = draw(st.sampled_from([None, (1280, 720)]))
    start = hour(rate, drop=drop) + draw(st.integers(0, 100_000))
    return Edit(draw(names), rate, start, (*pictures, *sounds), size, draw(marks()))


def film(rate: Fraction, *, drop: bool) -> Edit:
    """Return three shots of a film with its own sound, and sounds with gaps, handles, marks, gains and fades."""
    start = hour(rate, drop=drop)

    def at(frames: int) -> Fraction:
        return frames / rate

    zero = hour(rate, drop=drop).time
    path = "/films/é # %20 a.mov"
    picture = Medium(path, zero, at(2000), "é # %20 a", rate, start, (1920, 1080), 2)
    sound = Medium(path, zero, at(2000), "é # %20 a", channels=2)
    takes = [Medium(f"C:\\takes\\t{number} &.wav", Fraction(0), Fraction(2), channels=1) for number in range(3)]
    shots = [
        Item(f"Shot {number}", at(a), at(b - a), picture, zero + at(a))
        for number, (a, b) in enumerate([(0, 100), (100, 333), (333, 2000)], 1)
    ]
    own = Item("own", Fraction(0), at(2000), sound, zero)
    steps = [
        Item(
            "step <1>", at(10), at(20), takes[0], at(5), gain=-6.0, fade_in=at(3), fade_out=at(4),
            marks=(Mark(at(2), "hit 1", colour="yellow"), Mark(at(7), "hit 2", note="hard")),
        ),
        Item("step 2", at(50), Fraction(2), takes[1], Fraction(0), enabled=False),
        Item("step 3", at(400), at(30), takes[2], at(1)),
    ]  # fmt: skip
    wind = [Item("wind", at(120), at(300), Medium("\\\\nas\\a\\wind.wav", Fraction(0), at(900), channels=2), at(40))]
    return Edit(
        "Film & Ton",
        rate,
        start,
        (
            Lane("Picture", LaneKind.PICTURE, tuple(shots), Role.PICTURE),
            Lane("ORIG", LaneKind.SOUND, (own,), Role.ORIGINAL),
            Lane("BG", LaneKind.SOUND, tuple(wind), Role.BACKGROUND),
            Lane("FOLEY", LaneKind.SOUND, tuple(steps), Role.FOLEY),
            Lane("FX", LaneKind.SOUND, (), Role.EFFECTS, enabled=False),
        ),
        (1920, 1080),
        (Mark(at(200), "cut this", at(10), "why", "red"),),
    )
