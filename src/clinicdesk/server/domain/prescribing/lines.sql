-- name: products
-- What lines take from the formulary.
select id, generic_name, strength, form, brand, schedule, pack_size, price_minor, currency, ingredients,
       discontinued
from medicine
where clinic_id = %(clinic_id)s and id = any(%(ids)s);
