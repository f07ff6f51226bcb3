"""The form for settings of terminals, made from the list of what central may set."""

from collections.abc import Iterator, Mapping

from django import forms
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from central import configs
from central.configs import Holder
from central.configuring import NOT_OF_MANY
from central.models import Counter, Device
from kiosk.messages.statements import Setting
from sync.settings import (
    REMOTE,
    WORDS,
    BadSettings,
    Settings,
    choices,
    explained,
    longest,
    own_name,
    shown,
    typed,
)

NAMES: Mapping[str, Promise] = {
    "language": _("Language of the screen"),
    "languages": _("Languages to switch to"),
    "visit.repeat_interval_s": _("Time against repeated presses (seconds)"),
    "visit.correction_window_s": _("Time for correcting (seconds)"),
    "visit.thanks_s": _("Time of thanks (seconds)"),
    "screen.theme": _("Colours"),
    "sound.enabled": _("Sound"),
    "sound.volume": _("Volume"),
    "sound.headphones_volume": _("Volume of headphones"),
    "sound.quiet_from": _("Quiet from"),
    "sound.quiet_until": _("Quiet until"),
    "texts.unit": _("unit"),
    "texts.department": _("department"),
    "texts.counter": _("counter"),
    "texts.field": _("field of work"),
    "texts.question": _("question"),
    "labels.level_1": _("Word of level 1 (worst)"),
    "labels.level_2": _("Word of level 2"),
    "labels.level_3": _("Word of level 3"),
    "labels.level_4": _("Word of level 4"),
    "labels.level_5": _("Word of level 5 (best)"),
}
_GROUPS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (_("Words"), WORDS),
    (_("Screen"), ("language", "screen.")),
    (_("Sound"), ("sound.",)),
    (_("A visit"), ("visit.",)),
)
_WORDS: Mapping[str, Promise] = {
    "calm": _("calm: ink on warm paper"),
    "contrast": _("contrast: white and yellow on black"),
    "true": _("On"),
    "false": _("Off"),
}
_HOURS = ("sound.quiet_from", "sound.quiet_until")
_EXPLAINED = ("visit.", "sound.enabled", "sound.volume", "sound.headphones")
"""What the words of the option explain here as well; where they speak of empty values, something else is meant."""

_QUIET = "quiet"
_NONE, _SOME = "none", "some"


class SettingsForm(forms.Form):
    """One field for each option; empty = what stands behind the holder.

    Args:
        holder: Whose settings.
        data: What came back.
    """

    def __init__(self, holder: Holder, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self._holder = holder
        self._behind = configs.inherited(holder)
        self._options = {option.key: option for option in REMOTE if _is_for(holder, option.key)}
        self._language = "en" if get_language() == "en" else "vi"
        for key in self._options:
            if key == _HOURS[0]:
                self.fields[_QUIET] = self._quiet()
            self.fields[key] = self._field(key)

    def groups(self) -> Iterator[tuple[Promise, list[forms.BoundField]]]:
        """The fields as a page shows them."""
        for title, beginnings in _GROUPS:
            found = [self[name] for name in self.fields if name.startswith(beginnings)]
            if _QUIET in self.fields and "sound." in beginnings:
                place = next(n for n, bound in enumerate(found) if bound.name == _HOURS[0])
                found.insert(place, self[_QUIET])
            if found:
                yield title, found

    def settings(self) -> Settings:
        """What the form says.

        Raises:
            BadSettings: A value cannot be read.
        """
        found: Settings = {}
        bad: list[BadSettings] = []
        for key, option in self._options.items():
            text = str(self.cleaned_data.get(key) or "").strip()
            if key in _HOURS and self.cleaned_data[_QUIET] != _SOME:
                if self.cleaned_data[_QUIET] == _NONE:
                    found[key] = ""
                continue
            if not text:
                continue
            if not choices(option) and longest(option) is None:
                text = text.replace(",", ".")  # as decimals are written in Viet Nam
            try:
                found[key] = typed(option, text)
            except BadSettings as error:
                bad.append(error)
        if bad:
            raise BadSettings(tuple(problem for one in bad for problem in one.problems))
        return found

    def blame(self, bad: BadSettings) -> None:
        """Show each problem at its field."""
        for key, said in bad.by_key(self._language):
            self.add_error(key if key in self.fields else None, f"{said[:1].upper()}{said[1:]}")

    def _field(self, key: str) -> forms.Field:
        option, own = self._options[key], self._holder.settings.get(key)
        field: forms.Field
        if offered := choices(option):
            initial = next((text for text, value in offered if value == own), "")
            named = [(text, self._named(value)) for text, value in offered]
            field = forms.ChoiceField(choices=[("", self._without(key)), *named], initial=initial)
        else:
            hint = "11:30" if key in _HOURS else self._without(key)
            style = "vIntegerField" if longest(option) is None else "vTextField"
            widget = forms.TextInput({"placeholder": hint, "class": style})
            field = forms.CharField(max_length=longest(option), initial=_plain(own), widget=widget)
        field.label, field.required = capfirst(str(NAMES[key])), False
        if key.startswith(_EXPLAINED):
            field.help_text = explained(option, self._language)
        return field

    def _quiet(self) -> forms.Field:
        own = self._holder.settings.get(_HOURS[0])
        offered = [("", self._hours_without()), (_NONE, _("None")), (_SOME, _("From – until:"))]
        initial = "" if own is None else _SOME if own else _NONE
        return forms.ChoiceField(
            label=_("Quiet hours"),
            choices=offered,
            initial=initial,
            required=False,
            help_text=_(
                "By the time in Viet Nam. An end that is earlier than the beginning is on the next day."
            ),
        )

    def _hours_without(self) -> str:
        behind = [self._behind.get(key) for key in _HOURS]
        first, last = behind
        if first is None or last is None:
            return str(_("— as set at the terminal —"))
        hours = f"{first.value} – {last.value}" if first.value else str(_("None"))
        return str(_("— {value}, from {holder} —")).format(value=hours, holder=first.by)

    def _without(self, key: str) -> str:
        """What stands where nothing is entered."""
        behind = self._behind.get(key)
        if behind is None:
            return str(_("— as set at the terminal —"))
        return str(_("— {value}, from {holder} —")).format(value=self._named(behind.value), holder=behind.by)

    def _named(self, value: Setting) -> str:
        match value:
            case bool():
                return str(_WORDS["true" if value else "false"])
            case list():
                return ", ".join(map(own_name, value)) or str(_("all"))
            case str() if value in _WORDS:
                return str(_WORDS[value])
            case str() if len(value) == 2:
                return own_name(value)
            case str():
                return value
            case _:
                return shown(value)


def _is_for(holder: Holder, key: str) -> bool:
    if isinstance(holder, Device):
        return True
    if isinstance(holder, Counter):
        return not key.startswith(WORDS)  # it has fields for them
    return key not in NOT_OF_MANY


def _plain(value: Setting | None) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
