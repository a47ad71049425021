-- name: price_list
-- The list that prices are imported into, and the moment that they are compared with.
select l.id, l.pharmacy_id, l.currency, l.revision,
  (now() at time zone c.zone)::date as today,
  (select coalesce(sum(f.revision), 0)::bigint from formulary f where f.clinic_id = l.clinic_id) as formularies
from price_list l join clinic c on c.clinic_id = l.clinic_id
where l.clinic_id = %(clinic_id)s and l.id = %(price_list_id)s;

-- name: lock_price_list
-- One import, or one change of a price, at a time.
select from price_list where clinic_id = %(clinic_id)s and id = %(price_list_id)s for no key update;

-- name: by_code
-- The medicines that a file names by their codes.
select n.named, m.id, m.generic_name, m.strength, m.form, m.brand, m.price_minor
from unnest(%(named)s::text[]) as n (named)
join formulary f on f.clinic_id = %(clinic_id)s
join medicine m on m.clinic_id = f.clinic_id and m.formulary_id = f.id and m.code = n.named;

-- name: by_gtin
-- The medicines that a file names by what their barcodes say.
select n.named, m.id, m.generic_name, m.strength, m.form, m.brand, m.price_minor
from unnest(%(named)s::text[]) as n (named)
join medicine m on m.clinic_id = %(clinic_id)s and m.gtin = n.named;

-- name: standing
-- What the list says of these medicines. A withdrawn price holds on no day.
select medicine_id, price_minor, effective_from, effective_until, withdrawn
from price
where clinic_id = %(clinic_id)s and price_list_id = %(price_list_id)s and medicine_id = any(%(medicine_ids)s);

-- name: write_prices
-- New prices, and those of a day that the list has one of already.
insert into price as p (
  id, clinic_id, price_list_id, pharmacy_id, revision, medicine_id, price_minor, currency, effective_from,
  effective_until, withdrawn)
select n.id, %(clinic_id)s, %(price_list_id)s, %(pharmacy_id)s, %(revision)s, n.medicine_id, n.price_minor,
  %(currency)s, n.effective_from, n.effective_until, false
from unnest(
  %(ids)s::uuid[], %(medicine_ids)s::uuid[], %(prices)s::bigint[], %(begins)s::date[], %(ends)s::date[]
) as n (id, medicine_id, price_minor, effective_from, effective_until)
on conflict (clinic_id, price_list_id, medicine_id, effective_from) do update
set revision = excluded.revision, price_minor = excluded.price_minor,
    effective_until = excluded.effective_until, withdrawn = false;

-- name: new_revision
-- One entry of the log, however many prices changed.
update price_list l
set revision = l.revision + 1,
    price_count = (
      select count(*) from price p
      where p.clinic_id = l.clinic_id and p.price_list_id = l.id and not p.withdrawn)
where l.clinic_id = %(clinic_id)s and l.id = %(price_list_id)s
returning l.version;
