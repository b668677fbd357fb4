"""One file a module, in the order of its functions."""
