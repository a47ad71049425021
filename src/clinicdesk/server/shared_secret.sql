-- name: keep
-- The first server's key is the one.
insert into server_meta (key, value) values ('secret', %(fingerprint)s) on conflict (key) do nothing;

-- name: kept
-- The fingerprint of the key that the database's servers sign with.
select value from server_meta where key = 'secret';

-- name: adopt
-- Another key from now on.
insert into server_meta as meta (key, value) values ('secret', %(fingerprint)s)
on conflict (key) do update set value = excluded.value where meta.value <> excluded.value;
