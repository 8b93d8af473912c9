"""What a request may say: the blueprint of all endpoints, and how its arguments are read."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import Request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from perf.api.door import MAX_BODY
from perf.core.errors import InvalidInput
from perf.services.typed import without_controls

PLAN = {"in": "path", "name": "plan_id", "description": "绩效目标的编号（系统内）"}
LARGEST = 2_147_483_647
_MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "请填写这一项。",
    "null": "这一项不能为 null；没有内容时请不写这一项。",
    "invalid": '应为文字（数字也写成文字，例如 "7.5"）。',
    "invalid_utf8": "含有无法识别的字符。",
}


class Text(fields.String):
    """A text as sent, without what no page or database can hold; figures are texts too."""

    def __init__(
        self, description: str, *, limit: int, required: bool = False, **more: Any
    ) -> None:
        bound = validate.Length(max=limit, error=f"最多 {limit} 字，请精简。")
        super().__init__(
            required=required,
            allow_none=not required,
            validate=bound,
            error_messages=_MESSAGES,
            metadata={"description": description, **more},
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = without_controls(super()._deserialize(value, attr, data, **more))
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise self.make_error("invalid_utf8")
        return text


class Count(fields.Integer):
    """A whole number of an address or a body."""

    def __init__(self, description: str, *, least: int = 1, most: int = LARGEST) -> None:
        bound = validate.Range(least, most, error=f"应在 {least} 至 {most} 之间。")
        super().__init__(
            strict=True,
            allow_none=True,
            validate=bound,
            error_messages={**_MESSAGES, "invalid": "应为整数。", "too_large": "数字太大。"},
            metadata={"description": description},
        )


class CountArgument(Count):
    """The same in an address, where everything is text."""

    def __init__(self, description: str, *, most: int = LARGEST) -> None:
        super().__init__(description, most=most)
        self.strict = False
        self.allow_none = False

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = str(value)
        if not (text.isascii() and text.removeprefix("-").isdigit()):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **more)


class Body(Schema):
    """A posted JSON object; a name that is not known is refused rather than overheard."""

    class Meta:
        """Nothing but the fields named here."""

        unknown = RAISE

    error_messages = {  # noqa: RUF012 - marshmallow reads it and never changes it.
        "unknown": "没有这一项，请核对名称。",
        "type": "请求内容应为一个 JSON 对象。",
    }


class Parser(FlaskParser):
    """Reads arguments and refuses them as every other refusal of the program: in Chinese, 422."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 - webargs calls it so.
        """The body of the request; 415 where it does not say that it is JSON."""
        if not req.is_json:
            raise UnsupportedMediaType
        try:
            return json.loads(req.get_data(cache=False))
        except RequestEntityTooLarge:
            raise InvalidInput(f"请求内容不能超过 {MAX_BODY // 1024} KB。") from None
        except (ValueError, RecursionError):
            raise InvalidInput("请求内容不是有效的 JSON。") from None

    def handle_error(self, error: ValidationError, *_request: Any, **_status: Any) -> NoReturn:
        """One sentence a field; a fault of the whole body stands alone."""
        found: dict[str, str] = {}
        for by_field in error.normalized_messages().values():
            for field, messages in by_field.items():
                found[str(field)[:100]] = _first(messages)
        whole = found.pop("_schema", "")
        raise InvalidInput(whole or "参数有误，请按提示修改。", found) from error


def _first(messages: Any) -> str:
    while not isinstance(messages, str):
        messages = next(iter(messages.values() if isinstance(messages, Mapping) else messages))
    return messages


class Endpoints(Blueprint):
    """A blueprint whose arguments are read by the parser above."""

    ARGUMENTS_PARSER = Parser()


blueprint = Endpoints("api", __name__, url_prefix="/api/v1")
