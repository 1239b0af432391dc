"""What a report shows, seen with a browser's eyes."""

import numpy as np
import pytest

from tests.evaluate import pages
from tests.evaluate.browser import chromium, facts, photograph
from v2a_foley.evaluate.report.page import write_report

MEASURE = """
const box = (each) => { const b = each.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; };
const all = (what) => [...document.querySelectorAll(what)];
const laidOut = (each) => each.checkVisibility({contentVisibilityAuto: true});
const inSight = async () => { while (!all("audio").every(laidOut)) await new Promise(requestAnimationFrame); };
await patiently(inSight());
const colour = (each, name) => getComputedStyle(each)[name];
const ground = (each) => {
  for (let at = each; at; at = at.parentElement) {
    const found = colour(at, "backgroundColor");
    if (found !== "rgba(0, 0, 0, 0)" && found !== "transparent") return found;
  }
  return "rgb(255, 255, 255)";
};
const words = all(
  "h1, h2, h3, h4, p, th, td .value, .range, .mark, .tag, li, figcaption b, figcaption span, .pitch span, .time span"
);
const said = words.filter((each) => each.textContent.trim() && each.getClientRects().length);
return {
  title: document.title,
  width: innerWidth, height: document.documentElement.scrollHeight, across: document.documentElement.scrollWidth,
  tables: all("table").map(box), plots: all(".drawing svg").map(box), cards: all(".card").map(box),
  images: all("img").map((each) => (
    {alt: each.alt, width: each.naturalWidth, height: each.naturalHeight, done: each.complete, box: box(each)}
  )),
  players: all("audio").map(box),
  cells: all("td").length,
  contrasts: said.map((each) => [each.textContent.trim().slice(0, 30), colour(each, "color"), ground(each)]),
  sizes: said.map((each) => parseFloat(colour(each, "fontSize"))),
  ink: colour(document.querySelector(".drawing svg text"), "fill"),
  letters: all(".drawing svg text").map((each) => each.getBoundingClientRect().height),
  outside: performance.getEntriesByType("resource").map((each) => each.name.slice(0, 40)),
  scrollers: all(".scroll").map((each) => [each.scrollWidth, each.clientWidth]),
  marks: all(".time span, .pitch span").filter((each) => {
    const own = each.getBoundingClientRect(), card = each.closest(".card").getBoundingClientRect();
    return own.left < card.left || own.right > card.right;
  }).length,
};
"""
TALL = 6000
"""A window in which the whole page is in sight, so that nothing of it waits to be laid out."""
LISTEN = """
const heard = [];
for (const each of document.querySelectorAll("audio")) {
  each.preload = "metadata"; each.load();
  await patiently(new Promise((done, failed) => {
    each.onloadedmetadata = done; each.onerror = () => failed(new Error("not playable: " + each.error?.message));
  }));
  const body = Uint8Array.from(atob(each.src.split(",")[1]), (letter) => letter.charCodeAt(0));
  const sound = await patiently(new OfflineAudioContext(2, 48000, 48000).decodeAudioData(body.buffer));
  const left = sound.getChannelData(0);
  const pitch = (from, to) => {
    let crossings = 0;
    for (let i = Math.round(from * 48000); i < to * 48000; i++) if (left[i] >= 0 !== left[i + 1] >= 0) crossings++;
    return crossings / 2 / (to - from);
  };
  heard.push({
    duration: each.duration, channels: sound.numberOfChannels, peak: left.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
    pitches: [0.25, 0.5, 0.75].map((part) => pitch(part * each.duration - 0.05, part * each.duration + 0.05)),
  });
}
const [one, other] = document.querySelectorAll("audio");
await patiently(one.play());
const began = !one.paused;
await patiently(other.play());
await patiently(new Promise((done) => setTimeout(done, 50)));
return {heard, began, alone: one.paused && !other.paused};
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    room = tmp_path_factory.mktemp("seen")
    return write_report(pages.report(room), room / "report.html")


@pytest.fixture(scope="module", params=[(1280, False), (390, False), (1280, True)], ids=["wide", "narrow", "dark"])
def seen(request, page):
    width, dark = request.param
    return facts(page, MEASURE, width=width, height=TALL, dark=dark)


@pytest.fixture(scope="module")
def wide(page):
    return facts(page, MEASURE, height=TALL)


def channels(colour):
    return np.array([float(part) for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]) / 255


def contrast(one, other):
    linear = [
        np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)
        for c in (channels(one), channels(other))
    ]
    return (max(linear) + 0.05) / (min(linear) + 0.05)


def test_everything_is_there_and_nothing_was_asked_of_the_outside(seen):
    assert seen["errors"] == []
    assert [each for each in seen["outside"] if not each.startswith("data:")] == []
    assert len(seen["tables"]) == 1
    assert seen["cells"] == 4 * 3
    assert len(seen["plots"]) == 2
    assert len(seen["players"]) == 2
    assert seen["title"].startswith("A report on <img src=x onerror=alert(1)>")


def test_pictures_are_decoded(seen):
    spectrograms = [each for each in seen["images"] if each["alt"].startswith("Spectrogram")]
    stills = [each for each in seen["images"] if not each["alt"].startswith("Spectrogram")]
    assert [(each["width"], each["height"]) for each in spectrograms] == [(560, 150)] * 2
    assert [(each["width"], each["height"]) for each in stills] == [(320, 180)]
    assert all(each["done"] for each in seen["images"])


def test_it_fits_its_window(seen):
    assert seen["across"] <= seen["width"], "nothing sticks out to the side"
    boxes = seen["plots"] + seen["cards"] + seen["players"] + [each["box"] for each in seen["images"]]
    for left, _, width, height in boxes:
        assert left >= 0
        assert left + width <= seen["width"] + 0.5
        assert width > 100
        assert height > 20
    assert seen["marks"] == 0, "axes' marks stay inside their card"
    if seen["width"] >= 1280:
        assert all(inner <= outer for inner, outer in seen["scrollers"]), "a table of three columns needs no scrolling"


def test_words_can_be_read(seen):
    assert len(seen["contrasts"]) > 40
    for words, ink, ground in seen["contrasts"]:
        assert contrast(ink, ground) >= 4.5, (words, ink, ground, contrast(ink, ground))
    assert min(seen["sizes"]) >= 11
    assert min(seen["letters"]) >= 9, "words in drawings, in pixels"


def test_dark_is_dark_and_light_is_light(page, wide):
    dark = facts(page, MEASURE, height=TALL, dark=True)
    for found, light in ((wide, True), (dark, False)):
        ground = channels(found["contrasts"][0][2]).mean()
        assert (ground > 0.9) if light else (ground < 0.1)
        assert (channels(found["ink"]).mean() < 0.2) if light else (channels(found["ink"]).mean() > 0.8), "plots too"


def test_sounds_play_and_are_those_that_were_put_in(page):
    told = facts(page, LISTEN)
    assert told["errors"] == []
    first, second = told["heard"]
    assert first["duration"] == pytest.approx(4.0, abs=0.05)
    assert second["duration"] == pytest.approx(2.5, abs=0.05)
    assert (first["channels"], second["channels"]) == (1, 2)
    for each in told["heard"]:
        assert 0.25 < each["peak"] < 0.4
        for part, pitch in zip((0.25, 0.5, 0.75), each["pitches"], strict=True):
            assert pitch == pytest.approx(200 * 30**part, rel=0.06)
    assert told["began"], "it plays"
    assert told["alone"], "the one that starts pauses the other"


def region(picture, box):
    left, top, width, height = (round(each) for each in box)
    return picture[top : top + height, left : left + width].astype(int)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_is_painted_has_structure(page, wide, dark):
    picture = photograph(page, width=1280, height=TALL, dark=dark)
    assert picture.shape == (TALL, 1280, 3)
    ground = picture[5, 5].astype(int)
    assert (ground.mean() < 40) if dark else (ground.mean() > 230)
    for box in wide["plots"] + wide["tables"] + wide["players"]:
        found = region(picture, box)
        assert found.std() > 8
        assert len(np.unique(found.reshape(-1, 3), axis=0)) > 20
    for box in wide["plots"]:
        found = region(picture, box)
        coloured = (found.max(axis=2) - found.min(axis=2)) > 60
        assert 0.002 < coloured.mean() < 0.5, "lines and points in the colours of series"


def test_a_rising_tone_rises_in_its_spectrogram(page, wide):
    picture = photograph(page, width=1280, height=TALL)
    box = next(each["box"] for each in wide["images"] if each["alt"].startswith("Spectrogram of a rising tone"))
    found = region(picture, box).sum(axis=2)
    height, width = found.shape
    ridge = found[:, width // 10 : -width // 10].argmax(axis=0)
    times = np.linspace(0.1, 0.9, len(ridge))
    wanted = (1 - (np.log(200 * 30**times / 40) / np.log(20_000 / 40))) * height
    assert np.abs(ridge - wanted).max() < 8
    silent = found[: height // 6, width // 10 : width // 2]
    assert silent.max() < found.max() / 2, "nothing sounds above the tone"


def test_the_policy_holds_what_would_go_outside(page, tmp_path):
    broken = tmp_path / "broken.html"
    text = page.read_text("utf-8")
    broken.write_text(text.replace("<footer>", '<img src="https://example.invalid/a.png" alt=""><footer>', 1), "utf-8")
    told = facts(broken, "return {}")
    assert any("img-src" in each and "example.invalid" in each for each in told["errors"]), told


def test_without_a_browser_it_fails_where_it_must_not_be_missed(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("V2A_FOLEY_CHROMIUM", raising=False)
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        chromium()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="install it"):
        chromium()
    monkeypatch.setenv("V2A_FOLEY_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(pytest.fail.Exception, match="not there"):
        chromium()
