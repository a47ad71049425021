-- name: open_supplier
-- The name of a wholesaler that is ordered from.
select name from supplier where clinic_id = %(clinic_id)s and id = %(supplier_id)s and active;
