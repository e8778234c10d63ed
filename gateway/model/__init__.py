"""What the gateway is about: values and decisions, without I/O and without a clock."""
