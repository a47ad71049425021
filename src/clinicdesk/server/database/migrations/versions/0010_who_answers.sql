-- ─── Who answers for what ──────────────────────────────────────────────────────────────────────────────

drop policy write on safety_finding;
create policy write on safety_finding for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and by = (select acting_member())
  and ((stage = 'prescribing' and (select acting_role()) = 'therapist'
        and practitioner_id = (select acting_practitioner()))
       or (stage = 'dispensing' and (select acting_role()) = 'pharmacist'
           and pharmacy_id = (select acting_pharmacy()))));

drop policy tell on patient_notice;
create policy tell on patient_notice for update to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()) and status = 'QUEUED')
with check (clinic_id = (select acting_clinic()) and status = 'TOLD' and told_by = (select acting_member()));
