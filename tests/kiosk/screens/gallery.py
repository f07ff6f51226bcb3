"""Draws every screen on every panel, in every language and theme: ``python -m tests.kiosk.screens.gallery FOLDER``.

The pictures are documentation and the golden images of `test_gallery` at once (scripts/gallery).
"""

import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pygame
from PIL import Image

from assets.texts import DEFAULT_LANGUAGE, Texts
from hardware.events import Level, Source
from kiosk.codes import CODES, PROBLEM_TITLES, Shown
from kiosk.config.errors import ConfigError, Problem
from kiosk.config.load import load
from kiosk.config.phrase import Phrase
from kiosk.faults import FaultCode, ProgramCode
from kiosk.leaf import Leaf
from kiosk.mounts import Unsafe, unsafe
from kiosk.screens.layout import lay_out
from kiosk.screens.painter import Painter
from kiosk.screens.palette import THEMES, Palette
from kiosk.screens.safe import draw_safe
from kiosk.screens.sheet import draw_sheet
from kiosk.screens.text_page import draw_text_page
from kiosk.screens.type import Type
from kiosk.screens.wizard_sheet import wizard_page
from kiosk.screens.wording import Wording
from kiosk.service.attendant import READY
from kiosk.service.stick import NO_STICK
from kiosk.view import Menu, ScreenName, View
from tests.kiosk.screens.gallery_pages import index, page
from tests.kiosk.screens.panels import PANELS, Panel
from tests.kiosk.screens.pictures import RING, SERVICE
from tests.kiosk.wizard.pages import typing_of, walk

PLACE = {
    "unit": "UBND phường Sông Công",
    "department": "Trung tâm Phục vụ hành chính công",
    "counter": "Quầy 3",
    "field": "Đất đai – Xây dựng",
}
LONG = {
    "unit": "Ủy ban nhân dân phường Nguyễn Thị Minh Khai – Bộ phận Tiếp nhận và Trả kết quả giải quyết thủ tục",
    "department": "Trung tâm Phục vụ hành chính công cấp xã, thành phố Thái Nguyên",
    "counter": "Quầy số 12 – Hồ sơ liên thông",
    "field": "Đất đai – Xây dựng – Tài nguyên và Môi trường – Tư pháp – Hộ tịch",
    "question": "Xin ông/bà cho biết mức độ hài lòng về thái độ phục vụ của cán bộ, công chức tại quầy hôm nay?",
}
VIEWS = {
    "starting": View(ScreenName.STARTING),
    "idle": View(ScreenName.IDLE),
    "idle-attention": View(ScreenName.IDLE, attention=True),
    "saving": View(ScreenName.SAVING, pressed=Level.GOOD),
    "wait": View(ScreenName.WAIT, pressed=Level.GOOD),
    "thanked": View(ScreenName.THANKED, ring=RING),
    "correcting": View(ScreenName.CORRECTING, pressed=Level.POOR),
    "repeat": View(ScreenName.REPEAT),
    "ambiguous": View(ScreenName.AMBIGUOUS),
    "fault": View(ScreenName.FAULT, fault=FaultCode.DISK_FULL, attention=True),
    "service": View(ScreenName.SERVICE, service=SERVICE),
}
TRIED = View(
    ScreenName.IDLE,
    heard=frozenset({Level.VERY_POOR, Level.POOR, Level.ACCEPTABLE}),
    complete=frozenset({Level.VERY_POOR, Level.POOR}),
)
FAULTS = {
    f"fault-{code.value}": View(ScreenName.FAULT, fault=code, attention=True)
    for code in FaultCode
    if CODES[code].shown is Shown.STOPPED
}
TIGHT = (PANELS[0], PANELS[2])
"""The narrowest panel lying and the one standing: what the technician's pages need a picture of."""

