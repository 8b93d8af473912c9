"""Names inside an archive: every common system takes them, and no two are the same."""

from perf.documents.file_names import safe_name

_MOST_FOLDER_SIGNS = 30
_MOST_STEM_SIGNS = 60


def folder_name(text: str) -> str:
    """A text as the name of a folder, short enough for a path of three."""
    return safe_name(safe_name(text)[:_MOST_FOLDER_SIGNS])


def file_name(text: str) -> str:
    """A file's own name made safe; its ending stays, because it says what opens it."""
    stem, dot, ending = text.rpartition(".")
    if not dot or not ending.isalnum() or len(ending) > 10:
        return safe_name(safe_name(text)[:_MOST_STEM_SIGNS])
    return f"{safe_name(safe_name(stem)[:_MOST_STEM_SIGNS])}.{ending}"


class Names:
    """The names that are taken in one plan's folder."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def told_apart(self, path: str) -> str:
        """The path, with a number before its ending where it is taken: 台账.pdf, 台账-2.pdf.

        Windows takes A.pdf and a.pdf for the same.
        """
        stem, dot, ending = path.rpartition(".")
        name, number = path, 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem}-{number}.{ending}" if dot else f"{path}-{number}"
        self._taken.add(name.casefold())
        return name
