"""The way out of the house: one client, to permitted addresses only, bounded in time and size."""
