-- name: medicine_is_known
-- Whether the clinic has such a medicine.
select exists (
  select from medicine where clinic_id = %(clinic_id)s and id = %(medicine_id)s);

-- name: identifier_is_taken
-- Whether the identifier is that of another price. One of the same medicine and day is changed.
select exists (
  select from price
  where clinic_id = %(clinic_id)s and id = %(price_id)s
    and (price_list_id, medicine_id, effective_from)
        is distinct from (%(price_list_id)s::uuid, %(medicine_id)s::uuid, %(effective_from)s::date));
