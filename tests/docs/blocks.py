"""The fenced blocks of the guides, and what is said of them.

Everything between ```sh and ``` is for somebody to type, and is run by `tests/systemd/test_guides.py`. A comment in the
line before may say more:

    <!-- no-run: why it cannot be run in a test -->
    <!-- ends with 1: why -->
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAIRS = {
    "may-chu.md": "server.md",
    "bat-dau.md": "start.md",
    "dau-day.md": "wiring.md",
    "cap-phat.md": "provisioning.md",
    "cho-dat.md": "placement.md",
    "cham-soc.md": "care.md",
    "den-va-loi-nhan.md": "lights.md",
    "su-co.md": "troubleshooting.md",
    "chuyen-va-thanh-ly.md": "moving.md",
    "chong-sua-doi.md": "tampering.md",
    "du-lieu-ca-nhan.md": "personal-data.md",
    "cap-do-an-toan.md": "security-classification.md",
}
"""The guides: in `docs/vi`, and the same in `docs/en`. In the order in which somebody would read them."""

DOCUMENTS = (
    *(
        f"docs/{folder}/{name}"
        for pair in PAIRS.items()
        for folder, name in zip(("vi", "en"), pair, strict=True)
    ),
    "docs/hardware.md",
)
"""All that have something to type, in that order."""

_BLOCK = re.compile(
    r"^(?:<!-- (?P<word>no-run|ends with (?P<code>\d+)): (?P<reason>[^\n]+) -->\n)?"
    r"```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_SAME_IN_BOTH = re.compile(r" --language en|[ ]+#[^\n]*")


@dataclass(frozen=True, slots=True)
class Block:
    """One of them.

    Attributes:
        document: Its path from the root.
        line: Where its first line is, from 1.
        kind: Such as sh or toml.
        text: What is in it.
        code: With what its last command ends.
        no_run: Why it is not run; empty where it is.
    """

    document: str
    line: int
    kind: str
    text: str
    code: int
    no_run: str

    def __str__(self) -> str:
        """Where it is."""
        return f"{self.document}:{self.line}"

    @property
    def essence(self) -> str:
        """The same for both languages: without comments."""
        return _SAME_IN_BOTH.sub("", self.text)


def blocks(document: str) -> list[Block]:
    """All of one document.

    Args:
        document: Its path from the root.
    """
    text = (ROOT / document).read_text(encoding="utf-8")
    return [
        Block(
            document,
            text.count("\n", 0, found.start("text")) + 1,
            found["kind"],
            found["text"],
            int(found["code"] or 0),
            found["reason"] if found["word"] == "no-run" else "",
        )
        for found in _BLOCK.finditer(text)
    ]
