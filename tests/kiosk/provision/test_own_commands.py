"""Our other commands in surroundings that lack something."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assets.texts import Texts
from kiosk.provision.errors import PartFailed
from kiosk.provision.own_commands import Checks, Enroller, Own
from kiosk.provision.works import Enrol

POOR = (
    {"LC_ALL": "xx_YY.UTF-8"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"LANG": "vi"},
)


@pytest.mark.parametrize("locale", POOR, ids=str)
def test_what_they_say_keeps_its_letters_where_the_locale_has_none(locale: dict[str, str]) -> None:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    said = Own(environ=environ | locale).call(["--help"])
    assert (said.code, "thiết bị đánh giá mức độ hài lòng" in said.out) == (0, True), said


NAMED = """
import ctypes, sys
from pathlib import Path
name = bytes.fromhex(sys.argv[1])
assert ctypes.CDLL(None).sethostname(name, len(name)) == 0
from kiosk.config.phrase import Phrase
from assets.texts import Texts
from kiosk.provision.own_commands import Checks, Own
from kiosk.provision.sheet_files import as_page
own = Own(command=(sys.executable, "-c", ""))
facts = Checks(own, Path(sys.argv[2]), lambda: "vi").examine().facts
page = as_page(((Phrase("Language"), facts),), "", Texts("vi"))
sys.stdout.buffer.write(page.encode())
"""


@pytest.mark.parametrize(
    ("name", "shown"), [("máy-quầy-1".encode(), "máy-quầy-1"), (b"m\xe1y-1", "m\\udce1y-1")], ids=str
)
def test_a_name_in_the_network_with_accents_stands_on_the_result_sheet(
    name: bytes, shown: str, tmp_path: Path
) -> None:
    """In any encoding: who set the name up may have had another."""
    if os.geteuid() != 0:
        pytest.skip("a machine of another name needs root")
    command = ["unshare", "--uts", sys.executable, "-c", NAMED, name.hex(), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert shown in done.stdout.decode()


def test_what_a_command_says_for_the_log_is_not_shown_and_goes_into_ours(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    lines = "WARNING sync: 403.3 the code is unknown\nXin nhập lại. (403.3)\n"
    said = f"import sys; sys.stderr.write({lines!r}); sys.exit(4)"
    enroller = Enroller(Own(command=(sys.executable, "-c", said)), tmp_path)
    with pytest.raises(PartFailed) as failure:
        enroller.enrol(Enrol("https://danhgia.example.vn 7K3F-9Q2M-XPTB"))
    assert failure.value.problem.render(Texts("vi")) == "Xin nhập lại. (403.3)"
    assert "WARNING sync: 403.3 the code is unknown" in caplog.text
    assert "7K3F" not in caplog.text


DOCTOR = """✓ Màn hình: tốt
! Đồng hồ: cảnh báo: chưa đồng bộ
    → Xin nối mạng.
    $ sudo timedatectl set-ntp true
"""


@pytest.mark.parametrize("prompt", [False, True])
def test_the_last_check_names_commands_only_to_whoever_has_a_prompt(tmp_path: Path, prompt: bool) -> None:
    own = Own(command=(sys.executable, "-c", f"print({DOCTOR!r}, end='')"))
    checked = Checks(own, tmp_path, lambda: "vi", prompt=prompt).examine()
    assert checked.well
    assert checked.lines[:2] == ("! Đồng hồ: cảnh báo: chưa đồng bộ", "    → Xin nối mạng.")
    assert checked.lines[2:] == (("    $ sudo timedatectl set-ntp true",) if prompt else ())
