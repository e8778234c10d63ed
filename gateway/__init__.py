"""The Endpoint Gateway: one address that SOAP and HTTP systems can call, and nothing lost behind it."""

__version__ = "0.1.0"
