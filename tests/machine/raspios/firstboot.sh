#!/bin/sh
# The first start of a card of Raspberry Pi OS, as far as it touches what was put on the card: run in init's place, it takes itself
# off the kernel's command line, gives the disk another identity, in fstab and in the command line too, and restarts.
mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /sys || mount -t sysfs sys /sys
mount /boot/firmware
mount / -o remount,rw
sed -i 's| init=/usr/lib/raspberrypi-sys-mods/firstboot||' /boot/firmware/cmdline.txt
identity() { dd if=/dev/vda bs=4 count=1 skip=110 status=none | od -An -tx4 | tr -d ' '; }
before=$(identity)
dd if=/dev/urandom of=/dev/vda bs=4 seek=110 count=1 conv=notrunc status=none
sed -i "s/$before/$(identity)/g" /etc/fstab /boot/firmware/cmdline.txt
sync
umount /boot/firmware
mount / -o remount,ro
reboot -f
