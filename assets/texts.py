"""Message catalogues: the English sentence in the code is the key, the catalogue has what people read.

Citizens and technicians read Vietnamese, so `DEFAULT_LANGUAGE` is Vietnamese; a further language is one more
``locale/<language>/LC_MESSAGES/hailong.po``.
"""

import gettext
from importlib import resources
from importlib.resources.abc import Traversable

DEFAULT_LANGUAGE = "vi"


class Texts:
    """The texts of one language. Conventionally bound to ``_``, so that the catalogue tools find the keys."""

    def __init__(self, language: str = DEFAULT_LANGUAGE, catalogues: Traversable | None = None) -> None:
        """Read the catalogue.

        Args:
            language: The name of its folder; English needs none.
            catalogues: Where the folders are; by default those of the package.
        """
        self.language = language
        folders = catalogues if catalogues is not None else resources.files("assets") / "locale"
        catalogue = folders / language / "LC_MESSAGES" / "hailong.mo"
        if catalogue.is_file():
            with catalogue.open("rb") as compiled:
                self._translations: gettext.NullTranslations = gettext.GNUTranslations(compiled)
        else:
            self._translations = gettext.NullTranslations()

    @property
    def own_name(self) -> str:
        """What the language calls itself; on the button that leads to it."""
        _ = self
        return _("English")

    def __call__(self, message: str) -> str:
        """The sentence in this language; the English one where the catalogue has none."""
        return self._translations.gettext(message)
