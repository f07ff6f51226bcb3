"""Plays a recording back: system calls become what they did to the disk, and lines that acknowledged a vote."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kiosk.messages.place import NAME as KIOSK_SOCKET
from tests.prove.disk import Disk, File, Folder, Rename, Resize, Write
from tests.prove.recording import Begun, Intrusion, Recording, Recovered, is_line, ordered
from tests.prove.strace_log import Call, LogNotUnderstood, strings, unquoted

_UNSUPPORTED = {"copy_file_range", "splice", "sync_file_range", "msync", "truncate"}
# A sync of everything promises nothing here: the program must not rest on it.
_IGNORED = {"symlink", "symlinkat", "close_range", "sync", "syncfs"}


@dataclass(slots=True)
class Promises:
    """Which votes have been acknowledged, by the hash of their entry."""

    binding: dict[str, int] = field(default_factory=dict)
    excused: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    """An open file description."""

    node: File | Folder
    path: str
    position: int = 0
    append: bool = False


class Replay:
    """A recording, played back step by step.

    Args:
        recording: What was recorded.
        ignore_syncs: The disk says that it has synced, and has not.
    """

    def __init__(self, recording: Recording, *, ignore_syncs: bool = False) -> None:
        self.recording = recording
        self.disk = Disk(recording.start)
        self.promises = Promises(dict(recording.promised))
        self._ignore_syncs = ignore_syncs
        self._root = os.fspath(recording.root) + "/"
        self._open: dict[int, _Open] = {}
        self._now = self._begun = 0

    def steps(self) -> Iterator[str]:
        """After each event that a power cut could follow, its name."""
        for now, begun, event in ordered(self.recording):
            self._now, self._begun = now, begun
            if isinstance(event, Intrusion):
                self._intrude(event)
                yield "intrusion"
            elif isinstance(event, Recovered):
                self.promises.binding |= self.promises.excused
                self.promises.excused = {}
            elif isinstance(event, Begun):
                self._open = {}
            elif self._take(event):
                yield event.name

    def _intrude(self, event: Intrusion) -> None:
        folder, name = self._place(self._root + event.path)
        if event.content is None:
            self._rename(folder, folder.now[name], gone=name)
            self.disk.sync(folder, self._now + 1)
        else:
            file = folder.now[name]
            assert isinstance(file, File)
            file.now, file.durable, file.pending = event.content.copy(), event.content.copy(), []
            self.disk.epoch += 1
        if event.excuses:
            self.promises.excused |= self.promises.binding
            self.promises.binding = {}

    def _take(self, call: Call) -> bool:
        """Do what a call did; whether it changed the disk or a promise."""
        if call.result < 0:
            return False
        handler = getattr(self, f"_do_{call.name}", None)
        if handler is not None:
            return bool(handler(call))
        if call.name in _UNSUPPORTED and self._concerns(call):
            raise LogNotUnderstood(f"{call.name} on a file of the disk is not modelled")
        if call.name not in _UNSUPPORTED | _IGNORED:
            raise LogNotUnderstood(f"{call.name} is not modelled")
        return False

    def _concerns(self, call: Call) -> bool:
        paths = [text.decode(errors="replace") for text in strings(", ".join(call.args))]
        fds = {int(argument) for argument in call.args if argument.isdecimal()}
        return any(path.startswith(self._root) for path in paths) or bool(fds & self._open.keys())

    # --- names

    def _place(self, path: str) -> tuple[Folder, str]:
        folder = self.disk.root
        *above, name = path.removeprefix(self._root).split("/")
        for part in above:
            below = folder.now[part]
            assert isinstance(below, Folder)
            folder = below
        return folder, name

    def _path(self, call: Call, index: int, at: int | None = None) -> str | None:
        """The path an argument names; None when it is not on our disk."""
        path = call.text(index)
        if not path.startswith("/"):
            base = None if at is None or not call.args[at].isdecimal() else self._open.get(call.number(at))
            if base is None:
                return None
            path = f"{base.path}/{path}"
        return path if path.startswith(self._root) else None

    def _find(self, path: str) -> File | Folder | None:
        folder, name = self._place(path)
        return folder.now.get(name)

    def _rename(
        self, folder: Folder, node: File | Folder, *, gone: str | None = None, new: str | None = None
    ) -> None:
        folder.do(Rename(next(self.disk.serials), self._now, node, gone, new))

    # --- calls; each says whether something changed

    def _do_openat(self, call: Call) -> bool:
        return self._opened(call, self._path(call, 1, at=0), call.args[2])

    def _do_open(self, call: Call) -> bool:
        return self._opened(call, self._path(call, 0), call.args[1])

    def _do_creat(self, call: Call) -> bool:
        return self._opened(call, self._path(call, 0), "O_CREAT|O_TRUNC")

    def _opened(self, call: Call, path: str | None, flags: str) -> bool:
        self._open.pop(call.result, None)
        if path is None:
            # The root itself may be opened to be synced.
            if call.name == "openat" and call.text(1) + "/" == self._root:
                self._open[call.result] = _Open(self.disk.root, self._root.rstrip("/"))
            return False
        node = self._find(path)
        changed = False
        if node is None:
            folder, name = self._place(path)
            node, changed = File(), True
            self._rename(folder, node, new=name)
        elif "O_TRUNC" in flags and isinstance(node, File) and node.now.size:
            self._resize(node, 0)
            changed = True
        self._open[call.result] = _Open(node, path, append="O_APPEND" in flags)
        return changed

    def _do_close(self, call: Call) -> bool:
        self._open.pop(call.number(0), None)
        return False

    def _do_dup(self, call: Call) -> bool:
        source = self._open.get(call.number(0))
        self._open.pop(call.result, None)
        if source is not None:
            self._open[call.result] = source
        return False

    _do_dup2 = _do_dup3 = _do_dup

    def _do_fcntl(self, call: Call) -> bool:
        return self._do_dup(call) if call.args[1].startswith("F_DUPFD") else False

    def _do_lseek(self, call: Call) -> bool:
        file = self._open.get(call.number(0))
        if file is not None:
            file.position = call.result
        return False

    def _do_clone(self, call: Call) -> bool:
        if "CLONE_FILES" not in " ".join(call.args):
            raise LogNotUnderstood("the program has started another process, whose files are not followed")
        return False

    _do_clone3 = _do_fork = _do_vfork = _do_clone

    def _do_mmap(self, call: Call) -> bool:
        file = self._open.get(int(call.args[4])) if call.args[4].isdecimal() else None
        writes = "PROT_WRITE" in call.args[2] and "MAP_SHARED" in call.args[3]
        if file is not None and writes and not file.path.endswith("-shm"):
            raise LogNotUnderstood(f"{file.path} is written through memory")
        return False

    def _do_write(self, call: Call) -> bool:
        if is_line(call):
            return self._acknowledge(unquoted(call.args[1])[: call.result])
        return self._written(call, unquoted(call.args[1])[: call.result])

    def _do_writev(self, call: Call) -> bool:
        return self._written(call, b"".join(strings(", ".join(call.args[1:])))[: call.result])

    def _written(self, call: Call, data: bytes) -> bool:
        """Written at the position of the descriptor, which moves on."""
        file = self._file(call)
        if file is None:
            return False
        opened = self._open[call.number(0)]
        if opened.append:
            opened.position = file.now.size
        self._write(file, opened.position, data)
        opened.position += len(data)
        return True

    def _file(self, call: Call) -> File | None:
        """The file of our disk that a call's first argument is open on."""
        opened = self._open.get(call.number(0))
        return opened.node if opened is not None and isinstance(opened.node, File) else None

    def _do_pwrite64(self, call: Call) -> bool:
        if (file := self._file(call)) is None:
            return False
        self._write(file, call.number(3), unquoted(call.args[1])[: call.result])
        return True

    def _do_pwritev(self, call: Call) -> bool:
        if (file := self._file(call)) is None:
            return False
        data = b"".join(strings(", ".join(call.args[1:])))[: call.result]
        offset = re.search(r"\], \d+, (\d+)", ", ".join(call.args))
        if offset is None:
            raise LogNotUnderstood("pwritev without an offset")
        self._write(file, int(offset[1]), data)
        return True

    _do_pwritev2 = _do_pwritev

    def _do_sendfile(self, call: Call) -> bool:
        target, source = self._open.get(call.number(0)), self._open.get(call.number(1))
        if target is None or not isinstance(target.node, File):
            return False
        begin = re.match(r"\[(\d+)\]", call.args[2])
        if source is None or not isinstance(source.node, File) or begin is None:
            raise LogNotUnderstood("a file of the disk is copied from elsewhere")
        self._write(target.node, target.position, source.node.now.read(int(begin[1]), call.result))
        target.position += call.result
        return True

    def _write(self, file: File, offset: int, data: bytes) -> None:
        file.do(Write(next(self.disk.serials), self._now, offset, data))

    def _resize(self, file: File, size: int, *, grow_only: bool = False) -> None:
        file.do(Resize(next(self.disk.serials), self._now, size, grow_only))

    def _do_ftruncate(self, call: Call) -> bool:
        if (file := self._file(call)) is None:
            return False
        self._resize(file, call.number(1))
        return True

    def _do_fallocate(self, call: Call) -> bool:
        if (file := self._file(call)) is None:
            return False
        if call.args[1] != "0":
            raise LogNotUnderstood(f"fallocate with {call.args[1]} is not modelled")
        self._resize(file, call.number(2) + call.number(3), grow_only=True)
        return True

    def _do_fsync(self, call: Call) -> bool:
        file = self._open.get(call.number(0))
        if file is None or self._ignore_syncs:
            return False
        self.disk.sync(file.node, self._begun)
        return True

    _do_fdatasync = _do_fsync

    def _do_rename(self, call: Call) -> bool:
        return self._renamed(self._path(call, 0), self._path(call, 1))

    def _do_renameat(self, call: Call) -> bool:
        return self._renamed(self._path(call, 1, at=0), self._path(call, 3, at=2))

    _do_renameat2 = _do_renameat

    def _renamed(self, old: str | None, new: str | None) -> bool:
        if old is None and new is None:
            return False
        if old is None or new is None or self._place(old)[0] is not self._place(new)[0]:
            raise LogNotUnderstood(f"{old} was moved to {new}, another folder")
        folder, name = self._place(old)
        self._rename(folder, folder.now[name], gone=name, new=self._place(new)[1])
        return True

    def _do_link(self, call: Call) -> bool:
        return self._linked(self._path(call, 0), self._path(call, 1))

    def _do_linkat(self, call: Call) -> bool:
        return self._linked(self._path(call, 1, at=0), self._path(call, 3, at=2))

    def _linked(self, old: str | None, new: str | None) -> bool:
        if old is None and new is None:
            return False
        if old is None or new is None or (node := self._find(old)) is None:
            raise LogNotUnderstood(f"{old} got another name: {new}")
        folder, name = self._place(new)
        self._rename(folder, node, new=name)
        return True

    def _do_unlink(self, call: Call) -> bool:
        return self._removed(self._path(call, 0))

    _do_rmdir = _do_unlink

    def _do_unlinkat(self, call: Call) -> bool:
        return self._removed(self._path(call, 1, at=0))

    def _removed(self, path: str | None) -> bool:
        if path is None:
            return False
        folder, name = self._place(path)
        if name == KIOSK_SOCKET:
            return False  # made by bind(2), which the log does not have; it holds nothing that could be lost
        self._rename(folder, folder.now[name], gone=name)
        return True

    def _do_mkdir(self, call: Call) -> bool:
        return self._made(self._path(call, 0))

    def _do_mkdirat(self, call: Call) -> bool:
        return self._made(self._path(call, 1, at=0))

    def _made(self, path: str | None) -> bool:
        if path is None:
            return False
        folder, name = self._place(path)
        self._rename(folder, Folder(), new=name)
        return True

    def _acknowledge(self, lines: bytes) -> bool:
        before = len(self.promises.binding)
        for line in lines.splitlines():
            event = json.loads(line)
            if event.get("event") == "rating_stored":
                self.promises.binding[event["hash"]] = event["seq"]
        return len(self.promises.binding) > before
