"""Who may log in."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse

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


class RightsAdmin(AuditedAdmin[M]):
    """Rights are in tables beside the row."""

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
class AuditedGroupAdmin(RightsAdmin[Group], GroupAdmin):
    """Groups."""
