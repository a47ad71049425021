-- name: entries_after
-- A stretch of a clinic's log.
select clinic_id, seq, at, actor_id, device_id, op_id, entity, entity_id, version, change, old, new
from clinic_log
where clinic_id = %(clinic_id)s
  and seq > %(after)s
  and seq <= coalesce(%(up_to)s::bigint, 9223372036854775807)
order by seq
limit %(limit)s;

-- name: heads
-- The last number of each of some clinics.
select clinic_id, seq from clinic_head where clinic_id = any (%(clinic_ids)s);

-- name: oldest_served
-- The first entry young enough to be served to a desk that was away; past the head when there is none.
select coalesce(
  (select seq from clinic_log
   where clinic_id = %(clinic_id)s and at > now() - make_interval(days => %(days)s)
   order by at, seq limit 1),
  (select seq + 1 from clinic_head where clinic_id = %(clinic_id)s),
  1);
