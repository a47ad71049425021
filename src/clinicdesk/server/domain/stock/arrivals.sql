-- name: entered
-- Whether this entry of the ledger was made before. After the batches: two commands that bring the same goods
-- wait for each other there, if not at their order or at the shelf.
select exists (select from stock_movement where clinic_id = %(clinic_id)s and id = %(id)s);

-- name: enter_movements
-- What came, in the ledger. Entries whose identifier is taken are left out, which the count says: another pharmacy's,
-- which is not seen here, or that of a command about another medicine, which waited nowhere.
insert into stock_movement
select * from jsonb_populate_recordset(null::stock_movement, %(movements)s::jsonb)
on conflict do nothing;

-- name: enter_batches
-- Batches that the pharmacy does not have yet; those whose number and expiry it knows are left alone.
insert into batch (id, clinic_id, pharmacy_id, medicine_id, number, expiry, on_hand, cost_minor, currency)
select n.id, %(clinic_id)s, %(pharmacy_id)s, n.medicine_id, n.number, n.expiry, 0, n.cost_minor, %(currency)s
from jsonb_to_recordset(%(batches)s::jsonb)
  as n (id uuid, medicine_id uuid, number text, expiry date, cost_minor bigint)
on conflict do nothing;

-- name: cost_batches
-- What the last delivery of a batch cost. A statement of its own: it must see what was just entered.
update batch b set cost_minor = n.cost_minor
from jsonb_to_recordset(%(batches)s::jsonb)
  as n (id uuid, medicine_id uuid, number text, expiry date, cost_minor bigint)
where b.clinic_id = %(clinic_id)s and b.pharmacy_id = %(pharmacy_id)s and b.medicine_id = n.medicine_id
  and b.number = n.number and b.expiry = n.expiry and b.cost_minor <> n.cost_minor;

-- name: find_batches
-- The batches of these numbers and expiries, whoever entered them.
select b.id, b.medicine_id, b.number, b.expiry
from jsonb_to_recordset(%(batches)s::jsonb) as n (medicine_id uuid, number text, expiry date)
join batch b on b.clinic_id = %(clinic_id)s and b.pharmacy_id = %(pharmacy_id)s
  and b.medicine_id = n.medicine_id and b.number = n.number and b.expiry = n.expiry;

-- name: batch_version
-- Of a batch that has just grown.
select version from batch where clinic_id = %(clinic_id)s and id = %(id)s;
