"""What people do with their accounts is in the log of changes too."""

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from central import audit


@receiver(user_logged_in)
def logged_in(sender: object, user: User, **_more: object) -> None:  # noqa: ARG001 - Django's signature
    """Note who came in."""
    audit.record(user.get_username(), "login", user, None, None)
