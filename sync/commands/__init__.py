"""The commands of the delivery: ``hailong enrol``, ``hailong sync``, ``hailong verify``."""
