"""What can be refused, each with a Chinese sentence that says what to do next."""


class PerfError(Exception):
    """The base of all refusals; `str(error)` is shown to the user as it stands."""


class InvalidInput(PerfError):
    """What was typed cannot be taken; `fields` maps a form field's name to its own sentence."""

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class NotPermitted(PerfError):
    """The actor's role does not allow this."""


class NotFound(PerfError):
    """There is no such object within the actor's sight."""


class Conflict(PerfError):
    """The object has changed, is locked, or does not stand where this step begins."""


class Stale(Conflict):
    """Somebody changed the object after the actor loaded it."""


class Locked(Conflict):
    """The object is submitted, approved or its period is closed."""
