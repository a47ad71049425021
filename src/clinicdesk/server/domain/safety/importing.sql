-- name: have_rule_set
-- A clinic's rule set begins with its first import.
insert into rule_set (id, clinic_id, name, revision, rule_count)
values (%(rule_set_id)s, %(clinic_id)s, 'Safety rules', 0, 0)
on conflict (clinic_id, id) do nothing;

-- name: hold_rule_set
-- One import at a time; the log's head is taken only at the end.
select revision from rule_set where clinic_id = %(clinic_id)s and id = %(rule_set_id)s
for no key update;

-- name: make_incoming
-- Where the file lands first.
create temporary table incoming_rule (
  id uuid, kind text, subject text, other text, level text, text text, route text, max_single_ug bigint,
  max_daily_ug bigint, from_age_months integer, to_age_months integer
) on commit drop;

-- name: copy_incoming
-- The file, in PostgreSQL's own bulk format.
copy incoming_rule from stdin;

-- name: know_incoming
-- The planner knows nothing yet of what has just arrived.
analyze incoming_rule;

-- name: take_incoming
-- What is new is added, what differs or was withdrawn is changed, the rest is not touched.
with written as (
  insert into safety_rule as r (
    id, clinic_id, rule_set_id, revision, kind, subject, other, level, text, source, route, max_single_ug,
    max_daily_ug, from_age_months, to_age_months, withdrawn)
  select distinct on (id)
    id, %(clinic_id)s, %(rule_set_id)s, %(revision)s, kind, subject, other, level, text, %(source)s, route,
    max_single_ug, max_daily_ug, from_age_months, to_age_months, false
  from incoming_rule
  on conflict (clinic_id, id) do update
  set (revision, level, text, max_single_ug, max_daily_ug, to_age_months, withdrawn)
    = (excluded.revision, excluded.level, excluded.text, excluded.max_single_ug, excluded.max_daily_ug,
       excluded.to_age_months, false)
  where (r.level, r.text, r.max_single_ug, r.max_daily_ug, r.to_age_months, r.withdrawn)
    is distinct from
        (excluded.level, excluded.text, excluded.max_single_ug, excluded.max_daily_ug,
         excluded.to_age_months, false)
  returning xmax = 0 as added
)
select (count(*) filter (where added))::int as added, (count(*) filter (where not added))::int as changed
from written;

-- name: withdraw_others
-- Rules of this source that it does not have any more. Desks must hear of them, so they stay.
update safety_rule r
set withdrawn = true, revision = %(revision)s
where clinic_id = %(clinic_id)s and rule_set_id = %(rule_set_id)s and source = %(source)s and not withdrawn
  and not exists (select from incoming_rule i where i.id = r.id);

-- name: new_revision
-- One entry of the log, however many rules changed.
update rule_set
set revision = %(revision)s,
    rule_count = (
      select count(*) from safety_rule
      where clinic_id = %(clinic_id)s and rule_set_id = %(rule_set_id)s and not withdrawn)
where clinic_id = %(clinic_id)s and id = %(rule_set_id)s;

-- name: forget_incoming
-- For whoever imports twice in one transaction.
drop table incoming_rule;
