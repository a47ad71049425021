-- An answer's identity is its clinic's: one desk may serve two clinics.
alter table op_result drop constraint op_result_pkey, add primary key (clinic_id, device_id, op_id);

-- Who may call a trigger's function may hang it on a temporary table of their own, with rows of any clinic;
-- and these act for their owner. Firing a trigger asks for no right.
revoke all on function copy_patient_keys, pass_patient_keys, copy_prescription_keys, pass_prescription_keys,
  log_insert, log_update, log_delete, keep_patient_words from public;
