"""Who may do what: one table, default deny."""

from dataclasses import dataclass
from enum import StrEnum

from perf.core.errors import NotPermitted
from perf.core.terms import Role


class Permission(StrEnum):
    """One thing that a route or a service may ask for."""

    READ = "read"
    EDIT_PLAN = "edit_plan"
    RECORD = "record"
    SUBMIT = "submit"
    REVIEW = "review"
    IMPORT = "import"
    EXPORT = "export"
    READ_ALL_UNITS = "read_all_units"
    READ_LEDGER = "read_ledger"
    REMIND = "remind"
    RECOMMEND = "recommend"
    ANSWER = "answer"
    FILE_COPY = "file_copy"
    ADMINISTER = "administer"


_EVERYONE = frozenset({Permission.READ, Permission.EXPORT})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.STAFF: _EVERYONE
    | {
        Permission.EDIT_PLAN,
        Permission.RECORD,
        Permission.SUBMIT,
        Permission.IMPORT,
        Permission.ANSWER,
        Permission.FILE_COPY,
    },
    Role.SUPERVISOR: _EVERYONE
    | {
        Permission.REVIEW,
        Permission.READ_LEDGER,
        Permission.REMIND,
        Permission.RECOMMEND,
        Permission.ANSWER,
        Permission.FILE_COPY,
    },
    Role.FINANCE: _EVERYONE
    | {
        Permission.READ_ALL_UNITS,
        Permission.READ_LEDGER,
        Permission.REMIND,
        Permission.RECOMMEND,
    },
    Role.ADMIN: _EVERYONE
    | {
        Permission.READ_ALL_UNITS,
        Permission.READ_LEDGER,
        Permission.IMPORT,
        Permission.ADMINISTER,
    },
    Role.AUDITOR: _EVERYONE | {Permission.READ_ALL_UNITS, Permission.READ_LEDGER},
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in user, or the system itself (no id, no role, every permission)."""

    id: int | None
    name: str
    role: Role | None
    unit_id: int | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the actor's role holds the permission."""
        return self.role is None or permission in PERMISSIONS[self.role]

    def sees_unit(self, unit_id: int | None) -> bool:
        """Whether a row of this unit lies within the actor's sight."""
        return self.may(Permission.READ_ALL_UNITS) or (
            unit_id is not None and unit_id == self.unit_id
        )

    def demand(self, permission: Permission) -> None:
        """Raise NotPermitted unless the actor holds the permission."""
        if not self.may(permission):
            raise NotPermitted("您的角色没有此项权限。如确需办理，请联系管理员。")


def system_actor(name: str) -> Actor:
    """The actor of commands run at the server's console; `name` is the operating system's user."""
    return Actor(id=None, name=f"system:{name}", role=None)
