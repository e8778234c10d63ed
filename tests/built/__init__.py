"""What the configuration says, built."""
