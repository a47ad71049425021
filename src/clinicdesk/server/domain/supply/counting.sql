-- name: batch
-- A batch as it stands; after its shelf was locked, as it stays.
select * from batch where clinic_id = %(clinic_id)s and id = %(batch_id)s;
