"""The sub-commands of ``hailong`` that the kiosk brings; each is an entry point of ``hailong.commands``."""
