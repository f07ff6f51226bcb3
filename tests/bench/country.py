"""As many terminals as the country has counters, in every state that a page of them shows."""

import random
from datetime import timedelta
from typing import Final

PER_COMMUNE: Final = 5
ALL: Final = 16_600
"""3,321 communes, about five counters each."""

_COUNTERS = ("Quầy 1 – Tư pháp, hộ tịch", "Quầy 2 – Đất đai", "Quầy 3 – Cấp phép xây dựng",
             "Quầy 4 – Lao động, thương binh và xã hội", "Quầy 5 – Một cửa")  # fmt: skip
_VERSIONS = ("hailong 0.9.2", "hailong 0.10.0", "hailong 0.10.1")


def fill(number: int = ALL) -> None:
    """Units, counters, terminals, their keys, what they say of themselves, and alarms."""
    from central import audit, clock, organisation
    from central.models import Alarm, AlarmKind, Counter, Device, DeviceHealth, DeviceKey, DeviceStatus, Unit
    from sync.codes import new_device_id

    chance, now = random.Random(1), clock.now()  # noqa: S311 - the same fleet each time
    organisation.load(audit.COMMAND)
    communes = list(Unit.objects.filter(kind="commune").order_by("official_code"))
    counters = Counter.objects.bulk_create(
        Counter(unit=unit, name=_COUNTERS[n]) for n in range(PER_COMMUNE) for unit in communes
    )[:number]
    status = [DeviceStatus.ACCEPTED] * 94 + [DeviceStatus.PENDING] * 3 + [DeviceStatus.RESERVED] * 2
    status += [DeviceStatus.REVOKED]
    devices = []
    for counter in counters:
        what = chance.choice(status)
        heard = None if what == DeviceStatus.RESERVED else now - timedelta(minutes=chance.random() * 5)
        if heard is not None and chance.random() < 0.02:
            heard -= timedelta(days=chance.random() * 30)
        devices.append(
            Device(
                id=new_device_id(),
                counter=counter,
                status=what,
                created_at=now,
                accepted_at=None if what in (DeviceStatus.RESERVED, DeviceStatus.PENDING) else now,
                revoked_at=now if what == DeviceStatus.REVOKED else None,
                last_seen_at=heard,
                waiting=None if heard is None else chance.choice([0] * 20 + [3, 17, 180, 18_000]),
                program="" if heard is None else chance.choice(_VERSIONS),
            )
        )
    devices = Device.objects.bulk_create(devices, batch_size=2_000)
    heard_once = [device for device in devices if device.last_seen_at is not None]
    DeviceKey.objects.bulk_create(
        (
            DeviceKey(device=device, key_id=f"{n:016x}", public_key=chance.randbytes(32), valid_from=now)
            for n, device in enumerate(heard_once)
        ),
        batch_size=2_000,
    )
    DeviceHealth.objects.bulk_create(
        (
            DeviceHealth(
                device=device,
                at=now,
                disk_size=32_000_000_000,
                disk_free=10**8 if chance.random() < 0.01 else chance.randrange(10**9, 3 * 10**10),
                temperature_c=chance.gauss(52.0, 9.0),
                undervoltage=chance.random() < 0.03,
                faults=chance.choice([[]] * 40 + [["H2"], ["D2", "H4"]]),
                clock=chance.choice(["central"] * 50 + ["ntp", "none"]),
                oldest_s=None if not device.waiting else chance.randrange(30, 200_000),
                uptime_s=chance.randrange(10**7),
            )
            for device in heard_once
        ),
        batch_size=2_000,
    )
    Alarm.objects.bulk_create(
        Alarm(device=device, kind=chance.choice(AlarmKind.values), opened_at=now, detail={})
        for device in chance.sample(heard_once, len(heard_once) // 25)
    )
