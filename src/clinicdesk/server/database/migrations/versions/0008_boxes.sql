-- ─── What a box says of its batch ──────────────────────────────────────────────────────────────────────

-- Where no stock is kept it is the box's word, and a box may say half of it.
alter table dispense drop constraint a_batch_is_named_whole;
alter table dispense add constraint a_batch_is_named_whole check (
  batch_id is null or (batch_number is not null and expiry is not null));
