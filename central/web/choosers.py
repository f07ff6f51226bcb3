"""Units to choose from: there are thousands, so they are searched for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect

from central.models import Counter


class _UnitSelect(AutocompleteSelect):
    """Django's own asks the database for whatever was sent, and stumbles over what is no number."""

    def optgroups(
        self, name: str, value: Sequence[object], attrs: dict[str, Any] | None = None
    ) -> list[tuple[str | None, list[dict[str, Any]], int | None]]:
        """The unit that is chosen."""
        numbers = [
            str(one) for one in value if str(one).isascii() and str(one).isdigit() and len(str(one)) < 19
        ]
        return super().optgroups(name, numbers, attrs)


def search_units(form: forms.BaseForm, name: str = "unit") -> None:
    """Let a field of a form that has units to choose from search for them."""
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        widget = _UnitSelect(Counter._meta.get_field("unit"), admin.site)
        widget.choices, field.widget = field.choices, widget
