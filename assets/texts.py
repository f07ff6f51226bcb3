"""Message catalogues: the English sentence in the code is the key, the catalogue has what people read.

Citizens and technicians read Vietnamese, so `DEFAULT_LANGUAGE` is Vietnamese; a further language is one more
``locale/<language>/LC_MESSAGES/hailong.po``.
"""

import gettext
import logging
import string
import struct
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

DEFAULT_LANGUAGE = "vi"

_log = logging.getLogger(__name__)


class Texts:
    """The texts of one language. Conventionally bound to ``_``, so that the catalogue tools find the keys.

    Attributes:
        language: The name of its folder.
        problem: Why its texts are English, in English; empty where they are not, and for English itself.
    """

    def __init__(self, language: str = DEFAULT_LANGUAGE, catalogues: Traversable | None = None) -> None:
        """Read the catalogue.

        Args:
            language: The name of its folder; English needs none.
            catalogues: Where the folders are; by default those of the package.
        """
        self.language = language
        self.problem = ""
        self._translations = gettext.NullTranslations()
        if language == "en":
            return
        try:
            with catalogue_of(language, catalogues).open("rb") as compiled:
                self._translations = gettext.GNUTranslations(compiled)
        except (OSError, ValueError, struct.error, IndexError) as error:
            # Whoever has to put it right must be able to start the program.
            self.problem = str(error) or type(error).__name__
            _log.warning("the texts of the language %r cannot be read, they are English: %s", language, error)

    @property
    def own_name(self) -> str:
        """What the language calls itself; on the button that leads to it."""
        _ = self
        return _("English")

    def __call__(self, message: str) -> str:
        """The sentence in this language; the English one where the catalogue has none, or one with other places."""
        translated = self._translations.gettext(message)
        return translated if _fits(message, translated) else message


def catalogue_of(language: str, catalogues: Traversable | None = None) -> Traversable:
    """Where the compiled catalogue of a language is, or would be."""
    folders = catalogues if catalogues is not None else resources.files("assets") / "locale"
    return folders / language / "LC_MESSAGES" / "hailong.mo"


@lru_cache(maxsize=1024)
def _fits(message: str, translated: str) -> bool:
    """Whether both have the same ``{places}``: a name that nobody fills would cost the whole screen."""
    if "{" not in message and "{" not in translated:
        return True
    try:
        return _places(message) == _places(translated)
    except ValueError:  # a brace without its other half
        return False


def _places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
