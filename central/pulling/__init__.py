"""The other way of delivery: this server asks terminals (docs/protocol.md, *Pull*)."""
