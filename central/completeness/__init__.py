"""What central says, and signs, of how complete its copies are (docs/protocol.md, *Completeness*)."""
