"""Django's classes as their stubs describe them: with a parameter, which Django's own do not take at run time."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.forms import ModelForm
else:

    class ModelAdmin(admin.ModelAdmin):
        """Takes the model that it is for, and forgets it."""

        def __class_getitem__(cls, _model: object) -> type:
            return cls

    class ModelForm(forms.ModelForm):
        """Takes the model that it is for, and forgets it."""

        def __class_getitem__(cls, _model: object) -> type:
            return cls


__all__ = ["ModelAdmin", "ModelForm"]
