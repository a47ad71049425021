-- name: database
-- The timeline, which begins the name of each WAL file, and this database's own facts.
select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
       (select value from server_meta where key = 'identity'),
       (select value from server_meta where key = 'restores');

-- name: may_read_system
-- Whether we may read the cluster's identifier.
select has_function_privilege('pg_control_system()', 'EXECUTE');

-- name: system
-- The cluster's identifier.
select system_identifier::text from pg_control_system();

-- name: count_restore
-- One more restore.
update server_meta set value = (value::int + 1)::text where key = 'restores';
