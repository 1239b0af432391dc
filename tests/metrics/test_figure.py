from dataclasses import replace

import pytest

from v2a_foley.errors import UsageError
from v2a_foley.metrics.figure import Better, Figure, Protocol, Table, as_dict

FD = Figure(Protocol("FD", "PANNs, weights 1a", "100 clips", "10 s"), 3.0, 2.5, 3.5, 100, 50, Better.LOWER)


def test_figures_of_one_protocol_share_a_column():
    table = Table("figures")
    table.add("one", [FD])
    table.add("other", [replace(FD, value=4.0)], reported=True)
    table.add("one", [replace(FD, protocol=replace(FD.protocol, metric="KL"))])
    assert [column.protocol.metric for column in table.columns.values()] == ["FD", "KL"]
    assert [figure.value for figure in table.rows["one"].values()] == [3.0, 3.0]
    assert table.reported == {"other"}


@pytest.mark.parametrize("part", ["rests_on", "data", "details"])
def test_a_figure_of_another_protocol_is_refused_whatever_differs(part):
    table = Table("figures")
    table.add("one", [FD])
    other = replace(FD, protocol=replace(FD.protocol, **{part: "something else"}))
    with pytest.raises(UsageError, match="cannot stand in one column"):
        table.add("other", [other])
    assert list(table.rows) == ["one"]


def test_a_row_takes_no_second_figure_for_the_same_column():
    table = Table("figures")
    table.add("one", [FD])
    table.add("one", [FD])
    with pytest.raises(UsageError, match="has its FD already"):
        table.add("one", [replace(FD, value=9.0)])


def test_a_figure_says_whether_it_stands_on_enough():
    assert FD.enough
    assert not replace(FD, samples=49).enough
    assert as_dict(replace(FD, samples=49))["enough"] is False
    assert str(FD.protocol) == "FD · PANNs, weights 1a · 100 clips · 10 s"
