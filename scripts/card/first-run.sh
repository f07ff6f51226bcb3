#!/bin/sh
# Run by the kernel's command line at the first start of a prepared card, before anything else is there: only leaves word that
# the package is to be installed when the system is up. May be interrupted anywhere; then it runs again.
set -e
boot=/boot/firmware

cat > /etc/systemd/system/hailong-install.service <<UNIT
[Unit]
Description=Hài lòng rating terminal: installation from the boot partition
Wants=network-online.target
After=network-online.target
RequiresMountsFor=$boot
# Under an overlay this unit cannot be removed for good; what it runs is gone from the boot partition when it is done.
ConditionPathExists=$boot/hailong/install.sh
StartLimitIntervalSec=0
SuccessAction=reboot

[Service]
Type=oneshot
ExecStart=/bin/sh $boot/hailong/install.sh
# Without a network, or with a power cut in the middle: again, until it is done.
Restart=on-failure
RestartSec=30

[Install]
WantedBy=multi-user.target
UNIT
mkdir -p /etc/systemd/system/multi-user.target.wants
ln -sf ../hailong-install.service /etc/systemd/system/multi-user.target.wants/hailong-install.service
sync

sed -i 's| systemd\.run=.*||' "$boot/cmdline.txt"
sync
