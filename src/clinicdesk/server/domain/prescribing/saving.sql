-- name: insert_header
-- A new prescription; nothing when its identifier or its code is taken.
insert into prescription
select * from jsonb_populate_record(null::prescription, %(header)s::jsonb)
on conflict do nothing
returning version;

-- name: move_stock
-- New entries of the stock's ledger; batches and shelves follow by trigger. Those whose identifier is
-- taken are left out, which the count says. Naming the key would ask whether the row may be seen, and a
-- prescriber who cancels may not see the ledger.
insert into stock_movement
select * from jsonb_populate_recordset(null::stock_movement, %(movements)s::jsonb)
on conflict do nothing;

-- name: write_header
-- What a command may change of the header. Its version grows with each command on the aggregate.
update prescription p
set pharmacy_id = n.pharmacy_id, status = n.status, signed_at = n.signed_at, note = n.note,
    item_count = n.item_count, controlled = n.controlled, total_minor = n.total_minor,
    paid_minor = n.paid_minor, paid_at = n.paid_at, fulfilled_at = n.fulfilled_at,
    completed_at = n.completed_at, collected_by = n.collected_by, cancelled_at = n.cancelled_at,
    cancel_reason = n.cancel_reason, updated_at = n.updated_at, updated_by = n.updated_by,
    repeats = n.repeats, repeats_used = n.repeats_used, valid_until = n.valid_until,
    delivery = n.delivery, bin = n.bin, counselling = n.counselling, seal = n.seal
from jsonb_populate_record(null::prescription, %(header)s::jsonb) n
where p.clinic_id = n.clinic_id and p.id = n.id
returning p.version;

-- name: delete_items
-- Lines that a draft no longer has.
delete from prescription_item
where clinic_id = %(clinic_id)s and prescription_id = %(prescription_id)s and id = any(%(ids)s);

-- name: write_items
-- What a command may change of a line.
update prescription_item i
set pharmacy_id = n.pharmacy_id, signed_at = n.signed_at, line = n.line, medicine_id = n.medicine_id,
    generic_name = n.generic_name, strength = n.strength, form = n.form, brand = n.brand,
    schedule = n.schedule, dose = n.dose, route = n.route, frequency = n.frequency, days = n.days,
    quantity = n.quantity, instructions = n.instructions, amount_minor = n.amount_minor,
    currency = n.currency, status = n.status, supplied = n.supplied,
    decline_reason = n.decline_reason, updated_at = n.updated_at, updated_by = n.updated_by,
    prepared = n.prepared, owing = n.owing, hold_reason = n.hold_reason,
    substitute_id = n.substitute_id, substitute_brand = n.substitute_brand,
    substitution_reason = n.substitution_reason, prescribed_minor = n.prescribed_minor,
    passed_over = n.passed_over
from jsonb_populate_recordset(null::prescription_item, %(items)s::jsonb) n
where i.clinic_id = n.clinic_id and i.id = n.id and i.prescription_id = n.prescription_id;

-- name: insert_items
-- New lines; those whose identifier is taken are left out, which the caller sees by the count.
insert into prescription_item
select * from jsonb_populate_recordset(null::prescription_item, %(items)s::jsonb)
on conflict (clinic_id, id) do nothing;

-- name: enter_payments
-- New entries of the ledger; those whose identifier is taken are left out, which the count says.
insert into payment
select * from jsonb_populate_recordset(null::payment, %(payments)s::jsonb)
on conflict do nothing;

-- name: settle_payments
-- Refunds that were owed and have been paid out.
update payment m
set status = n.status, settled_at = n.settled_at
from jsonb_populate_recordset(null::payment, %(payments)s::jsonb) n
where m.clinic_id = n.clinic_id and m.id = n.id;

-- name: enter_dispenses
-- Units that were prepared; those whose identifier is taken are left out, which the count says.
insert into dispense
select * from jsonb_populate_recordset(null::dispense, %(dispenses)s::jsonb)
on conflict (clinic_id, id) do nothing;

-- name: settle_dispenses
-- What was prepared was handed over, or put back.
update dispense d
set status = n.status, handed_over_at = n.handed_over_at, collected_by = n.collected_by,
    return_reason = n.return_reason
from jsonb_populate_recordset(null::dispense, %(dispenses)s::jsonb) n
where d.clinic_id = n.clinic_id and d.id = n.id;

-- name: insert_order
-- A pharmacy's order; nothing when its code is taken.
insert into purchase_order
select * from jsonb_populate_record(null::purchase_order, %(order)s::jsonb)
on conflict (clinic_id, code) do nothing;

-- name: move_orders
-- What becomes of orders.
update purchase_order o
set status = n.status, response = n.response, response_note = n.response_note,
    quoted_minor = n.quoted_minor, acknowledged_at = n.acknowledged_at, ready_at = n.ready_at,
    dispatched_at = n.dispatched_at, closed_at = n.closed_at, received_by = n.received_by,
    updated_at = n.updated_at, updated_by = n.updated_by
from jsonb_populate_recordset(null::purchase_order, %(orders)s::jsonb) n
where o.clinic_id = n.clinic_id and o.id = n.id;

-- name: enter_findings
-- Reasons that were given; one that stands already is left as it is.
insert into safety_finding
select * from jsonb_populate_recordset(null::safety_finding, %(findings)s::jsonb)
on conflict (clinic_id, id) do nothing;
