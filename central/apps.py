"""The Django application."""

from django.apps import AppConfig


class CentralConfig(AppConfig):
    """Everything of central is one application."""

    name = "central"
    verbose_name = "Hài lòng"
    default_auto_field = "django.db.models.BigAutoField"
