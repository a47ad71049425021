-- name: claim
-- One sending of a command at a time; false while another is being carried out. A statement of its own:
-- what the other has stored must be looked for with a snapshot that is younger than the claim.
-- Beside it what tells this history of the database from others (epoch.sql).
select pg_try_advisory_xact_lock(hashtextextended(concat_ws(' ', 'op', %(clinic_id)s, %(device_id)s, %(op_id)s), 0)),
       substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
       (select value from server_meta where key = 'identity'),
       (select value from server_meta where key = 'restores');

-- name: stored
-- What the command was answered before.
select body_hash, member_id, status, response from op_result
where clinic_id = %(clinic_id)s and device_id = %(device_id)s and op_id = %(op_id)s;

-- name: store
-- The answer, in the transaction of the effect.
insert into op_result (device_id, op_id, clinic_id, member_id, body_hash, status, response, seq)
values (%(device_id)s, %(op_id)s, %(clinic_id)s, %(member_id)s, %(body_hash)s, %(status)s, %(response)s,
        %(seq)s);
