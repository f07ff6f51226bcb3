"""Tokens of other systems: made and shown once, looked at, revoked."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from central import clock
from central.admin.base import AuditedAdmin
from central.admin.generic import ModelForm
from central.models import Purpose, ReadToken
from central.reading import tokens
from central.registry import Actor
from central.web.choosers import search_units


class TokenForm(ModelForm[ReadToken]):
    """What a token opens, and for how long."""

    class Meta:
        model = ReadToken
        fields = ("name", "purpose", "unit", "exact_times")
        help_texts = {  # noqa: RUF012 - Django's way
            "name": _("The system that will have it."),
            "unit": _("It reads this unit and all below it. Empty: everything."),
            "exact_times": _(
                "Only for auditors: whoever sees the minute of a rating and the counter may know whose it is."
            ),
        }

    days = forms.IntegerField(
        label=_("Good for so many days"),
        min_value=1,
        max_value=tokens.LONGEST_GOOD_FOR.days,
        initial=tokens.GOOD_FOR.days,
    )

    def clean(self) -> dict[str, object]:
        """A token for metrics reads no unit."""
        found: dict[str, object] = super().clean() or self.cleaned_data
        if found.get("purpose") == Purpose.METRICS and (found.get("unit") or found.get("exact_times")):
            raise forms.ValidationError(_("A token for metrics has no unit and no exact times."))
        return found


@admin.register(ReadToken)
class ReadTokenAdmin(AuditedAdmin[ReadToken]):
    """Tokens."""

    list_display = ("name", "finder", "purpose", "reads", "state", "last_used_at", "last_used_from")
    list_filter = ("purpose",)
    list_select_related = ("unit",)
    search_fields = ("name", "finder", "unit__name")
    fields = (
        "name", "finder", "purpose", "reads", "exact_times", "state", "created_at", "expires_at", "revoked_at",
        "last_used_at", "last_used_from",
    )  # fmt: skip
    readonly_fields = fields
    change_form_template = "central/token_change.html"

    @admin.display(description=_("unit"), ordering="unit__name")
    def reads(self, token: ReadToken) -> str:
        """What it may see."""
        if token.purpose == Purpose.METRICS:
            return "–"
        return str(_("everything")) if token.unit is None else token.unit.name

    @admin.display(description=_("state"), ordering="expires_at")
    def state(self, token: ReadToken) -> str:
        """Whether it opens anything."""
        if token.revoked_at is not None:
            return format_html('<span class="alarms">{}</span>', _("revoked"))
        if token.expires_at <= clock.now():
            return format_html('<span class="alarms">{}</span>', _("expired"))
        return str(_("good"))

    def has_change_permission(self, request: HttpRequest, obj: ReadToken | None = None) -> bool:  # noqa: ARG002
        """What was made stays as it is."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ReadToken | None = None) -> bool:  # noqa: ARG002
        """It is revoked: who read when stays known."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Making and revoking have pages of their own."""
        wrap = self.admin_site.admin_view
        own = [
            path("add/", wrap(self.add), name="central_readtoken_add"),
            path("<int:number>/revoke/", wrap(self.revoke), name="central_readtoken_revoke"),
        ]
        return own + super().get_urls()

    def add(self, request: HttpRequest) -> HttpResponse:
        """Make one, and show it: once, for it is not kept."""
        return never_cache(self._add)(request)

    def _add(self, request: HttpRequest) -> HttpResponse:
        who = _actor(request, self.has_add_permission(request))
        form = TokenForm(request.POST or None)
        search_units(form)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            made = tokens.make(
                said["name"],
                who,
                purpose=said["purpose"],
                unit=said["unit"],
                exact_times=said["exact_times"],
                good_for=timedelta(days=said["days"]),
            )
            return self._page(request, "central/token_made.html", _("The new token"), token=made)
        return self._page(request, "central/token_add.html", _("Make a token"), form=form)

    def revoke(self, request: HttpRequest, number: int) -> HttpResponse:
        """Ask, and revoke."""
        row = get_object_or_404(ReadToken, pk=number)
        who = _actor(request, request.user.has_perm("central.change_readtoken"))
        if request.method == "POST":
            tokens.revoke(row, who)
            self.message_user(request, _("The token is revoked: it opens nothing any more."))
            return redirect("admin:central_readtoken_change", row.pk)
        return self._page(request, "central/token_revoke.html", _("Revoke a token"), token=row)

    def _page(self, request: HttpRequest, template: str, title: object, **more: object) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "title": title, "opts": ReadToken._meta, **more}
        return TemplateResponse(request, template, context)


def _actor(request: HttpRequest, may: bool) -> Actor:
    user = request.user
    if not may or not isinstance(user, User):
        raise PermissionDenied
    return Actor(user)
