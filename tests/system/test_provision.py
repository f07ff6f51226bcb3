"""``hailong provision`` in a terminal: the real program, the real server, and the power going away at every step."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from sync import keys, links
from tests.sync.reference import CODE, Reference, serving
from tests.system.program import PATIENCE_S, PYTHON, kinds, without_display


@pytest.fixture
def central() -> Iterator[Reference]:
    with serving(Reference()) as found:
        yield found


def _without_network(tmp_path: Path) -> Path:
    """A folder of programs: a machine whose NetworkManager does not run, whatever runs on this one."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    nmcli = folder / "nmcli"
    nmcli.write_text("#!/bin/sh\necho Error: NetworkManager is not running. >&2\nexit 8\n", encoding="utf-8")
    nmcli.chmod(0o755)
    return folder


class Dialogue:
    """The program, and who types."""

    def __init__(self, tmp_path: Path) -> None:
        config = tmp_path / "hailong.toml"
        config.touch()
        folders = ("--config", str(config), "--data-dir", str(tmp_path / "data"))
        self.process = subprocess.Popen(
            [*PYTHON, "provision", *folders],
            env=without_display()
            | {"HAILONG_LANGUAGE": "vi", "PATH": f"{_without_network(tmp_path)}:{os.environ['PATH']}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.seen = ""
        self._guard = threading.Timer(PATIENCE_S * 2, self.process.kill)
        self._guard.start()

    def until(self, words: str) -> "Dialogue":
        """Read on to there."""
        assert self.process.stdout is not None
        read = b""
        while words.encode() not in read:
            byte = self.process.stdout.read(1)
            assert byte, f"no {words!r}: {self.seen}{read.decode(errors='replace')}"
            read += byte
        self.seen += read.decode(errors="replace")
        return self

    def types(self, *lines: str, end: str = "\n") -> "Dialogue":
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}{end}" for line in lines).encode())
        self.process.stdin.flush()
        return self

    def power_cut(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self._end()

    def finished(self) -> int:
        assert self.process.stdout is not None
        self.seen += self.process.stdout.read().decode()
        return self._end()

    def _end(self) -> int:
        code = self.process.wait(PATIENCE_S)
        self._guard.cancel()
        streams: tuple[IO[bytes] | None, ...] = (self.process.stdin, self.process.stdout)
        for stream in streams:
            if stream is not None:
                stream.close()
        return code


def test_the_power_goes_at_every_step_and_each_goes_on_where_it_was(
    tmp_path: Path, central: Reference
) -> None:
    # Each start takes one step and is killed when the next one is being asked.
    Dialogue(tmp_path).until("Xin nhập số: ").types("1").until("Rộng × cao").power_cut()
    Dialogue(tmp_path).until("Rộng × cao").types("217 x 136").until("Nút bấm và cảm ứng").power_cut()
    keys = Dialogue(tmp_path).until("Xin nhập số: ").types("1").until("Xin nhập số: ").types("1")
    keys.until("tự kết thúc").types("1", "2", "3", "4", "5", end="").until("Kết nối mạng").power_cut()
    Dialogue(tmp_path).until("Thử lại").types(">", "1").until("Ngày giờ").power_cut()
    Dialogue(tmp_path).until("Đúng rồi").types("1").until("Đăng ký với máy chủ").power_cut()
    enrolling = Dialogue(tmp_path).until("https://danhgia.example.vn: ")
    enrolling.types(f"{central.url} 8K3F-9Q2M-XPTB {central.key.public.key_id}").until("hết hạn")
    enrolling.types(f"{central.url} {CODE} {central.key.public.key_id}").until(
        "Kiểm tra lần cuối"
    ).power_cut()
    last = Dialogue(tmp_path).until("Phiếu kết quả nằm ở").until("Xin nhập số: ")
    last.types("2" if "Tạm để vậy" in last.seen else "1").until("Hoàn tất").types("1")
    assert last.finished() == 0

    data = tmp_path / "data"
    assert (data / "provisioned").exists()
    assert kinds(data).count("test") == 5
    assert kinds(data).count("enrolled") == 1
    assert not {"rating", "correction", "repeat"} & set(kinds(data))
    delivered = [entry.kind for entries in central.ledgers.values() for entry in entries]
    assert delivered.count("test") == 5, "a first press has reached the server"
    sheet = (data / "phieu-cai-dat.html").read_text(encoding="utf-8")
    assert "217 × 136 mm" in sheet
    assert "đã bỏ qua" in sheet
    everything = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [content for content in everything if CODE.encode() in content]


def test_nobody_there_any_more_ends_it_and_says_how_to_go_on(tmp_path: Path) -> None:
    left = Dialogue(tmp_path).until("Xin nhập số: ")
    assert left.process.stdin is not None
    left.process.stdin.write(
        "TCVN3: ®¸nh gi¸\n".encode("latin-1")
    )  # an encoding of Viet Nam's from before Unicode
    left.process.stdin.flush()
    left.until("Xin chọn một trong các mục này").until("Xin nhập số: ")
    left.process.stdin.close()
    assert left.finished() == 1
    assert "hailong provision" in left.seen


def test_a_telephone_confirms_and_the_questions_go_on_by_themselves(
    tmp_path: Path, central: Reference
) -> None:
    skipping = Dialogue(tmp_path).until("Xin nhập số: ").types("1", *[">", "1"] * 4)
    skipping.until("https://danhgia.example.vn: ").types(central.url).until("XPTB: ").types("1")
    skipping.until("nhấn Enter")
    key = keys.load(tmp_path / "data" / "sync" / "device.key", "device").public
    assert links.link(central.url, key.raw) in skipping.seen
    assert key.key_id[:4] in skipping.seen
    central.confirmed.add(key.raw.hex())
    skipping.until("Kiểm tra lần cuối").power_cut()
    assert kinds(tmp_path / "data").count("enrolled") == 1
