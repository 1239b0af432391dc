import pytest

pytest.register_assert_rewrite("tests.cli.program")

from tests.cli.program import Desk, Program, desk  # noqa: E402 - rewritten first, so that failures show their values


@pytest.fixture
def cli(capfd, monkeypatch) -> Program:
    return Program(capfd, monkeypatch)


@pytest.fixture
def place(tmp_path, monkeypatch) -> Desk:
    return desk(tmp_path, monkeypatch)
