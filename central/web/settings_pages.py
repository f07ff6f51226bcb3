"""Pages for the settings of a terminal, and of the terminals of a counter or a unit."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from central import registry
from central.configs import Holder
from central.configuring import NotTogether, configure
from central.models import Device
from central.web.seen import check, seen_of
from central.web.settings_form import SettingsForm
from sync.settings import BadSettings

_SEEN = ("settings",)


def url(wrap: Callable[..., Any], model: type[Holder]) -> URLPattern:
    """The page's, among those of its model."""

    @never_cache
    def page(request: HttpRequest, object_id: str) -> HttpResponse:
        return _settings(request, model, object_id)

    found: URLPattern = path(
        "<path:object_id>/settings/", wrap(page), name=f"central_{model._meta.model_name}_settings"
    )
    return found


def _settings(request: HttpRequest, model: type[Holder], object_id: str) -> HttpResponse:
    who = _actor(request, model)
    holder = _found(model, object_id)
    if request.method != "POST":
        return _page(request, holder, SettingsForm(holder), seen_of(holder, _SEEN))
    form, seen = SettingsForm(holder, request.POST.dict()), request.POST.get("seen", "")
    if form.is_valid():
        try:
            _save(model, holder, form, seen, who)
        except BadSettings as bad:
            form.blame(bad)
        except (NotTogether, ValidationError, registry.NotPossible) as error:
            form.add_error(None, _said(error))
        else:
            messages.success(request, _("Saved. Terminals follow with their next heartbeat."))
            return redirect(f"admin:central_{model._meta.model_name}_change", holder.pk)
    return _page(request, holder, form, seen)


def _save(model: type[Holder], holder: Holder, form: SettingsForm, seen: str, who: registry.Actor) -> None:
    settings = form.settings()
    with transaction.atomic():
        present: Any = model._default_manager.select_for_update(of=("self",)).get(pk=holder.pk)
        check(present, seen)
        configure(present, settings, who)


def _said(error: Exception) -> str | ValidationError:
    match error:
        case ValidationError():
            return error
        case NotTogether():
            texts = "en" if get_language() == "en" else "vi"
            about = f"{error.holder._meta.verbose_name} {error.holder}"
            return _("This does not fit together with what is set for {holder}: {problem}").format(
                holder=about, problem=" ".join(error.bad.lines(texts))
            )
        case _:
            return str(_("That is not possible: the terminal is revoked."))


def _found(model: type[Holder], object_id: str) -> Holder:
    possible = object_id.isascii() and (object_id.isalnum() if model is Device else object_id.isdigit())
    if not possible or len(object_id) > 18:
        raise Http404
    found: Any = get_object_or_404(model, pk=object_id)
    return cast("Holder", found)


def _actor(request: HttpRequest, model: type[Holder]) -> registry.Actor:
    user = request.user
    if not isinstance(user, User) or not user.has_perm(f"central.change_{model._meta.model_name}"):
        raise PermissionDenied
    return registry.Actor(user)


def _page(request: HttpRequest, holder: Holder, form: SettingsForm, seen: str) -> TemplateResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Settings: {name}").format(name=holder),
        "opts": holder._meta,
        "original": holder,
        "form": form,
        "seen": seen,
        "device": holder if isinstance(holder, Device) else None,
    }
    return TemplateResponse(request, "central/settings.html", context)
