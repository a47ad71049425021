-- name: publish
-- A public key is written once; many servers of a database may come to do so at one moment.
insert into seal_key (id, clinic_id, kid, public_key, active)
values (%(id)s, %(clinic_id)s, %(kid)s, %(public_key)s, true)
on conflict do nothing;
