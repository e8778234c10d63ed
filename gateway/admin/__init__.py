"""What operators see in a browser, or ask for as JSON: one module a resource."""
