-- name: lock_patient
-- Signing makes the patient known to the pharmacy; two signings at once must not lose each other's.
select from patient where clinic_id = %(clinic_id)s and id = %(patient_id)s for no key update;

-- name: recipient
-- Whether the pharmacy knows the patient, whether it is open, and which day it is at the clinic.
select
  %(pharmacy_id)s::uuid = any(p.pharmacy_ids) as known_there,
  exists (
    select from pharmacy
    where clinic_id = p.clinic_id and id = %(pharmacy_id)s::uuid and active) as pharmacy_is_open,
  (select (now() at time zone zone)::date from clinic where clinic_id = p.clinic_id) as today
from patient p
where p.clinic_id = %(clinic_id)s and p.id = %(patient_id)s;

-- name: make_known
-- The pharmacy supplies this patient from now on. The patient's allergies follow by trigger.
update patient
set pharmacy_ids = array_append(pharmacy_ids, %(pharmacy_id)s::uuid)
where clinic_id = %(clinic_id)s and id = %(patient_id)s;
