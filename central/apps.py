"""The Django applications."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CentralConfig(AppConfig):
    """Everything of central is one application."""

    name = "central"
    verbose_name = "Hài lòng"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what people do with their accounts."""
        import_module("central.people")


class AdministrationConfig(AdminConfig):
    """Django's admin with our site."""

    default_site = "central.web.site.HailongSite"
