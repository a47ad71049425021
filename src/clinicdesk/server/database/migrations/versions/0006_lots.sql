-- ─── What lies on a shelf, by its expiry ───────────────────────────────────────────────────────────────

alter table stock_level add column lots jsonb not null default '[]' check (jsonb_typeof(lots) = 'array');

create function lots_on_shelf(clinic uuid, pharmacy uuid, medicine uuid) returns jsonb
language sql stable set search_path = public, pg_temp as $$
  select coalesce(jsonb_agg(jsonb_build_object('expiry', e.expiry, 'units', e.units) order by e.expiry), '[]')
  from (select expiry, sum(on_hand)::integer as units from batch
        where clinic_id = clinic and pharmacy_id = pharmacy and medicine_id = medicine and on_hand > 0
        group by expiry) e
$$;
comment on function lots_on_shelf is 'What lies on a shelf by its expiry, the first first.';
revoke all on function lots_on_shelf from public;

create or replace function count_movement() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- The shelf first: it is the lock of its batches, and nothing is logged yet by who waits for it.
  perform from stock_level l
  where (l.clinic_id, l.pharmacy_id, l.medicine_id) in (
    select b.clinic_id, b.pharmacy_id, b.medicine_id
    from new_rows r join batch b on b.clinic_id = r.clinic_id and b.id = r.batch_id)
  order by l.clinic_id, l.medicine_id
  for no key update;
  update batch b set on_hand = b.on_hand + n.quantity
  from (select clinic_id, batch_id, sum(quantity)::integer as quantity from new_rows group by 1, 2) n
  where b.clinic_id = n.clinic_id and b.id = n.batch_id and n.quantity <> 0;
  update stock_level l set on_hand = l.on_hand + n.quantity, lots = n.lots
  from (select t.*, lots_on_shelf(t.clinic_id, t.pharmacy_id, t.medicine_id) as lots
        from (select b.clinic_id, b.pharmacy_id, b.medicine_id, sum(r.quantity)::integer as quantity
              from new_rows r join batch b on b.clinic_id = r.clinic_id and b.id = r.batch_id
              group by 1, 2, 3) t) n
  where l.clinic_id = n.clinic_id and l.pharmacy_id = n.pharmacy_id and l.medicine_id = n.medicine_id
    and (n.quantity <> 0 or l.lots <> n.lots);
  return null;
end;
$$;

-- The shelves as they stand: desks are told, as of any other change.
update stock_level set lots = lots_on_shelf(clinic_id, pharmacy_id, medicine_id) where on_hand > 0;
