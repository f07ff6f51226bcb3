"""What the kiosk and other programs say to each other, and the signed statements that it believes."""
