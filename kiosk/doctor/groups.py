"""May the kiosk's user open the devices that the configuration needs?

Group membership is the usual way, but not the only one: what counts is whether the device may be opened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.config.phrase import Phrase
from kiosk.doctor.account import group_id, group_name
from kiosk.doctor.finding import MAINTAINER, Finding, Verdict
from kiosk.doctor.subject import Subject

NAME = Phrase("Permissions for devices")

_READ_WRITE, _READ = 6, 4


@dataclass(frozen=True, slots=True)
class Need:
    """Devices that must be open to the kiosk.

    Attributes:
        group: Who usually owns them.
        nodes: Those there are.
        bits: 4 to read, 6 to read and write.
        what: What they are for.
        verdict: How bad it is without.
    """

    group: str
    nodes: list[Path]
    bits: int
    what: Phrase
    verdict: Verdict


def needs(subject: Subject) -> Iterator[Need]:
    """What this configuration needs on this machine."""
    machine, config = subject.machine, subject.config
    if not subject.headless and not _has_compositor(subject):
        cards = machine.glob("/dev/dri/card*")
        yield Need("video", cards, _READ_WRITE, Phrase("the screen"), Verdict.ERROR)
        renderers = machine.glob("/dev/dri/renderD*")
        yield Need("render", renderers, _READ_WRITE, Phrase("the screen"), Verdict.WARNING)
        if config.inputs.touch or config.inputs.keyboard:
            events = machine.glob("/dev/input/event*")
            yield Need("input", events, _READ, Phrase("touch and keys"), Verdict.ERROR)
    if config.gpio.enabled:
        chips = machine.glob("/dev/gpiochip*")
        yield Need("gpio", chips, _READ_WRITE, Phrase("the GPIO buttons"), Verdict.ERROR)
    if config.sound.enabled and config.sound.volume:
        cards = machine.glob("/dev/snd/pcm*p")
        yield Need("audio", cards, _READ_WRITE, Phrase("the sound"), Verdict.WARNING)
    if config.pad.enabled:
        port = machine.path(config.pad.port)
        ports = [port] if port.exists() else []
        yield Need("dialout", ports, _READ_WRITE, Phrase("the pad"), Verdict.ERROR)


def check(subject: Subject) -> list[Finding]:
    """One finding for each group that is lacking."""
    found = [finding for need in needs(subject) if (finding := _lacking(subject, need)) is not None]
    seen = Phrase("{user} may open every device that is needed here.", {"user": subject.account.name})
    return found or [Finding(NAME, Verdict.OK, seen)]


def _has_compositor(subject: Subject) -> bool:
    """Under X or Wayland the compositor opens the panel; the kiosk needs no right to it."""
    environs = [subject.machine.environ, *([] if subject.kiosk is None else [subject.kiosk.environ])]
    return any(environ.get(name) for environ in environs for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _lacking(subject: Subject, need: Need) -> Finding | None:
    machine, account = subject.machine, subject.account
    if account.uid == 0 or group_id(machine, need.group) in account.gids:
        return None
    closed = [node for node in need.nodes if not account.may(node.stat(), need.bits)]
    if not closed:
        # No device at all is the business of the check of that device.
        return None
    group = group_name(machine, closed[0].stat().st_gid)
    return Finding(
        NAME,
        need.verdict,
        Phrase(
            "{user} may not open {device}, which is needed for {what}.",
            {"user": account.name, "device": f"/{closed[0].relative_to(machine.root)}", "what": need.what},
        ),
        MAINTAINER,
        f"sudo usermod -aG {group if group != 'root' else need.group} {account.name} "
        "&& sudo systemctl restart hailong-kiosk",
    )
