"""A table is imported whole or not at all, whatever is in it, and importing it again changes nothing."""

from collections.abc import Sequence

import pytest
from django.utils import translation

from central import organisation, registry
from central.imports import apply, template
from central.imports.sheet import BadFile
from central.models import AuditLog, Counter, Device, IssuedConfig, Unit, UnitKind
from tests.central import makers
from tests.central.imports.sheets import HEAD, TABLE, csv_of, xlsx_of

pytestmark = pytest.mark.usefixtures("database")


def _run(content: bytes, *, dry: bool = False) -> apply.Outcome:
    with translation.override("en"):
        return apply.run(content, registry.Actor(), dry=dry)


def _wrong(*rows: Sequence[str]) -> list[tuple[int, str]]:
    """What is wrong with these rows below the usual headings; nothing of them is imported."""
    before = (Unit.objects.count(), Counter.objects.count(), AuditLog.objects.count())
    problems = _run(csv_of((HEAD, *rows))).problems
    assert (Unit.objects.count(), Counter.objects.count(), AuditLog.objects.count()) == before
    return [(problem.row, problem.text) for problem in problems]


def test_units_counters_and_fields_are_made_each_with_its_line_in_the_log() -> None:
    done = _run(xlsx_of())

    assert (done.units, done.counters) == (apply.Count(made=2), apply.Count(made=2))
    ward = Unit.objects.get(official_code="05518")
    assert (ward.name, str(ward.parent), ward.kind) == (
        "UBND phường Sông Công",
        "UBND tỉnh Thái Nguyên",
        UnitKind.COMMUNE,
    )
    assert [(row.name, str(row.field)) for row in Counter.objects.filter(unit=ward)] == [
        ("Quầy 1", "Đất đai"),
        ("Quầy 2", "Hộ tịch"),
    ]
    assert sorted(AuditLog.objects.values_list("object_type", "action")) == [
        *[("counter", "create")] * 2,
        *[("field", "create")] * 2,
        *[("unit", "create")] * 2,
    ]
    assert set(done.counter_ids) == set(Counter.objects.values_list("pk", flat=True))


def test_a_trial_says_the_same_and_changes_nothing() -> None:
    tried = _run(csv_of(), dry=True)
    assert not Unit.objects.exists()
    assert not AuditLog.objects.exists()
    done = _run(csv_of())
    assert (tried.units, tried.counters) == (done.units, done.counters)


def test_the_same_table_again_changes_nothing_and_another_one_only_what_it_says() -> None:
    _run(csv_of())
    lines = AuditLog.objects.count()
    again = _run(csv_of())
    assert (again.units, again.counters) == (apply.Count(same=2), apply.Count(same=2))
    assert AuditLog.objects.count() == lines

    changed = _run(csv_of((HEAD, ("UBND phường Mỏ Chè", "05518", "", "", "quầy 1", "Tư pháp"))))
    assert (changed.units, changed.counters) == (apply.Count(changed=1), apply.Count(changed=1))
    assert str(Unit.objects.get(official_code="05518").parent) == "UBND tỉnh Thái Nguyên"
    assert str(Counter.objects.get(name="Quầy 1").field) == "Tư pháp"


def test_terminals_are_told_what_has_changed() -> None:
    _run(csv_of())
    device = makers.device()
    Device.objects.filter(pk=device.pk).update(counter=Counter.objects.get(name="Quầy 1"))
    _run(csv_of((HEAD, ("UBND phường Mỏ Chè", "05518", "", "", "", ""))))
    assert "UBND phường Mỏ Chè" in IssuedConfig.objects.get(device=device).note


def test_codes_without_their_zeros_are_the_codes_that_are_meant() -> None:
    rows = (HEAD, ("UBND tỉnh Bắc Ninh", "1", "Tỉnh", "", "", ""), ("UBND xã A", 5518, "Xã", 1, "", ""))
    assert not _run(xlsx_of(rows)).problems
    assert [unit.official_code for unit in Unit.objects.order_by("official_code")] == ["01", "05518"]


def test_a_unit_that_was_made_by_hand_is_given_its_code() -> None:
    unit = makers.counter().unit
    assert _run(csv_of()).units == apply.Count(made=1, changed=1)
    unit.refresh_from_db()
    assert (unit.official_code, str(unit.parent)) == ("05518", "UBND tỉnh Thái Nguyên")


def test_rows_may_come_in_any_order_and_name_the_unit_above_by_its_name() -> None:
    rows = (
        ("UBND phường Sông Công", "", "Phường", "UBND tỉnh Thái Nguyên", "Quầy 1", ""),
        ("Tổ một cửa", "", "", "ubnd phường sông công", "", ""),
        ("UBND tỉnh Thái Nguyên", "19", "Tỉnh", "", "", ""),
    )
    assert not _run(csv_of((HEAD, *rows))).problems
    assert str(Unit.objects.get(name="Tổ một cửa").parent) == "UBND phường Sông Công"


def test_a_code_that_two_units_have_is_refused_with_both_rows() -> None:
    wrong = _wrong(("A", "05518", "", "", "", ""), ("B", "05518", "", "", "", ""))
    assert wrong == [(3, "The code 05518 is that of “A” in row 2 already.")]


