"""The only home of Spyne, zeep and the XML of SOAP."""
