"""The letters of Vietnamese."""

import itertools
import unicodedata

BASE = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
VOWELS = "aăâeêioôơuưy"
TONES = ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
TONED = [unicodedata.normalize("NFC", vowel + tone) for vowel, tone in itertools.product(VOWELS, TONES)]
ALPHABET = "".join([*BASE, *TONED])
"""The 29 letters, and the 12 vowels with each of the five marks of tone."""