def test_units_that_belong_to_each_other_are_refused_also_through_what_is_there_already() -> None:
    assert _wrong(("A", "1", "", "B", "", ""), ("B", "2", "", "C", "", ""), ("C", "3", "", "A", "", "")) == [
        (2, "Units belong to each other in a ring: A → B → C → A.")
    ]
    assert _wrong(("A", "1", "", "A", "", "")) == [(2, "Units belong to each other in a ring: A → A.")]
    _run(csv_of((HEAD, ("A", "1", "", "", "", ""), ("B", "2", "", "A", "", ""))))
    assert _wrong(("A", "1", "", "B", "", "")) == [(2, "Units belong to each other in a ring: A → B → A.")]


def test_everything_that_is_wrong_is_said_at_once_and_by_row() -> None:
    wrong = _wrong(
        ("", "", "", "", "Quầy 1", ""),
        ("A", "", "Huyện", "", "", ""),
        ("B", "", "", "nobody", "", ""),
        ("C", "", "", "", "", "Đất đai"),
        ("D\x07", "", "", "", "", ""),
        ("E" * 400, "", "", "", "", ""),
        ("F", "", "", "", "Quầy 1", ""),
        ("F", "", "", "", "Quầy 1", ""),
    )
    assert [row for row, _text in wrong] == [2, 3, 4, 5, 6, 7, 9]


def test_several_units_of_one_name_ask_for_the_code() -> None:
    rows = (
        ("P1", "1", "", "", "", ""),
        ("P2", "2", "", "", "", ""),
        ("UBND xã Tân Tiến", "10", "", "1", "", ""),
        ("UBND xã Tân Tiến", "20", "", "2", "", ""),
    )
    assert not _run(csv_of((HEAD, *rows))).problems
    assert _wrong(("UBND xã Tân Tiến", "", "", "", "Quầy 1", "")) == [
        (2, "2 units are called “UBND xã Tân Tiến”. Please give the code.")
    ]
    assert not _run(csv_of((HEAD, ("UBND xã Tân Tiến", "", "", "P2", "Quầy 1", "")))).problems
    assert Counter.objects.get().unit.official_code == "20"


def test_a_name_that_is_there_already_under_the_same_unit_is_refused() -> None:
    _run(csv_of())
    wrong = _wrong(("UBND phường Sông Công", "99999", "", "19", "", ""))
    assert wrong == [
        (2, "“UBND phường Sông Công” is there already, under the same unit, with the code 05518.")
    ]


def test_merged_cells_and_formulas_are_refused_by_row_and_a_title_above_the_table_is_not() -> None:
    title = ("DANH SÁCH ĐƠN VỊ", "", "", "", "", "")
    assert not _run(xlsx_of((title, *TABLE), merged=("A1:F1",)), dry=True).problems
    with_merged = _run(xlsx_of(TABLE, merged=("A3:A4",))).problems
    assert (with_merged[0].row, with_merged[0].column) == (3, "")
    assert "A3" in with_merged[0].text
    formula = _run(xlsx_of((*TABLE[:3], ("UBND xã A", '="0"&5519', "", "", "", "")))).problems
    assert [(problem.row, problem.column) for problem in formula] == [(4, "Code")]


def test_headings_in_english_or_without_marks_are_understood_and_unknown_ones_are_not() -> None:
    assert not _run(b"No,unit,CODE\n1,A,1\n", dry=True).problems
    assert not _run("STT;don vi;ma don vi;Ghi chú\n1;A;1;x\n".encode(), dry=True).problems
    for content, says in (
        (b"name,colour\nA,red\n", "no row of headings"),
        (b"unit,colour\nA,red\n", "“colour” is not known"),
        ("Đơn vị,Trực thuọt\nA,B\n".encode(), "Is “Trực thuộc” meant?"),
        (b"unit,unit\nA,B\n", "twice"),
        (b"", "no row of headings"),
    ):
        with translation.override("en"), pytest.raises(BadFile) as refused:
            apply.run(content, registry.Actor(), dry=False)
        assert says in str(refused.value.text)


@pytest.mark.parametrize("content", [template.as_xlsx(), template.as_csv()], ids=["xlsx", "csv"])
def test_our_own_templates_can_be_imported(content: bytes) -> None:
    done = _run(content)
    assert (done.problems, done.units.made, done.counters.made) == ((), 2, 2)


def test_the_whole_country_is_imported_from_a_table_and_is_what_the_seed_makes() -> None:
    organisation.load("a test")
    held = Unit.objects.select_related("parent")
    rows = [
        (
            unit.name,
            unit.official_code,
            "Tỉnh" if unit.parent is None else "Xã",
            unit.parent.official_code if unit.parent else "",
            "",
            "",
        )
        for unit in held
    ]
    assert len(rows) == 34 + 3321
    again = _run(csv_of((HEAD, *rows)))
    assert (again.problems, again.units) == ((), apply.Count(same=3355))
    Unit.objects.filter(kind=UnitKind.COMMUNE).delete()
    Unit.objects.all().delete()
    assert _run(csv_of((HEAD, *rows))).units == apply.Count(made=3355)
    assert Unit.objects.filter(kind=UnitKind.COMMUNE, parent__kind=UnitKind.PROVINCE).count() == 3321
