"""The rival's page: the same five cards, words, faces, letters and places as ours, for a browser.

It is kinder to the browser than a real page would be: it acts when the button goes down, not when it comes up, it
keeps nothing, so that its thank-you waits for no disk, and it plays no sound.
"""

import base64
from collections.abc import Iterable
from importlib import resources
from string import Template

from assets.faces import file_name
from assets.texts import Texts
from hardware.events import Level
from kiosk.screens.fontfile import font_file
from kiosk.screens.heads import words_of
from kiosk.screens.layout import Layout
from kiosk.screens.painter import Painter
from kiosk.screens.palette import CALM, css
from kiosk.screens.rect import Rect
from kiosk.screens.stack import Message
from kiosk.screens.svg import resized
from kiosk.screens.wording import Wording
from kiosk.view import ScreenName, View

SIZE_PX = (1280, 800)
PANEL_MM = (217, 136)
THANKS_S = 1.0
"""How long the thank-you stays, on both."""

_SWITCH = "English"

_PAGE = Template("""<!doctype html>
<html lang="vi">
<meta charset="utf-8">
<title>$question</title>
<style>
$fonts
html, body { margin: 0; height: 100%; overflow: hidden; }
body { background: $paper; color: $ink; font-family: Terminal; user-select: none; touch-action: none; }
body:not(.thanked) #thanked, body.thanked #idle { display: none; }
div { position: absolute; box-sizing: border-box; display: flex; align-items: center; justify-content: center;
      line-height: 1; white-space: nowrap; }
svg { position: absolute; }
.card { background: $card; border: 2px solid $rim; border-radius: ${radius}px; }
.card.pressed { background: $card_pressed; border: ${border}px solid $ink; }
.number { border: 2px solid $outline; border-radius: 50%; color: $grey; }
.grey { color: $grey; }
</style>
<body>
<section id="idle">$idle</section>
<section id="thanked">$thanked</section>
$footer
<script>
for (const card of document.querySelectorAll("#idle .card"))
  card.addEventListener("pointerdown", () => {
    card.classList.add("pressed");
    setTimeout(() => {
      document.body.classList.add("thanked");
      card.classList.remove("pressed");
      setTimeout(() => document.body.classList.remove("thanked"), $thanks_ms);
    });
  });
</script>
""")


def places() -> Layout:
    """Where everything is, on both."""
    return Painter(SIZE_PX, PANEL_MM[0] / SIZE_PX[0], *_words(), switch=_SWITCH).layout


def html(layout: Layout) -> str:
    """The page, in one file."""
    texts, wording = _words()
    idle = words_of(View(ScreenName.IDLE), wording, texts)
    thanked = words_of(View(ScreenName.THANKED), wording, texts)
    sizes = layout.sizes
    footer = texts("No name, no picture. Each press is one opinion.")
    colours = {name: css(getattr(CALM, name)) for name in CALM.__dataclass_fields__}
    return _PAGE.substitute(
        colours,
        fonts="\n".join(_font(weight) for weight in (400, 600, 700)),
        radius=layout.radius_px,
        border=layout.border_px,
        question=idle.title,
        idle=_text(layout.question, 700, sizes.question, idle.title)
        + _text(layout.hint, 400, sizes.hint, idle.text, "grey")
        + _cards(layout, layout.cards, wording.labels),
        thanked=_check(layout.acknowledgement.sign)
        + _text(layout.acknowledgement.title, 700, sizes.thanks, thanked.title)
        + _text(layout.acknowledgement.text, 400, sizes.text, thanked.text, "grey")
        + _cards(layout, layout.compact_cards, wording.labels),
        footer=_text(layout.footer, 400, sizes.footer, footer, "grey")
        + _text(layout.switch, 600, sizes.footer, _SWITCH, "card"),
        thanks_ms=round(THANKS_S * 1000),
    )


def _words() -> tuple[Texts, Wording]:
    texts = Texts()
    return texts, Wording.from_texts(texts)


def _font(weight: int) -> str:
    data = base64.b64encode(font_file(weight).read_bytes()).decode("ascii")
    return (
        f"@font-face {{ font-family: Terminal; font-weight: {weight};"
        f" src: url(data:font/ttf;base64,{data}); }}"
    )


def _cards(layout: Layout, cards: Iterable[Rect], labels: Iterable[str]) -> str:
    return "".join(
        _card(layout, level, card, label) for level, card, label in zip(Level, cards, labels, strict=True)
    )


def _card(layout: Layout, level: Level, card: Rect, label: str) -> str:
    parts = layout.parts(card)
    drawing = (resources.files("assets") / "faces" / file_name(level)).read_text(encoding="utf-8")
    face = resized(drawing, parts.face.w, parts.face.h).replace("<svg", f'<svg style="{_at(parts.face)}"', 1)
    # Let the card itself have every press: what lies on it only shows.
    shown = face + _text(parts.label, 600, layout.label_px, label)
    shown += _text(parts.number, 600, layout.sizes.number, str(int(level)), "number")
    return (
        f'<div class="card" style="{_at(card)}"></div><section style="pointer-events: none">{shown}</section>'
    )


def _text(place: Rect, weight: int, px: int, text: str, kind: str = "") -> str:
    return f'<div class="{kind}" style="{_at(place)} font: {weight} {px}px Terminal">{text}</div>'


def _check(sign: Rect) -> str:
    """The check of the thank-you in its ring."""
    return (
        f'<svg style="{_at(sign)}" width="{sign.w}" height="{sign.h}" viewBox="0 0 1 1" fill="none">'
        f'<circle cx=".5" cy=".5" r=".455" stroke="{css(CALM.track)}" stroke-width=".072"/>'
        f'<path d="M .315 .52 L .45 .655 L .7 .35" stroke="{css(CALM.accent)}" stroke-width=".085"'
        ' stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def tick(acknowledgement: Message) -> Rect:
    """The pixel in the bend of the check, which is in the accent's colour as soon as thanks are said."""
    sign = acknowledgement.sign
    return Rect(sign.x + round(sign.w * 0.45), sign.y + round(sign.h * 0.655), 1, 1)


def _at(place: Rect) -> str:
    return f"left: {place.x}px; top: {place.y}px; width: {place.w}px; height: {place.h}px;"
