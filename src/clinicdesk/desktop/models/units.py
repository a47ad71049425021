"""Quantities of medicine in words: "15 tablets", "1 tablet", "100 ml"; the one place that counts.

What lists of medicines call their units are words of data; those that are known are counted in the
language of the window, with its own plural forms.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from clinicdesk.contract.entities import Medicine

_SIBILANTS = ("ch", "sh", "x", "z")


def counted(count: int, unit: str) -> str:
    """So many of a unit; a unit that nobody knows is counted as English does."""
    said = _Units().known(count, unit.strip().lower())
    return said or f"{count} {unit if count == 1 else _plural(unit)}".strip()


def pack_words(medicine: Medicine) -> str:
    """What a pack holds: "15 tablets in a pack"."""
    return in_a_pack(medicine.pack_size, medicine.pack_unit)


def in_a_pack(size: int, unit: str) -> str:
    """That a pack holds so many; a unit that is not known here is called one."""
    said = counted(size, unit) if unit else _Units().units(size)
    return _Units().in_a_pack(said)


def _plural(unit: str) -> str:
    if not unit or unit.endswith("s"):
        return unit
    if unit.endswith("y") and unit[-2:-1] not in "aeiou":
        return f"{unit[:-1]}ies"
    return f"{unit}es" if unit.endswith(_SIBILANTS) else f"{unit}s"


class _Units(QObject):
    """Words with a plural: only an object's own `tr` is found by the extraction for translators."""

    def in_a_pack(self, said: str) -> str:
        return self.tr("%1 in a pack").replace("%1", said)

    def units(self, count: int) -> str:
        return self.tr("%n unit(s)", "", count)

    def known(self, count: int, unit: str) -> str:
        match unit:
            case "tablet":
                return self.tr("%n tablet(s)", "", count)
            case "capsule":
                return self.tr("%n capsule(s)", "", count)
            case "ml":
                return self.tr("%n ml", "", count)
            case "g":
                return self.tr("%n g", "", count)
            case "dose":
                return self.tr("%n dose(s)", "", count)
            case "sachet":
                return self.tr("%n sachet(s)", "", count)
            case "suppository":
                return self.tr("%n suppository(s)", "", count)
            case "pessary":
                return self.tr("%n pessary(s)", "", count)
            case "patch":
                return self.tr("%n patch(s)", "", count)
            case "ampoule":
                return self.tr("%n ampoule(s)", "", count)
            case "vial":
                return self.tr("%n vial(s)", "", count)
            case "respule":
                return self.tr("%n respule(s)", "", count)
            case "lozenge":
                return self.tr("%n lozenge(s)", "", count)
        return ""
