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
  'dispenses', coalesce((
    select json_agg(d order by d.checked_at, d.id) from dispense d
    where d.clinic_id = p.clinic_id and d.prescription_id = p.id), '[]'),
  'findings', coalesce((
    select json_agg(f order by f.at, f.id) from safety_finding f
    where f.clinic_id = p.clinic_id and f.prescription_id = p.id), '[]'),
  'orders', coalesce((
    select json_agg(o order by o.created_at, o.id) from purchase_order o
    where o.clinic_id = p.clinic_id and o.prescription_id = p.id), '[]'),
  'changed_by', (
    select name from member where clinic_id = p.clinic_id and id = p.updated_by),
  'now', now(),
  'today', (select (now() at time zone zone)::date from clinic where clinic_id = p.clinic_id))::text
from prescription p
where p.clinic_id = %(clinic_id)s and p.id = %(prescription_id)s;
