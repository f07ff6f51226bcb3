# Sourced by scripts/build-deb: what lies where on a terminal.

# trim SITE: what libraries bring and a terminal never uses.
trim() {
    local site=$1
    # The installer that sqlite-utils wants for its plug-ins; a terminal is changed by packages only.
    rm -rf -- "$site"/{pip,setuptools,pkg_resources,_distutils_hack,distutils-precedence.pth} "$site"/{pip,setuptools}-*.dist-info
    rm -rf -- "$site"/pygame/{docs,examples,tests} "$site/include"
    # Where the wheel lay when it was built.
    rm -- "$site"/hailong-*.dist-info/direct_url.json
    sed -i '/direct_url\.json/d' -- "$site"/hailong-*.dist-info/RECORD
}

# make_venv_tree TREE SITE PYTHON: a virtual environment on the system's Python, at /opt/hailong wherever it was built.
make_venv_tree() {
    local tree=$1 site=$2 version=$3 venv=$1/opt/hailong
    printf '%s\n' "home = /usr/bin" "include-system-site-packages = false" "version = $version" > "$venv/pyvenv.cfg"
    install -d -- "$venv/bin" "$tree/usr/bin"
    ln -s -- "/usr/bin/python$version" "$venv/bin/python3"
    sed -e '1s|.*|#!/opt/hailong/bin/python3|' -- "$site/bin/hailong" > "$venv/bin/hailong"
    chmod 755 -- "$venv/bin/hailong"
    rm -rf -- "$site/bin"
    ln -s -- /opt/hailong/bin/hailong "$tree/usr/bin/hailong"
}

# link_lgpio_of_the_platform SITE 313 MACHINE: PyPI's does not build there, so python3-lgpio is looked through to, and nothing
# else of the system's packages. Without that package the links lead nowhere, and Python says that there is no lgpio.
link_lgpio_of_the_platform() {
    local site=$1 place=/usr/lib/python3/dist-packages file
    for file in lgpio.py "_lgpio.cpython-$2-$3-linux-gnu.so"; do ln -s -- "$place/$file" "$site/$file"; done
}

# place_units SYSTEMD TREE: every file of the terminal's, by its suffix; an unknown one stops the build, so that none is forgotten.
place_units() {
    local file name lib=$2/usr/lib
    for file in "$1"/*; do
        name=$(basename -- "$file")
        case $name in
            hailong-central*) ;;
            hailong-usb-stick) install -D -m 755 -- "$file" "$lib/hailong/usb-stick" ;;
            *.d) install -D -m 644 -t "$lib/systemd/system/$name" -- "$file"/*.conf ;;
            *.service|*.path|*.timer|*.socket|*.target|*.mount) install -D -m 644 -t "$lib/systemd/system" -- "$file" ;;
            *.sysusers.conf) put "$file" "$lib/sysusers.d/${name%.sysusers.conf}.conf" ;;
            *.tmpfiles.conf) put "$file" "$lib/tmpfiles.d/${name%.tmpfiles.conf}.conf" ;;
            *.sysctl.conf) put "$file" "$lib/sysctl.d/60-${name%.sysctl.conf}.conf" ;;
            *.system.conf) put "$file" "$lib/systemd/system.conf.d/60-${name%.system.conf}.conf" ;;
            *.journald.conf) put "$file" "$lib/systemd/journald.conf.d/60-${name%.journald.conf}.conf" ;;
            *.logind.conf) put "$file" "$lib/systemd/logind.conf.d/60-${name%.logind.conf}.conf" ;;
            *.udev.rules) put "$file" "$lib/udev/rules.d/70-${name%.udev.rules}.rules" ;;
            *.polkit.rules) put "$file" "$2/usr/share/polkit-1/rules.d/60-${name%.polkit.rules}.rules" ;;
            *.nftables.conf) put "$file" "$2/usr/share/doc/hailong/examples/$name" ;;
            *) fail "systemd/$name: scripts/deb/layout.sh does not know where such a file belongs on a terminal." ;;
        esac
    done
}

put() { install -D -m 644 -- "$1" "$2"; }

# units_to_enable TREE: those that say by what they are started.
units_to_enable() {
    local names
    names=$(cd -- "$1/usr/lib/systemd/system" && grep -l '^\[Install\]' -- *.* | grep -v '@') || fail "No unit is to be started."
    printf '%s' "$names" | tr '\n' ' '
}
