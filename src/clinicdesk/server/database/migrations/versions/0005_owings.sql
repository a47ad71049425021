-- ─── Owings ────────────────────────────────────────────────────────────────────────────────────────────

alter table prescription_item add column passed_over integer not null default 0 check (passed_over >= 0);
grant update (passed_over) on prescription_item to clinicdesk_app;
create index prescription_item_waiting
  on prescription_item (clinic_id, pharmacy_id, coalesce(substitute_id, medicine_id))
  where status in ('OWING', 'PICKING');
comment on index prescription_item_waiting is 'Who waits for goods, and who has been promised what lies there.';

-- ─── Repeats ───────────────────────────────────────────────────────────────────────────────────────────

-- dispense_repeat: the repeat has the reasons that its prescriber gave, as they were given.
create function prescriber_gave(finding safety_finding) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (
    select from prescription p
    join safety_finding f on f.clinic_id = p.clinic_id and f.prescription_id = p.repeat_of
    where p.clinic_id = finding.clinic_id and p.id = finding.prescription_id
      and f.stage = 'prescribing'
      and (f.stage, f.kind, f.tier, f.key, f.summary, f.reason, f.by, f.at)
        = (finding.stage, finding.kind, finding.tier, finding.key, finding.summary, finding.reason,
           finding.by, finding.at))
$$;
comment on function prescriber_gave is
  'Whether a finding of a repeat is one of the prescription it repeats, with the same answer of the same prescriber.';
revoke all on function prescriber_gave from public;
grant execute on function prescriber_gave to clinicdesk_app;
create policy repeat on safety_finding for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()) and prescriber_gave(safety_finding));
