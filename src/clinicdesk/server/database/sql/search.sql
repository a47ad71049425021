-- name: patients_by_text
-- Who matches what a person typed, best first. The function searches by index and gives identifiers;
-- row-level security looks at each of them again here.
select p.*
from find_patients(%(wanted)s, %(born)s::date, %(limit)s) f
-- OFFSET 0 keeps the planner from reading every patient once: it takes a function for a thousand rows.
cross join lateral (
  select * from patient where id = f.patient_id and clinic_id = (select acting_clinic()) offset 0) p
order by f.place;
