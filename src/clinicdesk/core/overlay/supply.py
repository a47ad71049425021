"""What commands make of an order to a supplier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.codes import code_of
from clinicdesk.contract.commands import (
    AcknowledgeSupplyOrder,
    CancelSupplyOrder,
    CloseSupplyOrder,
    ReceiveGoods,
    ReviseSupplyOrder,
    SubmitSupplyOrder,
    SupplyLine,
    WriteSupplyOrder,
    name_of,
)
from clinicdesk.contract.entities import (
    Medicine,
    SupplyOrder,
    SupplyOrderLine,
    SupplyOrderStatus,
)
from clinicdesk.contract.lifecycles import SUPPLY_ORDER
from clinicdesk.core.overlay.rows import Pending, SupplyRows


def project_supply(pending: Pending, rows: SupplyRows) -> SupplyRows:
    """The rows as they will most likely be once the server has carried out the command."""
    command = pending.command
    if isinstance(command, WriteSupplyOrder):
        return rows if rows.order is not None else _written(pending, command)
    effect = EFFECTS.get(type(command))
    order = rows.order
    if effect is None or order is None:
        return rows
    if SUPPLY_ORDER.allows(order.status, name_of(command), signed=True) is None:
        return rows
    return effect(pending, command, rows, order)


def _touched(order: SupplyOrder, pending: Pending, **changes: Any) -> SupplyOrder:
    return replace(
        order,
        version=order.version + 1,
        updated_at=pending.at,
        updated_by=pending.by.id,
        **changes,
    )


def _written(pending: Pending, command: WriteSupplyOrder) -> SupplyRows:
    by = pending.by
    if by.pharmacy_id is None:
        return SupplyRows(None, {})
    blank = SupplyOrder(
        id=command.supply_order_id,
        clinic_id=by.clinic_id,
        version=0,
        code=code_of("SO", command.supply_order_id),
        pharmacy_id=by.pharmacy_id,
        supplier_id=command.supplier_id,
        status=SupplyOrderStatus.DRAFT,
        note=command.note,
        line_count=0,
        total_minor=0,
        currency=pending.currency,
        created_at=pending.at,
        submitted_at=None,
        acknowledged_at=None,
        expected_on=None,
        received_at=None,
        closed_at=None,
        close_reason=None,
        updated_at=pending.at,
        updated_by=by.id,
    )
    return _with_lines(pending, command.lines, SupplyRows(blank, {}), blank)


def _revised(
    pending: Pending, command: ReviseSupplyOrder, rows: SupplyRows, order: SupplyOrder
) -> SupplyRows:
    changed = replace(order, supplier_id=command.supplier_id, note=command.note)
    return _with_lines(pending, command.lines, rows, changed)


def _with_lines(
    pending: Pending, lines: list[SupplyLine], rows: SupplyRows, order: SupplyOrder
) -> SupplyRows:
    written: dict[UUID, SupplyOrderLine] = {}
    for number, line in enumerate(lines, start=1):
        medicine = pending.medicines.get(line.medicine_id)
        if medicine is None:  # a list that changed since: the server will say
            continue
        new = _line(pending, number, line, medicine, order)
        old = rows.lines.get(line.id)
        if old is not None:
            new = replace(new, version=old.version + 1)
        written[line.id] = new
    changed = _touched(
        order,
        pending,
        line_count=len(written),
        total_minor=sum(line.cost_minor * line.packs_ordered for line in written.values()),
    )
    return SupplyRows(changed, written)


def _line(
    pending: Pending, number: int, line: SupplyLine, medicine: Medicine, order: SupplyOrder
) -> SupplyOrderLine:
    name = f"{medicine.generic_name} {medicine.strength} {medicine.form} · {medicine.brand}"
    return SupplyOrderLine(
        id=line.id,
        clinic_id=order.clinic_id,
        version=1,
        supply_order_id=order.id,
        pharmacy_id=order.pharmacy_id,
        line=number,
        medicine_id=medicine.id,
        description=name,
        pack_size=medicine.pack_size,
        packs_ordered=line.packs,
        packs_received=0,
        cost_minor=line.cost_minor,
        currency=order.currency,
        updated_at=pending.at,
        updated_by=pending.by.id,
    )


def _submitted(
    pending: Pending, _command: SubmitSupplyOrder, rows: SupplyRows, order: SupplyOrder
) -> SupplyRows:
    changed = _touched(
        order,
        pending,
        status=SupplyOrderStatus.SUBMITTED,
        submitted_at=pending.at,
        submitted_by=pending.by.id,
    )
    return replace(rows, order=changed)


def _acknowledged(
    pending: Pending, command: AcknowledgeSupplyOrder, rows: SupplyRows, order: SupplyOrder
) -> SupplyRows:
    changed = _touched(
        order,
        pending,
        status=SupplyOrderStatus.ACKNOWLEDGED,
        acknowledged_at=pending.at,
        expected_on=command.expected_on,
    )
    return replace(rows, order=changed)


def _received(
    pending: Pending, command: ReceiveGoods, rows: SupplyRows, order: SupplyOrder
) -> SupplyRows:
    came: Counter[UUID] = Counter()
    for goods in command.goods:
        came[goods.line_id] += goods.packs
    lines = {
        key: replace(
            line,
            version=line.version + 1,
            packs_received=line.packs_received + came[key],
            updated_at=pending.at,
            updated_by=pending.by.id,
        )
        if came[key]
        else line
        for key, line in rows.lines.items()
    }
    whole = all(line.packs_received >= line.packs_ordered for line in lines.values())
    changed = _touched(
        order,
        pending,
        status=SupplyOrderStatus.RECEIVED if whole else SupplyOrderStatus.PARTIALLY_RECEIVED,
        received_at=pending.at,
    )
    return SupplyRows(changed, lines)


def _closed(
    pending: Pending, command: CloseSupplyOrder, rows: SupplyRows, order: SupplyOrder
) -> SupplyRows:
    short = order.status is SupplyOrderStatus.PARTIALLY_RECEIVED
    changed = _touched(
        order,
        pending,
        status=SupplyOrderStatus.CLOSED_SHORT if short else SupplyOrderStatus.CLOSED,
        closed_at=pending.at,
        close_reason=command.reason or None,
    )
    return replace(rows, order=changed)


def _cancelled(
    pending: Pending, command: CancelSupplyOrder, rows: SupplyRows, order: SupplyOrder
) -> SupplyRows:
    changed = _touched(
        order,
        pending,
        status=SupplyOrderStatus.CANCELLED,
        closed_at=pending.at,
        close_reason=command.reason,
    )
    return replace(rows, order=changed)


EFFECTS: Final[dict[type[Any], Callable[..., SupplyRows]]] = {
    ReviseSupplyOrder: _revised,
    SubmitSupplyOrder: _submitted,
    AcknowledgeSupplyOrder: _acknowledged,
    ReceiveGoods: _received,
    CloseSupplyOrder: _closed,
    CancelSupplyOrder: _cancelled,
}
