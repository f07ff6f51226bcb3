"""What thousands of terminals are narrowed down by."""

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from central import attention, clock, health, tree
from central.models import Counter, Device, DeviceStatus, Unit


class DeviceFilter(admin.SimpleListFilter):
    """One question with a few answers."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Device]) -> QuerySet[Device]:  # noqa: ARG002
        """Those of which it is true."""
        chosen = self.value()
        condition = None if chosen is None else self.condition(chosen)
        return queryset if condition is None else queryset.filter(condition)

    def condition(self, chosen: str) -> Q | None:
        """Of which terminals an answer is true; None = it is no answer."""
        raise NotImplementedError


class UnitFilter(DeviceFilter):
    """A unit with all below it, found by going down from the provinces."""

    title = _("unit, with those below")
    parameter_name = "unit"
    template = "central/unit_filter.html"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]  # noqa: ARG002
        """The way down to the unit that is chosen, and what is right below it."""
        chosen = tree.unit(self.value() or "")
        self.above = tree.way_to(chosen)
        inhabited = Exists(Unit.objects.filter(parent=OuterRef("pk"))) | Exists(
            Counter.objects.filter(unit=OuterRef("pk"))
        )
        self.below = list(Unit.objects.filter(inhabited, parent=chosen, valid_to=None))
        return [(str(unit.pk), unit.name) for unit in (*self.above, *self.below)]

    def has_output(self) -> bool:
        """Also of one unit alone."""
        return bool(self.lookup_choices)

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, object]]:  # type: ignore[override]
        """The way back up first."""
        last = str(self.above[-1].pk) if self.above else None
        yield {
            "selected": not self.above,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("All"),
            "is_above": True,
        }
        above = {str(unit.pk) for unit in self.above}
        for pk, name in self.lookup_choices:
            yield {
                "selected": pk == last,
                "query_string": changelist.get_query_string({self.parameter_name: pk}),
                "display": name,
                "is_above": pk in above,
            }

    def condition(self, chosen: str) -> Q | None:
        """At its counters, or at those of units below it."""
        unit = tree.unit(chosen)
        return Q(pk__in=()) if unit is None else Q(counter__unit__in=tree.below(unit))


class HealthFilter(DeviceFilter):
    """What is wrong with it."""

    title = _("health")
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]  # noqa: ARG002
        """What can be chosen."""
        return [("ill", _("anything wrong")), ("well", _("all well")), *health.WORDS.items()]

    def condition(self, chosen: str) -> Q | None:
        """Of which it is true."""
        match chosen:
            case "ill":
                return health.ill()
            case "well":
                return Q(status=DeviceStatus.ACCEPTED) & ~health.ill()
            case _:
                return health.conditions().get(chosen)


class HeardFilter(DeviceFilter):
    """Whether a terminal was heard lately."""

    title = _("heard lately")
    parameter_name = "heard"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]  # noqa: ARG002
        """What can be chosen."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def condition(self, chosen: str) -> Q | None:
        """Those that were, or accepted ones that were not."""
        if chosen == "yes":
            return Q(last_seen_at__gte=clock.now() - attention.SILENT_AFTER)
        return health.conditions()[health.SILENT] if chosen == "no" else None


class WaitingFilter(DeviceFilter):
    """How much waits there."""

    title = _("entries that wait")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]  # noqa: ARG002
        """What can be chosen."""
        return [("0", _("none")), ("1", _("some")), ("100", _("100 and more")), ("1000", _("1,000 and more"))]

    def condition(self, chosen: str) -> Q | None:
        """At least so many."""
        if chosen == "0":
            return Q(waiting=0)
        return Q(waiting__gte=int(chosen)) if chosen in ("1", "100", "1000") else None


class ProgramFilter(DeviceFilter):
    """Which version it runs."""

    title = _("program")
    parameter_name = "program"
    OLD = "old"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]  # noqa: ARG002
        """Those that are in use, newest first."""
        found = Device.objects.exclude(program="").order_by().values_list("program", flat=True).distinct()
        self.versions = sorted(found, key=_version, reverse=True)
        old: list[tuple[str, object]] = [(self.OLD, _("older than the newest"))] if len(found) > 1 else []
        return [*old, *((version, version) for version in self.versions)]

    def has_output(self) -> bool:
        """Also where all have the same."""
        return bool(self.versions)

    def condition(self, chosen: str) -> Q | None:
        """That one, or any but the newest."""
        if chosen == self.OLD:
            return Q(program__in=self.versions[1:])
        return Q(program=chosen)


def _version(program: str) -> tuple[tuple[int, str], ...]:
    """Numbers are compared as numbers: 0.10 is newer than 0.9."""
    parts = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in program).split()
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


class ConfigurationFilter(DeviceFilter):
    """Whether a terminal does as it is told."""

    title = _("settings")
    parameter_name = "configuration"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]  # noqa: ARG002
        """What can be chosen."""
        return [("refused", _("refused")), ("waiting", _("wait for the terminal"))]

    def condition(self, chosen: str) -> Q | None:
        """Those that have refused one, or not taken the newest yet."""
        accepted = Q(status=DeviceStatus.ACCEPTED)
        late = Q(config_due=True) | Q(config_used__lt=F("config_revision"))
        return {"refused": accepted & Q(config_refused__isnull=False), "waiting": accepted & late}.get(chosen)
