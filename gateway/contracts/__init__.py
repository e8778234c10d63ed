"""One contract, every document that is published of it."""
