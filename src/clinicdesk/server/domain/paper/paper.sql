-- name: prescription
-- A prescription with all that its paper says, as JSON; each part as far as the acting member sees it.
select json_build_object(
  'header', to_json(p),
  'clinic', (select to_json(c) from clinic c where c.clinic_id = p.clinic_id),
  'practitioner', (select to_json(r) from practitioner r where r.clinic_id = p.clinic_id and r.id = p.practitioner_id),
  'patient', (select to_json(t) from patient t where t.clinic_id = p.clinic_id and t.id = p.patient_id),
  'pharmacy', (select to_json(f) from pharmacy f where f.clinic_id = p.clinic_id and f.id = p.pharmacy_id),
  'items', coalesce((
    select json_agg(i order by i.line) from prescription_item i
    where i.clinic_id = p.clinic_id and i.prescription_id = p.id), '[]'),
  'units', coalesce((
    select json_object_agg(m.id, m.pack_unit) from medicine m
    where m.clinic_id = p.clinic_id and m.id in (
      select i.medicine_id from prescription_item i where i.clinic_id = p.clinic_id and i.prescription_id = p.id)),
    '{}'))::text
from prescription p
where p.clinic_id = %(clinic_id)s and p.id = %(prescription_id)s;

-- name: pharmacy
-- A pharmacy with its clinic, as JSON.
select json_build_object('clinic', to_json(c), 'pharmacy', to_json(f))::text
from pharmacy f join clinic c on c.clinic_id = f.clinic_id
where f.clinic_id = %(clinic_id)s and f.id = %(pharmacy_id)s;

-- name: supply_order
-- An order to a supplier with all that its paper says, as JSON; each part as far as the acting member sees it.
select json_build_object(
  'order', to_json(o),
  'clinic', (select to_json(c) from clinic c where c.clinic_id = o.clinic_id),
  'pharmacy', (select to_json(f) from pharmacy f where f.clinic_id = o.clinic_id and f.id = o.pharmacy_id),
  'supplier', (select to_json(s) from supplier s where s.clinic_id = o.clinic_id and s.id = o.supplier_id),
  'lines', coalesce((
    select json_agg(l order by l.line) from supply_order_line l
    where l.clinic_id = o.clinic_id and l.supply_order_id = o.id), '[]'),
  'medicines', coalesce((
    select json_object_agg(m.id, m) from medicine m
    where m.clinic_id = o.clinic_id and m.id in (
      select l.medicine_id from supply_order_line l where l.clinic_id = o.clinic_id and l.supply_order_id = o.id)),
    '{}'),
  'ordered_by', coalesce((
    select m.name from member m where m.clinic_id = o.clinic_id
      and m.id = case when o.status = 'DRAFT' then o.updated_by else o.submitted_by end), ''))::text
from supply_order o
where o.clinic_id = %(clinic_id)s and o.id = %(supply_order_id)s;

-- name: supplied
-- What was handed over of some schedules, oldest first, each with its number in the year.
with entry as (
  select d.*, i.generic_name, i.strength, i.form, i.schedule,
    row_number() over (
      partition by date_part('year', d.handed_over_at at time zone %(zone)s) order by d.handed_over_at, d.id) as number
  from dispense d
  join prescription_item i on i.clinic_id = d.clinic_id and i.id = d.item_id
  where d.clinic_id = %(clinic_id)s and d.pharmacy_id = %(pharmacy_id)s and d.status = 'HANDED_OVER'
    and i.schedule = any (%(schedules)s) and d.handed_over_at >= %(year)s and d.handed_over_at < %(end)s
)
select e.number, e.handed_over_at as at, null::text as kind, e.generic_name, e.strength, e.form, e.brand,
  e.manufacturer, e.schedule, e.batch_number, e.expiry, e.quantity, null::integer as balance, m.name as by,
  null::text as reason, p.code as prescription_code, (p.signed_at at time zone %(zone)s)::date as prescribed_on,
  t.name as patient_name, t.address as patient_address, r.name as prescriber_name,
  r.registration_number as prescriber_registration, e.collected_by, coalesce(g.pack_unit, '') as unit
