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
alter table purchase_order disable trigger versions;
alter table stock_movement disable trigger frozen;

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
alter table purchase_order enable trigger versions;
alter table stock_movement enable trigger frozen;

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

-- name: move_findings_back
-- Reasons were given when the prescription was signed.
update safety_finding f set at = p.signed_at
from prescription p
where f.clinic_id = %(clinic_id)s and p.clinic_id = f.clinic_id and p.id = f.prescription_id
  and p.signed_at is not null;

-- name: move_orders_back
-- The order against a prescription was made when that was paid, and went with it.
update purchase_order o
set version = o.version + 1, created_at = p.paid_at, updated_at = p.updated_at,
    acknowledged_at = case when o.acknowledged_at is not null then p.paid_at end,
    ready_at = case when o.ready_at is not null then coalesce(p.fulfilled_at, p.updated_at) end,
    closed_at = case when o.closed_at is not null then p.updated_at end
from prescription p
where o.clinic_id = %(clinic_id)s and p.clinic_id = o.clinic_id and p.id = o.prescription_id
  and p.paid_at is not null;

-- name: move_dispenses_back
-- What was prepared was so when the prescription was fulfilled.
update dispense d
set checked_at = coalesce(p.fulfilled_at, p.updated_at),
    handed_over_at = case when d.handed_over_at is not null then p.completed_at end
from prescription p
where d.clinic_id = %(clinic_id)s and p.clinic_id = d.clinic_id and p.id = d.prescription_id;

-- name: move_movements_back
-- And was taken from its shelf at that moment.
update stock_movement m set at = d.checked_at
from dispense d
where m.clinic_id = %(clinic_id)s and d.clinic_id = m.clinic_id and d.id = m.subject_id;
