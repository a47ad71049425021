-- name: circumstances
-- The patient's age and allergies, the products of the lines, and what else the patient takes, as JSON.
select json_build_object(
  'birth_date', p.birth_date,
  'allergies', coalesce((
    select json_agg(json_build_object(
      'substance', a.substance, 'severity', a.severity, 'reaction', a.reaction))
    from allergy a where a.clinic_id = p.clinic_id and a.patient_id = p.id and a.active), '[]'),
  'products', coalesce((
    select json_object_agg(m.id, m.ingredients)
    from medicine m where m.clinic_id = p.clinic_id and m.id = any (%(medicine_ids)s)), '{}'),
  'current', coalesce((
    select json_agg(c) from current_medicines(p.id, %(prescription_id)s) c), '[]'),
  'has_rules', exists (
    select from rule_set r where r.clinic_id = p.clinic_id and r.rule_count > 0))::text
from patient p
where p.clinic_id = %(clinic_id)s and p.id = %(patient_id)s;

-- name: rules
-- The rules between these names, and between the classes that they belong to.
with named as (
  select unnest(%(names)s::text[]) as name
  union
  select other from safety_rule
  where clinic_id = %(clinic_id)s and kind = 'class' and not withdrawn and subject = any (%(names)s)
)
select id, clinic_id, rule_set_id, revision, kind, subject, other, level, text, source, route,
  max_single_ug, max_daily_ug, from_age_months, to_age_months, withdrawn
from safety_rule
where clinic_id = %(clinic_id)s and not withdrawn
  and subject in (select name from named)
  and (other = '' or other in (select name from named));
