"""Which path leads where."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from central.api.app import api
from central.metrics.page import PATH, metrics
from central.web import links

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path(PATH, metrics, name="metrics"),
    path("admin/login-link/<int:user_id>/<str:token>/", links.use_link, name="login_link"),
    path("admin/choose-password/", links.choose_password, name="choose_password"),
    path("admin/language/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
