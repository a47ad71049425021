"""Makes a file with the Indian list's header, as large as wanted and as uneven as the real one.

python tests/server/domain/formulary/indian_list_file.py 250000 list.csv
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = (
    "id,name,price(₹),Is_discontinued,manufacturer_name,type,pack_size_label,"
    "short_composition1,short_composition2"
)

_INGREDIENTS = (
    "Amoxycillin  (500mg)", "Paracetamol (650mg)", "Azithromycin (500mg)", "Cefixime (200mg)",
    "Metformin (500mg)", "Telmisartan (40mg)", "Ambroxol (30mg/5ml)", "Domperidone (30mg)",
    "Vitamin D3 (60000IU)", "Levosalbutamol (1mg/5ml)", "Budesonide (200mcg)", "Enoxaparin (40mg)",
)  # fmt: skip
_PACKS = (
    "strip of 10 tablets", "strip of 15 tablet sr", "strip of 10 capsules",
    "bottle of 100 ml Syrup",
    "tube of 15 gm Cream", "vial of 1 Injection", "prefilled syringe of 0.4 ml Injection",
    "packet of 200 MDI Inhaler", "bottle of 5 ml Eye Drop", "bottle of 60 ml Dry Syrup",
)  # fmt: skip


def rows(count: int, seed: int = 1) -> Iterator[str]:
    """Good rows, numbered from 1; one in twenty has a quoted name."""
    rng = Random(seed)
    for number in range(1, count + 1):
        name = f"Examplor {number} Tablet"
        if number % 20 == 0:
            name = f'"Examplor, {number} ""Forte"""'
        second = f" {rng.choice(_INGREDIENTS)} " if rng.random() < 0.4 else ""
        price = f"{rng.randint(1, 3000)}.{rng.randint(1, 99):02d}".rstrip("0")
        yield (
            f"{number},{name},{price},{rng.choice(('FALSE', 'FALSE', 'TRUE'))},"
            f"Maker {rng.randint(1, 400)} Ltd,allopathy,{rng.choice(_PACKS)},"
            f"{rng.choice(_INGREDIENTS)} ,{second}"
        )


def write(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\r\n")
        file.writelines(row + "\r\n" for row in rows(count))


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))
