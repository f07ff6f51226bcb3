# Sourced: install_system makes sure that the Debian packages of scripts/system-packages are there.

install_system() {
    local missing
    command -v dpkg-query >/dev/null || { say "Not a Debian system: the tools of scripts/system-packages must be there."; return; }
    missing=$(grep -v '^#' "$root/scripts/system-packages" | while read -r name; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s ' "$name"
    done)
    [ -z "$missing" ] && return
    if [ "$(id -u)" != 0 ]; then
        fail "Còn thiếu gói hệ thống. Xin chạy: sudo apt install $missing" \
             "System packages are missing. Run: sudo apt install $missing"
    fi
    say "Installing system packages: $missing"
    apt-get update -qq >&2
    # shellcheck disable=SC2086 - a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
}
