"""Vietnamese letters by Telex, as telephones take it: ``tieengs`` becomes ``tiếng``. Pure.

aa â, aw ă, ee ê, oo ô, ow ơ, uw ư, dd đ; s f r x j the five tones, z none; a key once more takes its mark back and
is a letter. Marks may come after the consonants at the end. What cannot be a Vietnamese syllable stays as it is typed.
"""

import re
import unicodedata
from collections.abc import Mapping

_TONES: Mapping[str, str] = {
    "s": "\u0301",
    "f": "\u0300",
    "r": "\u0309",
    "x": "\u0303",
    "j": "\u0323",
    "z": "",
}
_HATS: Mapping[str, str] = {"a": "â", "e": "ê", "o": "ô"}
_HORNS: Mapping[str, str] = {"a": "ă", "o": "ơ", "u": "ư"}
_PLAIN: Mapping[str, str] = {"â": "a", "ă": "a", "ê": "e", "ô": "o", "ơ": "o", "ư": "u", "đ": "d"}
_MARKED = "ăâêôơư"

_SYLLABLE = re.compile(
    r"(?P<onset>ngh|ng|nh|ch|gh|gi(?=[aăâeêioôơuưy])|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx]|)"
    r"(?P<vowels>[aăâeêioôơuưy]{1,3})"
    r"(?P<coda>ch|ng|nh|[cmnpt]|)"
)


def typed(text: str, key: str) -> str:
    """A text after one more key.

    Args:
        text: So far (NFC).
        key: One character.
    """
    start = len(text)
    while start and text[start - 1].isalpha():
        start -= 1
    return text[:start] + _word(text[start:], key)


def _word(word: str, key: str) -> str:
    letters, tone = _without_tone(word)
    low, wanted = letters.lower(), key.lower()
    if wanted == "d" and low[:1] in ("d", "đ") and (len(low) == 1 or _SYLLABLE.fullmatch(low)):
        return _changed(letters, {0: "đ"}, tone) if low[0] == "d" else _changed(letters, {0: "d"}, tone) + key
    found = _SYLLABLE.fullmatch(low)
    if found is not None and wanted in _TONES:
        if tone == _TONES[wanted]:
            return letters + key  # once more: no mark, and the letter
        return _toned(letters, _TONES[wanted])
    marks = None if found is None else _marks(low, found, wanted)
    if marks is not None:
        return _changed(letters, marks, tone)
    if found is not None and (undone := _undone(low, found, wanted)) is not None:
        return _changed(letters, undone, tone) + key
    return _toned(letters + key, tone)


def _marks(low: str, found: re.Match[str], key: str) -> dict[int, str] | None:
    """Which letters a key marks; None where it marks none."""
    begin, end = found.span("vowels")
    vowels = low[begin:end]
    if key in _HATS:
        places = [n for n in range(begin, end) if _PLAIN.get(low[n], low[n]) == key and low[n] != _HATS[key]]
        return {places[-1]: _HATS[key]} if places else None
    if key != "w":
        return None
    for pair in ("uo", "ưo", "uơ"):
        if pair in vowels:
            at = begin + vowels.index(pair)
            return {at: "ư", at + 1: "ơ"}
    for pair in ("ua", "uu"):
        if vowels.endswith(pair):
            return {end - 2: "ư"}
    places = [n for n in range(begin, end) if _PLAIN.get(low[n], low[n]) in _HORNS and low[n] not in "ăơư"]
    return {places[-1]: _HORNS[_PLAIN.get(low[places[-1]], low[places[-1]])]} if places else None


def _undone(low: str, found: re.Match[str], key: str) -> dict[int, str] | None:
    """Which letters lose the mark that the same key gave them."""
    begin, end = found.span("vowels")
    given = {"w": "ăơư"}.get(key, _HATS.get(key, ""))
    changed = {n: _PLAIN[low[n]] for n in range(begin, end) if low[n] in given} if given else {}
    return changed or None


def _changed(letters: str, marks: Mapping[int, str], tone: str) -> str:
    """With other letters at some places, as large or small as those before."""
    new = [
        (marks[n].upper() if letter.isupper() else marks[n]) if n in marks else letter
        for n, letter in enumerate(letters)
    ]
    return _toned("".join(new), tone)


def _toned(letters: str, tone: str) -> str:
    """With the tone on the vowel to which it belongs."""
    found = _SYLLABLE.fullmatch(letters.lower())
    if not tone or found is None:
        # Two letters more and it may be a syllable again; a tone that stands nowhere would be lost.
        return letters if not tone else _toned(letters[:-1], tone) + letters[-1:] if letters else ""
    begin, end = found.span("vowels")
    marked = [n for n in range(begin, end) if letters[n].lower() in _MARKED]
    if marked:
        at = marked[-1]
    elif end - begin == 2:
        at = begin + 1 if found["coda"] else begin  # hóa, hoán
    else:
        at = begin + (end - begin) // 2  # ngoài
    return unicodedata.normalize("NFC", letters[: at + 1] + tone + letters[at + 1 :])


def _without_tone(word: str) -> tuple[str, str]:
    """The letters, and the tone that one of them had."""
    found, letters = "", []
    for letter in word:
        parts = unicodedata.normalize("NFD", letter)
        tone = next((part for part in parts[1:] if part in _TONES.values()), "")
        found = tone or found
        letters.append(unicodedata.normalize("NFC", parts.replace(tone, "") if tone else parts))
    return "".join(letters), found
