"""Units and counters to choose from: there are thousands, so they are searched for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model

from central.models import Counter


class _Select(AutocompleteSelect):
    """Django's own asks the database for whatever was sent, and stumbles over what is no number."""

    def optgroups(
        self, name: str, value: Sequence[object], attrs: dict[str, Any] | None = None
    ) -> list[tuple[str | None, list[dict[str, Any]], int | None]]:
        """What is chosen."""
        numbers = [
            str(one) for one in value if str(one).isascii() and str(one).isdigit() and len(str(one)) < 19
        ]
        return super().optgroups(name, numbers, attrs)


def search_units(form: forms.BaseForm, name: str = "unit") -> None:
    """Let a field of a form that has units to choose from search for them."""
    search(form, name, Counter, "unit")


def search(form: forms.BaseForm, name: str, model: type[Model], like: str) -> None:
    """Let a field of a form search for what it has to choose from.

    Args:
        form: The form.
        name: Of its field.
        model: Which has a field that leads to the same rows; whoever may not see them there finds none.
        like: The name of that field.
    """
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        widget = _Select(model._meta.get_field(like), admin.site)
        widget.choices, field.widget = field.choices, widget
