"""The technician's page says how things are, and never a level."""

import itertools
from dataclasses import replace

import pygame
import pytest

from assets.texts import Texts
from hardware.events import Source
from kiosk.faults import FaultCode
from kiosk.screens.painter import Painter
from kiosk.screens.service_page import (
    closing_words,
    fault_row,
    input_rows,
    machine_rows,
    presses_words,
)
from kiosk.view import Facts, ScreenName, Service, View

from .gallery import EXHIBITS, PLACE
from .pictures import ILL, SERVICE, drawn, pixels

MOVED = replace(SERVICE.facts, another_board=True) if SERVICE.facts else None
OF_INPUTS = (FaultCode.BUTTON_STUCK, FaultCode.BUTTON_CHATTERING, FaultCode.INPUT_LOST)


def test_what_it_says_in_vietnamese(texts: Texts) -> None:
    assert fault_row(SERVICE, texts) == ("Lỗi", "không có")
    assert machine_rows(SERVICE, texts) == [
        ("Phần mềm", "hailong 0.1.0"),
        ("Bộ nhớ còn trống", "26 GB"),
        ("Đồng hồ", "đã đồng bộ"),
    ]
    assert input_rows(SERVICE, texts) == [
        ("Cảm ứng", "đang bật"),
        ("Bàn phím", "đang bật"),
        ("Nút bấm GPIO", "hoạt động tốt"),
        ("Bộ nút nối tiếp", "H4 – mất kết nối"),
    ]


def test_what_it_says_of_a_terminal_in_trouble(texts: Texts) -> None:
    assert fault_row(ILL, texts) == ("Lỗi", "D5 – không có quyền ghi thư mục dữ liệu")
    assert dict(machine_rows(ILL, texts)) == {
        "Phần mềm": "hailong 0.1.0",
        "Bộ nhớ còn trống": "không rõ",
        "Đồng hồ": "chưa đồng bộ",
    }
    assert [state for _, state in input_rows(ILL, texts)] == [
        "H2 – một nút bấm bị kẹt",
        "H3 – một nút bấm bị chập",
    ]


def test_a_card_in_another_box_is_told(texts: Texts) -> None:
    assert machine_rows(Service(MOVED), texts)[-1] == ("Bo mạch", "khác bo mạch đã đăng ký")


@pytest.mark.parametrize(
    ("free_mb", "said"), [(0, "0 MB"), (9_999, "9999 MB"), (10_000, "10 GB"), (None, "không rõ")]
)
def test_how_much_is_free(texts: Texts, free_mb: int | None, said: str) -> None:
    service = Service(Facts("hailong", free_mb, clock_synced=True))
    assert dict(machine_rows(service, texts))["Bộ nhớ còn trống"] == said


def test_until_the_machine_has_answered_it_shows_that_it_was_asked(texts: Texts) -> None:
    assert {state for _, state in machine_rows(Service(), texts)} == {"…"}


def test_test_presses_are_acknowledged_by_their_number_alone(texts: Texts) -> None:
    said = [presses_words(count, texts) for count in range(3)]
    assert said == ["Chưa nhận lần bấm thử nào", "Đã nhận một lần bấm thử", "Đã nhận 2 lần bấm thử"]


def test_without_glass_it_says_how_else_it_is_closed_and_draws_no_button(
    texts: Texts, painter: Painter
) -> None:
    without = Service(SERVICE.facts, ((Source.GPIO, None),))
    assert "hai nút ngoài cùng" in closing_words(without, texts)
    assert "hai nút ngoài cùng" not in closing_words(SERVICE, texts)
    close = painter.layout.close
    edge = (close.x + close.w // 2, close.y + 1)
    for service, is_drawn in ((SERVICE, True), (without, False)):
        surface = pygame.Surface(painter.layout.size_px)
        painter.forget()
        painter.draw(surface, View(ScreenName.SERVICE, service=service), 0)
        assert (surface.get_at(edge) != surface.get_at((close.x - 3, close.y - 3))) is is_drawn


def test_the_painter_keeps_one_page_however_often_it_changes(
    painter: Painter, surface: pygame.Surface
) -> None:
    painter.draw(surface, View(ScreenName.SERVICE, service=SERVICE), 0)
    patches = len(painter._patches)
    for presses in range(50):
        service = Service(SERVICE.facts, SERVICE.inputs, None, presses)
        assert painter.draw(surface, View(ScreenName.SERVICE, service=service), 0)
    assert len(painter._patches) == patches


def test_the_same_page_is_not_drawn_again_and_another_screen_leaves_nothing_of_it(
    painter: Painter, surface: pygame.Surface
) -> None:
    view = View(ScreenName.SERVICE, service=SERVICE)
    painter.draw(surface, view, 0)
    assert painter.draw(surface, view, 1) == []
    painter.draw(surface, View(ScreenName.IDLE), 0)
    assert pixels(surface) == drawn(painter, View(ScreenName.IDLE))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_word_of_it_is_cut_on_any_panel(language: str) -> None:
    texts = Texts(language)
    for exhibit in EXHIBITS:
        if (exhibit.language, exhibit.theme) != (language, "calm"):
            continue
        painter = exhibit.painter(PLACE)
        page = painter._service
        beside = exhibit.panel.size_px[0] > exhibit.panel.size_px[1]
        half = (painter.layout.page.w - painter.layout.px(6.0)) // (2 if beside else 1)
        for code, ill in itertools.product(FaultCode, OF_INPUTS):
            service = Service(MOVED, ((Source.GPIO, ill), (Source.PAD, ill)), code)
            rows = [(painter.layout.page.w, fault_row(service, texts))]
            rows += [(half, row) for row in (*machine_rows(service, texts), *input_rows(service, texts))]
            size = page._common_size(rows)
            for width, (name, state) in rows:
                faint, strong = painter._type.font(400, size), painter._type.font(600, size)
                assert faint.size(name)[0] + strong.size(state)[0] < width, (exhibit.name, code)
