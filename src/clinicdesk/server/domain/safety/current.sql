-- name: current_medicines
-- The lines of all prescriptions whose course is not over, as JSON.
select json_build_object('lines', coalesce((
  select json_agg(c) from current_medicines(%(patient_id)s, %(besides)s) c), '[]'))::text;
