-- name: lock_prescription
-- Whoever changes anything of a prescription holds its header row until the transaction ends.
select from prescription
where clinic_id = %(clinic_id)s and id = %(prescription_id)s
for no key update;

-- name: read_prescription
-- The whole aggregate as JSON, in one round trip, straight into `Held`. A statement of its own after the
-- lock: it must see what the transaction before us committed.
select json_build_object(
  'header', to_json(p),
  'items', coalesce((
    select json_agg(i order by i.line) from prescription_item i
    where i.clinic_id = p.clinic_id and i.prescription_id = p.id), '[]'),
  'payments', coalesce((
    select json_agg(m order by m.created_at, m.id) from payment m
    where m.clinic_id = p.clinic_id and m.prescription_id = p.id), '[]'),
  'changed_by', (
    select name from member where clinic_id = p.clinic_id and id = p.updated_by),
  'now', now())::text
from prescription p
where p.clinic_id = %(clinic_id)s and p.id = %(prescription_id)s;

-- name: insert_header
-- A new prescription; nothing when its identifier or its code is taken.
insert into prescription
select * from jsonb_populate_record(null::prescription, %(header)s::jsonb)
on conflict do nothing
returning version;

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
    decline_reason = n.decline_reason, updated_at = n.updated_at, updated_by = n.updated_by
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

-- name: done
-- The command's identity, the version that follows from it, and the clinic's log with it.
select current_setting('clinicdesk.op')::uuid as op_id, %(version)s::int as version, seq
from clinic_head
where clinic_id = %(clinic_id)s;
