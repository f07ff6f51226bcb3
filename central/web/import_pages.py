"""Units and counters from a table: tried, then imported, whole or not at all."""

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from central import registry
from central.imports import apply, sheet, template
from central.imports.columns import VIETNAMESE, Column
from central.models import Unit
from central.web import bulk_pages

_RIGHTS = (
    "central.add_unit",
    "central.change_unit",
    "central.add_counter",
    "central.change_counter",
    "central.add_field",
)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=_("Table"),
        help_text=_("Excel (.xlsx) or CSV, at most {limit} MB.").format(
            limit=sheet.MOST_BYTES // 1024 // 1024
        ),
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Too large is said before it is read."""
        found: UploadedFile[bytes] = self.cleaned_data["file"]
        if found.size is None or found.size > sheet.MOST_BYTES:
            raise forms.ValidationError(str(sheet.too_large().text))
        return found


def _actor(request: HttpRequest) -> registry.Actor:
    user = request.user
    if not isinstance(user, User) or not user.has_perms(_RIGHTS):
        raise PermissionDenied
    return registry.Actor(user)


@never_cache
def import_table(request: HttpRequest) -> HttpResponse:
    """Ask for a file; try it, or import it, and say what that does."""
    who = _actor(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    outcome, refused, dry = None, "", "import" not in request.POST
    if request.method == "POST" and form.is_valid():
        try:
            outcome = apply.run(form.cleaned_data["file"].read(), who, dry=dry)
        except sheet.BadFile as error:
            refused = str(error.text)
    context = {
        **admin.site.each_context(request),
        "title": _("Import units and counters"),
        "opts": Unit._meta,
        "form": form,
        "dry": dry,
        "outcome": outcome,
        "refused": refused,
        "many": outcome is not None and len(outcome.problems) >= apply.MOST_SHOWN,
        "most": bulk_pages.MOST,
        "headings": list(VIETNAMESE.values()),
        "examples": [[row.get(column, "") for column in Column] for row in template.EXAMPLE],
    }
    return TemplateResponse(request, "central/import.html", context)


def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """A table to begin with."""
    _actor(request)
    content, media = (
        (template.as_xlsx(), _XLSX) if kind == "xlsx" else (template.as_csv(), "text/csv; charset=utf-8")
    )
    name = f"don-vi-va-quay.{kind}"
    return HttpResponse(content, media, headers={"Content-Disposition": f'attachment; filename="{name}"'})
