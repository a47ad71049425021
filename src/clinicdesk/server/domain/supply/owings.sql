-- name: reached
-- Prescriptions with a line that waits for one of these medicines and is reached by what has come: those
-- signed first are served first. Only where it was sent to this pharmacy, is paid and may be dispensed.
with waiting as (
  select i.prescription_id, coalesce(i.substitute_id, i.medicine_id) as medicine_id,
    sum(i.owing) over (
      partition by coalesce(i.substitute_id, i.medicine_id) order by p.signed_at, p.id, i.line
    ) - i.owing as ahead
  from prescription_item i
  join prescription p on p.clinic_id = i.clinic_id and p.id = i.prescription_id
  where i.clinic_id = %(clinic_id)s and i.pharmacy_id = %(pharmacy_id)s and i.status = 'OWING'
    and coalesce(i.substitute_id, i.medicine_id) = any(%(medicine_ids)s)
    and p.status = 'PAID' and (p.valid_until is null or p.valid_until >= %(today)s)
)
select distinct w.prescription_id
from waiting w
join jsonb_to_recordset(%(arrived)s::jsonb) as a (medicine_id uuid, units bigint) using (medicine_id)
where w.ahead < a.units;

-- name: lock_prescriptions
-- Before the first write and before any shelf, in the order that every command keeps.
select from prescription
where clinic_id = %(clinic_id)s and id = any(%(prescription_ids)s)
order by id
for no key update;

-- name: queue_notices
-- One message for each line and delivery, however often the delivery is entered.
insert into patient_notice (
  id, clinic_id, patient_id, practitioner_id, pharmacy_id, prescription_id, kind, subject_id, status)
select n.id, n.clinic_id, n.patient_id, n.practitioner_id, n.pharmacy_id, n.prescription_id, n.kind,
  n.subject_id, n.status
from jsonb_populate_recordset(null::patient_notice, %(notices)s::jsonb) n
on conflict do nothing;
