"""Putting cells back where they belong: rows whose cells slid by some columns."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

MAX_SLIDE = 3
# Misfits up to _AT_HOME are hints: the cell still looks at home where it stands.
HINT = 0.1
_AT_HOME = 0.25
_CHANGE = 0.5
_DISTANCE = 0.05
_UNPAIRED = 1.5
_UNLIKELY = 0.3


@dataclass(frozen=True, slots=True)
class Role:
    """A column of a form: its name, its place by the header, and how ill a cell fits it.

    `misfit` gives 0 for a cell that looks at home and more the stranger it looks (6 is absurd).
    `pair_of` is the role whose cell must stand before this one's (a target's name).
    """

    name: str
    column: int
    misfit: Callable[[str], float]
    pair_of: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The cells by role, and by how many columns the row had slid (0: it had not)."""

    cells: dict[str, str]
    slide: int


@dataclass(slots=True)
class _Path:
    cost: float
    slide: int
    roles: tuple[int, ...]


def place(
    filled: list[tuple[int, str]],
    roles: list[Role],
    *,
    usual_slide: int = 0,
    unlikely: frozenset[str] = frozenset(),
) -> Placed:
    """Each cell with the role it most likely has.

    A cell under its own heading that looks at home stays. Otherwise the row is laid over the
    header so that the fewest slides explain it: cells keep their order, a slide moves all cells
    after it, and each cell pays for looking strange where it lands. `usual_slide` is that of the
    rows above in the same block, for torn blocks slide as one; `unlikely` names roles whose cells
    ended further up. Roles are ordered by column.
    """
    options = []
    # A lone torn end slid together with the row it was torn from; a row of more cells that is at
    # home under its own headings as well stays there.
    lone = len(filled) == 1
    for slide in dict.fromkeys((usual_slide, 0) if lone else (0, usual_slide)):
        chosen = _laid_over(filled, roles, slide)
        if chosen is not None and _stands(filled, roles, chosen, strictly=slide == 0):
            options.append(chosen)
    if options:
        best_option = min(
            options,
            key=lambda each: (
                _unpaired(each, roles),
                0.0 if lone else _misfit(filled, roles, each),
            ),
        )
        return _placed(filled, roles, best_option)
    best = _search(filled, roles, usual_slide, unlikely)
    return _placed(filled, roles, list(best.roles)) if best else Placed({}, 0)


def _misfit(filled: list[tuple[int, str]], roles: list[Role], chosen: list[int]) -> float:
    misfits = (roles[index].misfit(text) for index, (_, text) in zip(chosen, filled, strict=True))
    return round(sum(misfits), 6)


def _unpaired(chosen: list[int], roles: list[Role]) -> int:
    """How many targets stand without their names, and names without their targets."""
    names = {roles[index].name for index in chosen}
    wanted = {roles[index].pair_of for index in chosen if roles[index].pair_of}
    paired = {role.pair_of for role in roles if role.pair_of}
    return len(wanted - names) + len((names & paired) - wanted)


def _placed(filled: list[tuple[int, str]], roles: list[Role], chosen: list[int]) -> Placed:
    cells: dict[str, str] = {}
    slides: dict[int, int] = {}
    for (column, text), index in zip(filled, chosen, strict=True):
        cells[roles[index].name] = text
        slide = roles[index].column - column
        slides[slide] = slides.get(slide, 0) + 1
    usual = max(slides, key=lambda each: (slides[each], abs(each)), default=0)
    return Placed(cells, usual or next((each for each in slides if each), 0))


def _laid_over(filled: list[tuple[int, str]], roles: list[Role], slide: int) -> list[int] | None:
    at = {role.column: index for index, role in enumerate(roles)}
    chosen = [at[column + slide] for column, _ in filled if column + slide in at]
    return chosen if len(chosen) == len(filled) else None


def _stands(
    filled: list[tuple[int, str]], roles: list[Role], chosen: list[int], *, strictly: bool
) -> bool:
    """Whether the row can be taken as it is laid.

    A row without any figure to reach holds torn ends of cells, which say nothing about columns:
    only an absurd cell speaks against it. Otherwise targets must stand beside their names.
    """
    misfits = [roles[index].misfit(text) for index, (_, text) in zip(chosen, filled, strict=True)]
    paired = next((role for role in roles if role.pair_of), None)
    if paired is None or not any(paired.misfit(text) == 0 for _, text in filled):
        torn_apart = len(filled) > 1 and _unpaired(chosen, roles) > 1
        adjoin = any(b[0] - a[0] == 1 for a, b in pairwise(filled))
        if (torn_apart and adjoin) or (len(filled) > 2 and _unpaired(chosen, roles)):
            return False
        has_pair = any(roles[index].pair_of in {roles[i].name for i in chosen} for index in chosen)
        return max(misfits, default=0) <= (0.6 if has_pair else 1)
    if max(misfits, default=0) > (_AT_HOME if strictly else 0.9):
        return False
    names = {roles[index].name for index in chosen}
    return all(roles[index].pair_of in {None, *names} for index in chosen)


def _search(
    filled: list[tuple[int, str]], roles: list[Role], usual_slide: int, unlikely: frozenset[str]
) -> _Path | None:
    paths: dict[int, _Path] = {}
    for number, (column, text) in enumerate(filled):
        reached: dict[int, _Path] = {}
        for index, role in enumerate(roles):
            slide = role.column - column
            if abs(slide) > MAX_SLIDE:
                continue
            here = role.misfit(text) + _DISTANCE * abs(slide)
            here += _UNLIKELY if role.name in unlikely else 0.0
            options = (
                [_start(slide, usual_slide)]
                if number == 0
                else [
                    _Path(path.cost + _step(path, slide, index, roles), slide, path.roles)
                    for last, path in paths.items()
                    if last < index
                ]
            )
            if options:
                best = min(options, key=lambda path: path.cost)
                alone = _UNPAIRED if role.pair_of and not _follows(best.roles, index) else 0.0
                reached[index] = _Path(best.cost + here + alone, slide, (*best.roles, index))
        paths = reached
    return min(paths.values(), key=lambda path: path.cost) if paths else None


def _start(slide: int, usual_slide: int) -> _Path:
    cost = min(abs(slide), abs(slide - usual_slide) + (0.25 if usual_slide else 0)) * _CHANGE
    # Cells slide left, where an empty one was lost, far more often than right.
    return _Path(cost + (0.02 if slide < 0 else 0), slide, ())


def _follows(chosen: tuple[int, ...], index: int) -> bool:
    return bool(chosen) and chosen[-1] == index - 1


def _step(path: _Path, slide: int, index: int, roles: list[Role]) -> float:
    cost = abs(slide - path.slide) * _CHANGE
    last = path.roles[-1]
    takes_pair = last + 1 < len(roles) and roles[last + 1].pair_of == roles[last].name
    return cost + (_UNPAIRED / 2 if takes_pair and index != last + 1 else 0)
