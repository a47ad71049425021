-- ─── What a person told the patient ────────────────────────────────────────────────────────────────────

alter table patient_notice
  add column told_at timestamptz,
  add column told_by uuid,
  add foreign key (clinic_id, told_by) references member (clinic_id, id),
  drop constraint patient_notice_status_check,
  add constraint a_notice_has_come_so_far check (status in ('QUEUED', 'SENT', 'DELIVERED', 'FAILED', 'TOLD')),
  add constraint somebody_told_it check ((status = 'TOLD') = (told_at is not null and told_by is not null));

grant update (status, told_at, told_by) on patient_notice to clinicdesk_app;
create policy tell on patient_notice for update to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()) and status = 'QUEUED')
with check (clinic_id = (select acting_clinic()) and told_by = (select acting_member()));
