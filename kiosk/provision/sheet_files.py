"""The result sheet on paper: as plain text, and as a page for any browser to print. It has no secret."""

import html
from collections.abc import Sequence
from pathlib import Path

from assets.texts import Texts
from kiosk.config.phrase import Phrase, printable

TEXT, PAGE = "phieu-cai-dat.txt", "phieu-cai-dat.html"

Sections = Sequence[tuple[Phrase, Sequence[Phrase]]]

_TITLE = Phrase("Result sheet of a rating terminal")
_SIGNED = Phrase("Technician: ______________________    Person in charge: ______________________")

_STYLE = (
    "body{font:12pt/1.5 sans-serif;color:#000;background:#fff;max-width:18cm;margin:1.5cm auto;padding:0 .5cm}"
    "h1{font-size:16pt}h2{font-size:12pt;margin:1em 0 0}p{margin:0}.sign{margin-top:2cm;white-space:pre-wrap}"
    "@page{size:A4;margin:1.5cm}@media print{body{margin:0}}"
)


def as_text(sections: Sections, when: str, _: Texts) -> str:
    """Lines for people; with the line ends of Windows, where it may be read as well."""
    lines = [_TITLE.render(_), when]
    for heading, said in sections:
        lines += ["", printable(heading.render(_))]
        lines += [f"  {printable(phrase.render(_))}" for phrase in said]
    lines += ["", "", _SIGNED.render(_), ""]
    return "\r\n".join(lines)


def as_page(sections: Sections, when: str, _: Texts) -> str:
    """One page of HTML that needs nothing else."""
    title = html.escape(_TITLE.render(_))
    parts = [
        f'<!doctype html>\n<html lang="{html.escape(_.language)}">\n<meta charset="utf-8">\n<title>{title}</title>',
        f"<style>{_STYLE}</style>\n<h1>{title}</h1>\n<p>{html.escape(when)}</p>",
    ]
    for heading, said in sections:
        parts.append(f"<h2>{html.escape(printable(heading.render(_)))}</h2>")
        parts += [f"<p>{html.escape(printable(phrase.render(_)))}</p>" for phrase in said]
    parts.append(f'<p class="sign">{html.escape(_SIGNED.render(_))}</p>\n</html>\n')
    return "\n".join(parts)


def files_in(folder: Path) -> tuple[Path, Path]:
    """Where they are in a data folder."""
    return folder / TEXT, folder / PAGE
