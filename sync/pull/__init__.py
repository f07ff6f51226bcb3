"""The other way of delivery: a server that is trusted asks the terminal (docs/protocol.md, *Pull*). Off by default."""
