"""The touch side of provisioning: the same pages as in a terminal, drawn, with a keyboard on the screen."""
