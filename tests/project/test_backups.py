"""Older states of a document: the newest are all kept, the older the fewer, and never the wrong ones go."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2a_foley.project.backups import LAST, keep, surplus, taken

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
TIMES = st.sets(st.timedeltas(timedelta(0), timedelta(days=800)).map(lambda age: NOW - age), max_size=60)


@given(TIMES)
@settings(max_examples=60)
def test_what_is_kept(times):
    gone = surplus(times, NOW)
    kept = times - gone
    assert gone <= times
    assert set(sorted(times)[-LAST:]) <= kept
    assert surplus(kept, NOW) == set()
    for each in times:
        period = {"hour": each.hour, "day": each.day} if NOW - each <= timedelta(days=1) else {"day": each.day}
        if NOW - each > timedelta(days=30):
            period = {}
        alike = [t for t in kept if (t.year, t.month) == (each.year, each.month)]
        assert any(all(getattr(t, name) == value for name, value in period.items()) for t in alike)


@given(TIMES, st.timedeltas(timedelta(0), timedelta(days=400)))
@settings(max_examples=60)
def test_thinned_out_now_and_later_leaves_something_of_every_month(times, later):
    kept = times - surplus(times, NOW)
    kept -= surplus(kept, NOW + later)
    assert {(t.year, t.month) for t in kept} == {(t.year, t.month) for t in times}


def test_a_year_of_saves_every_ten_minutes_is_some_dozens():
    times = [NOW - timedelta(minutes=10 * i) for i in range(6 * 24 * 365)]
    assert LAST + 24 + 29 + 11 <= len(times) - len(surplus(times, NOW)) <= LAST + 25 + 31 + 13


def test_kept_and_thinned_out_on_disk(tmp_path):
    document = tmp_path / "project.json"
    assert keep(document) is None
    (tmp_path / "backups" / "mine.json").write_text("")
    for i in range(30):
        document.unlink(missing_ok=True)
        document.write_text(str(i))
        copy = keep(document, NOW + timedelta(minutes=i))
        assert copy.read_text() == str(i)
    states = sorted(path for path in (tmp_path / "backups").iterdir() if taken(path))
    assert [path.read_text() for path in states] == ["0", *map(str, range(20, 30))]
    assert (tmp_path / "backups" / "mine.json").exists()


@pytest.mark.parametrize("name", ["project.json", "project-20269999T999999.000000Z.json", "project-x.json"])
def test_other_names_are_nobodys_state(tmp_path, name):
    assert taken(tmp_path / name) is None
