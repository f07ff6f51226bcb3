"""The country's units are loaded once, and what was there before finds its place among them."""

from pathlib import Path

import pytest

from central import organisation
from central.models import AuditLog, Unit, UnitKind
from tests.central import makers, served
from tests.central.imports.sheets import HEAD, csv_of, xlsx_of

pytestmark = pytest.mark.usefixtures("database")


def test_the_whole_country_is_loaded_and_loading_again_makes_nothing() -> None:
    assert organisation.load("a test") == organisation.Loaded(34, 3321)
    assert organisation.load("a test") == organisation.Loaded(0, 0)
    assert Unit.objects.filter(kind=UnitKind.PROVINCE, parent=None).count() == 34
    assert not Unit.objects.filter(kind=UnitKind.COMMUNE, parent=None).exists()
    unit = Unit.objects.get(official_code="05518", kind=UnitKind.COMMUNE)
    assert (unit.name, str(unit.parent)) == ("UBND phường Sông Công", "UBND tỉnh Thái Nguyên")
    assert Unit.objects.filter(name="UBND thành phố Huế").count() == 1
    assert Unit.objects.filter(name="UBND đặc khu Phú Quốc").count() == 1
    assert Unit.objects.filter(name="UBND xã Tân Tiến").count() == 7
    assert AuditLog.objects.filter(action="load").count() == 2


def test_a_unit_that_was_made_by_hand_is_given_its_code_and_its_place() -> None:
    counter = makers.counter()
    assert organisation.load("a test", "19").provinces == 1
    unit = Unit.objects.get(name="UBND phường Sông Công")
    assert (unit.pk, unit.official_code) == (counter.unit_id, "05518")
    assert str(unit.parent) == "UBND tỉnh Thái Nguyên"


def test_one_province_is_named_by_its_code_or_its_name() -> None:
    assert organisation.load("a test", "Thái Nguyên").provinces == 1
    with pytest.raises(organisation.SeedMissing, match="there is no province Bắc Thái"):
        organisation.load("a test", "Bắc Thái")


def test_a_package_that_has_changed_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organisation, "PACKAGE", "segno")
    with pytest.raises(organisation.SeedMissing, match="another version"):
        organisation.load("a test")
    monkeypatch.setattr(organisation, "PACKAGE", "no_such_package")
    with pytest.raises(organisation.SeedMissing, match="pip install"):
        organisation.load("a test")


def test_a_table_is_imported_by_the_command_and_wrong_rows_are_named(tmp_path: Path) -> None:
    good, bad, none = tmp_path / "good.xlsx", tmp_path / "bad.csv", tmp_path / "none.csv"
    good.write_bytes(xlsx_of())
    bad.write_bytes(csv_of((HEAD, ("A", "1", "Huyện", "B", "", ""))))
    none.write_bytes(b"\xff\xff")
    with served.data_folder() as data:
        tried = served.said("organisation", "import", "--dry-run", str(good), data=data)
        done = served.said("organisation", "import", str(good), data=data)
        assert tried == {**done, "dry_run": True}
        assert done["units"] == {"made": 2, "changed": 0, "same": 0}
        refused = served.run("organisation", "import", str(bad), data=data)
        assert refused.returncode == 1
        assert "row 2, Kind: “Huyện” is not known." in refused.stderr
        assert "row 2, Belongs to: There is no unit “B”" in refused.stderr
        assert "Line 1: the letters" in served.run("organisation", "import", str(none), data=data).stderr
