-- name: hold_formulary
-- One import at a time; the log's head is taken only at the end.
select revision from formulary where clinic_id = %(clinic_id)s and id = %(formulary_id)s
for no key update;

-- name: make_incoming
-- Where the list lands first.
create temporary table incoming_medicine (
  id uuid, code text, generic_name text, strength text, form text, route text, brand text,
  manufacturer text, pack_size integer, pack_unit text, price_minor bigint, currency text, schedule text,
  ingredients text[], discontinued boolean, default_dose text, default_frequency text, default_days integer,
  gtin text
) on commit drop;

-- name: copy_incoming
-- The list, in PostgreSQL's own bulk format.
copy incoming_medicine from stdin;

-- name: know_incoming
-- The planner knows nothing yet of what has just arrived.
analyze incoming_medicine;

-- name: take_incoming
-- What is new is added, what differs is changed, the rest is not touched.
with written as (
  insert into medicine as m (
    id, clinic_id, formulary_id, revision, code, generic_name, strength, form, route, brand, manufacturer,
    pack_size, pack_unit, price_minor, currency, schedule, ingredients, discontinued, default_dose,
    default_frequency, default_days, gtin)
  select
    id, %(clinic_id)s, %(formulary_id)s, %(revision)s, code, generic_name, strength, form, route, brand,
    manufacturer, pack_size, pack_unit, price_minor, currency, schedule, ingredients, discontinued,
    default_dose, default_frequency, default_days, gtin
  from incoming_medicine
  on conflict (clinic_id, formulary_id, code) do update
  set (revision, generic_name, strength, form, route, brand, manufacturer, pack_size, pack_unit, price_minor,
       currency, schedule, ingredients, discontinued, default_dose, default_frequency, default_days, gtin)
    = (excluded.revision, excluded.generic_name, excluded.strength, excluded.form, excluded.route,
       excluded.brand, excluded.manufacturer, excluded.pack_size, excluded.pack_unit, excluded.price_minor,
       excluded.currency, excluded.schedule, excluded.ingredients, excluded.discontinued,
       excluded.default_dose, excluded.default_frequency, excluded.default_days,
       excluded.gtin)
  where (m.generic_name, m.strength, m.form, m.route, m.brand, m.manufacturer, m.pack_size, m.pack_unit,
         m.price_minor, m.currency, m.schedule, m.ingredients, m.discontinued, m.default_dose,
         m.default_frequency, m.default_days, m.gtin)
    is distinct from
        (excluded.generic_name, excluded.strength, excluded.form, excluded.route, excluded.brand,
         excluded.manufacturer, excluded.pack_size, excluded.pack_unit, excluded.price_minor,
         excluded.currency, excluded.schedule, excluded.ingredients, excluded.discontinued,
         excluded.default_dose, excluded.default_frequency, excluded.default_days, excluded.gtin)
  returning xmax = 0 as added
)
select (count(*) filter (where added))::int as added, (count(*) filter (where not added))::int as changed
from written;

-- name: new_revision
-- One entry of the log, however many medicines changed.
update formulary
set revision = %(revision)s,
    medicine_count = (
      select count(*) from medicine
      where clinic_id = %(clinic_id)s and formulary_id = %(formulary_id)s)
where clinic_id = %(clinic_id)s and id = %(formulary_id)s;

-- name: forget_incoming
-- For whoever imports twice in one transaction.
drop table incoming_medicine;
