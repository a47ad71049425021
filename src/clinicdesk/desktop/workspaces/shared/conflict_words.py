"""What stands against a refused change, in words: who did what instead, and what differs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.commands import TakePayment
from clinicdesk.core.conflict import Account, Happening, conflict_of
from clinicdesk.core.differences import COMPARED, LinePair, SaidLine
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.models.item_words import days_words, frequency_words
from clinicdesk.desktop.wording import moment_text, refusal_words, unrecorded_payment_words

_SEPARATOR = " · "


def account_words(account: Account, zone: tzinfo, now: datetime) -> str:
    """What happened: "Vikram Patil handed it over at 10:42. Collected by Meera Deshpande." """
    if account.happening is Happening.GONE or account.at is None:
        return QCoreApplication.translate(
            "Conflict", "It is not on this desk any more: it is gone, or not yours to see."
        )
    text = _did(account)
    text = text.replace("%1", doer_words(account)).replace("%2", moment_text(account.at, zone, now))
    return f"{text} {_why(account)}".strip()


def refused_sentence(entry: OutboxEntry, replica: Replica, zone: tzinfo, now: datetime) -> str:
    """Why a command was refused: what happened instead where something did, and what is left to
    be done by hand."""
    assert entry.refusal is not None  # only refused ones are asked about
    conflict = conflict_of(entry, replica)
    if conflict is None:
        return refusal_words(entry.command, entry.refusal, zone)
    said = [account_words(conflict.account, zone, now)]
    if isinstance(entry.command, TakePayment):
        said.append(unrecorded_payment_words())
    return " ".join(said)


def doer_words(account: Account) -> str:
    """Who did it: a name, or "You"; empty when this desk does not know."""
    return QCoreApplication.translate("Conflict", "You") if account.own else account.by


def _did(account: Account) -> str:
    known = bool(account.by)
    match account.happening:
        case Happening.SIGNED if known:
            return QCoreApplication.translate("Conflict", "%1 signed it and sent it at %2.")
        case Happening.SIGNED:
            return QCoreApplication.translate("Conflict", "It was signed and sent at %2.")
        case Happening.PAID if known:
            return QCoreApplication.translate("Conflict", "%1 took the payment for it at %2.")
        case Happening.PAID:
            return QCoreApplication.translate("Conflict", "It was paid at %2.")
        case Happening.READY if known:
            return QCoreApplication.translate("Conflict", "%1 made it ready at %2.")
        case Happening.READY:
            return QCoreApplication.translate("Conflict", "It was made ready at %2.")
        case Happening.HANDED_OVER if known:
            return QCoreApplication.translate("Conflict", "%1 handed it over at %2.")
        case Happening.HANDED_OVER:
            return QCoreApplication.translate("Conflict", "It was handed over at %2.")
        case Happening.CANCELLED if known:
            return QCoreApplication.translate("Conflict", "%1 cancelled it at %2.")
        case Happening.CANCELLED:
            return QCoreApplication.translate("Conflict", "It was cancelled at %2.")
        case _ if account.own:
            return QCoreApplication.translate("Conflict", "%1 changed it at %2, on another desk.")
        case _ if known:
            return QCoreApplication.translate("Conflict", "%1 changed it at %2.")
        case _:
            return QCoreApplication.translate("Conflict", "It was changed at %2, on another desk.")


def _why(account: Account) -> str:
    if not account.words:
        return ""
    if account.happening is Happening.HANDED_OVER:
        text = QCoreApplication.translate("Conflict", "Collected by %1.")
    else:
        text = QCoreApplication.translate("Conflict", "The reason given: %1.")
    return text.replace("%1", account.words.rstrip("."))


def taking_words(line: SaidLine) -> list[tuple[str, str]]:
    """How a line is to be taken, part by part, each with its place in `COMPARED`: what a view puts
    side by side and marks."""
    parts = [
        ("dose", line.dose),
        ("frequency", frequency_words(line.frequency)),
        ("days", days_words(line.days) if line.days else ""),
        ("route", line.route),
        ("instructions", line.instructions),
    ]
    return [(part, words) for part, words in parts if words]


def quantity_words(line: SaidLine) -> str:
    """How much is to be supplied: "Quantity 15"."""
    text = QCoreApplication.translate("Conflict", "Quantity %1")
    return text.replace("%1", str(line.quantity))


def part_words(part: str) -> str:
    """The name of a part of a line, for what differs."""
    return {
        "medicine": QCoreApplication.translate("Conflict", "medicine"),
        "dose": QCoreApplication.translate("Conflict", "dose"),
        "route": QCoreApplication.translate("Conflict", "route"),
        "frequency": QCoreApplication.translate("Conflict", "how often"),
        "days": QCoreApplication.translate("Conflict", "how long"),
        "quantity": QCoreApplication.translate("Conflict", "quantity"),
        "instructions": QCoreApplication.translate("Conflict", "instructions"),
    }[part]


def pair_words(pair: LinePair) -> str:
    """What a pair of lines comes to: "Differs: dose, quantity", "Only in yours"."""
    if pair.same:
        return QCoreApplication.translate("Conflict", "The same")
    if pair.theirs is None:
        return QCoreApplication.translate("Conflict", "Only in yours")
    if pair.mine is None:
        return QCoreApplication.translate("Conflict", "Only in theirs")
    text = QCoreApplication.translate("Conflict", "Differs: %1")
    return text.replace("%1", named(part for part in COMPARED if part in pair.differing))


def named(parts: Iterable[str]) -> str:
    """Parts of a line as a list of words."""
    return ", ".join(part_words(part) for part in parts)
