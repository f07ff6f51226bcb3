"""What counts is said in three places (the ledger's view, the export, the independent verifier): all say the same."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.events import Level
from kiosk.ledger import export
from kiosk.ledger.export import since
from kiosk.ledger.kinds import Draft, Kind
from kiosk.ledger.reader import reading
from sync.verifier import verify
from tests.kiosk.ledger.terminal import kept

Said = dict[int, int]
"""The level that counts, by the seq of its rating."""

MOST = 40
LEVELS = st.sampled_from([level.value for level in Level])
OF = st.integers(0, MOST + 5)
"""Also what is not there, comes later, or is no rating: a reader must not trip over it, nor count it."""

acts = st.one_of(
    st.builds(lambda level: Draft(Kind.RATING, {"level": level, "source": "gpio"}), LEVELS),
    st.builds(
        lambda of, level: Draft(Kind.CORRECTION, {"of": of, "level": level, "source": "gpio"}), OF, LEVELS
    ),
    st.builds(lambda of: Draft(Kind.VOID, {"of": of}), OF),
    st.builds(lambda of: Draft(Kind.VOID, {"of": None, "of_hash": f"{of:064x}"}), OF),
    st.builds(lambda of: Draft(Kind.REPEAT, {"of": of, "counts": {"3": 1}}), OF),
    st.builds(lambda level: Draft(Kind.TEST, {"level": level, "source": "pad"}), LEVELS),
)


def meant(drafts: list[Draft]) -> Said:
    """The rule as docs/ledger.md has it; entry 1 is `boot`."""
    numbered = list(enumerate(drafts, start=2))
    voided = {d.body["of"] for n, d in numbered if d.kind is Kind.VOID and int(str(d.body["of"] or 0)) < n}
    said: Said = {}
    for seq, draft in numbered:
        if draft.kind is not Kind.RATING:
            continue
        presses = [(seq, draft)]
        presses += [(n, d) for n, d in numbered if d.kind is Kind.CORRECTION and d.body["of"] == seq < n]
        standing = [d.body["level"] for n, d in presses if n not in voided]
        if standing:
            said[seq] = int(str(standing[-1]))
    return said


def said_by_the_view(folder: Path) -> Said:
    with reading(folder / "ledger.db") as opened:
        return dict(opened.connection.execute("SELECT seq, level FROM counted_rating"))


def exported(folder: Path, to: Path, first: int) -> Said:
    """What the export says; the verifier checks every line of it by its own rule."""
    with reading(folder / "ledger.db") as opened:
        rows = list(export.export(opened.connection, opened.ledger_id, opened.head().seq, since(str(first))))
    to.write_text("".join(export.as_jsonl(rows)), encoding="utf-8")
    return {int(str(row["seq"])): int(str(row["level_counted"])) for row in rows if row["counted"]}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("counting")


@settings(max_examples=80, deadline=None)
@given(drafts=st.lists(acts, min_size=1, max_size=MOST), first=st.integers(1, MOST), chunk=st.integers(1, 7))
def test_view_export_and_verifier_count_the_same(
    place: Path, drafts: list[Draft], first: int, chunk: int
) -> None:
    folder = place / str(len(list(place.iterdir()))) / "ledger"
    with kept(folder, clean=False) as keeper:
        keeper.append(drafts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            export, "_CHUNK", chunk
        )  # corrections and voids are often in another piece than the rating
        expected = meant(drafts)
        assert said_by_the_view(folder) == expected
        whole, part = folder.with_name("whole.jsonl"), folder.with_name("part.jsonl")
        assert exported(folder, whole, 1) == expected
        assert verify(whole).first_bad is None
        first = min(first, len(drafts) + 1)
        assert exported(folder, part, first) == {
            seq: level for seq, level in expected.items() if seq >= first
        }
        assert verify(part).first_bad is None


def test_the_verifier_knows_what_a_void_takes_back(tmp_path: Path) -> None:
    """Else it would agree with any export that ignores voids, when there are none."""
    folder = tmp_path / "ledger"
    with kept(folder, clean=False) as keeper:
        keeper.append([Draft(Kind.RATING, {"level": 2}), Draft(Kind.CORRECTION, {"of": 2, "level": 5})])
        keeper.append([Draft(Kind.VOID, {"of": 3})])
    path = tmp_path / "export.jsonl"
    assert exported(folder, path, 1) == {2: 2}
    text = path.read_text(encoding="utf-8")
    for lie in ('"level_counted":5', '"level_counted":null'):
        path.write_text(text.replace('"level_counted":2', lie), encoding="utf-8")
        assert verify(path).first_bad == 2
