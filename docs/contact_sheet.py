# ruff: noqa: INP001 — a part of the script that makes the pictures.
"""Every kind of page of every role on two sheets: as on a desk, and as on a phone."""

import re
from collections import deque
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Error, Page

ROLES = {
    "staff": "填报人",
    "supervisor": "审核人",
    "finance": "财政",
    "admin": "管理员",
    "auditor": "审计",
}
PAPER, INK, EDGE = (245, 247, 249), (29, 37, 48), (221, 226, 232)
GAP, LABEL = 16, 44


class Shot(NamedTuple):
    """One page as somebody sees it."""

    role: str
    title: str
    path: str
    picture: Image.Image


def shots_of(page: Page, role: str, met: set[str]) -> list[Shot]:
    """A picture of each kind of page that this user's links lead to and that nobody had before."""
    home = page.url
    waiting, seen, shots = deque([home]), {home}, []
    while waiting:
        url = waiting.popleft()
        kind = _kind(url)
        if kind in met or not _opens(page, url):
            continue
        met.add(kind)
        picture = Image.open(BytesIO(page.screenshot(type="png"))).convert("RGB")
        shots.append(Shot(role, page.title().removesuffix(" · 绩效目标跟踪"), kind, picture))
        links = page.locator("a[href]").evaluate_all("all => all.map(one => one.href)")
        for link in links:
            target, _ = urldefrag(urljoin(page.url, link))
            if target.startswith(home) and target not in seen:
                seen.add(target)
                waiting.append(target)
    return shots


def _opens(page: Page, url: str) -> bool:
    try:
        answer = page.goto(url)
    except Error as error:
        if "Download is starting" in error.message:
            return False
        raise
    return answer is not None and answer.headers["content-type"].startswith("text/html")


def _kind(url: str) -> str:
    """The address without what names one of many in it, and what is asked of it."""
    return re.sub(r"[^/]*[0-9][^/]*", "…", urlsplit(url).path)


def sheet_of(shots: list[Shot], columns: int, width: int, height: int) -> Image.Image:
    """The pictures beside each other, each under its role and title, cut at the foot."""
    rows = -(-len(shots) // columns)
    size = (GAP + columns * (width + GAP), GAP + rows * (height + LABEL + GAP))
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(str(_font()), 14)
    for number, shot in enumerate(shots):
        left = GAP + number % columns * (width + GAP)
        top = GAP + number // columns * (height + LABEL + GAP)
        draw.text((left, top), _fitting(shot.title, font, width), INK, font)
        draw.text(
            (left, top + 20), _fitting(f"{ROLES[shot.role]} {shot.path}", font, width), INK, font
        )
        scaled = shot.picture.resize((width, shot.picture.height * width // shot.picture.width))
        sheet.paste(scaled.crop((0, 0, width, min(height, scaled.height))), (left, top + LABEL))
        draw.rectangle(
            (left - 1, top + LABEL - 1, left + width, top + LABEL + height), outline=EDGE
        )
    return sheet


def _fitting(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    while font.getlength(text) > width:
        text = text[:-2] + "…"
    return text


def _font() -> Path:
    """The sans serif Chinese font that the forms' PDF files have too."""
    (found,) = Path(pylopdf_fonts_zh_cn.__file__).parent.rglob("*Sans*.[ot]tf")
    return found
