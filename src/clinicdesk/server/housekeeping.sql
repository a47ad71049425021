-- name: turn
-- Whether no other server is at this chore, nor begins it before our transaction ends.
select pg_try_advisory_xact_lock(hashtextextended('clinicdesk chore ' || %(chore)s, 0));

-- name: log_partitions
-- The log has a partition for each of the months to come.
select make_log_partitions(3);

-- name: old_answers
-- A command may be sent again for 90 days.
delete from op_result where created_at < now() - interval '90 days';

-- name: old_attempts
-- Attempts to sign in count for minutes; a day of them is kept for whoever looks into an attack.
delete from sign_in_attempt where at < now() - interval '1 day';

-- name: old_refresh_tokens
-- Tokens of sessions that ended a week ago can tell nothing any more.
delete from refresh_token t using session s
where s.id = t.session_id and coalesce(s.ended_at, s.expires_at) < now() - interval '7 days';
