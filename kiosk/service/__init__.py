"""What the service menu asks of the machine: PIN, delivery, stick, brightness, volume. Nothing is drawn."""
