"""A calendar of whole days as a file by RFC 5545 (iCalendar)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MEDIA_TYPE = "text/calendar; charset=utf-8"
_MOST_OCTETS = 75
# A calendar without any component is none; this one is always there, for days are of this zone.
_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Shanghai",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole day of a calendar; `uid` stays the same for as long as the thing is the same."""

    uid: str
    day: date
    summary: str
    description: str
    url: str


def write_calendar(name: str, entries: Iterable[Entry], stamp: datetime) -> bytes:
    """The calendar as a file; `stamp` is the aware moment at which it was made."""
    made = stamp.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//perf//budget performance//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "X-PUBLISHED-TTL:PT6H",
        *_ZONE,
    ]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{escaped(entry.uid)}",
            f"DTSTAMP:{made}",
            f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
            # The end is the first day that no longer belongs to it.
            f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(entry.summary)}",
            f"DESCRIPTION:{escaped(entry.description)}",
            f"URL:{entry.url}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def escaped(text: str) -> str:
    """A text as a property's value: commas, semicolons, backslashes and line ends marked."""
    text = "\n".join(text.splitlines())
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    text = text.replace("\n", "\\n")
    return "".join(sign for sign in text if sign == "\t" or sign.isprintable())


def folded(line: str) -> bytes:
    """One line in UTF-8, broken so that none is longer than 75 octets and no sign is torn."""
    parts, room = [b""], _MOST_OCTETS
    for sign in line:
        octets = sign.encode()
        if len(parts[-1]) + len(octets) > room:
            parts.append(b"")
            # A space that begins a line belongs to the folding.
            room = _MOST_OCTETS - 1
        parts[-1] += octets
    return b"\r\n ".join(parts) + b"\r\n"
