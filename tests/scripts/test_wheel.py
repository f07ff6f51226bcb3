"""What is installed: the product's packages and data, and nothing else."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that no build folder of the checkout gets in."""
    copy, target = tmp_path_factory.mktemp("source") / "hailong", tmp_path_factory.mktemp("wheel")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(copy)], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-m", "-o", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
        else:
            (copy / name).unlink()
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(target), str(copy)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = target.glob("*.whl")
    return built


def test_the_wheel_holds_only_the_product(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    ours = {top for top in tops if not top.endswith(".dist-info")}
    assert ours == {"assets", "central", "hardware", "kiosk", "sync"}
    assert "assets/locale/vi/LC_MESSAGES/hailong.mo" in names
    assert {
        "central/locale/vi/LC_MESSAGES/django.mo",
        "central/migrations/0001_initial.py",
        "central/static/central/tickets.css",
        "central/templates/admin/base_site.html",
        "central/templates/central/tickets.html",
    } <= set(names)
    assert [f"assets/faces/level-{level}.svg" in names for level in range(1, 6)] == [True] * 5
    assert any(name.startswith("hardware/fakes/traces/") for name in names)
    assert not any(name.startswith("hardware/firmware") for name in names)  # that is for another computer


def test_the_installed_command_works_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False, system_site_packages=False)
    python = tmp_path / "venv" / "bin" / "python"
    # The dependencies of this environment, not its editable install of the product.
    packages = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    program = (
        "import sys; sys.path[:0] = [sys.argv.pop(1), sys.argv.pop(1)];"
        "import kiosk, kiosk.cli; assert kiosk.__file__.startswith(sys.path[0]), kiosk.__file__;"
        "kiosk.cli.main(prog_name='hailong')"
    )
    command = [
        str(python),
        "-I",
        "-c",
        program,
        str(unpacked),
        str(packages),
        "demo",
        "--headless",
        "--presses",
        "3",
        "--exit",
    ]
    done = subprocess.run(
        [*command, "--data-dir", "data"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data" / "ledger" / "ledger.db").exists()
    assert "Các lượt đánh giá được lưu trong" in done.stderr
