"""A contract as Spyne declares it: a type and an operation for each event, a receipt, a fault."""

from __future__ import annotations

from typing import Any

from spyne import Application, ComplexModelBase, Fault, ServiceBase, rpc
from spyne.model import Boolean, ByteArray, Date, DateTime, Decimal, Integer, Integer32, Integer64, Unicode
from spyne.model.complex import ComplexModelMeta
from spyne.protocol.soap import Soap11

from gateway.model.contract import Contract, EventType, Field, Type, type_name
from gateway.model.patterns import xsd_pattern
from gateway.model.receipt import Status

_INTEGERS = {32: Integer32, 64: Integer64, None: Integer}


def application_of(contract: Contract, reads: Soap11, writes: Soap11) -> Application:
    """The contract as a Spyne application, with the protocol objects that read and write its calls."""
    types: dict[str, Any] = {}
    receipt = _receipt(contract)
    rejected = type("EventRejected", (Fault,), {"__namespace__": contract.namespace, "_type_info": _rejected(contract)})
    operations = {
        event.operation: _operation(contract, event, types, receipt, rejected) for event in contract.events.values()
    }
    return Application(
        [type(contract.service, (ServiceBase,), operations)],
        contract.namespace,
        name=contract.service,
        in_protocol=reads,
        out_protocol=writes,
    )


def _operation(
    contract: Contract,
    event: EventType,
    types: dict[str, Any],
    receipt: Any,  # noqa: ANN401 - Spyne's types are made at run time
    rejected: type[Fault],
) -> Any:  # noqa: ANN401
    members = [_member(contract, one, types) for one in event.fields]
    model = _complex(contract, event.element[0].upper() + event.element[1:], members)

    def operation(_ctx: object, _event: object) -> None:
        """Only Spyne reads this: calls go through the protocol object."""

    operation.__name__ = event.operation
    operation.__doc__ = event.doc or None
    answer = {"_returns": receipt.customize(min_occurs=1, nillable=False), "_out_variable_name": "receipt"}
    return rpc(
        model.customize(min_occurs=1, nillable=False),
        _args=(event.element,),
        **({} if event.one_way else {**answer, "_throws": [rejected]}),
    )(operation)


def _receipt(contract: Contract) -> Any:  # noqa: ANN401
    status = Unicode(
        values=[one.value for one in Status], min_occurs=1, nillable=False, __namespace__=contract.namespace
    )
    return _complex(
        contract,
        "Receipt",
        [
            ("requestId", Unicode(min_occurs=1, nillable=False)),
            ("eventId", Unicode(min_occurs=0, nillable=False)),
            ("status", status),
            ("receivedAt", DateTime(min_occurs=1, nillable=False)),
            ("notes", Unicode(min_occurs=0, max_occurs="unbounded", nillable=False)),
        ],
    )


def _rejected(contract: Contract) -> list[tuple[str, Any]]:
    required = {"min_occurs": 1, "nillable": False}
    violation = _complex(contract, "Violation", [("path", Unicode(**required)), ("message", Unicode(**required))])
    return [
        ("code", Unicode(**required)),
        ("message", Unicode(**required)),
        ("violation", violation.customize(min_occurs=0, max_occurs="unbounded", nillable=False)),
    ]


def _complex(contract: Contract, name: str, members: list[tuple[str, Any]]) -> Any:  # noqa: ANN401
    return ComplexModelMeta(name, (ComplexModelBase,), {"__namespace__": contract.namespace, "_type_info": members})


def _member(contract: Contract, one: Field, types: dict[str, Any]) -> tuple[str, Any]:
    """A field as Spyne declares it. `customize` once only: twice leaves names such as `x_TypexParentType`."""
    facets: dict[str, Any] = {
        "min_occurs": 1 if one.required else 0,
        "nillable": not one.required and not one.list,
        "doc": one.description,
    }
    if one.list:
        facets["max_occurs"] = "unbounded"
    if one.type is Type.OBJECT:
        base, more = _nested(contract, one, types), {}
    elif one.type is Type.STRING:
        base, more = Unicode, _text_facets(one)
    elif one.type is Type.INTEGER:
        base, more = _INTEGERS[one.bits], _number_facets(one)
    else:
        base, more = _SPYNE[one.type], _number_facets(one) if one.type in (Type.DECIMAL, Type.DURATION) else {}
    return one.name, base.customize(**facets, **more)


_SPYNE = {
    Type.DECIMAL: Decimal,
    Type.DURATION: Decimal,
    Type.BOOLEAN: Boolean,
    Type.DATE: Date,
    Type.DATE_TIME: DateTime,
    Type.BASE64: ByteArray,
}


def _nested(contract: Contract, one: Field, types: dict[str, Any]) -> Any:  # noqa: ANN401
    """The type that the contract declares itself; one for all fields that are of it."""
    if one.of not in types:
        members = [_member(contract, inner, types) for inner in one.fields]
        types[one.of] = _complex(contract, type_name(one.of), members)
    return types[one.of]


def _text_facets(one: Field) -> dict[str, Any]:
    facets: dict[str, Any] = {
        "min_len": one.shortest,
        "max_len": one.max_length,
        "pattern": one.pattern and xsd_pattern(one.pattern),
    }
    facets["values"] = list(one.values) or None
    return {name: value for name, value in facets.items() if value is not None}


def _number_facets(one: Field) -> dict[str, Any]:
    facets: dict[str, Any] = {"ge": one.minimum, "le": one.maximum}
    if one.type is Type.INTEGER:
        facets = {name: int(value) for name, value in facets.items() if value is not None}
    facets |= {"total_digits": one.digits, "fraction_digits": one.fraction_digits}
    return {name: value for name, value in facets.items() if value is not None}
