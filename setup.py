"""Packaging: the metadata is in pyproject.toml; here only the step that metadata cannot say.

Message catalogues are written as text (``*.po``) and read at run time as ``*.mo``. They are compiled by the
build, for wheels and for editable installs alike, so that no binary file lies in the repository.
"""

from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCatalogues(build_py):
    """``build_py`` that first compiles every ``locale/*/LC_MESSAGES/*.po`` of ours."""

    def run(self) -> None:
        """Compile, then build as usual."""
        for source in sorted(Path().glob("*/locale/*/LC_MESSAGES/*.po")):
            with source.open("rb") as text:
                catalogue = read_po(text, locale=source.parts[2], abort_invalid=True)
            # The text says no date, and Babel would write today's: the same text gives the same file.
            catalogue.creation_date = datetime.fromtimestamp(0, UTC)
            with source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, catalogue)
        # Data files are listed when the command is made; forget that list, made before the files existed.
        self.__dict__.pop("data_files", None)
        super().run()


setup(cmdclass={"build_py": BuildWithCatalogues})
