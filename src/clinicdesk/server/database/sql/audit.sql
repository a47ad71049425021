-- name: all_heads
-- The end of each clinic's log.
select clinic_id, seq, encode(hash, 'hex') as hash from clinic_head order by clinic_id;

-- name: known_clinics
-- The clinics that there are, and those that the log knows: one step of the index each.
with recursive known as (
  (select clinic_id from clinic_log order by clinic_id limit 1)
  union all
  select (select l.clinic_id from clinic_log l where l.clinic_id > k.clinic_id order by l.clinic_id limit 1)
  from known k where k.clinic_id is not null)
select clinic_id from known where clinic_id is not null
union
select id from clinic;

-- name: hashed_entries
-- A clinic's entries as they are hashed: the time in microseconds, the rows as PostgreSQL writes them.
select clinic_id, seq, (extract(epoch from at) * 1000000)::bigint, actor_id, device_id, op_id, entity, entity_id,
       version, change, old::text, new::text, hash
from clinic_log where clinic_id = %(clinic_id)s order by seq, at;
