"""The demonstration's page: one HTML file that refers to the media beside it and to nothing else. Measures nothing."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import quote

from v2a_foley.demo import drawings
from v2a_foley.demo.footage import RATE, Clip, Packaged, Rendered, Still
from v2a_foley.demo.pictures import write_spectrogram, write_stills
from v2a_foley.demo.report import in_frames, in_ms
from v2a_foley.demo.story import PICTURES, Demo
from v2a_foley.engine.result import finite
from v2a_foley.files import translated, write_text
from v2a_foley.project import Cue, Layer, Shot
from v2a_foley.render.sheet_row import hits_in_words
from v2a_foley.timebase import as_clock

_SEEN = 3
"""Events listed for a shot, at most."""
_FAINTEST = 0.01
"""Score under which an event is not listed."""
_STAGES = {
    "open": "Opening", "load": "Waking the eyes", "look": "Looking", "understand": "Understanding", "spot": "Spotting",
    "index": "Indexing the library", "generate": "Making sounds", "mix": "Mixing", "mux": "Writing the film",
    "verify": "Checking the film", "report": "Writing the lists",
}  # fmt: skip
_LAYERS = {
    Layer.ORIG: "The film's own sound",
    Layer.BG: "Backgrounds and ambiences",
    Layer.FX: "Effects",
    Layer.FOLEY: "People's movement",
}


def write_page(demo: Demo) -> Path:
    """Draw the page's pictures and write the page, in one step; returns where it is.

    Raises:
        DiskFull: there is no space left.
        OutputError: the folder cannot be written to.
    """
    folder = demo.folder / PICTURES
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise translated(error, folder) from error
    stills = write_stills(demo.result.project, folder)
    for layer, stem in demo.result.stems.items():
        write_spectrogram(stem, folder / f"{layer}.png")
    template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    result = demo.result
    write_text(
        demo.page,
        template.substitute(
            lead=_lead(demo),
            tiles="".join(_tiles(demo)),
            players=_players(demo),
            shots="".join(_shot(demo, shot, stills[shot.index]) for shot in result.project.shots),
            impacts=_impacts(demo),
            sheet=_link(demo, result.files["contact_sheet"]),
            stems="".join(_stem(demo, Layer(layer), path) for layer, path in result.stems.items()),
            spotting=_link(demo, result.files["spotting"]),
            cues="".join(_cue_row(demo, cue) for cue in result.project.cues),
            spent=_spent(demo),
            bars="".join(_bars(demo)),
            files="".join(_files(demo)),
            credits=_credits(demo),
        ),
    )
    return demo.page


def _link(demo: Demo, path: Path) -> str:
    """Return a file of the demonstration as its page refers to it."""
    return quote(path.relative_to(demo.folder).as_posix())


def _lead(demo: Demo) -> str:
    silent = sum(1 for part, _ in demo.film.parts if isinstance(part, Rendered) or not _has_sound(part))
    voices = " and ".join(sorted({take.generator for cue in demo.result.project.cues for take in cue.takes}))
    length, parts = float(demo.film.duration), len(demo.film.parts)
    return (
        f"A film of {length:.0f} seconds from real clips, photographs and one rendered shot; {silent} of its "
        f"{parts} parts are silent. "
        "v2a_foley found the cuts, looked at every shot, decided what it sounds like, made the sounds "
        f"({escape(voices)}), mixed them with what was there, and put them under the untouched picture."
    )


def _has_sound(part: Clip | Still | Rendered) -> bool:
    return (isinstance(part, Clip) and part.sound) or (isinstance(part, Still) and part.voice)


def _tile(value: str, says: str, good: bool | None = None) -> str:
    kind = "" if good is None else (" good" if good else " bad")
    return f'<div class="tile card{kind}"><b>{escape(value)}</b><span>{escape(says)}</span></div>'


def _tiles(demo: Demo) -> list[str]:
    measured, result = demo.measured, demo.result
    cuts = len(demo.film.cuts)
    exact = measured.cuts_found == cuts and not measured.cuts_invented
    invented = f", {measured.cuts_invented} where there is none" if measured.cuts_invented else ""
    tiles = [_tile(f"{measured.cuts_found} of {cuts}", f"cuts found on their very frame{invented}", exact)]
    if measured.impacts is not None:
        worst, number = measured.impacts.worst, len(measured.impacts.strikes)
        if worst is None:
            tiles.append(_tile("silent", f"one of {number} visible impacts has no sound", good=False))
        else:
            says = f"frames at most between {number} visible impacts and their sounds"
            tiles.append(_tile(f"{float(worst * RATE):.2f}", says, abs(worst * RATE) <= 1))
    tiles.append(
        _tile(
            "identical" if measured.picture_same else "changed",
            "picture packets before and after",
            measured.picture_same,
        )
    )
    if measured.speech_difference is not None:
        same = measured.speech_difference == 0
        value = "bit-identical" if same else f"{measured.speech_difference} / 2²³"
        tiles.append(_tile(value, "the voice in the original stem against the film's own sound", same))
    says = f"integrated, true peak {_signed(result.true_peak)} dBTP; it came with {_lufs(measured.before.integrated)}"
    tiles.append(_tile(_lufs(result.integrated), says))
    faster = float(demo.film.duration) / max(measured.job_seconds, 0.01)
    tiles.append(_tile(f"{measured.job_seconds:.1f} s", f"for the whole job, {faster:.1f} × real time"))
    return tiles


def _signed(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def _lufs(level: float) -> str:
    return "silence" if finite(level) is None else f"{_signed(level)} LUFS"


def _players(demo: Demo) -> str:
    pair = (
        ("before", demo.film.path, "Before", f"as it came · {_lufs(demo.measured.before.integrated)}"),
        ("after", demo.result.output, "After", f"with its sound · {_lufs(demo.result.integrated)}"),
    )
    return "".join(
        f'<figure class="card"><video id="{name}" src="{_link(demo, path)}" controls preload="auto" playsinline>'
        f"</video>"
        f"<figcaption><strong>{title}</strong><span>{escape(says)}</span></figcaption></figure>"
        for name, path, title, says in pair
    )


def _shot(demo: Demo, shot: Shot, still: str) -> str:
    part, start = demo.part_of(shot), float(shot.range.start)
    seen = "".join(
        f'<span>{escape(heard.event.caption)}</span><i><b style="width:{max(0.0, min(1.0, heard.score)):.0%}"></b></i>'
        f"<em>{heard.score:.2f}</em>"
        for heard in shot.heard[:_SEEN]
        if heard.score >= _FAINTEST
    )
    unsure = '<p class="unsure">unsure what it shows: background only</p>' if shot.unsure else ""
    cues = [cue for cue in demo.result.project.cues if shot.index in cue.shots]
    own = [f"{_pill(Layer.ORIG)}<span>{escape(_own_sound(demo, part))}</span>"] if _has_sound(part) else []
    sounds = "".join(f'<div class="cue">{each}</div>' for each in [*own, *(_sounds(cue) for cue in cues)])
    return (
        f'<tr><td><button class="still" data-at="{start:.3f}" aria-label="Play shot {shot.index}">'
        f'<img src="{PICTURES}/{still}" alt="" loading="lazy"></button></td>'
        f'<td class="n"><strong>{shot.index}</strong> · {as_clock(shot.range.start)}–{as_clock(shot.range.end)}'
        f'<br><span class="small">{escape(part.title)}</span></td>'
        f'<td><div class="hear">{seen}</div>{unsure}</td><td>{sounds or "left alone"}</td></tr>'
    )


def _own_sound(demo: Demo, part: Clip | Still | Rendered) -> str:
    return (
        f"voice of {demo.film.voice}" if isinstance(part, Still) and demo.film.voice == "espeak-ng" else "its own sound"
    )


def _pill(layer: Layer) -> str:
    return f'<span class="layer" style="--tone:var(--{layer})">{layer}</span>'


def _sounds(cue: Cue) -> str:
    notes = [*(["asked for"] if cue.prompt else []), *([hits_in_words(cue)] if cue.hits else [])]
    noted = f' <span class="small">· {", ".join(notes)}</span>' if notes else ""
    source = f'<br><span class="small">{escape(_made_by(cue))}</span>' if cue.take else ""
    return f"{_pill(cue.layer)}<span>{escape(cue.prompt or cue.event.caption)}{noted}{source}</span>"


def _made_by(cue: Cue) -> str:
    return f"{cue.take.generator}: {cue.take.source}" if cue.take is not None else ""


def _cue_row(demo: Demo, cue: Cue) -> str:
    media = demo.result.project.media
    return (
        f'<tr><td class="n">{escape(cue.id)}</td><td class="n">{media.timecode_at(cue.range.start)}</td>'
        f'<td class="n">{media.timecode_at(cue.range.end)}</td><td>{_pill(cue.layer)}</td>'
        f"<td>{escape(cue.prompt or cue.event.caption)}</td><td>{escape(cue.event.catid)}</td>"
        f'<td>{escape(_made_by(cue))}</td><td class="num">{len(cue.hits) or "–"}</td>'
        f"<td>{escape(cue.take.licence if cue.take else '')}</td></tr>"
    )


def _impacts(demo: Demo) -> str:
    measured, rendered = demo.measured.impacts, demo.film.rendered
    if measured is None or rendered is None:
        return ""
    cues = [cue for cue in demo.result.project.cues if cue.hits and rendered.contains(cue.range.start)]
    stem = demo.result.stems[cues[0].layer if cues else Layer.FX]
    rows = "".join(
        f'<tr><td class="n">{number}</td><td class="num">{as_clock(strike.seen)}</td>'
        + (
            f'<td class="num">{as_clock(strike.sounds)}</td><td class="num">{in_ms(strike.offset)}</td>'
            f'<td class="num">{in_frames(strike.offset)}</td></tr>'
            if strike.sounds is not None and strike.offset is not None
            else '<td class="num">–</td><td class="num">–</td><td class="num">–</td></tr>'
        )
        for number, strike in enumerate(measured.strikes, start=1)
    )
    others = f" {len(measured.others)} more sounds begin where nothing is seen to strike." if measured.others else ""
    return (
        '<section><h2>Impacts</h2><p class="note">Five blocks fall, and their landings are computed, so the moments of '
        "this shot are known exactly. The sounds were placed by what the eyes saw move, and measured in the finished "
        f"stem.{others}</p>"
        f'<div class="card"><div class="strike">{drawings.impacts(stem, rendered, measured)}</div>'
        '<div class="legend"><span style="--tone:var(--bad)"><i></i>block lands (computed)</span>'
        '<span style="--tone:var(--FX)"><i></i>sound (measured)</span></div>'
        '<div class="scroll"><table><thead><tr><th>Impact</th><th class="num">Lands at</th>'
        '<th class="num">Sounds at</th><th class="num">Offset</th><th class="num">Frames</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></div></section>"
    )


def _stem(demo: Demo, layer: Layer, path: Path) -> str:
    link = _link(demo, path)
    return (
        f'<div class="stem card"><header>{_pill(layer)}<strong>{_LAYERS[layer]}</strong>'
        f'<a class="small" href="{link}" download>{escape(path.name)}</a></header>'
        f"{drawings.wave(path, demo.film.duration, layer)}"
        f'<img src="{PICTURES}/{layer}.png" alt="Spectrogram of the {layer} stem" loading="lazy">'
        f'<audio src="{link}" controls preload="metadata"></audio></div>'
    )


def _spent(demo: Demo) -> str:
    measured = demo.measured
    width, height = demo.result.project.media.picture.display_size
    film = f"{float(demo.film.duration):.0f} s of {width} × {height} film"
    return (
        f"The main job took {measured.job_seconds:.1f} s for {film} on this machine, loading the eyes included. "
        f"Building the film before it took {measured.build_seconds:.1f} s."
    )


def _bars(demo: Demo) -> list[str]:
    seconds = {stage: spent for stage, spent in demo.result.seconds.items() if stage in _STAGES}
    longest = max(seconds.values(), default=1.0) or 1.0
    return [
        f'<span>{_STAGES[stage]}</span><i style="width:{spent / longest:.1%}"></i><em>{spent:.2f} s</em>'
        for stage, spent in seconds.items()
    ]


def _files(demo: Demo) -> list[str]:
    wanted = [
        (demo.result.output, "The film with its sound"),
        (demo.result.files["timeline"], "Timeline for editors (OpenTimelineIO), takes with handles"),
        (demo.result.files["spotting"], "Spotting list (CSV)"),
        (demo.result.files["contact_sheet"], "Contact sheet (PNG)"),
    ]
    return [
        f'<a class="card" href="{_link(demo, path)}"><b>{escape(path.name)}</b><span>{says}</span></a>'
        for path, says in wanted
    ]


def _credits(demo: Demo) -> str:
    sources = [part.source for part, _ in demo.film.parts if not isinstance(part, Rendered)]
    packages = sorted({source.project for source in sources})
    names = {project: sorted({Path(s.name).name for s in sources if s.project == project}) for project in packages}
    listed = "; ".join(f"{', '.join(names[project])} from the package {project}" for project in packages)
    bunny = _blender(sources)
    licences = sorted({take.licence for cue in demo.result.project.cues for take in cue.takes})
    return (
        f"<p>Footage: {escape(listed)}; the falling blocks are rendered by the demonstration.{bunny}</p>"
        "<p>This film was made to be understood, so it is no test of the eyes: the rocket is framed close because they "
        "do not know it from afar, and in the rendered shot one thing moves at a time, before a camera that stands "
        "still, the first landing more than a second after the cut.</p>"
        f"<p>Sounds: {escape('; '.join(licences))}. No model was downloaded and nothing left this machine.</p>"
    )


def _blender(sources: list[Packaged]) -> str:
    shown = any("bigbuckbunny" in source.name for source in sources)
    return " Big Buck Bunny © Blender Foundation, CC BY 3.0." if shown else ""
