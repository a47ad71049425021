-- name: movements
-- A page of a medicine's ledger at a pharmacy, newest first, along the index stock_movement_by_medicine.
select * from stock_movement
where clinic_id = %(clinic_id)s and pharmacy_id = %(pharmacy_id)s and medicine_id = %(medicine_id)s
  and (%(at)s::timestamptz is null or (at, id) < (%(at)s::timestamptz, %(id)s::uuid))
order by at desc, id desc
limit %(limit)s;
