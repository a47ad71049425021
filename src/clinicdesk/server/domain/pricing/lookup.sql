-- name: prices_today
-- What packs of these medicines cost at a pharmacy today, where its list says so: of the prices in force
-- the one that began last. The day is that of the clinic.
select distinct on (p.medicine_id) p.medicine_id, p.price_minor, p.currency
from price_list l
join price p on p.clinic_id = l.clinic_id and p.price_list_id = l.id
cross join lateral (
  select (now() at time zone c.zone)::date as today from clinic c where c.clinic_id = l.clinic_id) day
where l.clinic_id = %(clinic_id)s and l.pharmacy_id = %(pharmacy_id)s and p.medicine_id = any(%(medicine_ids)s)
  and not p.withdrawn and p.effective_from <= day.today
  and (p.effective_until is null or p.effective_until >= day.today)
order by p.medicine_id, p.effective_from desc;
