"""The page of the official forms shows each in each format, and as it is laid out today."""

from PIL import Image

from docs.form_images import IMAGES, PAIRS, image_path, layout_digest
from tests.test_docs import DOCS, LINK, text_of


def test_the_page_shows_each_form_in_each_format_and_no_other_picture() -> None:
    shown = [target for target in LINK.findall(text_of(DOCS / "forms.md")) if ".png" in target]
    assert shown == [f"images/{image_path(*pair).name}" for pair in PAIRS]
    assert set(IMAGES.glob("form-*.png")) == {image_path(*pair) for pair in PAIRS}


def test_each_picture_is_of_the_layout_that_the_form_has_today() -> None:
    old = []
    for name, kind in PAIRS:
        with Image.open(image_path(name, kind)) as picture:
            if picture.info.get("layout") != layout_digest(name):
                old.append(image_path(name, kind).name)
    assert not old, f"run .venv/bin/python -m docs.form_images and look at {', '.join(old)}"
