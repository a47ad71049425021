-- ─── Orders to suppliers on paper ──────────────────────────────────────────────────────────────────────

alter table supply_order
  add column submitted_by uuid,
  add foreign key (clinic_id, submitted_by) references member (clinic_id, id);
grant update (submitted_by) on supply_order to clinicdesk_app;

create or replace function enter_print(
  print_id uuid, document text, subject uuid, what text, form text, copies integer
) returns integer
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  clinic constant uuid := acting_clinic();
  told integer;
  before integer;
begin
  if document = 'register' then
    perform from pharmacy p
    where p.clinic_id = clinic and p.id = subject
      and (acting_role() = 'admin' or (acting_role() = 'pharmacist' and p.id = acting_pharmacy()));
  elsif document = 'supply_order' then
    perform from supply_order o
    where o.clinic_id = clinic and o.id = subject
      and (acting_role() = 'admin' or (acting_role() = 'pharmacist' and o.pharmacy_id = acting_pharmacy()));
  else
    perform from prescription p
    where p.clinic_id = clinic and p.id = subject and p.signed_at is not null
      and (acting_role() = 'admin' or p.practitioner_id = acting_practitioner()
           or p.pharmacy_id = acting_pharmacy());
  end if;
  if not found then
    return null;
  end if;
  perform from clinic_head h where h.clinic_id = clinic for update;  -- two prints are never both the first
  select count(*), max((l.new ->> 'earlier')::integer) filter (where l.new ->> 'print_id' = print_id::text)
  into before, told
  from clinic_log l
  where l.clinic_id = clinic and l.entity = 'print' and l.entity_id = subject
    and l.new ->> 'document' = document and l.new ->> 'what' = what;
  if told is not null then
    return told;
  end if;
  perform append_to_log(clinic, 'print', 'view', array[subject], array[1], null, array[jsonb_build_object(
    'print_id', print_id, 'document', document, 'what', what, 'form', form, 'copies', copies, 'earlier', before)]);
  return before;
end;
$$;
