"""The pages of the gallery, Markdown: an index, and one page a panel."""

from collections.abc import Iterable, Mapping, Sequence

from tests.kiosk.screens.panels import Panel

CAPTIONS = {
    "starting": "Starting",
    "idle": "Waiting for a citizen",
    "idle-attention": "The same; the mark at the lower left, now a triangle, asks for a technician",
    "saving": "Pressed: nothing is promised yet",
    "wait": "Pressed, and the memory card is slow",
    "thanked": "Stored: the ring shows how long the choice can be changed",
    "correcting": "Another choice is being stored",
    "repeat": "Pressed again and again",
    "ambiguous": "Two buttons at once",
    "fault": "Nothing can be stored",
    "service": "The service page, for technicians",
    "service-board": "... in another board than the one that was enrolled",
    "data-forgetful": "The data folder would lose the ratings in a power cut",
    "data-missing": "The partition for the data is missing",
    "service-with-menu": "The same, where a PIN is set",
    "service-pin": "The PIN of the service menu",
    "service-pin-wait": "After wrong PINs",
    "service-menu": "The service menu",
    "service-inputs": "Test of the buttons",
    "service-delivery": "Network and receipt",
    "service-export": "Export to a USB stick",
    "service-no-stick": "The same without a stick",
    "service-brightness": "Brightness",
    "service-volume": "Volume",
    "service-restart": "Restart of the program",
    "provision-language": "Setting up by touch: language",
    "provision-panel": "... the line that is measured",
    "provision-turn": "... a panel that hangs another way",
    "provision-inputs": "... buttons and touch",
    "provision-inputs-missing": "... an input that was not heard",
    "provision-steps": "... the list of steps",
    "provision-network": "... network",
    "provision-fixed": "... a fixed address",
    "provision-gateway-wrong": "... a gateway that cannot be right",
    "provision-unsure": "... a fixed address from which nothing is reached",
    "provision-wifi": "... Wi-Fi",
    "provision-password": "... its password",
    "provision-password-wrong": "... a password that cannot be right",
    "provision-address": "... the address of the central server",
    "provision-code": "... the code",
    "provision-code-wrong": "... a code that the server does not take",
    "provision-phone": "... a telephone confirms instead of a code",
    "provision-accept": "... the server waits for its administrator",
    "provision-why": "... a step is left out",
    "provision-reason": "... for another reason",
    "provision-check": "... the last check",
    "provision-check-warnings": "... with warnings, which may stand",
    "long-names": "Names and a question of any length",
    "configuration": "The configuration has mistakes",
    "plain": "Plain text: after a crash loop, or when drawing has failed",
    "hwtest": "`hailong hwtest`",
    "hwtest-tried": "... three were pressed, two of them on every input",
}
"""What each picture shows, in the order in which they are met."""

_LANGUAGES = {"vi": "Vietnamese", "en": "English"}
_VISIT = ("idle", "saving", "thanked", "correcting", "repeat", "ambiguous")
_DAY = ("starting", "wait", "fault", "configuration", "plain", "service")
_ALL = "Each panel has a page with all of its pictures:"


def index(panels: Sequence[Panel]) -> str:
    """The first page: every panel at a glance, then a visit and a bad day, step by step."""
    usual = panels[1].name
    lines = [
        "# Every screen",
        "",
        "Drawn by `scripts/gallery`: every screen on every panel, in every language and theme. They are what the",
        "program draws, pixel for pixel, and a test compares the two.",
        "",
        f"{_ALL} {', '.join(f'[{short(panel)}]({panel.name}/README.md)' for panel in panels)}.",
        "",
        "## The panels",
        "",
    ]
    for panel in panels:
        width = 400 if panel.size_px[0] > panel.size_px[1] else 260
        lines += [f"**{title(panel)}**", ""]
        lines += [
            _image(f"{panel.name}/{folder}/{name}.png", width, f"{name}, {folder}")
            for folder, name in (("vi-calm", "idle"), ("vi-calm", "thanked"), ("en-contrast", "idle"))
        ]
        lines.append("")
    lines += ["## A visit, step by step", "", *_table(usual, _VISIT), ""]
    lines += ["## What else may be seen", "", *_table(usual, _DAY), ""]
    return "\n".join(lines)


def page(panel: Panel, shown: Mapping[str, Iterable[str]]) -> str:
    """Every picture of one panel.

    Args:
        panel: Whose.
        shown: The names of the pictures in each folder, such as ``vi-calm``.
    """
    lines = [f"# {title(panel)}", "", "[All panels](../README.md)", ""]
    names = dict.fromkeys(name for pictures in shown.values() for name in pictures)
    for name in (*CAPTIONS, *(name for name in names if name not in CAPTIONS)):
        folders = [folder for folder, pictures in shown.items() if name in pictures]
        if folders:
            lines += [f"## {_caption(name)}", ""]
            lines += [_image(f"{folder}/{name}.png", 400, f"{name}, {_said(folder)}") for folder in folders]
            lines.append("")
    return "\n".join(lines)


def title(panel: Panel) -> str:
    """The panel in words."""
    width, height = panel.size_px
    return f"{short(panel)}: {width} × {height} pixels on {panel.size_mm[0]} × {panel.size_mm[1]} mm"


def short(panel: Panel) -> str:
    """Inches, and how it stands."""
    width, height = panel.size_px
    return f"{panel.name.partition('-')[0]} inches, {'lying' if width > height else 'standing'}"


def _caption(name: str) -> str:
    kind, _, code = name.partition("-")
    return CAPTIONS[name] if name in CAPTIONS else f"{CAPTIONS[kind]}: code {code}"


def _said(folder: str) -> str:
    language, theme = folder.split("-")
    return f"{_LANGUAGES[language]}, {theme} theme"


def _table(panel: str, names: Sequence[str]) -> list[str]:
    """Three pictures a row, each with its caption below."""
    lines = ["| | | |", "| --- | --- | --- |"]
    for start in range(0, len(names), 3):
        row = names[start : start + 3]
        lines.append("| " + " | ".join(_image(f"{panel}/vi-calm/{n}.png", 280, n) for n in row) + " |")
        lines.append("| " + " | ".join(_caption(n) for n in row) + " |")
    return lines


def _image(path: str, width: int, words: str) -> str:
    return f'<img src="{path}" width="{width}" alt="{words}">'
