"""What commands make of single rows: a batch, the level of a medicine, a supplier."""

from __future__ import annotations

from msgspec.structs import replace

from clinicdesk.contract.commands import (
    AdjustStock,
    ReceiveStock,
    SetReorder,
    WriteSupplier,
)
from clinicdesk.contract.entities import Batch, StockLevel, Supplier
from clinicdesk.core.overlay.rows import Flat, Pending


def project_shelf(pending: Pending, rows: Flat) -> Flat:
    """The rows as they will most likely be once the server has carried out the command.

    `rows` holds the batch or the supplier that the command names, or the levels of its medicine.
    """
    match pending.command:
        case ReceiveStock() as command:
            return _received(pending, command, rows)
        case AdjustStock() as command:
            return _adjusted(pending, command, rows)
        case SetReorder() as command:
            return _reordering(pending, command, rows)
        case WriteSupplier() as command:
            return _supplier(pending, command, rows)
        case _:
            return rows


def _received(pending: Pending, command: ReceiveStock, rows: Flat) -> Flat:
    key = ("batch", command.batch_id)
    old = rows.get(key)
    if isinstance(old, Batch):
        return rows  # the server's own, of this command or of one before it
    batch = Batch(
        id=command.batch_id,
        clinic_id=pending.by.clinic_id,
        version=1,
        pharmacy_id=command.pharmacy_id,
        medicine_id=command.medicine_id,
        number=command.number,
        expiry=command.expiry,
        on_hand=command.quantity,
        cost_minor=command.cost_minor,
        currency=pending.currency,
        received_at=pending.at,
        updated_at=pending.at,
    )
    return {**rows, key: batch}


def _adjusted(pending: Pending, command: AdjustStock, rows: Flat) -> Flat:
    key = ("batch", command.batch_id)
    batch = rows.get(key)
    if not isinstance(batch, Batch) or batch.on_hand + command.quantity < 0:
        return rows
    changed = replace(
        batch,
        version=batch.version + 1,
        on_hand=batch.on_hand + command.quantity,
        updated_at=pending.at,
    )
    return {**rows, key: changed}


def _reordering(pending: Pending, command: SetReorder, rows: Flat) -> Flat:
    """A medicine that is not kept yet has no row before the server makes one."""
    changed: Flat = {
        key: replace(
            level,
            version=level.version + 1,
            reorder_level=command.reorder_level,
            reorder_packs=command.reorder_packs,
            shelf=command.shelf,
            updated_at=pending.at,
        )
        for key, level in rows.items()
        if isinstance(level, StockLevel) and level.pharmacy_id == command.pharmacy_id
    }
    return {**rows, **changed}


def _supplier(pending: Pending, command: WriteSupplier, rows: Flat) -> Flat:
    key = ("supplier", command.supplier_id)
    old = rows.get(key)
    supplier = Supplier(
        id=command.supplier_id,
        clinic_id=pending.by.clinic_id,
        version=1 if old is None else old.version + 1,
        name=command.name,
        phone=command.phone,
        email=command.email,
        address=command.address,
        active=command.active,
    )
    return {**rows, key: supplier}
