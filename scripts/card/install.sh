#!/bin/sh
# Install the terminal from the boot partition. Run by hailong-install.service until it has succeeded; then that restarts the machine.
set -e
here=$(dirname -- "$0")
export DEBIAN_FRONTEND=noninteractive

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
    [ -e "$package" ] && set -- "$@" "$package"
done
# What is not in the folder comes from Debian's servers; without them only a complete folder will do.
apt-get update || true
apt-get install --yes --no-install-recommends "$@"

if [ -e "$here/read-only" ]; then
    raspi-config nonint enable_overlayfs
    # Only the system forgets: an overlay over every partition would swallow the ratings.
    sed -i 's|overlayroot=tmpfs\b[^ ]*|overlayroot=tmpfs:recurse=0|' /boot/firmware/cmdline.txt
fi

rm -f /etc/systemd/system/multi-user.target.wants/hailong-install.service /etc/systemd/system/hailong-install.service
rm -rf "$here"
sync
