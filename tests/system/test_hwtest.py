"""``hailong hwtest`` as a technician uses it."""

import fcntl
import signal
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path

from hardware.events import Level, OtherButton
from hardware.fakes.pad import PtyPad
from tests.disks import SmallDisk, small_disk
from tests.hardware.dumps.touch_device import TouchDevice
from tests.system.program import PATIENCE_S, PYTHON, entries, hailong, kinds, without_display
from tests.system.test_screen import until_seen
from tests.xdisplay import environment, screenshot, xdotool, xvfb

__all__ = ["small_disk"]


def _start(
    data: Path, *arguments: str, environ: Mapping[str, str] | None = None, language: str = "en"
) -> "subprocess.Popen[str]":
    command = [*PYTHON, "hwtest", "--data-dir", str(data), *arguments]
    return subprocess.Popen(
        command,
        env={**(environ or without_display()), "HAILONG_LANGUAGE": language},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )


def _until(process: "subprocess.Popen[str]", words: str) -> list[str]:
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return seen
    raise AssertionError(f"no {words!r}: {seen} {process.stderr.read() if process.stderr else ''}")


def _counted(data: Path) -> int:
    connection = sqlite3.connect(f"{(data / 'ledger' / 'ledger.db').as_uri()}?mode=rw", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM counted_rating").fetchone()[0])
    finally:
        connection.close()


def test_keys_are_shown_and_kept_as_tests_that_are_never_counted(tmp_path: Path) -> None:
    with _start(tmp_path, "--headless") as process:
        _until(process, "Nothing is counted")
        assert process.stdin is not None
        for key in "123":
            process.stdin.write(key)
            process.stdin.flush()
            _until(process, f"✓ keys: button {key}")
        process.send_signal(signal.SIGINT)
        _until(process, "nothing came from button 4, 5")
        assert process.wait(PATIENCE_S) == 0
    tests = [body for _, kind, body in entries(tmp_path) if kind == "test"]
    assert [(body["level"], body["source"]) for body in tests] == [(1, "key"), (2, "key"), (3, "key")]
    assert kinds(tmp_path)[-1] == "shutdown"
    assert not {"rating", "correction", "repeat", "refused"} & set(kinds(tmp_path))
    assert _counted(tmp_path) == 0


def test_it_ends_by_itself_when_the_time_is_up(tmp_path: Path) -> None:
    with _start(tmp_path, "--headless", "--seconds", "1") as process:
        _until(process, "✗ keys: nothing came.")
        _until(process, "→ ")
        assert process.wait(PATIENCE_S) == 0


def test_it_ends_by_itself_when_every_button_has_come(tmp_path: Path) -> None:
    found = tmp_path / "found.txt"
    with _start(tmp_path, "--headless", "--until-complete", "--summary", str(found)) as process:
        _until(process, "Nothing is counted")
        assert process.stdin is not None
        process.stdin.write("12345")
        process.stdin.flush()
        assert process.wait(PATIENCE_S) == 0
    assert found.read_text(encoding="utf-8") == "✓ keys: all five work.\n"


def test_a_button_that_never_came_is_an_exit_code_of_its_own(tmp_path: Path) -> None:
    found = tmp_path / "found.txt"
    ends = ("--until-complete", "--seconds", "0.1", "--summary", str(found))
    with _start(tmp_path, "--headless", *ends) as process:
        assert process.wait(PATIENCE_S) == 4
    assert "✗ keys: nothing came." in found.read_text(encoding="utf-8")


def test_where_no_input_can_be_tested_none_is_said_to_work(tmp_path: Path) -> None:
    environ = without_display() | {"HAILONG_INPUTS_KEYBOARD": "false"}
    with _start(tmp_path, "--headless", "--until-complete", environ=environ) as process:
        _until(process, "touch is tested on the screen")
        assert process.wait(PATIENCE_S) == 4


def test_it_refuses_while_the_kiosk_runs_and_the_kiosk_goes_on(tmp_path: Path) -> None:
    with hailong("run", "--headless", data=tmp_path, keys=True) as kiosk:
        kiosk.until("ready")
        with _start(tmp_path, "--headless") as process:
            output, complaint = process.communicate("4", PATIENCE_S)
            assert process.returncode == 1
        assert output == ""
        assert str(tmp_path / "ledger") in complaint
        kiosk.key("5")
        assert kiosk.until("rating_stored")["level"] == 5
        assert kiosk.end() == 0
    assert "test" not in kinds(tmp_path)


def test_a_pad_that_is_not_there_is_said_with_what_to_do(tmp_path: Path) -> None:
    environ = without_display() | {"HAILONG_PAD_ENABLED": "true", "HAILONG_PAD_PORT": "/dev/no-such-pad"}
    with _start(tmp_path, "--headless", environ=environ) as process:
        _until(process, "✗ pad: lost")
        process.send_signal(signal.SIGTERM)
        _until(process, "✗ pad: nothing came.")
        assert process.wait(PATIENCE_S) == 0


def test_a_click_on_the_screen_is_a_test(tmp_path: Path) -> None:
    with (
        xvfb(1280, 800) as display,
        _start(tmp_path, "--windowed", "1280x800", environ=environment(display)) as process,
    ):
        _until(process, "Nothing is counted")
        xdotool(display, "mousemove", 640, 500)
        page = screenshot(display)
        xdotool(display, "click", 1)
        _until(process, "✓ touch: button 3")
        until_seen(display, page)  # the line is on the screen as well
        process.send_signal(signal.SIGINT)
        _until(process, "! touch: nothing came from button 1, 2, 4, 5.")
        assert process.wait(PATIENCE_S) == 0
    assert [body["source"] for _, kind, body in entries(tmp_path) if kind == "test"] == ["mouse"]


def test_a_pad_that_is_unplugged_and_plugged_in_again_is_followed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with PtyPad(tmp_path) as pad:
        environ = without_display() | {"HAILONG_PAD_ENABLED": "true", "HAILONG_PAD_PORT": str(pad.path)}
        with _start(data, "--headless", environ=environ) as process:
            _until(process, "Nothing is counted")
            assert pad.wait_acknowledged(1)
            assert pad.wait_glow(True)
            pad.press(Level.GOOD)
            _until(process, "✓ pad: button 4")
            assert pad.wait_stored(1)  # so its lights can be seen to work
            pad.press(OtherButton.LANGUAGE)
            _until(process, "✓ pad: the button for the language")
            pad.unplug()
            _until(process, "✗ pad: lost")
            pad.replug()
            _until(process, "✓ pad: found again")
            process.send_signal(signal.SIGINT)
            _until(process, "! pad: nothing came from button 1, 2, 3, 5.")
            assert process.wait(PATIENCE_S) == 0
    tests = [body for _, kind, body in entries(data) if kind == "test"]
    assert [(body["source"], body.get("level"), body.get("button")) for body in tests] == [
        ("pad", 4, None),
        ("pad", None, "language"),
    ]


def test_inputs_can_be_tested_on_a_disk_that_is_full(small_disk: SmallDisk) -> None:
    data = small_disk.folder / "data"
    data.mkdir()
    small_disk.fill()
    with _start(data, "--headless") as process:
        _until(process, "! The ledger cannot keep this (code D2 – memory card full).")
        assert process.stdin is not None
        process.stdin.write("3")
        process.stdin.flush()
        _until(process, "✓ keys: button 3")
        process.send_signal(signal.SIGINT)
        _until(process, "nothing came from button 1, 2, 4, 5")
        assert process.wait(PATIENCE_S) == 0


def test_touches_that_the_system_turns_show_as_other_buttons_with_what_to_do(tmp_path: Path) -> None:
    """Who touches the first column and reads "button 5" knows; the program cannot, for it never sees the finger."""
    with TouchDevice(1280, 800) as device:
        environ = environment(device.display)
        matrix = ["-1", "0", "1", "0", "1", "0", "0", "0", "1"]
        subprocess.run(
            ["xinput", "set-prop", "panel", "Coordinate Transformation Matrix", *matrix],
            env=environ,
            check=True,
        )
        with _start(tmp_path, "--windowed", "1280x800", environ=environ) as process:
            _until(process, "Nothing is counted")
            device.tap(156, 500)
            _until(process, "✓ touch: button 5")
            process.send_signal(signal.SIGINT)
            _until(process, "screen.rotation alone may do that")
            assert process.wait(PATIENCE_S) == 0


def test_it_speaks_the_language_of_the_terminal(tmp_path: Path) -> None:
    environ = without_display() | {"HAILONG_PAD_ENABLED": "true", "HAILONG_PAD_PORT": "/dev/no-such-pad"}
    with _start(tmp_path, "--headless", environ=environ, language="vi") as process:
        _until(process, "Xin bấm lần lượt")
        _until(process, "✗ bộ nút nối tiếp: mất kết nối")
        process.send_signal(signal.SIGINT)
        _until(process, "✗ bộ nút nối tiếp: không nhận được lượt bấm nào.")
        _until(process, "    → ")
        assert process.wait(PATIENCE_S) == 0


def test_a_terminal_that_is_gone_ends_the_test_and_gives_the_ledger_back(tmp_path: Path) -> None:
    """A broken connection; a test that stayed would keep the kiosk from its ledger."""
    command = [*PYTHON, "hwtest", "--headless", "--seconds", "60", "--data-dir", str(tmp_path / "data")]
    with Path("/dev/full").open("w") as gone:  # every line that is written fails
        done = subprocess.run(
            command, env=without_display(), stdin=subprocess.DEVNULL, stdout=gone, stderr=gone, timeout=120
        )
    assert done.returncode != 0
    lock = (tmp_path / "data/ledger/ledger.lock").open("rb")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
