"""A module for the kernel of the machine under test, built from Debian's headers for exactly that kernel.

The compiler is Debian's, too, in a folder of its own: the host needs none. What was built is kept under the hash of
what decides it; without the cache it is made anew.
"""

import shutil
import tempfile
from pathlib import Path

from tests.machine.image import SUITE, Image, _cache, _hash, _run

BOARD = Path(__file__).parent / "board"
TOOLS = ("coreutils", "dash", "findutils", "gcc-12", "grep", "make", "mawk", "perl-base", "sed")
"""What the kernel's makefiles call. Packages are unpacked and not configured: that is enough, and quick."""


def module(image: Image, name: str = "breadboard") -> bytes:
    """The module of ``board/NAME.c`` for the kernel of an image.

    Raises:
        CalledProcessError: A step failed; it has said why. Where there are no headers for this kernel any more,
            Debian has a newer one: forget the cache, then the image gets that.
    """
    release = _release(image.kernel)
    sources = [BOARD / f"{name}.c", BOARD / "Kbuild"]
    decides = [release, SUITE, *TOOLS]
    key = _hash(*(word.encode() for word in decides), *(path.read_bytes() for path in sources))
    cache = _cache()
    built = cache / f"{name}-{key}.ko"
    if not built.exists():
        with tempfile.TemporaryDirectory(dir=cache, prefix="making-") as made:
            root = Path(made) / "root"
            _unpack(root, f"linux-headers-{release}")
            (root / "source").mkdir()
            for path in sources:
                shutil.copy(path, root / "source")
            inside = ["chroot", str(root), "env", "-i", "PATH=/usr/bin:/bin"]
            _run(*inside, "make", "--quiet", "-C", f"/lib/modules/{release}/build", "M=/source", "modules")
            _run(*inside, "strip", "--strip-debug", f"/source/{name}.ko")
            (root / "source" / f"{name}.ko").rename(built)
    return built.read_bytes()


def _unpack(root: Path, headers: str) -> None:
    _run(
        *("mmdebstrap", "--quiet", "--mode=root", "--variant=extract", "--architectures=amd64"),
        f"--include={','.join([headers, *TOOLS])}",
        *('--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Retries "5"'),
        *(SUITE, str(root), *_sources()),
    )
    (root / "usr/bin/awk").symlink_to("mawk")  # elsewhere it is the package's script that makes it


def _sources() -> list[str]:
    """Where this machine's own apt gets that release and its updates from, for the image's kernel may be one of them.

    Nothing where it has another release, which means Debian's.
    """
    said = _run(
        "apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"
    )
    found = (line.split(maxsplit=2) for line in said.splitlines())
    mirrors = {(release, uri) for release, component, uri in found if component == "main"}
    names = (SUITE, f"{SUITE}-updates", f"{SUITE}-security")
    lines = [f"deb {uri} {release} main" for release, uri in sorted(mirrors) if release in names]
    return lines if any(release == SUITE for release, _ in mirrors) else []


def _release(kernel: Path) -> str:
    """What ``uname -r`` says on it: a bzImage has the place of that text at 0x20E (Documentation/x86/boot.rst)."""
    image = kernel.read_bytes()
    begins = 0x200 + int.from_bytes(image[0x20E:0x210], "little")
    return image[begins : begins + 100].split(b" ", 1)[0].decode("ascii")
