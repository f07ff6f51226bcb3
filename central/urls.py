"""Which path leads where."""

from django.urls import URLPattern, URLResolver, path

from central.api.app import api

urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", api.urls)]
