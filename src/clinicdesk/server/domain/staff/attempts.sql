-- name: one_at_a_time
-- Attempts on one account are counted one after the other.
select pg_advisory_xact_lock(hashtextextended('sign-in ' || %(login)s, 0));

-- name: failures
-- Failed attempts within the window, by account and by address.
select
  (count(*) filter (where login = %(login)s))::int as of_account,
  (count(*) filter (where address = %(address)s))::int as of_address,
  coalesce(extract(epoch from
    min(at) filter (where login = %(login)s) + %(window)s - now()), 0)::float8 as account_wait_s,
  coalesce(extract(epoch from
    min(at) filter (where address = %(address)s) + %(window)s - now()), 0)::float8 as address_wait_s
from sign_in_attempt
where not succeeded and at > now() - %(window)s and (login = %(login)s or address = %(address)s);

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
