"""What all pages of the administration have in common: every change has its line in our log of changes."""

from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from central import audit, registry
from central.admin.generic import ModelAdmin, ModelForm
from central.models import Counter, Unit

M = TypeVar("M", bound=Model)


class AuditedAdmin(ModelAdmin[M]):
    """A model whose changes are logged by us, and not a second time by Django."""

    def save_model(self, request: HttpRequest, obj: M, form: ModelForm[M], change: bool) -> None:
        """Save, and log what is different."""
        before = audit.values(type(obj)._default_manager.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)
        audit_saved(request, obj, before)

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        """Remove, and log what was there."""
        audit.record(request.user.get_username(), "delete", obj, audit.values(obj), None)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        """Each with its line."""
        for obj in queryset:
            self.delete_model(request, obj)

    def log_addition(self, *_arguments: object) -> None:  # type: ignore[override]
        """Not twice."""

    def log_change(self, *_arguments: object) -> None:  # type: ignore[override]
        """Not twice."""

    def log_deletions(self, *_arguments: object) -> None:  # type: ignore[override]
        """Not twice."""

    def history_view(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        object_id: str,
        extra_context: dict[str, object] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Our log, of this object."""
        about = self.model._meta.label_lower.removeprefix("central.")
        query = urlencode({"object_type": about, "object_id": object_id})
        return redirect(f"{reverse('admin:central_auditlog_changelist')}?{query}")


class LastingAdmin(AuditedAdmin[M]):
    """What may be removed only while nothing was said or counted for it; what is used begins and ends.

    It is asked of each by itself: Django's page for removing several would read every rating to name it.
    """

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Never several at once."""
        if obj is None or not isinstance(obj, Unit | Counter) or registry.is_used(obj):
            return False
        return super().has_delete_permission(request, obj)


def audit_saved(request: HttpRequest, obj: Model, before: dict[str, audit.Json] | None) -> None:
    """Log a row that was just saved; nothing where nothing is different."""
    after = audit.values(type(obj)._default_manager.get(pk=obj.pk))
    who = request.user.get_username()
    if before is None:
        audit.record(who, "create", obj, None, after)
        return
    old, new = audit.changed(before, after)
    if new:
        audit.record(who, "change", obj, old, new)
