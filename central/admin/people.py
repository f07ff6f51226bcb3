"""Who may log in."""

from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import ManyToManyField
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from central import audit
from central.admin.base import AuditedAdmin
from central.admin.generic import ModelForm

if TYPE_CHECKING:
    from django.forms import BaseModelFormSet

M = TypeVar("M", User, Group)

admin.site.unregister(User)
admin.site.unregister(Group)


def rights(about: User | Group) -> dict[str, audit.Json]:
    """What somebody may do, as far as it does not stand in the row itself."""
    if isinstance(about, Group):
        return {"permissions": sorted(about.permissions.values_list("codename", flat=True))}
    return {
        "groups": sorted(about.groups.values_list("name", flat=True)),
        "permissions": sorted(about.user_permissions.values_list("codename", flat=True)),
    }


_ACTIONS = {"add": _("add"), "change": _("change"), "delete": _("delete"), "view": _("view")}
# Nobody can do these, whatever rights they have.
_NEVER = (
    "delete_device",
    "delete_readtoken",
    "add_alarm",
    "delete_alarm",
    "add_auditlog",
    "change_auditlog",
    "delete_auditlog",
)


class PermissionsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """What can be done with which pages, in the language of the page: Django's own names are English."""

    def label_from_instance(self, permission: Permission) -> str:
        """Such as “Quầy: thêm”."""
        model = permission.content_type.model_class()
        name = permission.content_type.name if model is None else model._meta.verbose_name_plural
        return f"{capfirst(name)}: {_ACTIONS[permission.codename.partition('_')[0]]}"


class RightsAdmin(AuditedAdmin[M]):
    """Rights are in tables beside the row."""

    filter_horizontal = ()

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **options: object
    ) -> "forms.ModelMultipleChoiceField[Any] | None":
        """Boxes to be ticked."""
        boxes = forms.CheckboxSelectMultiple()
        if db_field.related_model is not Permission:
            return super().formfield_for_manytomany(db_field, request, **options | {"widget": boxes})
        types = ContentType.objects.get_for_models(*admin.site._registry).values()
        permissions = Permission.objects.filter(content_type__in=types).exclude(codename__in=_NEVER)
        ordered = permissions.select_related("content_type").order_by("content_type__model", "codename")
        return PermissionsField(ordered, widget=boxes, required=False, label=capfirst(db_field.verbose_name))

    def save_related(
        self,
        request: HttpRequest,
        form: ModelForm[M],
        formsets: "list[BaseModelFormSet[Any, Any]]",
        change: bool,
    ) -> None:
        """Save, and log what is different."""
        about = form.instance
        before = rights(about) if change else {}
        super().save_related(request, form, formsets, change)
        old, new = audit.changed(before, rights(about))
        if any(old.values()) or any(new.values()):
            audit.record(request.user.get_username(), "rights", about, old, new)


@admin.register(User)
class AuditedUserAdmin(RightsAdmin[User], UserAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Users."""

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Somebody sets another's password."""
        before = User.objects.filter(pk=id).values_list("password", flat=True).first()
        answer = super().user_change_password(request, id, form_url)
        user = User.objects.filter(pk=id).first()
        if user is not None and user.password != before:
            audit.record(request.user.get_username(), "password", user, None, None)
        return answer


@admin.register(Group)
class AuditedGroupAdmin(RightsAdmin[Group], GroupAdmin):  # type: ignore[misc]
    """Groups."""
