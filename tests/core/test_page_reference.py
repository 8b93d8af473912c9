"""Page references as people write them."""

import pytest

from perf.core.errors import InvalidInput
from perf.core.page_reference import first_page, page_reference


@pytest.mark.parametrize(
    ("typed", "kept", "first"),
    [
        ("", "", None),
        (" 3 ", "第 3 页", 3),
        ("第3页", "第 3 页", 3),
        ("p. 12", "第 12 页", 12),
        ("3-5", "第 3—5 页", 3),
        ("第 3 至 5 页，8", "第 3 至 5 页，8", 3),
        ("3～5, 8", "第 3—5、8 页", 3),
        ("第 3—5 页", "第 3—5 页", 3),
        ("附表二", "附表二", None),
        ("附表二第 4 行", "附表二第 4 行", None),
        ("2022-09-30", "2022-09-30", None),
    ],
)
def test_page_numbers_come_in_one_spelling_and_words_stay(typed, kept, first) -> None:
    assert page_reference(typed) == kept
    assert page_reference(kept) == kept
    assert first_page(kept) == first


def test_a_reference_that_is_no_reference_any_more_is_refused() -> None:
    assert page_reference("页" * 60) == "页" * 60
    with pytest.raises(InvalidInput, match="最多 60 个字"):
        page_reference("页" * 61)
