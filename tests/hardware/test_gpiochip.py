"""The chip is found by label, on every board and kernel whose numbering we know.

The lists are from public reports: raspberrypi/linux#6144 and WiringPi#280 (Pi 5 and 4, before and since
6.6.45), gpiozero#1216 (the link 4 → 0), Adafruit_Blinka#1119 (6.12.96: 11 to 15 only; that report gives the
numbers, the labels are put in ascending order of the earlier lists with the header first).
"""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from hardware.errors import GpioChipNotFound, GpioUnavailable
from hardware.gpiochip import chip_numbers, find_chip, load_lgpio

Chips = dict[int, tuple[str, int]]

SOC_CHIPS = [
    ("gpio-brcmstb@107d508500", 32),
    ("gpio-brcmstb@107d508520", 4),
    ("gpio-brcmstb@107d517c00", 17),
    ("gpio-brcmstb@107d517c20", 6),
]
RP1 = ("pinctrl-rp1", 54)
PI_3: Chips = {0: ("pinctrl-bcm2835", 54), 1: ("brcmvirt-gpio", 2), 2: ("raspberrypi-exp-gpio", 8)}
PI_4: Chips = {0: ("pinctrl-bcm2711", 58), 1: ("raspberrypi-exp-gpio", 8)}
PI_5_FIRST: Chips = {**dict(enumerate(SOC_CHIPS)), 4: RP1}
PI_5_6_6_45: Chips = {0: RP1, **dict(enumerate(SOC_CHIPS, 10))}


def from_11(chips: Sequence[tuple[str, int]]) -> Chips:
    return dict(enumerate(chips, 11))


TABLE = [
    pytest.param(PI_3, 0, id="pi3-6.6"),
    pytest.param(PI_3, 0, id="pi3-6.6.45"),
    pytest.param(from_11(list(PI_3.values())), 11, id="pi3-6.12.96"),
    pytest.param(PI_4, 0, id="pi4-6.6"),
    pytest.param(PI_4, 0, id="pi4-6.6.45"),
    pytest.param(from_11(list(PI_4.values())), 11, id="pi4-6.12.96"),
    pytest.param(PI_5_FIRST, 4, id="pi5-6.6"),
    pytest.param(PI_5_6_6_45, 0, id="pi5-6.6.45"),
    pytest.param(from_11([RP1, *SOC_CHIPS]), 11, id="pi5-6.12.96"),
    pytest.param(from_11([*SOC_CHIPS, RP1]), 15, id="pi5-6.12.96-header-last"),
]


class FakeLgpio:
    """The three functions, as lgpio 0.2.2 has them, over a table of chips."""

    class error(Exception):  # noqa: N801 - lgpio's own name
        """What lgpio raises."""

    def __init__(self, chips: Chips, locked: Sequence[int] = ()) -> None:
        self.chips = chips
        self.locked = locked
        self.open: set[int] = set()

    def gpiochip_open(self, gpiochip: int, /) -> int:
        if gpiochip in self.locked or gpiochip not in self.chips:
            raise self.error("can not open gpiochip")
        self.open.add(gpiochip)
        return gpiochip | gpiochip << 16

    def gpio_get_chip_info(self, handle: int, /) -> Sequence[int | str]:
        label, lines = self.chips[handle & 0xFFFF]
        return [0, lines, f"gpiochip{handle & 0xFFFF}", label]

    def gpiochip_close(self, handle: int, /) -> int:
        self.open.remove(handle & 0xFFFF)
        return 0


def dev_with(folder: Path, chips: Chips) -> Path:
    for number in chips:
        (folder / f"gpiochip{number}").touch()
    return folder


@pytest.mark.parametrize(("chips", "number"), TABLE)
def test_the_header_is_found_whatever_its_number(chips: Chips, number: int, tmp_path: Path) -> None:
    lgpio = FakeLgpio(chips)
    assert find_chip(lgpio, dev=dev_with(tmp_path, chips)).number == number
    assert not lgpio.open


