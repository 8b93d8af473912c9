"""Stated chances hold: of those called 70 %, about seven in ten miss."""

from decimal import Decimal
from pathlib import Path

import pytest

from bench import forecast as bench

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
TENTH = Decimal("0.1")


@pytest.mark.parametrize(
    ("makers", "years", "large"),
    [(bench.COUNTED, bench.COUNTED_YEARS, 10), (bench.STANDING, bench.STANDING_YEARS, 6)],
    ids=["counts", "rates"],
)
def test_chances_are_within_ten_points_of_what_happens_and_better_than_the_plain_rule(
    makers, years, large
):
    found, unknown = bench.stated(bench.cases(makers, years))
    assert len(found) + unknown == 3 * years
    groups = {"all": found, "known": [one for one in found if one.case.history]}
    for name, members in groups.items():
        rows = [row for row in bench.bins(members) if row[1] >= bench.ENOUGH]
        apart = {tenth: mean - missed for tenth, _, mean, missed in rows}
        assert all(abs(one) <= TENTH for one in apart.values()), (name, apart)
        ours, plain = bench.brier(members)
        assert ours < plain
    page = (ROOT / "docs" / "forecast.md").read_text(encoding="utf-8")
    stale = [line for line in bench.bin_lines(found) if line not in page]
    assert not stale, "docs/forecast.md: take over what python -m bench.forecast prints"
    # Both ends and the middle are stated often enough to be judged.
    assert sum(count >= bench.ENOUGH for _, count, _, _ in bench.bins(found)) >= large
