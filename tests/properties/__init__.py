"""Laws: what holds for any input, quoted from where it is laid down."""
