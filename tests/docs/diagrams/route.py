"""Ways for wires from a row of pins to a row of boxes, so that none crosses another."""

from collections.abc import Sequence

from tests.docs.diagrams.canvas import Point

STEP_PX = 14


def routes(pins: Sequence[Point], boxes: Sequence[Point], channel_x: float, away: int) -> list[list[Point]]:
    """One way for each pair, both from the top to the bottom.

    Wires that climb turn the nearer to the pins the higher they are, those that descend the lower they are.

    Args:
        pins: Where the wires begin, all at one x.
        boxes: Where they end.
        channel_x: The turn that is nearest to the pins.
        away: 1 when the boxes are to the right, -1 when they are to the left.
    """
    climbing = [number for number in range(len(pins)) if boxes[number][1] <= pins[number][1]]
    descending = [number for number in range(len(pins)) if number not in climbing]
    turns = {
        number: channel_x + away * STEP_PX * place
        for order in (climbing, descending[::-1])
        for place, number in enumerate(order)
    }
    return [
        [pin, (turns[number], pin[1]), (turns[number], box[1]), box]
        for number, (pin, box) in enumerate(zip(pins, boxes, strict=True))
    ]
