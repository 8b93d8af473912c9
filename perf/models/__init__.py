"""Typed models of everything that is kept, free of Flask."""

from perf.models.archives import Archive
from perf.models.base import Base
from perf.models.endings import PlanEnding
from perf.models.evaluations import Score, SelfEvaluation
from perf.models.history import RowHistory
from perf.models.messages import Message
from perf.models.organisation import FiscalYear, Period, Unit, User
from perf.models.people import (
    Delegation,
    HandedOver,
    HandIn,
    Handover,
    InternalDue,
    Office,
)
from perf.models.plans import (
    BudgetAdjustment,
    BudgetLine,
    Indicator,
    Plan,
    Project,
    Quantity,
    Task,
)
from perf.models.records import ImportDraft, LedgerChain, LedgerEntry, LocalPack, Snapshot
from perf.models.rectifications import Rectification
from perf.models.remarks import Remark, RemarkEntry
from perf.models.reports import (
    Actual,
    BudgetExecution,
    Evidence,
    QuantityValue,
    Submission,
)
from perf.models.results import Recommendation, SignedCopy
from perf.models.revisions import RevisedTarget, TargetRevision

__all__ = [
    "Actual",
    "Archive",
    "Base",
    "BudgetAdjustment",
    "BudgetExecution",
    "BudgetLine",
    "Delegation",
    "Evidence",
    "FiscalYear",
    "HandIn",
    "HandedOver",
    "Handover",
    "ImportDraft",
    "Indicator",
    "InternalDue",
    "LedgerChain",
    "LedgerEntry",
    "LocalPack",
    "Message",
    "Office",
    "Period",
    "Plan",
    "PlanEnding",
    "Project",
    "Quantity",
    "QuantityValue",
    "Recommendation",
    "Rectification",
    "Remark",
    "RemarkEntry",
    "RevisedTarget",
    "RowHistory",
    "Score",
    "SelfEvaluation",
    "SignedCopy",
    "Snapshot",
    "Submission",
    "TargetRevision",
    "Task",
    "Unit",
    "User",
]
