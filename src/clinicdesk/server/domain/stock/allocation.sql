-- name: lock_levels
-- The shelves of these medicines at a pharmacy, held until the transaction ends as `hold_shelves` does.
select * from stock_level
where clinic_id = %(clinic_id)s and pharmacy_id = %(pharmacy_id)s and medicine_id = any(%(medicine_ids)s)
order by medicine_id
for no key update;

-- name: batches
-- Their batches, first expiry first; of those that expire together the one that came first.
select * from batch
where clinic_id = %(clinic_id)s and pharmacy_id = %(pharmacy_id)s and medicine_id = any(%(medicine_ids)s)
  and (on_hand > 0 or id = %(batch_id)s::uuid)
order by expiry, received_at, id;

-- name: last_movers
-- Who took from each medicine's stock these minutes, where that was somebody else: who was quicker.
select w.medicine_id, m.name
from unnest(%(medicine_ids)s::uuid[]) as w (medicine_id)
cross join lateral (
  select by from stock_movement
  where clinic_id = %(clinic_id)s and pharmacy_id = %(pharmacy_id)s and medicine_id = w.medicine_id
    and quantity < 0 and at > now() - interval '10 minutes'
  order by at desc, id desc
  limit 1) s
join member m on m.clinic_id = %(clinic_id)s and m.id = s.by
where s.by is distinct from %(member_id)s::uuid;
