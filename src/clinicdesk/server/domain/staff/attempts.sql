-- name: one_at_a_time
-- Attempts on one account are counted one after the other.
select pg_advisory_xact_lock(hashtextextended('sign-in ' || %(login)s, 0));

-- name: failures
-- Failed attempts within the window, with the seconds until the oldest leaves it: on the account from this
-- address, on the account from anywhere, and from this address on any account.
select kind, count(*)::int as failures, extract(epoch from min(at) + %(window)s - now())::float8 as wait_s
from sign_in_attempt
cross join lateral (values
  ('account_here', login = %(login)s and address = %(address)s),
  ('account', login = %(login)s),
  ('address', address = %(address)s)) as k (kind, counts)
where not succeeded and at > now() - %(window)s and (login = %(login)s or address = %(address)s) and counts
group by kind;

-- name: begin_attempt
-- An attempt counts as failed until it has succeeded.
insert into sign_in_attempt (login, address, succeeded) values (%(login)s, %(address)s, false)
returning id;

-- name: attempt_succeeded
-- It was the right password.
update sign_in_attempt set succeeded = true where id = %(attempt)s;

-- name: forgive
-- The account's failures no longer count.
delete from sign_in_attempt where login = %(login)s and not succeeded;
