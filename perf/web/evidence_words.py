"""What pages say of a file that backs other figures too."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from perf.core.permissions import Actor
from perf.models import Evidence
from perf.queries.evidence import Place, places_of
from perf.queries.submissions import Quarter
from perf.services.evidence import BUDGET

_NAMED = 2
Twins = Mapping[int, str]


def twins_of(session: Session, actor: Actor, quarter: Quarter) -> Twins:
    """Where else in the year the quarter's files stand, in words, by the evidence's id.

    A file that stands nowhere else is not in it.
    """
    rows = [row for files in quarter.evidence.values() for row in files]
    found = places_of(session, actor, quarter.plan.year, {row.sha256 for row in rows})
    words = {row.id: _words(row, found.get(row.sha256, []), quarter) for row in rows}
    return {key: text for key, text in words.items() if text}


def same_as_words(evidence: Evidence, twins: Twins) -> str:
    """The sentence after an upload where its content backs another figure; empty where not."""
    where = twins.get(evidence.id)
    return f"与{where}的佐证相同，请核对是否传错。" if where else ""


def _words(evidence: Evidence, places: list[Place], quarter: Quarter) -> str:
    others = [place for place in places if place.evidence.id != evidence.id]
    named = "、".join(_place_words(place, quarter) for place in others[:_NAMED])
    return f"{named}等 {len(others)} 处" if len(others) > _NAMED else named


def _place_words(place: Place, quarter: Quarter) -> str:
    """一季度“受理案件数”, with the plan, and the unit, before it where it is another one."""
    plan, here = place.plan, quarter.plan
    lead = "" if plan.id == here.id else f"“{plan.name}”"
    if plan.unit_id != here.unit_id:
        lead = plan.unit.name + lead
    when = "本期" if not lead and place.period.id == quarter.period.id else place.period.name
    return f"{lead}{when}“{place.indicator or BUDGET}”"
