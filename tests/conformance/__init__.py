"""Expected values that others published or computed, against every way to sign."""
