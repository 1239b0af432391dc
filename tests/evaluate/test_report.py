import math
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluate import pages
from tests.evaluate.pages import CS, FD, figure
from v2a_foley.errors import Cancelled, MediaNotFound, MediaUnreadable, OutputError
from v2a_foley.evaluate.report.content import Player, Plot, Report, Section, Text
from v2a_foley.evaluate.report.drawings import drawing
from v2a_foley.evaluate.report.page import page, write_report
from v2a_foley.evaluate.report.tables import best_rows, number, table
from v2a_foley.metrics.figure import REFERENCE, Better, Protocol, Table
from v2a_foley.progress import Progress

VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """What a page consists of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words, self.ids = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] not in (["style"], ["script"]):
            self.words.append(data)

    def of(self, tag):
        return [attrs for found, attrs in self.tags if found == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    room = tmp_path_factory.mktemp("report")
    return write_report(pages.report(room), room / "report.html")


@pytest.fixture(scope="module")
def shown(written):
    return Page(written.read_text("utf-8"))


def test_it_is_one_whole_page_that_refers_to_nothing_outside(written, shown):
    assert shown.open == []
    assert len(shown.ids) == len(set(shown.ids))
    for tag, attrs in shown.tags:
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            value = attrs.get(name)
            assert value is None or value.startswith(("data:", "#")), (tag, name, value[:80])
    text = written.read_text("utf-8")
    assert "http:" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https:" not in text
    assert "url(http" not in text
    assert "@import" not in text
    for _, attrs in shown.tags:
        target = attrs.get("href", "")
        assert not target.startswith("#") or target[1:] in shown.ids
    assert str(written.parent) not in text, "no path of the machine that wrote it"


def test_what_is_hostile_is_shown_and_not_done(shown):
    assert "<img src=x onerror=alert(1)> & \"quotes\" 'and' �" in shown.text
    assert not [attrs for _, attrs in shown.tags if "onerror" in attrs]
    assert [attrs for attrs in shown.of("img") if attrs.get("src") == "x"] == []


def test_tables_have_headers_that_can_be_read_aloud(shown):
    headers = shown.of("th")
    assert [each["scope"] for each in headers].count("col") == 4
    assert [each["scope"] for each in headers].count("row") == 4
    assert shown.of("html")[0]["lang"] == "en"
    for each in shown.of("img"):
        assert each["alt"].strip()
    for each in shown.of("audio"):
        assert each["aria-label"].strip()
        assert each["preload"] == "none", "sounds wait until somebody wants them"
        assert "controls" in each
    for each in [attrs for attrs in shown.of("div") if attrs.get("role") in ("img", "region")]:
        assert each.get("aria-label") or each.get("aria-labelledby") in shown.ids


def test_a_table_says_everything_about_its_figures(shown):
    text = shown.text
    for protocol in (FD, CS):
        for part in (protocol.metric, protocol.rests_on, protocol.data, protocol.details):
            assert part in text
    assert "23.67 to 24.67" in text, "the interval"
    assert "interval: 95 %, bootstrap of 1000" in text
    assert "n = 96 to 5,000, needs 2,000" in text
    assert "only 96 of 2,000" in text
    assert "the value may be far off" in text
    assert text.count("as reported in the paper") == 2, "in its row, and in the key"
    assert "lower is better" in text
    assert "higher is better" in text
    assert "−9.810" in text, "a true minus"
    assert "not measured" in text, "a cell without a figure says so"


def test_texts_notes_and_sections_are_there(shown):
    for words in ("Read this first", "FD stands on 96 samples.", "Some words", "Figures", "Plots", "Sounds", "seed 7"):
        assert words in shown.text
    assert len(shown.of("svg")) == 2
    assert len(shown.of("audio")) == 2
    links = [each["href"] for each in shown.of("a")]
    assert {"#s1", "#s2", "#s3"} <= set(links)


def marked(rows, better=Better.LOWER):
    made = Table("t")
    for name, value, enough in rows:
        made.add(name, [figure(FD, value, better=better, samples=5000 if enough else 5)])
    return best_rows(made, next(iter(made.columns.values())))


def test_the_best_row_is_marked_by_the_way_that_the_figure_wants_to_go():
    rows = [("a", 3.0, True), ("b", 1.0, True), ("c", 2.0, True)]
    assert marked(rows) == {"b"}
    assert marked(rows, Better.HIGHER) == {"a"}
    assert marked(rows, Better.NEITHER) == set()


def test_who_cannot_be_the_best():
    assert marked([(REFERENCE, 0.0, True), ("b", 1.0, True), ("c", 2.0, True)]) == {"b"}
    assert marked([("a", 0.5, False), ("b", 1.0, True), ("c", 2.0, True)]) == {"b"}
    assert marked([("a", math.nan, True), ("b", 1.0, True), ("c", 2.0, True)]) == {"b"}
    assert marked([("a", 1.0, True), ("b", 1.0, True), ("c", 2.0, True)]) == {"a", "b"}
    assert marked([("a", 1.0, True)]) == set(), "the only one is not the best"


@given(st.lists(st.tuples(st.text("abcdef", min_size=1, max_size=3), st.floats(-1e9, 1e9), st.booleans()), max_size=12),
       st.sampled_from(list(Better)))  # fmt: skip
def test_nobody_beats_the_best(rows, better):
    known = {name: (value, enough) for name, value, enough in rows}
    best = marked([(name, value, enough) for name, (value, enough) in known.items()], better) if known else set()
    for name in best:
        value, enough = known[name]
        assert enough
        for other, trusted in known.values():
            assert not trusted or (value <= other if better is Better.LOWER else value >= other)


@pytest.mark.parametrize(("value", "decimals", "shown"), [
    (24.168, 2, "24.17"), (0.0, 2, "0"), (-9.81, 2, "−9.81"), (-0.001, 2, "0.00"), (15446.0, 0, "15,446"),
    (math.nan, 2, "–"), (math.inf, 1, "∞"), (-math.inf, 1, "−∞"),
])  # fmt: skip
def test_numbers_are_for_people(value, decimals, shown):
    assert number(value, decimals) == shown


@pytest.mark.parametrize(("values", "shown"), [
    ((51.5, 27.124, 24.168), "24.17"), ((6.005, 3.495, 0.841), "0.841"), ((864.12, 53.94, 35.45), "35.45"),
    ((360.4, 142.58, 48.83), "142.6"), ((0.00012, 0.00034, 0.0002), "0.00034"), ((3.0, 100.0, 0.0), "100"),
    ((math.nan, 1.5, 2.5), "1.500"),
])  # fmt: skip
def test_a_columns_decimals_suit_its_values(values, shown):
    made = Table("t")
    for place, value in enumerate(values):
        made.add(f"row {place}", [figure(FD, value, reach=0)])
    assert f'<span class="value">{shown}</span>' in table(made, "t1")


def test_protocols_that_need_nothing_are_not_said_to_need_one():
    made = Table("t")
    made.add("printed", [replace(figure(FD, 2.0, reach=0), samples=1, needs=1, reason="")], reported=True)
    assert "n = " not in table(made, "t1")


@pytest.mark.parametrize("svg", [
    "", "no drawing", "<p>no drawing</p>", "<svg></svg><svg></svg>", "<svg><g></svg>", "<svg>", "<svg></svg> more",
    "<svg><script>alert(1)</script></svg>", "<svg><style>*{color:red}</style></svg>", '<svg onload="alert(1)"></svg>',
    '<svg><image href="https://example.org/a.png"/></svg>', '<svg><image xlink:href="a.png"/></svg>',
    '<svg><a href="javascript:alert(1)"></a></svg>', '<svg><g style="fill: url(https://example.org/a)"/></svg>',
    "<svg><foreignObject></foreignObject></svg>", '<?xml version="1.0"?><svg></svg>', "<svg><!-- words --></svg>",
    '<svg><set attributeName="href" to="https://example.org"/></svg>',
])  # fmt: skip
def test_what_is_no_drawing_that_keeps_to_itself_is_refused(svg):
    with pytest.raises(ValueError, match="the plot 'Loss'"):
        drawing(Plot(svg, "Loss"))


def test_words_in_a_drawing_may_look_like_anything():
    harmless = '<svg><use href="#a"/><text>x on=1 href="https://example.org" url(b)</text></svg>'
    assert harmless in drawing(Plot(harmless, "Loss"))


def test_an_empty_report_is_a_page():
    assert Page(page(Report("Nothing", "Nothing was measured.", []))).open == []


def test_dollars_and_braces_are_words():
    made = page(Report("$title ${lead}", "{x} $$", [Section("a", [Text("$script")])]))
    assert "$title ${lead}" in Page(made).text
    assert "$$" in Page(made).text


def test_one_kind_of_figure_has_one_column_and_rows_may_lack_it():
    made = Table("t")
    made.add("a", [figure(FD, 1.0)])
    made.add("b", [figure(Protocol("KL", "PaSST"), 2.0)])
    shown = Page(f"<main>{table(made, 't1')}</main>")
    assert len(shown.of("td")) == 4
    assert shown.text.count("not measured") == 2


def test_a_report_is_replaced_in_one_step_or_left_as_it_was(tmp_path):
    place = tmp_path / "report.html"
    place.write_text("old")
    missing = Report("New", "", [Section("s", [Player(tmp_path / "none.wav", "x")])])
    with pytest.raises(MediaNotFound):
        write_report(missing, place)
    assert place.read_text() == "old"
    assert write_report(Report("New", "", []), place) == place
    assert "New" in place.read_text("utf-8")
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_what_cannot_be_heard_or_written_is_said(tmp_path):
    (tmp_path / "words.wav").write_text("no sound")
    for name in ("words.wav",):
        with pytest.raises(MediaUnreadable):
            page(Report("t", "", [Section("s", [Player(tmp_path / name, "x")])]))
    with pytest.raises(OutputError):
        write_report(Report("t", "", []), tmp_path / "missing" / "report.html")


def test_it_can_be_stopped(tmp_path):
    progress = Progress()
    progress.cancel()
    sound = Player(pages.sweep(tmp_path / "a.wav", 0.2), "a")
    with pytest.raises(Cancelled):
        write_report(Report("t", "", [Section("s", [sound])]), tmp_path / "report.html", progress=progress)
    assert not (tmp_path / "report.html").exists()


def test_ten_seconds_of_sound_add_little(tmp_path):
    made = page(Report("t", "", [Section("s", [Player(pages.sweep(tmp_path / "a.wav", 10.0), "a")])]))
    assert len(made) - len(page(Report("t", "", []))) < 300_000


def test_many_figures_of_few_names_read_from_top_to_bottom():
    made = Table("t")
    metrics = [f"R@{k}" for k in range(1, 10)]
    for name in ("diffusion", "Im2Wav"):
        found = [figure(Protocol(metric, "CLAP"), place) for place, metric in enumerate(metrics)]
        made.add(name, found, reported=name == "Im2Wav")
    shown = Page(f"<main>{table(made, 't1')}</main>")
    scopes = [each["scope"] for each in shown.of("th")]
    assert (scopes.count("col"), scopes.count("row")) == (1 + 2, 9)
    cells = [each["class"] for each in shown.of("td")]
    assert ["reported" in each for each in cells] == [False, True] * 9, "what is printed elsewhere stays told apart"
    assert [word for word in shown.words if word in metrics][:9] == metrics
    for name in ("a", "b", "c", "d", "e", "f", "g", "h", "i"):
        made.add(name, [figure(Protocol("R@1", "CLAP"), 1.0)])
    scopes = [each["scope"] for each in Page(f"<main>{table(made, 't1')}</main>").of("th")]
    assert (scopes.count("col"), scopes.count("row")) == (1 + 9, 11), "as many names stay where they were"
