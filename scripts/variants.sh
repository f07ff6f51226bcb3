# Sourced by scripts/test: the environments beside the usual one. They lie outside the clone and are rebuilt
# whenever they cannot be trusted: an emptied cache only costs time.

prepare_lowest() {
    local pins=$venv/lowest.txt
    fresh || return 0
    make_venv
    "$python" "$root/scripts/lowest" "$root/pyproject.toml" > "$pins"
    install --requirement "$pins" --editable "$root[dev]"
    seal
}

prepare_ce() {
    fresh || return 0
    make_venv
    install --editable "$root[dev]"
    # Both bring a package called pygame.
    "$python" -m pip uninstall --quiet --yes pygame >&2
    install --force-reinstall --no-deps pygame-ce
    seal
}

install() {
    "$python" -m pip install --quiet --disable-pip-version-check "$@" >&2
}

# Whether the environment must be made anew; it belongs to one checkout, by its editable install.
fresh() {
    mkdir -p -- "$(dirname -- "$venv")"
    seal_text > "$venv.wanted"
    if cmp -s -- "$venv.wanted" "$venv/.hailong-seal" && "$python" -c 'import kiosk, pygame' 2>/dev/null; then
        return 1
    fi
    rm -rf -- "$venv"
}

seal() { seal_text > "$venv/.hailong-seal"; }

seal_text() {
    printf '%s\n' "$root"
    cat -- "$root/pyproject.toml" "$root/setup.py" "$root"/*/locale/*/LC_MESSAGES/*.po
}
