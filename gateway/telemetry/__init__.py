"""What is told of the running gateway: wide log lines and metrics."""
