"""Who else is at a thing, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from clinicdesk.core.presence import Someone
from clinicdesk.desktop.design.avatar import initials
from clinicdesk.desktop.design.company import Company
from clinicdesk.desktop.design.content import Face
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import moment_text

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk

_NAMED = 2


def show_company(
    company: Company,
    desk: Desk,
    people: Sequence[Someone],
    zone: ZoneInfo,
    now: datetime,
    tone: Tone = Tone.NEUTRAL,
) -> None:
    """Show them behind the name, who is writing first; or nobody."""
    people = sorted(people, key=lambda who: not who.typing)
    whole = whole_words(desk, people, zone, now)
    company.show_people(faces(desk, people), short_words(desk, people), whole, tone)


def rivals(desk: Desk, people: Sequence[Someone]) -> list[Someone]:
    """Those who could do this member's work at the same moment: of the same role, or themselves."""
    found = ((who, desk.replica.members.get(who.member)) for who in people)
    return [who for who, member in found if member is not None and member.role == desk.member.role]


def faces(desk: Desk, people: Sequence[Someone]) -> tuple[Face, ...]:
    """Them as small avatars."""
    return tuple(
        Face(initials(member.name), str(member.id))
        for who in people
        if (member := desk.replica.members.get(who.member)) is not None
    )


def short_words(desk: Desk, people: Sequence[Someone]) -> str:
    """In one breath: who is writing, otherwise who is there; nothing when nobody is."""
    if not people:
        return ""
    for who in people:
        if who.typing:
            if who.member == desk.member.id:
                return QCoreApplication.translate("Company", "You are writing on another computer…")
            text = QCoreApplication.translate("Company", "%1 is writing…")
            return text.replace("%1", _name(desk, who))
    names = ", ".join(_name(desk, who) for who in people[:_NAMED])
    more = len(people) - _NAMED
    if more > 0:
        text = QCoreApplication.translate("Company", "%1 +%2")
        names = text.replace("%2", str(more)).replace("%1", names)
    return QCoreApplication.translate("Company", "Also open: %1").replace("%1", names)


def has_it_open(desk: Desk, people: Sequence[Someone]) -> str:
    """In a list, where there is little room: "Vikram has it open", "Vikram and 1 more"."""
    first, more = people[0], len(people) - 1
    if first.member == desk.member.id:
        name = QCoreApplication.translate("Company", "You")
    else:
        member = desk.replica.members.get(first.member)
        unknown = QCoreApplication.translate("Company", "A colleague")
        name = unknown if member is None else given_name(member.name)
    if more:
        text = QCoreApplication.translate("Company", "%1 and %2 more have it open")
        return text.replace("%2", str(more)).replace("%1", name)
    if first.member == desk.member.id:
        return QCoreApplication.translate("Company", "open on another computer of yours")
    return QCoreApplication.translate("Company", "%1 has it open").replace("%1", name)


def given_name(name: str) -> str:
    """What colleagues call each other: the first word, or the second behind a title."""
    words = name.split()
    return " ".join(words[:2]) if len(words) > 1 and words[0].startswith("Dr") else words[0]


def whole_words(desk: Desk, people: Sequence[Someone], zone: ZoneInfo, now: datetime) -> str:
    """One line for each: since when, and whether they are writing."""
    return "\n".join(_line(desk, who, zone, now) for who in people)


def warning_words(desk: Desk, people: Sequence[Someone]) -> str:
    """What to say to somebody who begins to work on what others are at."""
    names = ", ".join(_name(desk, who) for who in people)
    text = QCoreApplication.translate("Company", "Also open: %1. Agree who goes on with it.")
    return text.replace("%1", names)


def _line(desk: Desk, who: Someone, zone: ZoneInfo, now: datetime) -> str:
    if who.typing:
        text = QCoreApplication.translate("Company", "%1 is writing, here since %2")
    else:
        text = QCoreApplication.translate("Company", "%1 has it open since %2")
    if who.member == desk.member.id:
        text = QCoreApplication.translate("Company", "Open on another computer of yours since %2")
    return text.replace("%2", moment_text(who.since, zone, now)).replace("%1", _name(desk, who))


def _name(desk: Desk, who: Someone) -> str:
    if who.member == desk.member.id:
        return QCoreApplication.translate("Company", "you, on another computer")
    member = desk.replica.members.get(who.member)
    return QCoreApplication.translate("Company", "a colleague") if member is None else member.name
