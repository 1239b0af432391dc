"""The document of a project: what is written is read again, and what is not known is kept."""

import json
from dataclasses import replace
from fractions import Fraction
from math import inf, nan
from types import MappingProxyType

import pytest

from tests.project.folders import filled
from v2a_foley.errors import ProjectError, ProjectNewer
from v2a_foley.project import Fingerprint, Hit, Intensity, Region, default_vocabulary
from v2a_foley.project.document import from_document, from_text, to_document, to_text

UNKNOWN = {"colour": "red", "more": {"deep": [1, 2.5, None, True]}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("documents") / "project"


@pytest.fixture(scope="module")
def project(folder):
    return filled(folder)


def again(project, folder):
    """The project after a way through the text of a file."""
    return from_document(from_text(to_text(to_document(project, folder))), folder)


def changed(document, way, value):
    """A document with one value changed; ``way`` is a list of keys and numbers. Ellipsis removes it."""
    document = json.loads(json.dumps(document))
    at = document
    for step in way[:-1]:
        at = at[step]
    if value is ...:
        del at[way[-1]]
    else:
        at[way[-1]] = value
    return document


def test_all_of_it_comes_back(project, folder):
    assert again(project, folder) == project


def test_what_is_not_at_its_default_comes_back(project, folder):
    first, *rest = project.cues
    take = replace(first.takes[0], peak=-inf, lufs=-inf, details={"files": ["a.wav"], "seed": 3, "params": {"x": 0.5}})
    first = replace(
        first, takes=(take,), seed=7, anchor=Fraction(1, 3), slip=Fraction(-5, 48), fade_in=Fraction(0), muted=True,
        fade_out=Fraction(1, 2), place="hall", negative="music", gain=-6.5,
    )  # fmt: skip
    whole = [
        replace(heard, event=event) for heard, event in zip(project.shots[0].heard, default_vocabulary(), strict=False)
    ]
    shots = [replace(project.shots[0], heard=tuple(whole), scene=3), *project.shots[1:]]
    project = replace(
        project, cues=(first, *rest[:-1]), parked=(rest[-1],), shots=tuple(shots), profile="full", id="ab" * 16,
        settings={"seed": 3, "negative": "müßig", "takes": None}, film=Fingerprint(5, "cd" * 32),
    )  # fmt: skip
    assert again(project, folder) == project


def test_regions_and_mutes_come_back_and_are_written_only_where_they_are_set(project, folder):
    hits = (Hit(Fraction(1), 0.5), Hit(Fraction(2), 1.0, Region(0.1, 0.2, 0.3, 1 / 3)), Hit(Fraction(3), muted=True))
    curve = Intensity((Fraction(5), Fraction(6)), (0.25, 0.5), (Region(0, 0, 0, 0), Region(1, 1, 1, 1)))
    cues = list(project.cues)
    cues[2], cues[3] = replace(cues[2], hits=hits), replace(cues[3], intensity=curve)
    document = to_document(project.with_cues(cues), folder)
    assert document["cues"][2]["hits"] == [
        ["1", 0.5],
        ["2", 1.0, {"region": [0.1, 0.2, 0.3, 1 / 3]}],
        ["3", 1.0, {"muted": True}],
    ]
    assert document["version"] == 2
    assert again(project.with_cues(cues), folder) == project.with_cues(cues)
    parked = replace(project, cues=tuple(cues[:2]), parked=tuple(cues[2:]))
    assert to_document(parked, folder)["version"] == 2
    assert to_document(project, folder)["version"] == 1


def test_every_event_of_the_vocabulary_comes_back(project, folder):
    cue = project.cues[0]
    events = default_vocabulary().events
    project = project.with_cues(
        replace(cue, id=f"e{i}", event=event, takes=(), active=None) for i, event in enumerate(events)
    )
    assert again(project, folder) == project


def test_two_events_of_one_name_stay_two(project, folder):
    first, second, *rest = project.cues
    other = replace(first.event, caption="another", params=MappingProxyType({"size": 2.0}))
    project = project.with_cues([first, replace(second, event=other), *rest])
    assert again(project, folder) == project


def test_what_is_not_known_is_kept_everywhere(project, folder):
    document = to_document(project, folder)
    document.update(UNKNOWN)
    cue, media = document["cues"][1], document["media"]
    places = [document["shots"][0], cue, cue["takes"][0], media, media["picture"], media["sounds"][0]]
    for place in (*places, document["events"]["rain"]):
        place.update(UNKNOWN)
    read = from_document(json.loads(json.dumps(document)), folder)
    assert read.cues[1].extra == UNKNOWN
    assert from_text(to_text(to_document(read, folder))) == document


def test_what_is_not_known_never_covers_what_is(project, folder):
    cue = replace(project.cues[0], extra={"gain": 99.0, "id": "x"})
    read = again(replace(project, cues=(cue, *project.cues[1:]), extra={"cues": [], "version": 9}), folder)
    assert read.cues[0].gain == 0.0
    assert len(read.cues) == len(project.cues)


def test_a_newer_version_is_refused_in_words(project, folder):
    with pytest.raises(ProjectNewer, match=r"newer program \(version 3 of the format; this one knows 2\)") as caught:
        from_document({**to_document(project, folder), "version": 3}, folder)
    assert "Update" in caught.value.hint


@pytest.mark.parametrize(
    ("way", "value", "told"),
    [
        (["format"], "else", "no project of v2a-foley"),
        (["version"], ..., "version is missing"),
        (["version"], "1", "version is '1', not a version"),
        (["version"], True, "not a version"),
        (["cues"], ..., "cues is missing"),
        (["cues"], {}, "cues is an object, not a list"),
        (["cues", 3], 5, r"cues\[3\] is 5, not an object"),
        (["cues", 3, "gain"], "loud", r"cues\[3\]\.gain is 'loud', not a number"),
        (["cues", 3, "gain"], 1e300, r"cues\[3\]\.gain is 1e\+300, which is out of range"),
        (["cues", 0, "gain"], inf, r"cues\[0\]\.gain is inf, which is out of range"),
        (["cues", 0, "gain"], nan, r"cues\[0\]\.gain is nan, which is out of range"),
        (["cues", 1, "id"], "c1", r"cues\[1\]\.id is 'c1', which is the id of another cue"),
        (["cues", 1, "id"], ..., r"cues\[1\]\.id is missing"),
        (["cues", 1, "id"], "", r"cues\[1\]\.id is empty"),
        (["cues", 1, "event"], "none", r"cues\[1\]\.event is 'none', and there is no such event"),
        (["cues", 1, "layer"], "MUSIC", r"cues\[1\]\.layer is 'MUSIC', not one of 'ORIG'"),
        (["cues", 1, "range"], ["2", "1"], r"cues\[1\]\.range ends at 1 before it starts at 2"),
        (["cues", 1, "range"], ["2"], r"cues\[1\]\.range is a list, not a start and an end"),
        (["cues", 1, "range", 0], "1/0", r"cues\[1\]\.range\[0\] is '1/0', which is no time"),
        (["cues", 1, "range", 0], 1.5, r"cues\[1\]\.range\[0\] is 1\.5, not a time like"),
        (["cues", 1, "range", 0], "1e3", r"cues\[1\]\.range\[0\] is '1e3', not a time like"),
        (["cues", 1, "range", 1], "9" * 30, r"which is no time that a film has"),
        (["cues", 1, "slip"], "٣", r"cues\[1\]\.slip is '٣', not a time like"),
        (["cues", 1, "fade_in"], "-1", r"cues\[1\]\.fade_in is '-1', which is less than nothing"),
        (["cues", 1, "active"], "c9t9", r"cues\[1\]\.active is 'c9t9', which is none of its takes"),
        (["cues", 2, "hits", 0], ["1"], r"cues\[2\]\.hits\[0\] is a list, not a time and a strength"),
        (["cues", 3, "intensity"], [["2", 1], ["1", 1]], r"cues\[3\]\.intensity runs back in time"),
        (["cues", 3, "intensity"], [], r"cues\[3\]\.intensity has no points"),
        (["cues", 2, "hits", 0], ["1", 1, {}, 1], r"cues\[2\]\.hits\[0\] is a list, not a time and a strength"),
        (["cues", 2, "hits", 0], ["1", 1, 7], r"cues\[2\]\.hits\[0\] is 7, not an object"),
        (["cues", 2, "hits", 0], ["1", 1, {"colour": 1}], r"hits\[0\]\[2\]\.colour is not known of a point"),
        (["cues", 2, "hits", 0], ["1", 1, {"muted": 1}], r"hits\[0\]\[2\]\.muted is 1, neither true nor false"),
        (["cues", 2, "hits", 0], ["1", 1, {"region": [0.5]}], r"\[2\]\.region is a list, not a centre and a size"),
        (["cues", 2, "hits", 0], ["1", 1, {"region": [0.5, nan, 0, 0]}], r"\[2\]\.region\[1\] is nan, which is out"),
        (["cues", 2, "hits", 0], ["1", 1, {"region": [0.5, 0, 9, 0]}], r"\[2\]\.region\[2\] is 9, which is out"),
        (["cues", 3, "intensity"], [["1", 1, {"muted": True}]], r"\[2\]\.muted is not known of a point"),
        (["cues", 3, "intensity"], [["1", 1, {"region": [0, 0, 0, 0]}], ["2", 1]], r"has regions for some"),
        (["cues", 1, "takes", 0, "digest"], "../../etc/passwd", r"cues\[1\]\.takes\[0\]\.digest is '\.\./\.\./etc"),
        (["cues", 1, "takes", 0, "digest"], "A" * 64, r"takes\[0\]\.digest is .*, not 64 hexadecimal digits"),
        (["cues", 1, "takes", 0, "digest"], ..., r"takes\[0\]\.digest is missing"),
        (["cues", 1, "takes", 0, "samples"], -1, r"takes\[0\]\.samples is -1, which is out of range"),
        (["cues", 1, "takes", 0, "samples"], 10**40, r"takes\[0\]\.samples is a huge number, which is out of range"),
        (["cues", 1, "takes", 0, "details"], [], r"takes\[0\]\.details is a list, not an object"),
        (["cues", 1, "takes", 0, "details"], {"a": {"b": [inf]}}, r"details\.a\.b\[0\] is inf, which is"),
        (["cues", 1, "colour"], inf, r"cues\[1\]\.colour is inf"),
        (["shots", 1, "index"], 1, r"shots\[1\]\.index is 1, which is the number of another shot"),
        (["shots", 1, "embedding"], "AAA", r"shots\[1\]\.embedding is no embedding in base64"),
        (["shots", 1, "embedding"], "AADAfw==", r"shots\[1\]\.embedding holds what is no number"),
        (["shots", 1, "heard"], [["rain"]], r"shots\[1\]\.heard\[0\] is a list, not an event"),
        (["events", "rain", "kind"], "loud", r"events\.rain\.kind is 'loud', not one of"),
        (["events", "rain", "params"], {"x": []}, r"events\.rain\.params\.x is a list"),
        (["events", "rain", "ear"], {"ranges": {"x": [1]}, "source": ""}, r"ear\.ranges\.x needs a lowest"),
        (["media"], [], "media is a list, not an object"),
        (["media", "path"], "/etc/passwd", r"media\.path is '/etc/passwd', which is no relative path"),
        (["media", "size"], 5, r"media\.sample is None, not 64 hexadecimal digits"),
        (["media", "picture", "rate"], "0", r"media\.picture\.rate is '0', which is out of range"),
        (["media", "picture", "rotation"], 45, r"media\.picture\.rotation is 45, not 0, 90"),
        (["media", "timecode", "drop_frame"], True, r"media\.timecode is no timecode"),
        (["settings"], {"a": nan}, r"settings\.a is nan, which is no number"),
        (["id"], "../x", r"id is '\.\./x', not 32 hexadecimal digits"),
        (["parked"], 3, "parked is 3, not a list"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(project, folder, way, value, told):
    with pytest.raises(ProjectError, match=told):
        from_document(changed(to_document(project, folder), way, value), folder)


def test_what_is_nested_too_deep_is_refused(project, folder):
    deep: list = []
    for _ in range(500):
        deep = [deep]
    for way in (["more"], ["cues", 0, "more"], ["cues", 0, "takes", 0, "details"], ["settings"]):
        value = deep if way[-1] == "more" else {"x": deep}
        with pytest.raises(ProjectError, match="nested too deep"):
            from_document(changed(to_document(project, folder), way, value), folder)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"{", b'{"a": NaN}', b'{"a": -Infinity}', b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"],
)
def test_what_is_no_json_is_damaged(content):
    with pytest.raises(ProjectError, match="is damaged"):
        from_text(content)


def test_a_project_with_nonsense_is_not_written(project, folder):
    cue = replace(project.cues[0], gain=nan)
    with pytest.raises(ProjectError, match="cannot be written"):
        to_text(to_document(project.with_cues([cue]), folder))
    outside = replace(project.cues[0], takes=(replace(project.cues[0].takes[0], digest=""),))
    with pytest.raises(ProjectError, match=r"cues\[0\]\.|\[0\]\.takes\[0\]\.digest is missing"):
        to_document(project.with_cues([outside]), folder)


def test_a_line_a_shot_a_cue_and_a_take(project, folder):
    text = to_text(to_document(replace(project, profile='},{"id":"'), folder)).decode()
    takes = sum(len(cue.takes) for cue in project.cues)
    assert sum(line.startswith('{"i') for line in text.splitlines()) == len(project.shots) + len(project.cues) + takes
    assert from_document(from_text(text.encode()), folder).profile == '},{"id":"'


def test_a_name_that_is_no_utf8_comes_back(project, folder):
    media = replace(project.media, path=folder.parent / "f\udcff.mp4")
    assert again(replace(project, media=media), folder).media.path == media.path


def test_a_film_elsewhere_is_named_without_its_place(project, folder):
    away = folder.parent.parent / "elsewhere" / "film.mp4"
    document = to_document(replace(project, media=replace(project.media, path=away)), folder)
    assert document["media"]["path"] == "film.mp4"
    assert str(folder.parent) not in json.dumps(document)


def test_version_0_is_brought_to_today(project, folder):
    """Version 0: cues in their first shots, seconds as decimals."""
    project = project.with_cues(replace(cue, hits=(), intensity=None) for cue in project.cues)
    document = json.loads(json.dumps(to_document(project, folder)))

    def seconds(record, *keys):
        for key in keys:
            if key in record:
                value = record[key]
                record[key] = [float(Fraction(v)) for v in value] if isinstance(value, list) else float(Fraction(value))

    shots = {shot["index"]: {**shot, "cues": []} for shot in document["shots"]}
    for cue in document.pop("cues"):
        seconds(cue, "range")
        shots[cue["shots"][0]]["cues"].append({**cue, "slip": 0.25, "hits": [[0.5, 1.0]], "intensity": [[0.0, 0.5]]})
    for shot in shots.values():
        seconds(shot, "range")
    seconds(document["media"]["picture"], "start", "duration")
    for sound in document["media"]["sounds"]:
        seconds(sound, "start", "duration")
    old = {**document, "version": 0, "shots": list(shots.values()), "kept": "yes"}
    read = from_document(old, folder)
    assert read.media == project.media
    assert read.shots == project.shots
    assert {cue.id: cue.range for cue in read.cues} == {cue.id: cue.range for cue in project.cues}
    assert {cue.slip for cue in read.cues} == {Fraction(1, 4)}
    assert read.cues[0].hits[0].time == Fraction(1, 2)
    assert read.extra == {"kept": "yes"}
    assert to_document(read, folder)["version"] == 1


@pytest.mark.parametrize("way", [["shots"], ["shots", 0], ["shots", 0, "cues"], ["media"], ["media", "picture"]])
def test_a_damaged_version_0_is_refused_with_its_place(project, folder, way):
    document = to_document(project, folder)
    document["version"] = 0
    document["shots"] = [{**shot, "cues": []} for shot in document["shots"]]
    with pytest.raises(ProjectError, match=r"not an object|not a list"):
        from_document(changed(document, way, 7), folder)
