-- name: packed
-- What a dispense takes from the formulary.
select id, generic_name, strength, form, brand, manufacturer
from medicine
where clinic_id = %(clinic_id)s and id = any(%(ids)s);
