-- name: key
-- The public half of a key that the acting member's clinic seals with, or did.
select public_key, active from seal_key where clinic_id = %(clinic_id)s and kid = %(kid)s;

-- name: zone
-- Where days begin at midnight for the clinic.
select zone from clinic where clinic_id = %(clinic_id)s;
