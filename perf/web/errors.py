"""One page for everything that is refused: what happened, what to do, the request's number."""

import re
from collections.abc import Mapping

from flask import Flask, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from perf.core import errors
from perf.extensions import db

STATUS_OF: list[tuple[type[errors.PerfError], int]] = [
    (errors.InvalidInput, 422),
    (errors.NotPermitted, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
]
TITLES = {
    400: "请求无效",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不能这样访问",
    409: "内容已变动或已锁定",
    413: "提交的内容太大",
    415: "内容的格式不对",
    422: "填写有误",
    429: "操作太频繁",
    500: "系统出错了",
    503: "现在办不了",
}
MESSAGES = {
    400: "浏览器送来的内容不完整。请返回上一页，刷新后重试。",
    401: "请先登录：数据接口与网页用同一个登录会话。",
    403: "您的角色没有此项权限。如确需办理，请联系管理员。",
    404: "您要找的内容不存在，或者不在您的查看范围内。请从导航重新进入。",
    405: "这个地址不能直接打开。请从导航重新进入。",
    413: "一次提交的文件合计不能超过 50 MB，文字不能超过 4 MB，这次没有保存。"
    "请用浏览器的“后退”回到刚才的页面（填写的内容通常还在），减少或压缩文件后再提交。",
    415: "请求内容应为 JSON，请在请求头里写明 Content-Type: application/json。",
    429: "尝试次数过多。请等一分钟后再试。",
    500: "您的操作没有完成，数据没有改动。请返回重试；如仍出错，请把下面的编号告诉管理员。",
    503: "系统正忙，或者暂时连不上数据库，这次操作没有完成，数据没有改动。请稍后重试。",
}
# What a script tells the refusals apart by; documented with the API.
CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "not_json",
    422: "invalid",
    429: "too_many",
    500: "failed",
    503: "unavailable",
}
_API = "/api/"
_RETRY_AFTER = "5"
# What a row may run into that somebody else wrote or deleted at the same moment, as SQLite and as
# PostgreSQL name it. Any other broken constraint is a fault of the program.
_COLLISIONS = frozenset(
    {
        "SQLITE_CONSTRAINT_UNIQUE",
        "SQLITE_CONSTRAINT_PRIMARYKEY",
        "SQLITE_CONSTRAINT_FOREIGNKEY",
        "23505",
        "23503",
    }
)


# Passwords are never shown, and what the page itself put into the form was not typed.
_UNSPOKEN = re.compile(
    r"csrf_token|next|current|again|.*password|(.*-)?(version|was|digest)(-.*)?|action|take-.*|id"
)
_MAX_TYPED = 200


def status_of(error: errors.PerfError) -> int:
    """The HTTP status of a refusal."""
    return next(status for kind, status in STATUS_OF if isinstance(error, kind))


def error_page(
    status: int, message: str = "", fields: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    """The error page, or its JSON twin for a script; rolls back whatever was begun.

    `fields` are the sentences of single fields, which a page shows beside them itself.
    """
    if not g.get("is_without_database"):
        db.session.rollback()
    message = message or MESSAGES.get(status, MESSAGES[400])
    if request.path.startswith(_API) or request.accept_mimetypes.best == "application/json":
        code, number = CODES.get(status, CODES[400]), g.get("request_id", "")
        problem = {"code": code, "message": message, "errors": dict(fields or {})}
        return jsonify(problem | {"request_id": number}), status
    page = render_template(
        "error.html",
        status=status,
        title=TITLES.get(status, TITLES[400]),
        message=message,
        request_id=g.get("request_id", ""),
        typed=_typed(),
    )
    return page, status


def _typed() -> list[str]:
    """What the user had typed into the form that was refused, so that it can be copied."""
    if request.method != "POST":
        return []
    try:
        form = request.form
    except HTTPException:
        # The body broke off or is too large: nobody knows what was typed.
        return []
    return [
        text.strip()
        for name, text in form.items(multi=True)
        if text.strip() and not _UNSPOKEN.match(name)
    ][:_MAX_TYPED]


def _refused(error: errors.PerfError) -> ResponseReturnValue:
    fields = error.fields if isinstance(error, errors.InvalidInput) else None
    return error_page(status_of(error), str(error), fields)


def _stale(_error: StaleDataError) -> ResponseReturnValue:
    return error_page(409, "其他人刚刚修改了同一内容，您的这次修改没有保存。请刷新页面核对后再填。")


def _collided(error: IntegrityError) -> ResponseReturnValue:
    """Two people made or deleted the same thing at the same moment; the second is told so."""
    if _name_of(error) not in _COLLISIONS:
        raise error
    current_app.logger.warning("request %s collided", g.get("request_id", ""), exc_info=error)
    return error_page(
        409,
        "其他人刚刚办理了同一件事，您的这次操作没有保存。请刷新页面查看现在的内容，再决定是否重做。",
    )


def _busy(error: OperationalError) -> ResponseReturnValue:
    """The database is locked, broke a deadlock, or cannot be reached: nothing was changed."""
    if _name_of(error) == "SQLITE_ERROR":
        raise error
    current_app.logger.error("request %s gave up", g.get("request_id", ""), exc_info=error)
    g.is_without_database = True
    response = make_response(error_page(503))
    response.headers["Retry-After"] = _RETRY_AFTER
    return response


def _name_of(error: IntegrityError | OperationalError) -> str:
    """What the driver calls the error: SQLite's name, or PostgreSQL's SQLSTATE."""
    name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    return name or ""


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return error_page(
        400, "登录已失效或页面打开太久，这次提交没有保存。请重新登录或刷新原页面后再填一次。"
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    return error_page(error.code)


def _crashed(error: Exception) -> ResponseReturnValue:
    current_app.logger.error("request %s failed", g.get("request_id", ""), exc_info=error)
    return error_page(500)


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(errors.PerfError, _refused)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _collided)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    if not app.testing:
        app.register_error_handler(Exception, _crashed)
