"""The whole machine: Debian with our package in QEMU, touched, unplugged and looked at from outside."""
