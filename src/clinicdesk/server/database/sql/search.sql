-- name: patients_by_text
-- Who matches what a person typed, best first. The function searches by index and gives identifiers;
-- row-level security looks at each of them again here.
select p.*
from find_patients(%(wanted)s, %(born)s::date, %(limit)s) f
join patient p on p.id = f.patient_id and p.clinic_id = (select acting_clinic())
order by f.place;
