"""Links that log in once: how the first administrator comes in, and anybody who has lost a password."""

from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import AbstractBaseUser, User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from central import audit, identity, server

FIRST = "admin"
BY_LINK = "by_link"
BACKEND = "django.contrib.auth.backends.ModelBackend"


class _OnceTokens(PasswordResetTokenGenerator):
    """Good for `PASSWORD_RESET_TIMEOUT`, until the user logs in by whatever way."""

    key_salt = "central.web.links"

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        last = user.last_login.isoformat() if user.last_login else "never"
        return f"{user.pk} {user.password} {last} {timestamp}"


TOKENS = _OnceTokens()


def link_for(user: User) -> str:
    """A link that logs this user in once."""
    path = reverse("login_link", args=(user.pk, TOKENS.make_token(user)))
    # A command beside the server was not told where people reach it; the database was.
    return f"{identity.public_url() or server.this().public_url}{path}"


def first_link() -> str | None:
    """A link for the first administrator; None where an administrator can log in with a password."""
    administrators = User.objects.filter(is_active=True, is_superuser=True)
    if any(user.has_usable_password() for user in administrators):
        return None
    user = administrators.filter(username=FIRST).first() or User.objects.create_superuser(FIRST)
    return link_for(user)


def use_link(request: HttpRequest, user_id: int, token: str) -> HttpResponse:
    """Log in, once, and go on to choosing a password."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
        good = user is not None and TOKENS.check_token(user, token)
        if user is not None and good:
            login(request, user, BACKEND)
            request.session[BY_LINK] = True
    if not good:
        return render(request, "central/link_used.html", status=410)
    return redirect("choose_password")


@login_required
def choose_password(request: HttpRequest) -> HttpResponse:
    """Choose a password without telling the old one: there is none, or it is lost."""
    user = request.user
    if not isinstance(user, User) or not request.session.get(BY_LINK):
        return redirect("admin:password_change")
    form = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        audit.record(user.get_username(), "password", user, None, None)
        del request.session[BY_LINK]
        return redirect("admin:index")
    return render(request, "central/choose_password.html", {"form": form})
