"""Writing and revising an order to a supplier, before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.commands import Done, ReviseSupplyOrder, WriteSupplyOrder
from clinicdesk.contract.entities import SupplyOrder, SupplyOrderLine, SupplyOrderStatus
from clinicdesk.contract.problems import Conflict, InvalidField, Refusal
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain import stock
from clinicdesk.server.domain.outcome import done
from clinicdesk.server.domain.supply.held import HeldSupply, create, hold, save

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clinicdesk.contract.commands import SupplyLine
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.stock import StockProduct

_QUERIES = load_queries("clinicdesk.server.domain.supply", "writing.sql")

GREATEST_TOTAL: Final = 100_000_000_000
"""Minor units that an order may come to, as the contract bounds money."""


async def write_supply_order(
    tx: Transaction, actor: MemberActor, command: WriteSupplyOrder, _expected_version: int = 0
) -> Done | Refusal:
    """Begin an order of the actor's pharmacy."""
    pharmacy_id = stock.counter_of(actor, "write_supply_order")
    if not isinstance(pharmacy_id, UUID):
        return pharmacy_id
    supplier = await _supplier(tx, actor, command.supplier_id)
    if supplier is None:
        return _no_such_supplier()
    around = await stock.surroundings(tx, actor)
    order = SupplyOrder(
        id=command.supply_order_id,
        clinic_id=actor.member.clinic_id,
        version=1,
        code="",
        pharmacy_id=pharmacy_id,
        supplier_id=command.supplier_id,
        status=SupplyOrderStatus.DRAFT,
        note=command.note,
        line_count=0,
        total_minor=0,
        currency=around.currency,
        created_at=around.now,
        submitted_at=None,
        acknowledged_at=None,
        expected_on=None,
        received_at=None,
        closed_at=None,
        close_reason=None,
        updated_at=around.now,
        updated_by=actor.member.id,
    )
    empty = HeldSupply(
        order=order,
        lines=[],
        supplier=supplier,
        changed_by=actor.member.name,
        now=around.now,
        today=around.today,
    )
    written = await _with_lines(tx, actor, empty, command.lines)
    if isinstance(written, InvalidField):
        return written
    version = await create(tx, actor, written)
    return version if isinstance(version, Conflict) else await done(tx, actor, version)


async def revise_supply_order(
    tx: Transaction, actor: MemberActor, command: ReviseSupplyOrder, expected_version: int
) -> Done | Refusal:
    """Replace what a draft says."""
    before = await hold(tx, actor, "revise_supply_order", command.supply_order_id, expected_version)
    if not isinstance(before, HeldSupply):
        return before
    if await _supplier(tx, actor, command.supplier_id) is None:
        return _no_such_supplier()
    order = replace(before.order, supplier_id=command.supplier_id, note=command.note)
    after = await _with_lines(tx, actor, replace(before, order=order), command.lines)
    if isinstance(after, InvalidField):
        return after
    version = await save(tx, actor, before, after)
    return version if isinstance(version, Conflict) else await done(tx, actor, version)


async def is_open(tx: Transaction, actor: MemberActor, supplier_id: UUID) -> bool:
    """Whether the supplier is ordered from."""
    return await _supplier(tx, actor, supplier_id) is not None


async def _supplier(tx: Transaction, actor: MemberActor, supplier_id: UUID) -> str | None:
    key = {"clinic_id": actor.member.clinic_id, "supplier_id": supplier_id}
    name: str | None = await tx.value(_QUERIES["open_supplier"], key)
    return name


def _no_such_supplier() -> InvalidField:
    return InvalidField(
        detail="There is no such supplier, or nothing is ordered there any more; choose another.",
        field="supplier_id",
    )


async def _with_lines(
    tx: Transaction, actor: MemberActor, held: HeldSupply, wanted: Sequence[SupplyLine]
) -> HeldSupply | InvalidField:
    products = await stock.stock_products(tx, actor, [line.medicine_id for line in wanted])
    if wrong := _unfit(wanted, products):
        return wrong
    known = {line.id: line for line in held.lines}
    lines = [
        _kept(known.get(line.id), _line(held, place, line, products[line.medicine_id]))
        for place, line in enumerate(wanted, 1)
    ]
    total = sum(line.cost_minor * line.packs_ordered for line in lines)
    if total > GREATEST_TOTAL:
        return InvalidField(
            detail="The order costs more than can be recorded: look at the packs and at what each "
            "costs again.",
            field="lines",
        )
    order = replace(held.order, line_count=len(lines), total_minor=total)
    return replace(held, order=order, lines=lines)


def _unfit(
    wanted: Sequence[SupplyLine], products: Mapping[UUID, StockProduct]
) -> InvalidField | None:
    lines: set[UUID] = set()
    ordered: dict[UUID, int] = {}
    for index, line in enumerate(wanted):
        product = products.get(line.medicine_id)
        if line.id in lines:
            return _wrong(index, "id", "has the identifier of an earlier line")
        if product is None:
            return _wrong(index, "medicine_id", "names a medicine that the formulary does not have")
        if product.discontinued:
            return _wrong(index, "medicine_id", "names a medicine that is no longer supplied")
        if line.medicine_id in ordered:
            first = ordered[line.medicine_id] + 1
            return _wrong(
                index, "medicine_id", f"orders what line {first} orders; put the packs together"
            )
        lines.add(line.id)
        ordered[line.medicine_id] = index
    return None


def _line(held: HeldSupply, place: int, line: SupplyLine, product: StockProduct) -> SupplyOrderLine:
    order = held.order
    return SupplyOrderLine(
        id=line.id,
        clinic_id=order.clinic_id,
        version=1,
        supply_order_id=order.id,
        pharmacy_id=order.pharmacy_id,
        line=place,
        medicine_id=line.medicine_id,
        description=product.description,
        pack_size=product.pack_size,
        packs_ordered=line.packs,
        packs_received=0,
        cost_minor=line.cost_minor,
        currency=order.currency,
        updated_at=held.now,
        updated_by=order.updated_by,
    )


def _kept(known: SupplyOrderLine | None, line: SupplyOrderLine) -> SupplyOrderLine:
    """The line as the database has it where it says the same, so that it is not written again."""
    if known is None:
        return line
    same = replace(
        line, version=known.version, updated_at=known.updated_at, updated_by=known.updated_by
    )
    return known if same == known else same


def _wrong(index: int, field: str, said: str) -> InvalidField:
    return InvalidField(detail=f"Line {index + 1} {said}.", field=f"lines[{index}].{field}")
