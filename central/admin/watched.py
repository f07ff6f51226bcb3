"""Forms of rows that two people may edit at the same time."""

from typing import Any, TypeVar

from django import forms
from django.db.models import Model

from central.admin.generic import ModelForm
from central.web.seen import check, seen_of

M = TypeVar("M", bound=Model)


class WatchedForm(ModelForm[M]):
    """A form of one row, which is locked when it comes back, and compared with what was seen."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*arguments, **options)
        if not self.instance._state.adding:
            names = [name for name in self.fields if name != "seen"]
            self.fields["seen"].initial = seen_of(self.instance, names)

    def clean(self) -> dict[str, Any]:
        """Compare, and go on with the row as it is now: the rest of it may have changed as well."""
        data = super().clean() or self.cleaned_data
        if not self.instance._state.adding:
            rows = type(self.instance)._default_manager.select_for_update(of=("self",))
            present = rows.get(pk=self.instance.pk)
            check(present, str(data.pop("seen", "")))
            self.instance = present
        return data
