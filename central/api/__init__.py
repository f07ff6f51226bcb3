"""What terminals ask and are answered (docs/protocol.md)."""
