"""What is shown of a terminal: in the list in a few words, on its page in all."""

from django.contrib import admin
from django.db.models import F, Prefetch, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from central import clock, health
from central.models import Alarm, Device, DeviceStatus, Ledger, Receipt
from central.web import words

SHOWN_ALARMS = 10
NOTHING = "–"
_MB = 1_000_000


def with_what_is_shown(devices: QuerySet[Device]) -> QuerySet[Device]:
    """With place, health and open alarms of those that are shown.

    Asked for apart: a join would be made for every terminal before the page, too, and sorted with it.
    """
    open_ones = Prefetch("alarms", Alarm.objects.filter(closed_at=None), to_attr="open_ones")
    return devices.prefetch_related("counter__unit", "health", open_ones)


def _open(device: Device) -> int:
    """How many open alarms it has."""
    found: list[Alarm] = getattr(device, "open_ones", [])
    return len(found)


class Columns:
    """The columns; a base of the page of terminals."""

    @admin.display(description=_("last heard"), ordering="last_seen_at")
    def heard(self, device: Device) -> str:
        """How long ago."""
        if device.last_seen_at is None:
            return str(_("never"))
        return words.ago(device.last_seen_at, clock.now())

    @admin.display(description=_("settings"))
    def configuration(self, device: Device) -> str:
        """Which one it uses, and what it has refused."""
        return render_to_string("central/config_state.html", {"device": device})

    @admin.display(description=_("health"))
    def condition(self, device: Device) -> str:
        """What is wrong with it, in a few words."""
        if device.status not in (DeviceStatus.PENDING, DeviceStatus.ACCEPTED):
            return NOTHING
        said = health.health_of(device)
        found = [
            ", ".join(said.faults) if name == "faults" and said else str(health.WORDS[name])
            for name in _wrong(device)
        ]
        if not found:
            return str(_("in order")) if said else NOTHING
        return format_html('<span class="ill">{}</span>', "; ".join(found))

    @admin.display(description=_("open alarms"))
    def open_alarms(self, device: Device) -> str:
        """How many, as a link."""
        n = _open(device)
        if not n:
            return "0"
        url = f"{reverse('admin:central_alarm_changelist')}?device__id__exact={device.pk}"
        return format_html('<a class="alarms" href="{}">{}</a>', url, n)

    @admin.display(description=_("entries that wait"), ordering="waiting")
    def waits(self, device: Device) -> str:
        """How many."""
        return NOTHING if device.waiting is None else words.number(device.waiting)

    # --- of its page

    @admin.display(description=_("key"))
    def key_ids(self, device: Device) -> str:
        """To be compared with the one on the terminal's screen."""
        keys = device.keys.filter(revoked_at=None).values_list("key_id", flat=True)
        return ", ".join(words.in_groups(key_id) for key_id in keys)

    @admin.display(description=_("ledgers"))
    def ledgers(self, device: Device) -> str:
        """How much of each is held; one that nobody has announced can be admitted."""
        rows = Ledger.objects.filter(device=device).order_by("first_received_at")
        return format_html_join("", "<div>{}: {} {}</div>", (_ledger(device, row) for row in rows)) or NOTHING

    @admin.display(description=_("last receipt"))
    def last_receipt(self, device: Device) -> str:
        """How far this server has signed for its entries."""
        row = Receipt.objects.filter(device=device).order_by("-at").first()
        if row is None:
            return NOTHING
        text = str(_("up to entry {size}, {ago} ({at})"))
        return text.format(size=row.size, ago=words.ago(row.at, clock.now()), at=localize(localtime(row.at)))

    @admin.display(description=_("alarms"))
    def alarms(self, device: Device) -> str:
        """The newest, open ones first."""
        rows = Alarm.objects.filter(device=device).order_by(
            F("closed_at").desc(nulls_first=True), "-opened_at"
        )
        return (
            format_html_join("", "<div>{} {}</div>", (_alarm(alarm) for alarm in rows[:SHOWN_ALARMS]))
            or NOTHING
        )

    @admin.display(description=_("health"))
    def whole_condition(self, device: Device) -> str:
        """All of what is wrong, in words; and how old that is."""
        found = _wrong(device)
        said = health.health_of(device)
        if not found:
            return str(_("in order")) if said and device.status == DeviceStatus.ACCEPTED else NOTHING
        listed = "; ".join(str(health.WORDS[name]) for name in found)
        return format_html('<strong class="ill">{}</strong>', listed)

    @admin.display(description=_("faults"))
    def faults(self, device: Device) -> str:
        """Codes, with what they mean."""
        said = health.health_of(device)
        if said is None:
            return NOTHING
        return format_html_join("", "<div>{}</div>", ((words.fault(code),) for code in said.faults)) or "0"

    @admin.display(description=_("disk"))
    def disk(self, device: Device) -> str:
        """Free, of how much."""
        said = health.health_of(device)
        if said is None or said.disk_free is None or said.disk_size is None:
            return NOTHING
        text = str(_("{free} MB free of {size} MB"))
        return text.format(free=words.number(said.disk_free // _MB), size=words.number(said.disk_size // _MB))

    @admin.display(description=_("temperature"))
    def temperature(self, device: Device) -> str:
        """In °C."""
        said = health.health_of(device)
        return NOTHING if said is None or said.temperature_c is None else f"{said.temperature_c:.0f} °C"

    @admin.display(description=_("power supply"))
    def voltage(self, device: Device) -> str:
        """Whether it was enough since the terminal started."""
        said = health.health_of(device)
        if said is None or said.undervoltage is None:
            return NOTHING
        return str(_("too weak since the last start") if said.undervoltage else _("in order"))

    @admin.display(description=_("clock"))
    def clock_trust(self, device: Device) -> str:
        """Who vouches for it."""
        said = health.health_of(device)
        return NOTHING if said is None or not said.clock else words.clock(said.clock)

    @admin.display(description=_("oldest entry that waits"))
    def oldest(self, device: Device) -> str:
        """How old, when it was heard last."""
        said = health.health_of(device)
        return NOTHING if said is None or said.oldest_s is None else words.span(said.oldest_s)

    @admin.display(description=_("running for"))
    def uptime(self, device: Device) -> str:
        """Since it was started."""
        said = health.health_of(device)
        return NOTHING if said is None or said.uptime_s is None else words.span(said.uptime_s)

    @admin.display(description=_("said"))
    def said_at(self, device: Device) -> str:
        """When the terminal has said all this."""
        said = health.health_of(device)
        return NOTHING if said is None else words.ago(said.at, clock.now())


HEALTH = (
    "heard", "whole_condition", "alarms", "faults", "disk", "temperature", "voltage", "clock_trust", "uptime",
    "said_at",
)  # fmt: skip
"""The lines of the page that say how it is."""


def _wrong(device: Device) -> list[str]:
    """As the filter has it."""
    found = list(health.wrong(device))
    in_use = device.status in (DeviceStatus.PENDING, DeviceStatus.ACCEPTED)
    return [*found, health.ALARMS] if in_use and _open(device) else found


def _ledger(device: Device, row: Ledger) -> tuple[str, str, str]:
    ledger_id, name = bytes(row.ledger_id).hex(), words.ledger(row.ledger_id)
    held = str(_("{held} of {recorded} entries held")).format(held=row.size, recorded=row.recorded)
    if row.admitted:
        return name, held, ""
    url = reverse("admin:central_device_admit", args=(device.pk, ledger_id))
    link = format_html('<a class="alarms" href="{}">{}</a>', url, _("not admitted, is not counted"))
    return name, held, link


def _alarm(alarm: Alarm) -> tuple[str, str]:
    url = reverse("admin:central_alarm_change", args=(alarm.pk,))
    open_ = format_html(
        '<a class="{}" href="{}">{}</a>', "" if alarm.closed_at else "alarms", url, alarm.get_kind_display()
    )
    state = _("closed") if alarm.closed_at else _("acknowledged") if alarm.acknowledged_at else _("new")
    return open_, f"({state}, {words.ago(alarm.opened_at, clock.now())})"
