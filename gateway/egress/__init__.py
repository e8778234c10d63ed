"""The way out of the house: one client, bounded in time and size."""
