import pytest

from v2a_foley.errors import UsageError
from v2a_foley.evaluate.published import TRAINED, paper, trained_figure
from v2a_foley.mapper.network import DiffusionNetwork, parameter_count
from v2a_foley.metrics.figure import Protocol


def printed(name):
    return {figure.protocol.metric: figure.value for figure in paper().rows[name]}


def test_the_printed_rows_are_those_of_the_paper():
    assert printed("V2A-Mapper") == {
        "FD (printed)": 24.168, "FAD (printed)": 0.841, "CS on VGGSound (printed)": 9.72,
        "CS on ImageHear (printed)": 11.95, "seconds a clip (printed)": 35.45,
    }  # fmt: skip
    assert printed("reference") == {"FD (printed)": 0, "FAD (printed)": 0, "CS on VGGSound (printed)": 8.925}
    names = ("FD", "FAD", "CS on VGGSound", "CS on ImageHear", "seconds a clip")
    for row, values in (
        ("Im2Wav", (51.5, 6.005, 7.827, 9.843, 864.12)),
        ("CLIPSonic-IQ", (27.124, 3.495, 7.251, 11.392, 53.94)),
    ):
        assert printed(row) == {f"{name} (printed)": value for name, value in zip(names, values, strict=True)}
    assert paper().trained == {"Im2Wav": 360.40, "CLIPSonic-IQ": 142.58, "V2A-Mapper": 48.83}


def test_every_printed_row_is_marked_as_reported():
    table = paper().table()
    assert table.reported == set(table.rows) == {"reference", "Im2Wav", "CLIPSonic-IQ", "V2A-Mapper"}


def test_no_column_holds_a_printed_figure_beside_a_measured_one():
    table = paper().table()
    measured = Protocol("FD (printed)", "PANNs Cnn14 (32 kHz), weights 1a2b", "VGGSound test", "")
    figure = next(iter(paper().rows["V2A-Mapper"]))
    with pytest.raises(UsageError, match="cannot stand in one column"):
        table.add("ours", [type(figure)(**{**vars(figure), "protocol": measured})])


def test_a_count_is_the_one_figure_that_both_share():
    ours = trained_figure(parameter_count(DiffusionNetwork()) / 1e6)
    assert ours.protocol == trained_figure(48.83, printed=True).protocol == TRAINED
    assert round(ours.value, 2) == paper().trained["V2A-Mapper"]
