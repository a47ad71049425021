-- name: surroundings
-- The clinic's currency and day, and whether the patient and the pharmacy that a draft names can be named by it.
select c.currency, now() as now, (now() at time zone c.zone)::date as today,
  exists (
    select from patient
    where clinic_id = c.clinic_id and id = %(patient_id)s
      and %(practitioner_id)s::uuid = any(practitioner_ids)) as patient_is_theirs,
  exists (
    select from pharmacy
    where clinic_id = c.clinic_id and id = %(pharmacy_id)s::uuid and active) as pharmacy_is_open
from clinic c
where c.clinic_id = %(clinic_id)s;
