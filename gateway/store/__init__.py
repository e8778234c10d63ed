"""What survives a power cut: requests, events, deliveries and attempts, through SQLAlchemy Core."""
