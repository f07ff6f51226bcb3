#!/bin/sh
# Install the terminal from the boot partition. Run by hailong-install.service until it has succeeded; then that restarts the machine.
set -e
here=$(dirname -- "$0")
line=$(dirname -- "$here")/cmdline.txt
export DEBIAN_FRONTEND=noninteractive

if [ "$(findmnt --noheadings --output FSTYPE /)" = overlay ]; then
    # The power failed between the last two steps: all is done but the last.
    rm -rf "$here"
    exit 0
fi

if blkid --label hailong-data >/dev/null; then
    # The system's own partition could not grow to the end of the card: the data is there.
    resize2fs "$(findmnt --noheadings --output SOURCE /)"
    mkdir -p /var/lib/hailong
    grep -q '^LABEL=hailong-data ' /etc/fstab \
        || echo 'LABEL=hailong-data /var/lib/hailong ext4 noatime,errors=remount-ro,nofail 0 2' >> /etc/fstab
    mountpoint -q /var/lib/hailong || mount /var/lib/hailong
fi

dpkg --configure -a  # what a power cut left half done
set -- "$here/hailong.deb"
for package in "$here"/packages/*.deb; do
    [ -e "$package" ] || continue
    # Nothing is put back to an older version.
    there=$(dpkg-query --show --showformat '${Version}' "$(dpkg-deb --field "$package" Package)" 2>/dev/null || true)
    dpkg --compare-versions "$there" ge "$(dpkg-deb --field "$package" Version)" || set -- "$@" "$package"
done
# Without busybox's grep in the initial file system, overlayroot finds no overlay and leaves the system writable.
if [ -e "$here/read-only" ]; then set -- "$@" overlayroot busybox; fi
# What is not in the folder comes from Debian's servers; without them only a complete folder will do.
apt-get update || true
apt-get install --yes --no-install-recommends "$@"

# keep FOLDER NAME UNITS: a folder of the system's that must not forget lies on the data partition, and is there before UNITS.
keep() {
    kept=/var/lib/hailong/.system/$2 before=
    if mountpoint -q "$1" || [ ! -d "$1" ]; then return; fi  # as before a power cut; or no such thing here
    mkdir -p "$kept"
    cp -a "$1/." "$kept/"
    chown --reference="$1" "$kept"
    chmod --reference="$1" "$kept"
    for unit in $3; do before=$before,x-systemd.before=$unit.service; done
    grep -q "^$kept " /etc/fstab || echo "$kept $1 none bind,nofail$before 0 0" >> /etc/fstab
}
if [ -e "$here/read-only" ]; then
    keep /etc/hailong hailong "hailong-first-boot hailong-provision hailong-kiosk hailong-sync"
    keep /etc/NetworkManager/system-connections network NetworkManager
    sync
    # From the next start on only the system forgets: over every partition, the overlay would swallow the ratings, too.
    grep -q 'overlayroot=' "$line" || sed -i 's|$| overlayroot=tmpfs:recurse=0|' "$line"
    sync
fi

rm -f /etc/systemd/system/multi-user.target.wants/hailong-install.service /etc/systemd/system/hailong-install.service
rm -rf "$here"
sync
