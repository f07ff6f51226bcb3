# Sourced by every script: makes .venv when it is missing or out of date, and defines $python.
# Everything a person reads goes to standard error; standard output belongs to the program.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv
python=$venv/bin/python

say() { printf '%s\n' "$*" >&2; }

fail() { say "$@"; exit 1; }

# prepare EXTRA: an environment with the program and the given extra ("" or "dev") in it.
prepare() {
    local extra=$1 wanted have stamp
    # The stamp is the text that decides what is installed: no hashing, no clock, readable.
    # It begins with the place of the checkout, because the environment points there.
    wanted=$(printf '%s\n' "$root"; cat -- "$root/pyproject.toml" "$root/setup.py" "$root"/*/locale/*/LC_MESSAGES/*.po)
    for stamp in "$venv/.hailong-$extra" "$venv/.hailong-dev"; do
        have=$(cat -- "$stamp" 2>/dev/null) || continue
        [ "$have" = "$wanted" ] && [ -x "$python" ] && return
    done
    make_venv
    say "Đang cài đặt vào .venv … / Installing into .venv …"
    "$python" -m pip install --quiet --disable-pip-version-check --editable "$root${extra:+[$extra]}" >&2 \
        || fail "Không cài được các gói Python. Xin kiểm tra mạng tới PyPI rồi chạy lại." \
                "The Python packages could not be installed. Check the way to PyPI and run this again."
    printf '%s\n' "$wanted" > "$venv/.hailong-$extra"
}

make_venv() {
    [ -x "$python" ] && "$python" -c 'import pip' 2>/dev/null && return
    local base
    base=$(command -v python3) \
        || fail "Không tìm thấy python3. Xin cài: sudo apt install python3 python3-venv" \
                "python3 was not found. Install it: sudo apt install python3 python3-venv"
    "$base" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
        || fail "Cần Python 3.11 đến 3.13; máy này có $("$base" --version)." \
                "Python 3.11 to 3.13 is needed; this machine has $("$base" --version)."
    rm -rf -- "$venv"
    if ! "$base" -m venv "$venv" >&2; then
        rm -rf -- "$venv"
        fail "Không tạo được môi trường .venv bằng “python3 -m venv”. Xin cài: sudo apt install python3-venv" \
             "“python3 -m venv” could not make .venv. Install it: sudo apt install python3-venv"
    fi
}
