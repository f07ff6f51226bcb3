"""``hailong-central check`` and ``ports`` as a technician runs them."""

import json

from tests.central import served
from tests.central.served import run


def test_a_new_server_is_not_for_terminals_yet_and_says_what_to_do() -> None:
    with served.data_folder() as data:
        assert run("device", "list", data=data).returncode == 0
        done = run("check", "--json", data=data)
        found = {said["code"]: said for said in map(json.loads, done.stdout.splitlines())}
        assert done.returncode == 1
        assert {found[code]["state"] for code in ("url", "backup")} == {"error"}
        assert {found[code]["state"] for code in ("migrations", "keys", "durability")} == {"ok"}
        assert "Chưa có bản sao lưu nào." in run("check", data=data).stdout
        assert "✗ There is no backup." in run("check", "--language", "en", data=data).stdout
        environ = served.surroundings(HAILONG_CENTRAL_URL="https://danhgia.invalid:8443")
        form = run("ports", data=data, environ=environ).stdout
        assert "Đích: danhgia.invalid (xin điền địa chỉ)" in form
        assert "Cổng đích: 8443" in form
        assert "has no address yet" in run("ports", data=data).stderr
