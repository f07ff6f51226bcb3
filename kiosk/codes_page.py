"""Writes ``docs/codes.md`` from the list of codes: ``python -m kiosk.codes_page > docs/codes.md``."""

import sys
from collections.abc import Iterator, Mapping

from assets.texts import Texts
from kiosk.codes import CODES, PROBLEM_TITLES, Explanation, Shown
from kiosk.config.phrase import Phrase
from kiosk.faults import Code, ProgramCode

_HEAD = """\
# Mã lỗi / Codes

<!-- Written by `python -m kiosk.codes_page > docs/codes.md`. Change kiosk/codes.py instead. -->

*[English below](#codes)*

D: dữ liệu; H: nút bấm và các ngõ vào; K: chương trình. Mã hiện trên màn hình, trong sổ, trong nhật ký và trong
`hailong doctor`. Lỗi chỉ có dấu tam giác thì không cản trở việc đánh giá.
"""

_MIDDLE = """
Đèn trong nút: sáng đều khi lượt bấm sẽ được ghi lại; tối khi thiết bị đang khởi động, khi thẻ nhớ chậm làm người dân
phải chờ (“Xin chờ trong giây lát…”), khi không ghi được, khi mất kết nối với nút và khi chương trình không chạy; cả năm
đèn cùng nháy ba lần khi một lượt đánh giá đã ghi xong. Mọi đèn luôn giống nhau, bấm mức nào cũng vậy.

Dấu báo nhỏ nằm ở góc dưới bên trái màn hình, chỉ một màu, cao 6 mm để kỹ thuật viên đứng cách hai mét vẫn nhận ra
hình: hình tròn là mọi việc đều ổn, kể cả khi đang mất kết nối mạng; tam giác là vẫn đánh giá được nhưng cần có người
xem; mã lỗi ở chỗ dấu báo là chương trình đang chạy bằng chữ đơn giản.

# Codes

D = data, H = buttons and other inputs, K = the program. A code is on the screen, in the ledger, in the log and in what
`hailong doctor` says. What only shows as a triangle does not stop the ratings.
"""

_TAIL = """
The lights in the buttons glow while a press would be kept. They are dark while the terminal starts, while a slow card
keeps a citizen waiting (“One moment, please…”), while ratings cannot be kept, when their input is lost, and when no
program runs. All blink three times together when a rating is stored. They are always all alike, whatever was pressed.

The quiet mark is at the lower left of the screen, in one colour: 6 mm high, so that a technician two metres away tells
its shape: a circle when all is well, also without a network; a triangle when ratings go on and somebody should look; a
code in its place when the program draws plain text. How ratings come about: [visit.md](visit.md). The tools:
[doctor.md](doctor.md).
"""

_COLUMNS = (
    Phrase("code"),
    Phrase("meaning"),
    Phrase("the citizen sees"),
    Phrase("quiet mark"),
    Phrase("lights"),
    Phrase("what to do"),
    Phrase("looked for by"),
)
_MARKS: Mapping[Shown, Phrase] = {
    Shown.STOPPED: Phrase("triangle"),
    Shown.QUIET: Phrase("triangle"),
    Shown.PROBLEMS: Phrase("none"),
    Shown.PLAIN: Phrase("the code in its place"),
    Shown.DARK: Phrase("none"),
}
_LIGHTS: Mapping[Shown, Phrase] = {
    Shown.STOPPED: Phrase("dark"),
    Shown.QUIET: Phrase("glow"),
    Shown.PROBLEMS: Phrase("dark"),
    Shown.PLAIN: Phrase("glow"),
    Shown.DARK: Phrase("dark"),
}


def page() -> str:
    """The whole page, Markdown: Vietnamese, then English."""
    return "\n".join([_HEAD, *_table(Texts()), _MIDDLE, *_table(Texts("en")), _TAIL])


def _table(_: Texts) -> Iterator[str]:
    yield _row(column.render(_) for column in _COLUMNS)
    yield _row("---" for _column in _COLUMNS)
    for code, explained in CODES.items():
        checks = ", ".join(check.render(_) for check in explained.checks)
        tools = f"`hailong doctor`: {checks}" + ("; `hailong hwtest`" if explained.hwtest else "")
        told = (
            explained.words,
            _citizen(code, explained),
            _MARKS[explained.shown],
            _LIGHTS[explained.shown],
            explained.remedy,
        )
        yield _row([code.value, *(phrase.render(_) for phrase in told), tools])


def _row(cells: Iterator[str] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _citizen(code: Code, explained: Explanation) -> Phrase:
    """The very words of the screens."""
    match explained.shown:
        case Shown.STOPPED:
            values: dict[str, str | int | Phrase] = {"code": code.value, "what": explained.words}
            note = Phrase("Code: {code} – {what}", values)
            sentence = Phrase("Please tell the officer at the counter.")
            title = Phrase("This device is not taking ratings for now")
            return Phrase(
                "“{title}. {sentence} {note}”", {"title": title, "sentence": sentence, "note": note}
            )
        case Shown.QUIET:
            return Phrase("nothing; ratings go on")
        case Shown.PROBLEMS:
            title = PROBLEM_TITLES[ProgramCode(code)]
            return Phrase("“{title} ({code})”, and what is wrong", {"title": title, "code": code.value})
        case Shown.PLAIN:
            return Phrase("the question and five cards in plain letters; ratings go on")
        case Shown.DARK:
            return Phrase("nothing; the panel is dark, and no rating is taken")


if __name__ == "__main__":
    sys.stdout.write(page())