from entry e
join prescription p on p.clinic_id = e.clinic_id and p.id = e.prescription_id
join practitioner r on r.clinic_id = e.clinic_id and r.id = e.practitioner_id
join member m on m.clinic_id = e.clinic_id and m.id = e.checked_by
left join patient t on t.clinic_id = e.clinic_id and t.id = e.patient_id
left join medicine g on g.clinic_id = e.clinic_id and g.id = e.medicine_id
where e.handed_over_at >= %(begin)s
order by e.handed_over_at, e.id
limit %(limit)s;

-- name: balanced
-- Every movement of the stock of some schedules, each with what was left of its medicine, and what was handed
-- over where no stock is kept. Oldest first, numbered within the year. A balance counts from the first movement there
-- ever was.
with moved as (
  select s.*, (sum(s.quantity) over (partition by s.medicine_id order by s.at, s.id))::integer as balance,
    g.generic_name, g.strength, g.form, g.brand, g.manufacturer, g.schedule, g.pack_unit as unit
  from stock_movement s
  join medicine g on g.clinic_id = s.clinic_id and g.id = s.medicine_id
  where s.clinic_id = %(clinic_id)s and s.pharmacy_id = %(pharmacy_id)s and g.schedule = any (%(schedules)s)
    and s.at < %(end)s
), entry as (
  select v.id, v.at, v.kind, v.generic_name, v.strength, v.form, v.brand, v.manufacturer, v.schedule,
    b.number as batch_number, b.expiry, v.quantity, v.balance, v.by, v.reason, d.prescription_id,
    d.collected_by, v.unit
  from moved v
  join batch b on b.clinic_id = v.clinic_id and b.id = v.batch_id
  left join dispense d on d.clinic_id = v.clinic_id and d.id = v.subject_id
  where v.at >= %(year)s
  union all
  select d.id, d.handed_over_at, null, i.generic_name, i.strength, i.form, d.brand, d.manufacturer, i.schedule,
    d.batch_number, d.expiry, d.quantity, null, d.checked_by, null, d.prescription_id, d.collected_by,
    coalesce(g.pack_unit, '')
  from dispense d
  join prescription_item i on i.clinic_id = d.clinic_id and i.id = d.item_id
  left join medicine g on g.clinic_id = d.clinic_id and g.id = d.medicine_id
  where d.clinic_id = %(clinic_id)s and d.pharmacy_id = %(pharmacy_id)s and d.status = 'HANDED_OVER'
    and d.batch_id is null and i.schedule = any (%(schedules)s)
    and d.handed_over_at >= %(year)s and d.handed_over_at < %(end)s
), numbered as (
  select e.*, row_number() over (
    partition by date_part('year', e.at at time zone %(zone)s) order by e.at, e.id) as number
  from entry e
)
select e.number, e.at, e.kind, e.generic_name, e.strength, e.form, e.brand, e.manufacturer, e.schedule, e.batch_number,
  e.expiry, e.quantity, e.balance, m.name as by, e.reason, p.code as prescription_code,
  (p.signed_at at time zone %(zone)s)::date as prescribed_on, t.name as patient_name,
  t.address as patient_address, r.name as prescriber_name, r.registration_number as prescriber_registration,
  e.collected_by, e.unit
from numbered e
join member m on m.clinic_id = %(clinic_id)s and m.id = e.by
left join prescription p on p.clinic_id = %(clinic_id)s and p.id = e.prescription_id
left join practitioner r on r.clinic_id = p.clinic_id and r.id = p.practitioner_id
left join patient t on t.clinic_id = p.clinic_id and t.id = p.patient_id
where e.at >= %(begin)s
order by e.at, e.id
limit %(limit)s;

-- name: enter_print
-- The print in the log, once; how often the same was printed before. Null: it is not theirs to print.
select enter_print(%(id)s, %(document)s, %(subject_id)s, %(what)s, %(form)s, %(copies)s);
