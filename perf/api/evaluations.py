"""One plan's self-evaluation in the API: what its page and its official form are drawn from."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from perf.api.asking import PLAN, blueprint
from perf.api.door import requires
from perf.api.evaluation_schemas import SelfEvaluationRecord
from perf.api.values import moment, pack_reference
from perf.core.errors import Conflict
from perf.core.permissions import Permission
from perf.extensions import db
from perf.queries.evaluations import Evaluated, self_evaluation_visible_to
from perf.queries.packs import find_pack
from perf.services.evaluation_shown import Shown, show_self_evaluation


@blueprint.route("/plans/<int:plan_id>/self-evaluation", parameters=[PLAN])
@requires(Permission.READ, self_evaluation_visible_to)
@blueprint.response(200, SelfEvaluationRecord, description="这份自评")
@blueprint.doc(
    summary="一份绩效自评",
    description="每一项得分都带计算过程，与页面和导出的自评表逐字相同；提交后不再重算。"
    "还没有开始的为 409。",
)
def self_evaluation(found: Evaluated) -> dict[str, Any]:
    """One self-evaluation, as it stands or as it was submitted and signed."""
    evaluation = found.evaluation
    if evaluation is None:
        raise Conflict("这份绩效目标还没有开始自评。请从“自评”页面进入。")
    shown = show_self_evaluation(db.session(), evaluation)
    data = shown.content["data"]
    # What was submitted names its own pack and version.
    pack = find_pack(db.session(), data["pack_id"], int(data["pack_version"]))
    return {
        "plan_id": found.plan.id,
        "status": evaluation.status.value,
        "pack": pack_reference(pack),
        **_people(shown),
        **_record(data),
        "plan": url_for("api.plan", plan_id=found.plan.id),
        "page": url_for("evaluations.show", plan_id=found.plan.id),
    }


def _people(shown: Shown) -> dict[str, Any]:
    return {
        "is_draft": shown.is_draft,
        "frozen_at": moment(shown.frozen_at),
        "submitted_by": shown.submitted_by or None,
        "submitted_at": moment(shown.submitted_at),
        "approved_by": shown.approved_by or None,
        "approved_at": moment(shown.approved_at),
    }


def _record(data: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its own names where the API says it otherwise; no figure is computed."""
    kept = ("year", "kind", "name", "code", "department", "implementing_unit", "is_demo")
    return {
        **{key: data[key] for key in kept},
        "objective_expected": data["objective_expected"] or None,
        "objective_actual": data["objective_actual"] or None,
        "money": data["money"],
        "execution": _execution(data["execution"]),
        "rows": [_row(row) for row in data["rows"]],
        "total": data["total"],
        "total_steps": data["total_steps"],
        "rating": data["rating"],
    }


def _execution(data: Mapping[str, Any]) -> dict[str, Any]:
    # A pack without execution leaves all but the weight out.
    return {
        "weight": data["weight"],
        "points": data.get("points"),
        "percent": data.get("percent"),
        "is_not_applicable": data.get("not_applicable", False),
        "steps": data.get("steps", []),
        "flags": data.get("flags", []),
        "demanded": data.get("demanded") or None,
        "deviation_reason": data.get("deviation_reason") or None,
        "evidence": _files(data.get("evidence", [])),
    }


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = (
        *("level1", "level2", "name", "target", "actual", "weight", "points", "steps"),
        *("percent", "is_met", "is_not_applicable", "flags"),
    )
    decided = row.get("decided")
    return {
        **{key: row[key] for key in kept},
        "indicator_id": row["id"],
        # Records of older versions know of no other target than the one scored by.
        "initial_target": row.get("initial_target") or None,
        "initial_points": row.get("initial_points"),
        "revision_document": row.get("revision_document") or None,
        "is_lowered_late": row.get("is_lowered_late", False),
        "origin": row["origin"] or None,
        "quarters": [{"quarter": name, "figure": figure} for name, figure in row["quarters"]],
        "decided": decided and {**decided, "points": row["points"]},
        "demanded": row["demanded"] or None,
        "deviation_reason": row["deviation_reason"] or None,
        "corrective_action": row["corrective_action"] or None,
        "evidence": _files(row["evidence"]),
    }


def _files(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "link": url_for("evidence.file", evidence_id=one["id"])} for one in files]
