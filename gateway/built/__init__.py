"""What the configuration says, built: one module a part, and the names in it looked up. Only `assembly` uses them."""
