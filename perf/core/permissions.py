"""Who may do what: one table, default deny."""

from dataclasses import dataclass, replace
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
    COORDINATE = "coordinate"
    DELEGATE = "delegate"
    MANAGE_PEOPLE = "manage_people"
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
        Permission.COORDINATE,
    },
    Role.SUPERVISOR: _EVERYONE
    | {
        Permission.REVIEW,
        Permission.READ_LEDGER,
        Permission.REMIND,
        Permission.RECOMMEND,
        Permission.ANSWER,
        Permission.FILE_COPY,
        Permission.COORDINATE,
        Permission.DELEGATE,
        Permission.MANAGE_PEOPLE,
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
        Permission.MANAGE_PEOPLE,
    },
    Role.AUDITOR: _EVERYONE | {Permission.READ_ALL_UNITS, Permission.READ_LEDGER},
}


# What a supervisor who is away lends to another person of the unit (代理审核).
DELEGATED = frozenset({Permission.REVIEW, Permission.READ_LEDGER})
# Both names fit into the ledger's column of 64.
_MOST_OF_A_NAME = 27


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in user, or the system itself (no id, no role, every permission).

    `also` are permissions lent beyond the role's, by the person of `for_id` and `for_name`.
    """

    id: int | None
    name: str
    role: Role | None
    unit_id: int | None = None
    office_id: int | None = None
    also: frozenset[Permission] = frozenset()
    for_id: int | None = None
    for_name: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether the actor's role holds the permission, or somebody lent it."""
        return self.role is None or permission in PERMISSIONS[self.role] or permission in self.also

    @property
    def deciding(self) -> "Actor":
        """The same as they sign a decision: 张三（受李四委托代审） where they stand in for 李四."""
        if not self.for_name:
            return self
        name, other = (_shortened(one) for one in (self.name, self.for_name))
        return replace(self, name=f"{name}（受{other}委托代审）")

    def sees_unit(self, unit_id: int | None) -> bool:
        """Whether a row of this unit lies within the actor's sight."""
        return self.may(Permission.READ_ALL_UNITS) or (
            unit_id is not None and unit_id == self.unit_id
        )

    def demand(self, permission: Permission) -> None:
        """Raise NotPermitted unless the actor holds the permission."""
        if not self.may(permission):
            raise NotPermitted("您的角色没有此项权限。如确需办理，请联系管理员。")


def _shortened(name: str) -> str:
    return name if len(name) <= _MOST_OF_A_NAME else f"{name[: _MOST_OF_A_NAME - 1]}…"


def system_actor(name: str) -> Actor:
    """The actor of commands run at the server's console; `name` is the operating system's user."""
    return Actor(id=None, name=f"system:{name}", role=None)
