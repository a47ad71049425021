-- name: is_complete
-- Whether the demo clinic of this seed has been made to its end.
select exists (select from server_meta where key = %(key)s);

-- name: has_clinic
-- Whether the demo clinic was begun.
select exists (select from clinic where clinic_id = %(clinic_id)s);

-- name: prescriptions_made
-- Those that were made before an interruption.
select id from prescription where clinic_id = %(clinic_id)s;

-- name: complete
-- It has been made to its end.
insert into server_meta (key, value) values (%(key)s, now()::text) on conflict do nothing;

-- name: hold_clock_open
-- While prescriptions are moved back in time, their last change is what the plan says, not now.
alter table prescription disable trigger versions;

-- name: move_back
-- Each prescription at the times at which it would have happened.
update prescription p
set version = p.version + 1,
    created_at = n.created_at,
    signed_at = case when p.signed_at is not null then n.signed_at end,
    paid_at = case when p.paid_at is not null then n.paid_at end,
    fulfilled_at = case when p.fulfilled_at is not null then n.fulfilled_at end,
    completed_at = case when p.completed_at is not null then n.completed_at end,
    cancelled_at = case when p.cancelled_at is not null then n.reached_at end,
    updated_at = n.reached_at
from jsonb_to_recordset(%(times)s::jsonb) as n (
  id uuid, created_at timestamptz, signed_at timestamptz, paid_at timestamptz,
  fulfilled_at timestamptz, completed_at timestamptz, reached_at timestamptz)
where p.clinic_id = %(clinic_id)s and p.id = n.id;

-- name: let_clock_run
-- From now on the database says again when a prescription was changed.
alter table prescription enable trigger versions;

-- name: move_payments_back
-- What was paid came in when the prescription was paid, a refund at its last change.
update payment m
set created_at = case m.kind when 'payment' then p.paid_at else p.updated_at end,
    settled_at = case
      when m.settled_at is null then null
      when m.kind = 'payment' then p.paid_at
      else p.updated_at end
from prescription p
where m.clinic_id = %(clinic_id)s and p.clinic_id = m.clinic_id and p.id = m.prescription_id
  and p.paid_at is not null;
