"""The published WSDL 1.1: Spyne's types, in an order and with bindings that every client takes.

Spyne's own document has one binding, names service, port and binding alike, and orders types by memory address.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree
from lxml.builder import ElementMaker

from gateway.contracts.simple_types import XSD, Element, merged
from gateway.model.contract import Contract, EventType
from gateway.soap.declared import DeclaredService, wsdl_of

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP11 = "http://schemas.xmlsoap.org/wsdl/soap/"
SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
_HTTP = "http://schemas.xmlsoap.org/soap/http"
_KINDS = ("simpleType", "complexType", "element")
_FAULT = "EventRejected"


def wsdl(service: DeclaredService, location: str, *, soap12: bool = True) -> bytes:
    """The WSDL of `service` at the address `location`; byte for byte the same in every process.

    The SOAP 1.1 port comes first, since some clients take the first; `soap12=False` leaves the other out.
    """
    contract = service.contract
    spyne = etree.fromstring(wsdl_of(service.application, location))
    make = _maker(contract.namespace, soap12=soap12)
    definitions = make.definitions(name=f"{contract.service}Service", targetNamespace=contract.namespace)
    if contract.doc:
        definitions.append(make.documentation(contract.doc))
    definitions.append(make.types(_schema(spyne, contract)))
    definitions.extend(_messages(make, contract))
    definitions.append(_port_type(make, contract))
    versions = [("Soap11", SOAP11), ("Soap12", SOAP12)][: 2 if soap12 else 1]
    definitions.extend(_binding(make, contract, suffix, soap) for suffix, soap in versions)
    definitions.append(_service(make, contract, location, versions))
    return _written(definitions)


def xsd(service: DeclaredService) -> bytes:
    """The XML Schema of `service` alone."""
    return _written(_schema(etree.fromstring(wsdl_of(service.application, "")), service.contract))


def _written(root: Element) -> bytes:
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8") + b"\n"


def _maker(namespace: str, *, soap12: bool) -> ElementMaker:
    names = {"wsdl": WSDL, "xs": XSD, "soap": SOAP11, "tns": namespace}
    return ElementMaker(namespace=WSDL, nsmap=names | ({"soap12": SOAP12} if soap12 else {}))


def _schema(spyne: Element, contract: Contract) -> Element:
    """Spyne's schema without the elements that no message names, sorted by kind and name."""
    found = spyne.find(f".//{{{XSD}}}schema")
    assert found is not None, "an application with operations has a schema"
    wanted = {_FAULT}
    for event in contract.events.values():
        wanted |= set(_elements(event))
    kept = _referred(found, wanted)
    for facet in found.iter(f"{{{XSD}}}minInclusive", f"{{{XSD}}}maxInclusive"):
        facet.set("value", format(Decimal(facet.get("value", "0")), "f"))  # xs:decimal has no exponent
    schema = etree.Element(f"{{{XSD}}}schema", nsmap={"xs": XSD, "tns": contract.namespace})
    for name, value in found.attrib.items():
        schema.set(name, value)
    for child in sorted(merged(kept), key=lambda one: (_KINDS.index(etree.QName(one).localname), one.get("name", ""))):
        child.tail = None
        schema.append(child)
    return schema


def _referred(schema: Element, wanted: set[str]) -> list[Element]:
    """The elements called `wanted`, and every type that they come to."""
    types = {child.get("name", ""): child for child in schema if etree.QName(child).localname != "element"}
    kept = [child for child in schema if etree.QName(child).localname == "element" and child.get("name") in wanted]
    for child in kept:  # which grows meanwhile
        for part in child.iter():
            for name in (part.get("type", ""), part.get("base", "")):
                found = types.pop(name.rpartition(":")[2], None) if not name.startswith("xs:") else None
                kept += [found] if found is not None else []
    return kept


def _elements(event: EventType) -> tuple[str, ...]:
    """The elements of an operation's messages."""
    return (event.operation,) if event.one_way else (event.operation, f"{event.operation}Response")


def _messages(make: ElementMaker, contract: Contract) -> Iterator[Element]:
    for event in contract.events.values():
        for name in _elements(event):
            yield make.message(make.part(name="parameters", element=f"tns:{name}"), name=name)
    if not all(event.one_way for event in contract.events.values()):
        yield make.message(make.part(name="fault", element=f"tns:{_FAULT}"), name=_FAULT)


def _port_type(make: ElementMaker, contract: Contract) -> Element:
    port_type: Element = make.portType(name=contract.service)
    for event in contract.events.values():
        operation = make.operation(name=event.operation)
        if event.doc:
            operation.append(make.documentation(event.doc))
        operation.append(make.input(message=f"tns:{event.operation}"))
        if not event.one_way:  # WSDL 1.1 §2.4.1: neither output nor fault
            operation.append(make.output(message=f"tns:{event.operation}Response"))
            operation.append(make.fault(name=_FAULT, message=f"tns:{_FAULT}"))
        port_type.append(operation)
    return port_type


def _binding(make: ElementMaker, contract: Contract, suffix: str, namespace: str) -> Element:
    soap = ElementMaker(namespace=namespace)
    binding: Element = make.binding(name=f"{contract.service}{suffix}", type=f"tns:{contract.service}")
    binding.append(soap.binding(style="document", transport=_HTTP))
    for event in contract.events.values():
        action = (
            f"{contract.namespace}:{event.operation}"
            if contract.namespace.startswith("urn:")
            else (f"{contract.namespace.rstrip('/')}/{event.operation}")
        )
        operation = make.operation(name=event.operation)
        operation.append(soap.operation(soapAction=action, style="document"))
        operation.append(make.input(soap.body(use="literal")))
        if not event.one_way:
            operation.append(make.output(soap.body(use="literal")))
        if namespace == SOAP11 and not event.one_way:  # Axis 1.4 can't read a 1.2 binding that declares a fault
            operation.append(make.fault(soap.fault(name=_FAULT, use="literal"), name=_FAULT))
        binding.append(operation)
    return binding


def _service(make: ElementMaker, contract: Contract, location: str, versions: list[tuple[str, str]]) -> Element:
    service: Element = make.service(name=f"{contract.service}Service")
    for suffix, namespace in versions:
        name = f"{contract.service}{suffix}"
        address = ElementMaker(namespace=namespace).address(location=location)
        service.append(make.port(address, name=name, binding=f"tns:{name}"))
    return service
