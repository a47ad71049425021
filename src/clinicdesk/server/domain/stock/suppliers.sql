-- name: lock_supplier
-- Before the first write, as every row that will change.
select from supplier where clinic_id = %(clinic_id)s and id = %(id)s for no key update;

-- name: write_supplier
-- A new wholesaler, or what is said of one now.
insert into supplier (id, clinic_id, name, phone, email, address, active)
values (%(id)s, %(clinic_id)s, %(name)s, %(phone)s, %(email)s, %(address)s, %(active)s)
on conflict (clinic_id, id) do update
set name = excluded.name, phone = excluded.phone, email = excluded.email, address = excluded.address,
    active = excluded.active
returning version;
