"""From a request's bytes to a contract type, or to a refusal that names the field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

import msgspec
from litestar.dto import AbstractDTO
from msgspec import Struct

from clinicdesk.contract.problems import InvalidField, Malformed
from clinicdesk.contract.text import what_it_needs
from clinicdesk.server.http.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from litestar.dto.data_structures import DTOFieldDefinition
    from litestar.openapi.spec import Reference, Schema
    from litestar.typing import FieldDefinition

T = TypeVar("T", bound=Struct)

JSON: Final = "application/json"

_AT: Final = re.compile(r"(?P<said>.*?)(?: - at `\$\.?(?P<path>.*)`)?\Z", re.S)
_MISSING: Final = re.compile(r"Object missing required field `(?P<name>\w+)`")


class StrictBody(AbstractDTO[T]):
    """Decodes a JSON body strictly. Litestar's own decoding takes "5" for a number."""

    def decode_bytes(self, value: bytes) -> T:
        """The body as the handler's type; raises `Refused`."""
        content_type = self.asgi_connection.headers.get("content-type", JSON)
        if content_type.partition(";")[0].strip().lower() != JSON:
            raise Refused(Malformed(detail="The body should be application/json."))
        return decoded(value, self.model_type)

    @classmethod
    def create_for_field_definition(cls, *_args: Any, **_kwargs: Any) -> None:
        """Nothing to prepare: the contract's types are used as they are."""

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,  # noqa: ARG003
        schema_creator: Any,
    ) -> Reference | Schema:
        """The contract's type as it is."""
        schema: Reference | Schema = schema_creator.for_field_definition(field_definition)
        return schema

    @classmethod
    def generate_field_definitions(
        cls,
        model_type: type[Any],  # noqa: ARG003
    ) -> Generator[DTOFieldDefinition, None, None]:
        """No field is treated apart."""
        yield from ()

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:  # noqa: ARG003
        """No field is treated apart."""
        return False


def decoded(content: bytes, into: type[T]) -> T:
    """The JSON as `into`.

    Raises:
        Refused: `Malformed` when it is no JSON, `InvalidField` when it does not fit.
    """
    try:
        value = msgspec.json.decode(content, type=into)
    except msgspec.ValidationError as error:
        raise Refused(_misfit(str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(Malformed(detail="The body is not well-formed JSON.")) from error
    if b"\\u0000" in content:
        for path in _texts_with_nul(msgspec.to_builtins(value), ""):
            detail = f"The field {path} contains a character that cannot be stored."
            raise Refused(InvalidField(detail=detail, field=path))
    return value


def path_id(values: dict[str, Any], name: str) -> UUID:
    """The identifier that stands in the path.

    Raises:
        Refused: It is not a UUID.
    """
    try:
        return UUID(values[name])
    except ValueError as error:
        problem = InvalidField(detail=f"{name} in the address is not a UUID.", field=name)
        raise Refused(problem) from error


def _misfit(message: str) -> InvalidField | Malformed:
    found = _AT.match(message)
    said, path = (found["said"], found["path"] or "") if found else (message, "")
    if missing := _MISSING.match(said):
        path = f"{path}.{missing['name']}" if path else missing["name"]
        return InvalidField(detail=f"The field {path} is missing.", field=path)
    if needed := what_it_needs(said):
        return InvalidField(detail=f"The field {path} {needed}.", field=path)
    said = said.replace("`", "")
    if not path:
        return Malformed(detail=f"The body is not of the shape asked for: {_lower(said)}.")
    return InvalidField(detail=f"The field {path} is not right: {_lower(said)}.", field=path)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _texts_with_nul(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and "\0" in value:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts_with_nul(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts_with_nul(inner, f"{path}[{index}]")
