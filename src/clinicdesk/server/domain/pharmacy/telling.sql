-- name: settle_notices
-- What waits to be sent for a prescription, told by a person instead.
update patient_notice set status = 'TOLD', told_at = %(told_at)s, told_by = %(told_by)s
where clinic_id = %(clinic_id)s and prescription_id = %(prescription_id)s and status = 'QUEUED';
