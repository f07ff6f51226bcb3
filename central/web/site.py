"""The administration: Django's, with what needs attention on its first page."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from central import attention
from central.web import completeness_pages, confirm_pages

ORDER = ("Device", "Alarm", "Counter", "Unit", "Field", "ReadToken", "AuditLog")


class HailongSite(AdminSite):
    """The one site."""

    site_title = "Hài lòng"
    site_header = "Hài lòng"
    index_title = _("Administration")
    site_url = None
    enable_nav_sidebar = False

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Ours first, and what is used daily before what is set up once."""
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda model: _place(ORDER, model["object_name"]))
        return sorted(found, key=lambda app: _place(("central", "auth"), app["app_label"]))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Pages that are about no one table."""
        own = [
            path("completeness/", self.admin_view(completeness_pages.completeness), name="completeness"),
            path("k/<str:key>", self.admin_view(confirm_pages.confirm), name="confirm_key"),
        ]
        return [*own, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> TemplateResponse:
        """The first page."""
        return super().index(request, {**(extra_context or {}), "attention": attention.points()})


def _place(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)
