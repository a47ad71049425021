-- name: session_member
-- The device and the membership behind a session that holds.
select s.device_id, to_jsonb(m) as member
from session s
join account a on a.id = s.account_id
join member m on m.clinic_id = s.clinic_id and m.id = s.member_id
where s.id = %(session_id)s and s.ended_at is null and s.expires_at > now()
  and a.disabled_at is null and m.active;

-- name: holding
-- Those of some sessions that hold. That a membership has ended is told by the clinic's log.
select s.id
from session s
join account a on a.id = s.account_id
where s.id = any (%(session_ids)s) and s.ended_at is null and s.expires_at > now() and a.disabled_at is null;

-- name: end_session
-- No token of it is good any more.
update session set ended_at = now(), end_reason = %(reason)s
where id = %(session_id)s and ended_at is null;

-- name: account_by_login
-- Who this login is, if anybody.
select id as account_id, password_hash from account where login = %(login)s and disabled_at is null;

-- name: memberships
-- The clinics in which the account works, with the membership there.
select c.id as clinic_id, c.name as clinic_name, to_jsonb(m) as member
from member m
join clinic c on c.clinic_id = m.clinic_id
where m.account_id = %(account_id)s and m.active
order by c.name, c.id;

-- name: register_device
-- The desk and its key. A desk that lost its key brings a new one, but only to its own account; a key that
-- is known already may serve several people at one desk.
insert into device (id, account_id, name, public_key)
values (%(device_id)s, %(account_id)s, %(name)s, %(public_key)s)
on conflict (id) do update
set account_id = excluded.account_id, name = excluded.name, public_key = excluded.public_key,
    last_seen_at = now()
where device.account_id = excluded.account_id or device.public_key = excluded.public_key
returning id;

-- name: begin_session
-- A sign-in.
insert into session (id, account_id, device_id, clinic_id, member_id, expires_at)
values (gen_random_uuid(), %(account_id)s, %(device_id)s, %(clinic_id)s, %(member_id)s,
        now() + %(lifetime)s)
returning id;

-- name: issue_refresh
-- A refresh token, by its hash; nothing when it was issued already.
insert into refresh_token (hash, session_id) values (%(hash)s, %(session_id)s)
on conflict (hash) do nothing;

-- name: lock_session_of
-- Refreshes of one session happen one after the other.
select s.id from session s
join refresh_token t on t.session_id = s.id
where t.hash = %(hash)s
for update of s;

-- name: refresh_standing
-- A refresh token, the session and the desk it belongs to, and what became of its successor.
select t.session_id, s.device_id, d.public_key, t.used_at is not null as used,
  exists (
    select from refresh_token n where n.hash = t.replaced_by and n.used_at is not null
  ) as successor_used,
  s.ended_at is null and s.expires_at > now() and a.disabled_at is null and m.active as holds
from refresh_token t
join session s on s.id = t.session_id
join device d on d.id = s.device_id
join account a on a.id = s.account_id
join member m on m.clinic_id = s.clinic_id and m.id = s.member_id
where t.hash = %(hash)s;

-- name: use_refresh
-- The token has been exchanged for its successor.
update refresh_token set used_at = coalesce(used_at, now()), replaced_by = %(successor)s
where hash = %(hash)s;

-- name: seen_at_desk
-- The desk gave a sign of life.
update device set last_seen_at = now() where id = %(device_id)s;
