"""The menu's request and the answer to it: nothing that lies there is taken for an answer but the one."""

from pathlib import Path

import pytest

from kiosk.handover import Answer, Handover, Request


@pytest.fixture
def menu(tmp_path: Path) -> Handover:
    found = Handover.of({"RUNTIME_DIRECTORY": f"{tmp_path}:/run/other"})
    assert found is not None
    return Handover(found.request, tmp_path / "answer.json")


def test_where_no_service_listens_nothing_is_asked() -> None:
    assert Handover.of({}) is None


def test_an_answer_is_for_the_last_request_alone(menu: Handover) -> None:
    first = menu.ask()
    assert Request.read(menu.request) == first
    assert menu.answer(first) is None
    said = Answer(first.id, done=True, text="Có thể rút USB.")
    said.write(menu.answer_file)
    assert menu.answer(first) == said
    assert menu.answer(menu.ask()) is None


@pytest.mark.parametrize(
    "content", [b"", b"null", b'{"id":1,"done":true,"text":"x"}', b"\xff", b"[" * 9_000, b'{"id":"x"}']
)
def test_what_is_no_answer_is_none(menu: Handover, content: bytes) -> None:
    menu.answer_file.write_bytes(content)
    assert menu.answer(menu.ask()) is None


def test_what_is_no_request_is_none(tmp_path: Path) -> None:
    path = tmp_path / "export.request"
    for content in (b"", b"\n", b"\xff"):
        path.write_bytes(content)
        assert Request.read(path) is None
    assert Request.read(tmp_path / "nowhere") is None
