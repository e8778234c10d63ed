"""The only home of Spyne, zeep and the XML of SOAP."""

import gateway.soap.compat  # noqa: F401 - here, so that it comes before whatever below imports spyne
