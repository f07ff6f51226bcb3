"""What other systems may read of central: ratings as a feed of changes, units, counters, terminals, completeness."""
