-- name: hold_waiting
-- Prescriptions of which a line waits for one of these medicines, before the first write and before any shelf,
-- in the order that every command keeps.
select from prescription
where clinic_id = %(clinic_id)s and id in (
  select i.prescription_id from prescription_item i
  where i.clinic_id = %(clinic_id)s and i.pharmacy_id = %(pharmacy_id)s and i.status = 'OWING'
    and coalesce(i.substitute_id, i.medicine_id) = any(%(medicine_ids)s))
order by id
for no key update;

-- name: waiting
-- Lines that wait for one of these medicines, those signed first first. Only where they were sent to this
-- pharmacy, are paid and may be dispensed.
select i.id as item_id, i.prescription_id, coalesce(i.substitute_id, i.medicine_id) as medicine_id, i.owing,
  i.passed_over
from prescription_item i
join prescription p on p.clinic_id = i.clinic_id and p.id = i.prescription_id
join clinic c on c.clinic_id = i.clinic_id
where i.clinic_id = %(clinic_id)s and i.pharmacy_id = %(pharmacy_id)s and i.status = 'OWING'
  and coalesce(i.substitute_id, i.medicine_id) = any(%(medicine_ids)s)
  and p.status = 'PAID' and (p.valid_until is null or p.valid_until >= (now() at time zone c.zone)::date)
  and exists (
    select from purchase_order o
    where o.clinic_id = p.clinic_id and o.prescription_id = p.id
      and o.status not in ('COLLECTED', 'DELIVERED', 'REJECTED', 'CANCELLED'))
order by p.signed_at, p.id, i.line;

-- name: shelves
-- What lies on the shelves of these medicines and has not expired, and how much of it is promised: to lines
-- that are being picked, but for `besides`.
select w.medicine_id, there.units as usable, promised.units as promised
from unnest(%(medicine_ids)s::uuid[]) as w (medicine_id)
join clinic c on c.clinic_id = %(clinic_id)s
cross join lateral (
  select coalesce(sum(b.on_hand), 0)::integer as units from batch b
  where b.clinic_id = c.clinic_id and b.pharmacy_id = %(pharmacy_id)s and b.medicine_id = w.medicine_id
    and b.expiry >= (now() at time zone c.zone)::date) there
cross join lateral (
  select coalesce(sum(i.quantity - i.supplied - i.prepared - i.owing), 0)::integer as units
  from prescription_item i
  join prescription p on p.clinic_id = i.clinic_id and p.id = i.prescription_id
  where i.clinic_id = c.clinic_id and i.pharmacy_id = %(pharmacy_id)s and i.status = 'PICKING'
    and coalesce(i.substitute_id, i.medicine_id) = w.medicine_id and i.id is distinct from %(besides)s::uuid
    and p.status = 'PAID' and (p.valid_until is null or p.valid_until >= (now() at time zone c.zone)::date)
    and exists (
      select from purchase_order o
      where o.clinic_id = p.clinic_id and o.prescription_id = p.id
        and o.status not in ('COLLECTED', 'DELIVERED', 'REJECTED', 'CANCELLED'))) promised;

-- name: hold_free
-- Those of these prescriptions that no other command holds: one that is held is not waited for, since that
-- command may be waiting for the clinic's log, which this one has.
select id from prescription
where clinic_id = %(clinic_id)s and id = any(%(prescription_ids)s)
order by id
for no key update skip locked;

-- name: queue_notices
-- One message for each prescription and each time that goods reach it.
insert into patient_notice (
  id, clinic_id, patient_id, practitioner_id, pharmacy_id, prescription_id, kind, subject_id, status)
select n.id, n.clinic_id, n.patient_id, n.practitioner_id, n.pharmacy_id, n.prescription_id, n.kind,
  n.subject_id, n.status
from jsonb_populate_recordset(null::patient_notice, %(notices)s::jsonb) n
on conflict do nothing;
