"""The description as people read it: each endpoint with what it takes and what it gives."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TYPES = {
    "string": "文字",
    "integer": "整数",
    "boolean": "true / false",
    "object": "对象",
}
_FORMATS = {"date": "日期", "date-time": "时间（UTC）"}


@dataclass(frozen=True, slots=True)
class Said:
    """One parameter or field, by its path where it stands within others (`rows[].steps`)."""

    name: str
    kind: str
    description: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Said]
    body: list[Said]
    example: str
    answer: list[Said]
    refusals: list[str]


def endpoints_of(described: dict[str, Any]) -> list[Endpoint]:
    """Every endpoint of an OpenAPI description, in its order."""
    schemas = described["components"]["schemas"]
    found = []
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            body = _schema_of(operation.get("requestBody"))
            answer = _schema_of(operation["responses"]["200"])
            asked = list(_fields(body, schemas, is_asked=True))
            found.append(
                Endpoint(
                    id=f"{method}{path}".translate(str.maketrans("/{}", "---")),
                    method=method.upper(),
                    path=path,
                    summary=operation.get("summary", ""),
                    description=operation.get("description", ""),
                    parameters=[_parameter(one) for one in operation["parameters"]],
                    body=asked,
                    example=_example(body, schemas),
                    answer=list(_fields(answer, schemas)),
                    refusals=[status for status in operation["responses"] if status != "200"],
                )
            )
    return found


def _schema_of(content: dict[str, Any] | None) -> dict[str, Any]:
    if content is None:
        return {}
    schema: dict[str, Any] = content["content"]["application/json"]["schema"]
    return schema


def _parameter(one: dict[str, Any]) -> Said:
    place = "地址" if one["in"] == "path" else "查询参数"
    note = f"{place}{'，必填' if one.get('required') else ''}"
    return Said(one["name"], _kind(one["schema"]), one.get("description", ""), note)


def _fields(
    schema: dict[str, Any], schemas: dict[str, Any], within: str = "", *, is_asked: bool = False
) -> Iterator[Said]:
    """The fields in their order, those of an object within below it."""
    whole = _resolved(schema, schemas)
    required = whole.get("required", [])
    for name, field in whole.get("properties", {}).items():
        inner = _inner(field)
        note = "可为 null" if _may_be_null(field) and not is_asked else ""
        if is_asked and name in required:
            note = "必填"
        path = f"{within}{name}"
        yield Said(path, _kind(field), field.get("description", ""), note)
        if inner:
            below = f"{path}{'[]' if 'items' in field else ''}."
            yield from _fields(inner, schemas, below, is_asked=is_asked)


def _may_be_null(field: dict[str, Any]) -> bool:
    return any(one.get("nullable") for one in (field, *field.get("anyOf", [])))


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = schemas[schema["$ref"].rpartition("/")[2]]
    return found


def _inner(field: dict[str, Any]) -> dict[str, Any]:
    """The reference to the object that the field holds, or holds many of; empty for none."""
    if "items" in field:
        return _inner(field["items"])
    if "$ref" in field:
        return field
    others = [*field.get("allOf", []), *field.get("anyOf", [])]
    return next((one for one in others if "$ref" in one), {})


def _kind(field: dict[str, Any]) -> str:
    if field.get("type") == "array":
        return f"{_kind(field['items'])}的列表"
    if _inner(field):
        return "对象"
    if "pattern" in field:
        return "数（文字）"
    return _FORMATS.get(field.get("format", ""), _TYPES.get(field.get("type", ""), ""))


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """A body to copy, empty where there is none."""
    fields = _resolved(schema, schemas).get("properties", {}) if schema else {}
    given = {name: field["example"] for name, field in fields.items() if "example" in field}
    return json.dumps(given, ensure_ascii=False, indent=2) if given else ""
