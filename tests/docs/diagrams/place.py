"""Where a terminal stands: from the side and from above. Numbers as in docs/hardware.md."""

from tests.docs.diagrams.canvas import INK, PALE, PAPER, SOFT, WIRES, Canvas
from tests.docs.diagrams.words import Words

LOWEST_M, HIGHEST_M = 0.7, 1.2
CLEAR_M = 1.5
PX_PER_M = 230


def side(words: Words) -> str:
    """Heights."""
    canvas = Canvas(960, 480, words("Chiều cao đặt thiết bị", "Heights"))
    canvas.text(30, 40, words("Nhìn từ bên cạnh", "From the side"), size=20, bold=True)
    floor = 420.0
    highest, lowest = floor - HIGHEST_M * PX_PER_M, floor - LOWEST_M * PX_PER_M
    canvas.box(330, highest, 330, lowest - highest, fill="#e3f0f8", line="#e3f0f8")
    canvas.line(((30, floor), (930, floor)))
    _officer(canvas, floor, words)
    canvas.box(250, floor - 0.78 * PX_PER_M, 150, 0.78 * PX_PER_M, fill=PALE)
    canvas.text(325, floor - 60, words("quầy", "counter"), anchor="middle", colour=SOFT)
    top = floor - 0.78 * PX_PER_M
    canvas.shape(((352, top), (398, top), (384, top - 14), (362, top - 14)), fill=INK)
    canvas.line(((366, top - 88), (392, top - 12)), width=9)
    canvas.text(
        212, top - 128, words("màn hình quay về phía người dân", "the screen faces the citizen"), size=13
    )
    _citizens(canvas, floor, words)
    canvas.measure(
        (690, floor), (690, lowest), "0,7 m" if words.language == "vi" else "0.7 m", beside=(700, lowest + 16)
    )
    canvas.measure((690, lowest), (690, highest), "", beside=(700, highest))
    canvas.text(700, highest + 6, "1,2 m" if words.language == "vi" else "1.2 m")
    canvas.lines(
        700, highest + 34,
        words(
            "mọi chỗ phải chạm, phải bấm|nằm trong khoảng này", "everything to touch or press|is between these"
        ).split("|"),
        size=13,
    )  # fmt: skip
    canvas.text(
        30, 456,
        words(
            "Dây nguồn, dây mạng đi phía cán bộ, không vắt qua lối đi. Cửa sổ, đèn không chiếu thẳng vào màn hình.",
            "Cables run on the officer's side, not across the way. No window or ceiling lamp shines onto the screen.",
        ),
        size=13, colour=SOFT,
    )  # fmt: skip
    return canvas.svg()


def _officer(canvas: Canvas, floor: float, words: Words) -> None:
    canvas.disc(150, floor - 1.22 * PX_PER_M, 26, fill=PALE)
    canvas.line(
        ((150, floor - 1.1 * PX_PER_M), (150, floor - 0.5 * PX_PER_M), (212, floor - 0.5 * PX_PER_M)),
        width=6,
        colour=SOFT,
    )
    canvas.line(((212, floor - 0.5 * PX_PER_M), (212, floor)), width=6, colour=SOFT)
    canvas.line(((150, floor - 0.95 * PX_PER_M), (240, floor - 0.82 * PX_PER_M)), width=6, colour=SOFT)
    canvas.text(110, floor - 1.4 * PX_PER_M, words("cán bộ", "officer"))


def _citizens(canvas: Canvas, floor: float, words: Words) -> None:
    canvas.disc(560, floor - 1.2 * PX_PER_M, 24, fill=PALE)
    canvas.line(
        (
            (560, floor - 1.09 * PX_PER_M),
            (560, floor - 0.52 * PX_PER_M),
            (500, floor - 0.5 * PX_PER_M),
            (500, floor - 0.2 * PX_PER_M),
        ),
        width=6,
        colour=SOFT,
    )
    canvas.line(((560, floor - 0.98 * PX_PER_M), (430, floor - 0.94 * PX_PER_M)), width=6, colour=SOFT)
    canvas.disc(566, floor - 58, 57, fill=PAPER)
    canvas.disc(566, floor - 58, 5, fill=INK)
    canvas.disc(490, floor - 16, 15, fill=PAPER)
    canvas.line(
        ((585, floor - 0.98 * PX_PER_M), (585, floor - 0.48 * PX_PER_M), (490, floor - 0.44 * PX_PER_M)),
        width=3,
    )
    canvas.text(
        520, floor - 1.4 * PX_PER_M, words("người dân, kể cả ngồi xe lăn", "citizens, in a wheelchair too")
    )


def above(words: Words) -> str:
    """Room and directions."""
    canvas = Canvas(980, 520, words("Chỗ đặt thiết bị, nhìn từ trên", "The place, from above"))
    canvas.text(30, 40, words("Nhìn từ trên", "From above"), size=20, bold=True)
    counter = 210.0
    canvas.box(60, counter, 640, 70, fill=PALE)
    canvas.text(80, counter + 42, words("quầy", "counter"), colour=SOFT)
    canvas.disc(330, 130, 28, fill=PALE)
    canvas.text(330, 90, words("cán bộ", "officer"), anchor="middle")
    x, y = 500.0, counter + 52
    radius = CLEAR_M * 150 / 2
    canvas.disc(x, y + radius + 22, radius, fill="#e3f0f8", line=WIRES[0], dashed=True)
    canvas.measure(
        (x - radius, y + radius + 22),
        (x + radius, y + radius + 22),
        words("trống 1,5 m", "1.5 m clear"),
        beside=(x, y + radius + 46),
    )
    canvas.box(x - 36, y - 12, 72, 20, fill=INK)
    canvas.line(((x, y + 12), (x, y + 58)), colour=WIRES[1])
    canvas.shape(((x, y + 70), (x - 8, y + 54), (x + 8, y + 54)), fill=WIRES[1], line=WIRES[1])
    canvas.disc(x, y + 104, 24, fill=PALE)
    canvas.text(x + 30, y + 108, words("người dân", "citizen"), size=13)
    canvas.line(((352, 148), (x - 40, y - 8)), colour=SOFT, width=1.5, dashed=True)
    canvas.line(((382, 176), (402, 198)), colour=WIRES[1], width=3)
    canvas.line(((382, 198), (402, 176)), colour=WIRES[1], width=3)
    canvas.lines(
        720, 150,
        words(
            "Cán bộ không nhìn thấy màn|hình, không nghe được mức|nào đã bấm.||Không đặt gương, kính hay|"
            "camera phía sau người dân.||Người đang chờ đứng ngoài|vòng tròn.||Thiết bị gắn chặt vào quầy,|"
            "cổng và thẻ nhớ nằm trong vỏ|có khóa.",
            "The officer can neither see|the screen nor hear which|level was pressed.||No mirror, glass or camera|"
            "behind the citizen.||Whoever waits stands outside|the circle.||The terminal is fixed to the|"
            "counter; ports and card are|inside a locked case.",
        ).split("|"),
        size=13,
    )  # fmt: skip
    return canvas.svg()
