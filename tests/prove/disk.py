"""A disk as a power cut leaves it: what was synced is there; of the rest, any part may be.

The rules are harsher than most file systems: a write is durable only when the same file was synced after it,
and a name (of a new, renamed or removed file) only when its folder was.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

SECTOR_BYTES = 512
"""A disk writes a sector whole or not at all."""

WHOLE: frozenset[int] | None = None
"""In a `Selection`: the whole operation reached the disk."""

Selection = Mapping[int, frozenset[int] | None]
"""Which unsynced operations (by serial) reached the disk; of a torn write, only these sectors."""


@dataclass(slots=True)
class Content:
    """What a file holds. Zeros at its end are only counted: the ballast is 8 MiB of them.

    Attributes:
        data: The bytes up to the last one that was written.
        size: Length of the file in bytes.
    """

    data: bytearray = field(default_factory=bytearray)
    size: int = 0

    @classmethod
    def of(cls, whole: bytes) -> "Content":
        """The content of an existing file."""
        return cls(bytearray(whole.rstrip(b"\0")), len(whole))

    def copy(self) -> "Content":
        """Another one with the same bytes."""
        return Content(bytearray(self.data), self.size)

    def put(self, offset: int, data: bytes) -> None:
        """Write `data` at `offset`."""
        if len(self.data) < offset:
            self.data.extend(bytes(offset - len(self.data)))
        self.data[offset : offset + len(data)] = data
        self.size = max(self.size, offset + len(data))

    def resize(self, size: int) -> None:
        """Cut off, or fill up with zeros."""
        del self.data[size:]
        self.size = size

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset` on."""
        end = min(offset + length, self.size)
        return bytes(self.data[offset:end]).ljust(max(0, end - offset), b"\0")

    def same(self, other: "Content") -> bool:
        """Whether both hold the same bytes."""
        return self.size == other.size and self.data.rstrip(b"\0") == other.data.rstrip(b"\0")


Tree = dict[str, Content | None]
"""Path below the root → content; None = a folder."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at an offset."""

    serial: int
    at: int
    offset: int
    data: bytes

    def sectors(self) -> range:
        """Numbers of the file's sectors that it touches."""
        return range(self.offset // SECTOR_BYTES, -(-(self.offset + len(self.data)) // SECTOR_BYTES))

    def apply(self, content: Content, only: frozenset[int] | None = WHOLE) -> None:
        """Write, or write only some sectors."""
        if only is None:
            content.put(self.offset, self.data)
            return
        for sector in sorted(only):
            begin = max(self.offset, sector * SECTOR_BYTES)
            end = min(self.offset + len(self.data), (sector + 1) * SECTOR_BYTES)
            content.put(begin, self.data[begin - self.offset : end - self.offset])


@dataclass(frozen=True, slots=True)
class Resize:
    """A new length in bytes; `grow_only` where room was reserved."""

    serial: int
    at: int
    size: int
    grow_only: bool = False

    def apply(self, content: Content, only: frozenset[int] | None = WHOLE) -> None:  # noqa: ARG002
        """Cut off or fill up with zeros."""
        if not (self.grow_only and content.size >= self.size):
            content.resize(self.size)


@dataclass(frozen=True, slots=True)
class Rename:
    """A name in a folder goes, another comes, or both at once."""

    serial: int
    at: int
    node: "File | Folder"
    gone: str | None = None
    new: str | None = None

    def apply(self, names: "dict[str, File | Folder]") -> None:
        """Change the folder."""
        if self.gone is not None and names.get(self.gone) is self.node:
            del names[self.gone]
        if self.new is not None:
            names[self.new] = self.node


@dataclass(eq=False, slots=True)
class File:
    """A file: what it holds, what is durable of it, and what is still between the two."""

    now: Content = field(default_factory=Content)
    durable: Content = field(default_factory=Content)
    pending: list[Write | Resize] = field(default_factory=list)

    def do(self, op: Write | Resize) -> None:
        """Apply an operation to the page cache."""
        op.apply(self.now)
        self.pending.append(op)

    def sync(self, before: int) -> bool:
        """Make what came before that moment durable; whether there was anything."""
        done = [op for op in self.pending if op.at < before]
        for op in done:
            op.apply(self.durable)
        self.pending = [op for op in self.pending if op.at >= before]
        return bool(done)

    def after(self, selection: Selection) -> Content:
        """The content when only these operations reached the disk."""
        content = self.durable.copy()
        for op in self.pending:
            if op.serial in selection:
                op.apply(content, selection[op.serial])
        return content


@dataclass(eq=False, slots=True)
class Folder:
    """A folder: its names now, the durable ones, and the changes between."""

    now: dict[str, "File | Folder"] = field(default_factory=dict)
    durable: dict[str, "File | Folder"] = field(default_factory=dict)
    pending: list[Rename] = field(default_factory=list)

    def do(self, op: Rename) -> None:
        """Apply a change to the cache."""
        op.apply(self.now)
        self.pending.append(op)

    def sync(self, before: int) -> bool:
        """Make what came before that moment durable; whether there was anything."""
        done = [op for op in self.pending if op.at < before]
        for op in done:
            op.apply(self.durable)
        self.pending = [op for op in self.pending if op.at >= before]
        return bool(done)

    def after(self, selection: Selection) -> "dict[str, File | Folder]":
        """The names when only these changes reached the disk."""
        names = dict(self.durable)
        for op in self.pending:
            if op.serial in selection:
                op.apply(names)
        return names


class Disk:
    """A tree of files below one durable root.

    Args:
        start: What it holds, durably, in the beginning.
    """

    def __init__(self, start: Tree) -> None:
        self.root = Folder()
        self.serials = count(1)
        self.epoch = 0
        for path, content in sorted(start.items()):
            folder = self.root
            *above, name = path.split("/")
            for part in above:
                below = folder.now[part]
                assert isinstance(below, Folder)
                folder = below
            node = Folder() if content is None else File(content.copy(), content.copy())
            folder.now[name] = folder.durable[name] = node

    def sync(self, node: File | Folder, before: int) -> None:
        """An fsync that began at `before` has come back."""
        if node.sync(before):
            self.epoch += 1

    def pending(self) -> list[Write | Resize | Rename]:
        """Everything that may or may not be on the disk, in the order in which it was done."""
        found: list[Write | Resize | Rename] = []
        for node in self._nodes():
            found.extend(node.pending)
        return sorted(found, key=lambda op: op.serial)

    def _nodes(self) -> Iterator[File | Folder]:
        waiting: list[File | Folder] = [self.root]
        seen: set[int] = set()
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield node
            if isinstance(node, Folder):
                waiting.extend(
                    (*node.durable.values(), *node.now.values(), *(op.node for op in node.pending))
                )

    def image(self, selection: Selection) -> Tree:
        """The whole tree after a power cut."""
        return _tree(self.root, lambda node: node.after(selection), lambda file: file.after(selection))

    def present(self) -> Tree:
        """The whole tree as a running program sees it."""
        return _tree(self.root, lambda node: node.now, lambda file: file.now)


def _tree(
    root: Folder,
    names_of: "Callable[[Folder], dict[str, File | Folder]]",
    content_of: Callable[[File], Content],
) -> Tree:
    tree: Tree = {}
    waiting = [("", root)]
    while waiting:
        prefix, folder = waiting.pop()
        for name, node in names_of(folder).items():
            if isinstance(node, Folder):
                tree[prefix + name] = None
                waiting.append((f"{prefix}{name}/", node))
            else:
                tree[prefix + name] = content_of(node)
    return tree