_DELIVERY = (
    "Thiết bị này thuộc máy chủ https://danhgia.thainguyen.gov.vn.",
    "Đang kết nối; lần gần nhất lúc 14:05 ngày 26/11/2026.",
    "Không còn gì đang chờ gửi. Biên nhận mới nhất: đến số 18231.",
    "Lần gửi tiếp theo: sau 5 phút.",
)
WITH_MENU = replace(
    SERVICE,
    facts=replace(SERVICE.facts, items=tuple(leaf for leaf in Leaf if leaf not in (Leaf.PIN, Leaf.MENU)))
    if SERVICE.facts
    else None,
)
MENUS = {
    "service-with-menu": Menu(),
    "service-pin": Menu(Leaf.PIN, digits=5),
    "service-pin-wait": Menu(Leaf.PIN, wrong=True, wait_s=118),
    "service-menu": Menu(Leaf.MENU),
    "service-inputs": Menu(
        Leaf.INPUTS,
        tried=(
            (Source.GPIO, Level.POOR),
            (Source.TOUCH, Level.POOR),
            (Source.PAD, Level.POOR),
            (Source.GPIO, Level.GOOD),
        ),
    ),
    "service-delivery": Menu(
        Leaf.DELIVERY, lines=tuple(Phrase("{text}", {"text": line}) for line in _DELIVERY)
    ),
    "service-export": Menu(Leaf.EXPORT, lines=(READY,), offers=True),
    "service-no-stick": Menu(Leaf.EXPORT, lines=(NO_STICK,)),
    "service-brightness": Menu(Leaf.BRIGHTNESS, percent=60),
    "service-volume": Menu(Leaf.VOLUME, percent=60),
    "service-restart": Menu(Leaf.RESTART),
}
ANOTHER_BOARD = View(
    ScreenName.SERVICE,
    service=replace(SERVICE, facts=replace(SERVICE.facts, another_board=True) if SERVICE.facts else None),
)
_DATA = Path("/var/lib/hailong")
UNSAFE = {
    "data-forgetful": unsafe(_DATA, "22 1 0:20 / / rw - overlay overlay rw", ""),
    "data-missing": unsafe(
        _DATA, "22 1 8:2 / / rw - ext4 /dev/mmcblk0p2 rw", f"LABEL=data {_DATA} ext4 rw 0 2"
    ),
}
PROVISION = walk()
NOW_NS = RING.end_ns * 3 // 10
LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Exhibit:
    """The pictures of one panel in one language and theme."""

    panel: Panel
    language: str
    theme: str

    @property
    def folder(self) -> str:
        """The folder of its pictures, within that of the panel."""
        return f"{self.language}-{self.theme}"

    @property
    def name(self) -> str:
        """The folder of its pictures, within the gallery."""
        return f"{self.panel.name}/{self.folder}"

    @property
    def drawings(self) -> Mapping[str, Callable[[pygame.Surface], None]]:
        """Every picture by its name, and what draws it.

        The faults differ in one line and the long names are anybody's, so not every exhibit has all of them.
        """
        painter = self.painter(PLACE)
        of_views = {name: self._view(painter, view) for name, view in VIEWS.items()}
        if self.panel is PANELS[0] and self.theme == "calm":
            of_views |= {name: self._view(painter, view) for name, view in FAULTS.items()}
        if self.panel in TIGHT and self.theme == "calm" and self.language == DEFAULT_LANGUAGE:
            of_views |= {
                name: self._view(painter, View(ScreenName.SERVICE, service=replace(WITH_MENU, menu=menu)))
                for name, menu in MENUS.items()
            }
        if self.panel in TIGHT and self.theme == "calm" and self.language == DEFAULT_LANGUAGE:
            of_views |= {f"provision-{name}": self._provision(name) for name in PROVISION}
            of_views["service-board"] = self._view(painter, ANOTHER_BOARD)
            of_views["hwtest-tried"] = self._tried
            of_views |= {name: self._unsafe(found) for name, found in UNSAFE.items() if found is not None}
        if self.language == DEFAULT_LANGUAGE:
            of_views["long-names"] = self._view(self.painter(LONG), VIEWS["idle"])
        return of_views | {"configuration": self._configuration, "plain": self._plain, "hwtest": self._hwtest}

    def pictures(self) -> Iterator[tuple[str, pygame.Surface]]:
        """Every picture, drawn."""
        for name, draw in self.drawings.items():
            surface = pygame.Surface(self.panel.size_px)
            draw(surface)
            yield name, surface

    def painter(self, words: Mapping[str, str]) -> Painter:
        """The painter of this panel."""
        texts = Texts(self.language)
        other = next(language for language in LANGUAGES if language != self.language)
        return Painter(
            self.panel.size_px,
            self.panel.mm_per_px,
            texts,
            Wording.from_texts(texts, words),
            switch=Texts(other).own_name,
            colours=self._colours,
        )

    @property
    def _colours(self) -> Palette:
        return THEMES[self.theme]

    def _view(self, painter: Painter, view: View) -> Callable[[pygame.Surface], None]:
        def draw(surface: pygame.Surface) -> None:
            painter.forget()
            painter.draw(surface, view, NOW_NS)

        return draw

    def _provision(self, name: str) -> Callable[[pygame.Surface], None]:
        def draw(surface: pygame.Surface) -> None:
            layout, type_ = lay_out(self.panel.size_px, self.panel.mm_per_px, header=False), Type()
            page = PROVISION[name]
            laid = wizard_page(layout, type_, page, typing_of(name, page), 0, Texts(self.language))
            surface.fill(self._colours.paper)
            draw_sheet(surface, laid.sheet, (0, 0), layout, type_, self._colours)

        return draw

    def _unsafe(self, found: Unsafe) -> Callable[[pygame.Surface], None]:
        def draw(surface: pygame.Surface) -> None:
            texts = Texts(self.language)
            title = f"{PROBLEM_TITLES[found.code].render(texts)} ({found.code.value})"
            problems = [found.seen.render(texts), found.remedy.render(texts)]
            footer = texts("The terminal goes on by itself when this has been put right.")
            draw_text_page(
                surface, self.panel.mm_per_px, texts, title, problems, self._colours, footer=footer
            )

        return draw

    def _configuration(self, surface: pygame.Surface) -> None:
        texts = Texts(self.language)
        problems = [problem.render(texts) for problem in mistakes()]
        title = f"{texts('The configuration is not right')} ({ProgramCode.BAD_CONFIGURATION.value})"
        draw_text_page(surface, self.panel.mm_per_px, texts, title, problems, self._colours)

    def _plain(self, surface: pygame.Surface) -> None:
        wording = Wording.from_texts(Texts(self.language), PLACE)
        self._safe(surface, wording, ProgramCode.CRASH_LOOP.value)

    def _tried(self, surface: pygame.Surface) -> None:
        self._hwtest(surface, TRIED)

    def _hwtest(self, surface: pygame.Surface, view: View = VIEWS["idle"]) -> None:
        texts = Texts(self.language)
        wording = Wording.from_texts(texts, PLACE)
        # As `kiosk.windowed_hwtest` says it.
        line = Phrase("Press every button of every input. Nothing is counted. Ctrl-C ends.").render(texts)
        title = texts("Test of the inputs: nothing is counted")
        self._safe(
            surface, replace(wording, question=title, safe=replace(wording.safe, press=line)), view=view
        )

    def _safe(
        self, surface: pygame.Surface, wording: Wording, code: str = "", view: View = VIEWS["idle"]
    ) -> None:
        draw_safe(surface, view, wording, self.painter(PLACE).layout.cards, self._colours, code)


