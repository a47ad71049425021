-- name: set_reorder
-- What is said of a shelf; it is put up where there is none.
insert into stock_level (
  id, clinic_id, pharmacy_id, medicine_id, on_hand, reorder_level, reorder_packs, shelf)
values (
  %(id)s, %(clinic_id)s, %(pharmacy_id)s, %(medicine_id)s, 0, %(reorder_level)s, %(reorder_packs)s, %(shelf)s)
on conflict (clinic_id, pharmacy_id, medicine_id) do update
set reorder_level = excluded.reorder_level, reorder_packs = excluded.reorder_packs, shelf = excluded.shelf
returning version;
