-- name: surroundings
-- What a rule about stock must know of the clinic.
select (now() at time zone zone)::date as today, now() as now, currency
from clinic where clinic_id = %(clinic_id)s;

-- name: products
-- The medicines that a rule names.
select id, generic_name, strength, form, brand, pack_size, discontinued
from medicine where clinic_id = %(clinic_id)s and id = any(%(medicine_ids)s);
