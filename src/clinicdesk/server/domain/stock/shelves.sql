-- name: hold_shelves
-- Whoever changes what lies on a shelf, or what is said of it, holds its row until the transaction ends:
-- the shelf stands for its batches, which are then locked by nobody else. Always in the same order.
select from stock_level
where clinic_id = %(clinic_id)s and pharmacy_id = %(pharmacy_id)s and medicine_id = any(%(medicine_ids)s)
order by medicine_id
for no key update;

-- name: open_shelves
-- Shelves that the pharmacy does not have yet. What stands there already stays as it is.
insert into stock_level (id, clinic_id, pharmacy_id, medicine_id, on_hand, reorder_level, reorder_packs, shelf)
select n.id, %(clinic_id)s, %(pharmacy_id)s, n.medicine_id, 0, 0, 0, ''
from jsonb_to_recordset(%(shelves)s::jsonb) as n (id uuid, medicine_id uuid)
on conflict do nothing;
