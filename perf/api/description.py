"""The API's own description: OpenAPI for programs, and a page for people that needs no network."""

from typing import Any

from flask import Blueprint as PlainBlueprint
from flask import Flask, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_smorest import Api, Blueprint
from marshmallow import Schema, validate
from marshmallow.fields import Dict, String

from perf.api import fields
from perf.api.door import open_to_all
from perf.api.fields import titled
from perf.api.reading import endpoints_of
from perf.core.permissions import Permission

TITLE = "绩效目标跟踪 数据接口"
VERSION = "1"
_KEPT = "perf-api-description"
_ABOUT = (
    "以 JSON 读出网页上的内容，并可试算得分。与网页用同一个登录会话（Cookie），权限也相同："
    '看不到的内容为 404。数字都是文字形式的准确数（"7.5"），金额以元为单位；日期为 2022-12-31，'
    "时间为 UTC；缺少的一律为 null，从不写成 0。"
    "被拒绝的请求返回 code、message、errors 和 request_id。"
)
ERRORS = {
    401: "没有登录",
    403: "角色没有此项权限，或还没有修改初始密码",
    404: "没有，或不在查看范围内",
    409: "现在的状态不允许",
    415: "请求内容不是 JSON",
    422: "参数有误，errors 逐项说明",
    503: "系统正忙，稍后重试",
}
_CODES = (
    *("bad_request", "not_signed_in", "not_permitted", "not_found", "method_not_allowed"),
    *("conflict", "too_large", "not_json", "invalid", "too_many", "failed", "unavailable"),
)

_AREAS = ("plans", "score", "packs")

docs = PlainBlueprint("api_docs", __name__, url_prefix="/api/v1")


@titled("一次被拒绝的请求：发生了什么，怎么办")
class Problem(Schema):
    """A refused request: what happened and what to do."""

    code = String(
        required=True,
        validate=validate.OneOf(_CODES),
        metadata={"description": "给程序看的代码"},
    )
    message = fields.text("给人看的说明")
    errors = Dict(
        keys=String(), values=String(), required=True, metadata={"description": "各参数的说明"}
    )
    request_id = fields.text("请求的编号，报告问题时请提供")


class DescribedApi(Api):
    """flask-smorest's collection of endpoints, without its own handling of refusals."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Pages and API answer refusals in one place (perf/web/errors.py)."""

    def _register_pagination_header(self) -> None:
        """A page of a list says in its body which it is."""


@docs.get("/openapi.json")
@open_to_all
def openapi() -> ResponseReturnValue:
    """The description for programs; it tells nothing about anybody's data."""
    return jsonify(current_app.extensions[_KEPT])


@docs.get("/docs")
@open_to_all
def show() -> ResponseReturnValue:
    """The same for people."""
    described = current_app.extensions[_KEPT]
    is_admin = current_user.is_authenticated and current_user.actor.may(Permission.ADMINISTER)
    return render_template(
        "api/index.html",
        about=described["info"]["description"],
        version=described["openapi"],
        endpoints=endpoints_of(described),
        errors=list(ERRORS.items()),
        is_admin=is_admin,
    )


def init_app(app: Flask, blueprint: Blueprint) -> None:
    """Register the endpoints and describe them once; the description never changes afterwards."""
    api = DescribedApi(
        app,
        spec_kwargs={
            "title": TITLE,
            "version": VERSION,
            "openapi_version": "3.0.3",
            "info": {"description": _ABOUT},
        },
    )
    api.register_blueprint(blueprint)
    app.register_blueprint(docs)
    app.extensions[_KEPT] = _finished(api.spec)


def _finished(spec: Any) -> dict[str, Any]:
    """The description with every endpoint's refusals and the way to sign in."""
    described: dict[str, Any] = spec.to_dict()
    components = described["components"]
    components["responses"] = {
        str(status): {
            "description": text,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, text in ERRORS.items()
    }
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "session"}
    }
    described["security"] = [{"session": []}]
    order = {area: place for place, area in enumerate(_AREAS)}
    paths = sorted(described["paths"], key=lambda path: (order[path.split("/")[3]], path))
    described["paths"] = {path: described["paths"][path] for path in paths}
    for path, operations in described["paths"].items():
        shared = operations.pop("parameters", [])
        for operation in operations.values():
            operation["parameters"] = shared + operation.get("parameters", [])
            statuses = _refusals(path, operation)
            operation["responses"] = {
                "200": operation["responses"]["200"],
                **{str(one): {"$ref": f"#/components/responses/{one}"} for one in statuses},
            }
    return described


def _refusals(path: str, operation: dict[str, Any]) -> list[int]:
    found = {401, 403, 503}
    if "{" in path or "requestBody" in operation:
        found.add(404)
    if "packs" in path or "plans" in path or "requestBody" in operation:
        found.add(409)
    if "requestBody" in operation:
        found |= {415, 422}
    if any(one["in"] == "query" for one in operation["parameters"]):
        found.add(422)
    return sorted(found)
