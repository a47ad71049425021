-- name: lock_order
-- Whoever changes anything of an order to a supplier holds its row until the transaction ends.
select from supply_order
where clinic_id = %(clinic_id)s and id = %(supply_order_id)s
for no key update;

-- name: read_order
-- The whole aggregate as JSON, straight into `HeldSupply`. A statement of its own after the lock.
select json_build_object(
  'order', to_json(o),
  'lines', coalesce((
    select json_agg(l order by l.line) from supply_order_line l
    where l.clinic_id = o.clinic_id and l.supply_order_id = o.id), '[]'),
  'supplier', (select name from supplier s where s.clinic_id = o.clinic_id and s.id = o.supplier_id),
  'changed_by', (select name from member where clinic_id = o.clinic_id and id = o.updated_by),
  'now', now(),
  'today', (select (now() at time zone zone)::date from clinic c where c.clinic_id = o.clinic_id))::text
from supply_order o
where o.clinic_id = %(clinic_id)s and o.id = %(supply_order_id)s;

-- name: insert_order
-- A new order; nothing when its identifier or its code is taken.
insert into supply_order
select * from jsonb_populate_record(null::supply_order, %(order)s::jsonb)
on conflict do nothing
returning version;

-- name: write_order
-- What a command may change of it. Its version grows with each command on the aggregate.
update supply_order o
set supplier_id = n.supplier_id, status = n.status, note = n.note, line_count = n.line_count,
    total_minor = n.total_minor, submitted_at = n.submitted_at, acknowledged_at = n.acknowledged_at,
    expected_on = n.expected_on, received_at = n.received_at, closed_at = n.closed_at,
    close_reason = n.close_reason, updated_at = n.updated_at, updated_by = n.updated_by,
    submitted_by = n.submitted_by
from jsonb_populate_record(null::supply_order, %(order)s::jsonb) n
where o.clinic_id = n.clinic_id and o.id = n.id
returning o.version;

-- name: delete_lines
-- Lines that a draft no longer has.
delete from supply_order_line
where clinic_id = %(clinic_id)s and supply_order_id = %(supply_order_id)s and id = any(%(ids)s);

-- name: write_lines
-- What a command may change of a line.
update supply_order_line l
set line = n.line, medicine_id = n.medicine_id, description = n.description, pack_size = n.pack_size,
    packs_ordered = n.packs_ordered, packs_received = n.packs_received, cost_minor = n.cost_minor,
    updated_at = n.updated_at, updated_by = n.updated_by
from jsonb_populate_recordset(null::supply_order_line, %(lines)s::jsonb) n
where l.clinic_id = n.clinic_id and l.id = n.id and l.supply_order_id = n.supply_order_id;

-- name: insert_lines
-- New lines; those whose identifier is taken are left out, which the caller sees by the count.
insert into supply_order_line
select * from jsonb_populate_recordset(null::supply_order_line, %(lines)s::jsonb)
on conflict (clinic_id, id) do nothing;
