-- name: medicines_after
-- A page of what changed, as JSON, with the formulary's revision of the same moment and the page's end.
-- The order is that of the index medicine_by_revision.
with page as (
  select id, clinic_id, formulary_id, revision, code, generic_name, strength, form, route,
    brand, manufacturer, pack_size, pack_unit, price_minor, currency, schedule, ingredients,
    discontinued, default_dose, default_frequency, default_days, gtin
  from medicine
  where clinic_id = %(clinic_id)s and formulary_id = %(formulary_id)s
    and (revision, id) > (%(revision)s, %(id)s::uuid)
  order by revision, id
  limit %(limit)s
), last as (
  select revision, id from page order by revision desc, id desc limit 1
)
select f.revision,
  (select coalesce(json_agg(page), '[]')::text from page) as medicines,
  (select count(*)::int from page) as count,
  (select revision from last) as last_revision,
  (select id from last) as last_id
from formulary f
where f.clinic_id = %(clinic_id)s and f.id = %(formulary_id)s;
