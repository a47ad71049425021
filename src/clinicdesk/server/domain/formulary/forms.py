"""Dosage forms: what lists call them, what we call them, their route and their unit."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from msgspec import Struct


class DosageForm(Struct, frozen=True):
    """Attributes:
    name: As prescribers read it.
    route: One of `contract.sig.ROUTES`; "" where the form leaves it open.
    unit: What is counted when it comes by the piece; "" for what is measured out.
    """

    name: str
    route: str
    unit: str = ""


_SPELLINGS: Final[tuple[tuple[str, DosageForm], ...]] = tuple(
    (spelling, DosageForm(name, route, unit))
    for name, route, unit, spellings in (
        # The first spelling that occurs decides, so the particular stand before the general.
        ("eye ointment", "ophthalmic", "", "eye ointment|ophthalmic ointment|eye gel"),
        ("eye drops", "ophthalmic", "", "eye drop|ophthalmic|eye/ear drop"),
        ("ear drops", "otic", "", "ear drop"),
        ("nasal spray", "nasal", "", "nasal spray"),
        ("nasal drops", "nasal", "", "nasal drop|nasal solution|nasal"),
        ("oral drops", "oral", "", "oral drop|drop"),
        (
            "inhalation capsule", "inhaled", "capsule",
            "rotacap|transcap|redicap|respicap|inhalation cap",
        ),
        ("nebuliser solution", "inhaled", "respule", "respule|respirator|nebuli|transpule"),
        ("inhaler", "inhaled", "dose", "inhaler|synchrobreathe|autohaler|accuhaler"),
        ("sublingual tablet", "sublingual", "tablet", "sublingual"),
        (
            "orodispersible tablet", "oral", "tablet",
            "tablet md|tablet odt|mouth dissolving|orodispersible",
        ),
        ("dispersible tablet", "oral", "tablet", "tablet dt|tablet kid|dispersible tab"),
        ("chewable tablet", "oral", "tablet", "chewable"),
        ("effervescent tablet", "oral", "tablet", "effervescent"),
        ("gastro-resistant tablet", "oral", "tablet", "tablet dr|tablet ec|gastro-resistant tab"),
        (
            "prolonged-release tablet", "oral", "tablet",
            "tablet sr|tablet er|tablet xr|tablet pr|tablet cr|tablet xl|prolonged-release tab",
        ),
        (
            "prolonged-release capsule", "oral", "capsule",
            "capsule sr|capsule er|capsule xr|capsule pr|capsule cr|prolonged-release cap",
        ),
        ("gastro-resistant capsule", "oral", "capsule", "capsule dr|gastro-resistant cap"),
        ("vaginal tablet", "vaginal", "tablet", "vaginal tablet"),
        ("pessary", "vaginal", "pessary", "pessar|vaginal"),
        ("suppository", "rectal", "suppository", "suppositor"),
        ("enema", "rectal", "", "enema|rectal"),
        ("patch", "transdermal", "patch", "patch|transdermal"),
        ("injection", "", "", "injection|infusion|prefilled|cartridge|penfill|flexpen"),
        ("capsule", "oral", "capsule", "capsule"),
        ("tablet", "oral", "tablet", "tablet|caplet"),
        ("lozenge", "buccal", "lozenge", "lozenge"),
        ("mouthwash", "buccal", "", "mouth wash|mouthwash|gargle"),
        ("oral suspension", "oral", "", "oral suspension|dry syrup|suspension|rediuse"),
        ("syrup", "oral", "", "syrup|linctus|elixir"),
        ("granules", "oral", "sachet", "granule|sachet"),
        ("shampoo", "topical", "", "shampoo"),
        ("soap", "topical", "", "soap|bathing bar"),
        ("cream", "topical", "", "cream"),
        ("ointment", "topical", "", "ointment|balm"),
        ("gel", "topical", "", "gel"),
        ("lotion", "topical", "", "lotion|liniment|face wash|cleanser|body wash"),
        ("dusting powder", "topical", "", "dusting powder"),
        ("powder", "oral", "", "powder"),
        ("spray", "topical", "", "spray"),
        ("oral solution", "oral", "", "oral solution|solution|liquid"),
        ("kit", "oral", "kit", "kit"),
    )
    for spelling in spellings.split("|")
)  # fmt: skip

UNKNOWN: Final = DosageForm("other", "")


@lru_cache(maxsize=4096)
def dosage_form(text: str) -> DosageForm:
    """The form that `text` (a pack label, a product's or a form's name) speaks of, or `UNKNOWN`."""
    lower = text.lower()
    for spelling, form in _SPELLINGS:
        if spelling in lower:
            return form
    return UNKNOWN
