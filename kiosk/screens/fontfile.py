"""Where the font is. Without pygame, so that ``hailong config check`` can ask it for its characters as well."""

from pathlib import Path

FAMILY = "Be Vietnam Pro"


def font_file(weight: int) -> Path:
    """The file of Be Vietnam Pro in one weight, from its package.

    Raises:
        ImportError: If fontpkg is not installed.
        FileNotFoundError: If it is, and the font is not.
    """
    # Imported here: a terminal that has lost its font package is to show its screens all the same.
    import fontpkg  # type: ignore[import-untyped]

    try:
        return Path(fontpkg.path(FAMILY, weight=weight))
    except fontpkg.FontpkgError as error:
        msg = f"the font {FAMILY} {weight} is not installed"
        raise FileNotFoundError(msg) from error