def test_a_link_to_another_chip_is_not_a_chip_of_its_own(tmp_path: Path) -> None:
    dev = dev_with(tmp_path, PI_5_6_6_45)
    (dev / "gpiochip4").symlink_to("gpiochip0")
    (dev / "gpiochip-nonsense").touch()
    assert chip_numbers(dev) == [0, 10, 11, 12, 13]
    chips = {**PI_5_6_6_45, 4: RP1}
    assert find_chip(FakeLgpio(chips), dev=dev).number == 0
    assert find_chip(FakeLgpio(chips), 4, dev).number == 4  # but whoever asks for it gets it


def test_an_unknown_label_names_every_chip_found_and_what_to_do(tmp_path: Path) -> None:
    chips: Chips = {0: ("pinctrl-next", 60), 7: ("gpio-expander", 16)}
    with pytest.raises(GpioChipNotFound) as caught:
        find_chip(FakeLgpio(chips), dev=dev_with(tmp_path, chips))
    text = str(caught.value)
    for part in ("pinctrl-rp1", "gpiochip0", "'pinctrl-next'", "60 lines", "gpiochip7", "'gpio-expander'"):
        assert part in text
    assert "Configure the label or the number" in text
    assert isinstance(caught.value, LookupError)


def test_a_configured_label_or_number_wins(tmp_path: Path) -> None:
    chips: Chips = {0: RP1, 7: ("gpio-expander", 16)}
    dev = dev_with(tmp_path, chips)
    assert find_chip(FakeLgpio(chips), "gpio-expander", dev).number == 7
    assert find_chip(FakeLgpio(chips), 7, dev).label == "gpio-expander"


@pytest.mark.parametrize("wanted", ["no-such-chip", 3])
def test_a_configured_chip_that_is_not_there_is_an_error_not_a_guess(
    wanted: str | int, tmp_path: Path
) -> None:
    with pytest.raises(GpioChipNotFound, match=f"{wanted}.*pinctrl-bcm2711"):
        find_chip(FakeLgpio(PI_4), wanted, dev_with(tmp_path, PI_4))


def test_of_several_fitting_chips_the_one_with_most_lines_then_the_lowest_number(tmp_path: Path) -> None:
    chips: Chips = {2: ("pinctrl-rp1", 8), 9: ("pinctrl-rp1", 54), 5: ("pinctrl-rp1", 54)}
    assert find_chip(FakeLgpio(chips), dev=dev_with(tmp_path, chips)).number == 5


def test_a_chip_that_we_may_not_open_is_named_with_the_group_to_join(tmp_path: Path) -> None:
    with pytest.raises(GpioChipNotFound, match=r"gpiochip0 \(not readable: .*group gpio"):
        find_chip(FakeLgpio(PI_4, locked=[0]), dev=dev_with(tmp_path, PI_4))


def test_lgpio_with_exceptions_switched_off_is_understood(tmp_path: Path) -> None:
    class Quiet(FakeLgpio):
        def gpiochip_open(self, gpiochip: int, /) -> int:
            return super().gpiochip_open(gpiochip) if gpiochip else -78

    chips: Chips = {0: ("x", 1), 1: RP1}
    assert find_chip(Quiet(chips), dev=dev_with(tmp_path, chips)).number == 1


def test_a_machine_without_gpio_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(GpioChipNotFound, match=r"no .*gpiochip"):
        find_chip(FakeLgpio({}), dev=tmp_path)


def test_a_missing_lgpio_is_an_error_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    with pytest.raises(GpioUnavailable, match="python3-lgpio"):
        load_lgpio()


def test_an_empty_package_called_lgpio_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", ModuleType("lgpio"))
    with pytest.raises(GpioUnavailable, match="has no gpiochip_open"):
        load_lgpio()


def test_lgpio_that_cannot_write_its_pipe_says_where_to_point_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_name: str) -> ModuleType:
        raise FileNotFoundError(2, "No such file or directory", ".lgd-nfy-3")

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(GpioUnavailable, match="LG_WD"):
        load_lgpio()


def test_the_real_functions_make_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeLgpio(PI_4)
    module = ModuleType("lgpio")
    for name in ("error", "gpiochip_open", "gpio_get_chip_info", "gpiochip_close"):
        setattr(module, name, getattr(fake, name))
    monkeypatch.setitem(sys.modules, "lgpio", module)
    assert load_lgpio() is module