EXHIBITS = tuple(
    Exhibit(panel, language, theme) for panel in PANELS for language in LANGUAGES for theme in THEMES
)


def mistakes() -> tuple[Problem, ...]:
    """What `kiosk.config` finds in a bad configuration."""
    environment = {
        "HAILONG_GPIO_PINS": "5,6,13,19,19",
        "HAILONG_VISIT_THANKS_S": "60",
        "HAILONG_SCREEN_THEMES": "calm",
        "HAILONG_PAD_ENABLED": "true",
    }
    try:
        load(environment=environment, system_file=None)
    except ConfigError as error:
        return error.problems
    msg = "these are no mistakes any more"
    raise AssertionError(msg)


def as_image(surface: pygame.Surface) -> Image.Image:
    """A surface as Pillow has it."""
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


EXACT, ALL = 24, 256


def as_png(picture: Image.Image) -> bytes:
    """A small file: 256 colours, of which the commonest are exact, so that a white card stays white on its paper."""
    pixels = picture.tobytes()
    counts = Counter(zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True))
    common = [colour for colour, _ in counts.most_common(EXACT)]
    few = picture.quantize(ALL - len(common), Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colours = [channel for colour in common for channel in colour] + (few.getpalette() or [])
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours[: 3 * ALL])
    png = io.BytesIO()
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(png, "PNG", optimize=True)
    return png.getvalue()


def main(folder: Path) -> None:
    """Every picture, and a page for each panel."""
    pygame.font.init()
    for old in folder.rglob("*.png"):
        old.unlink()
    for exhibit in EXHIBITS:
        target = folder / exhibit.name
        target.mkdir(parents=True, exist_ok=True)
        for name, surface in exhibit.pictures():
            (target / f"{name}.png").write_bytes(as_png(as_image(surface)))
    for panel in PANELS:
        shown = {e.folder: tuple(e.drawings) for e in EXHIBITS if e.panel is panel}
        (folder / panel.name / "README.md").write_text(page(panel, shown), encoding="utf-8")
    (folder / "README.md").write_text(index(PANELS), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
