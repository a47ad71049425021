-- The schema of clinicdesk: the whole truth, in the order in which it can be run on an empty database.
--
-- Dialect: PostgreSQL 15 and later. The owner may be an ordinary role with CREATEROLE; no superuser is needed.
-- Sections: extensions, roles, what an acting member is, accounts, clinic tables, keys copied from parents,
-- the log, row-level security, patient search. A migration changes this file and the migrations together;
-- a test compares the two.

-- ─── Extensions ────────────────────────────────────────────────────────────────────────────────────────

create extension if not exists pg_trgm;
create extension if not exists unaccent;
create extension if not exists fuzzystrmatch;
create extension if not exists btree_gist;
create extension if not exists btree_gin;

-- ─── Roles ─────────────────────────────────────────────────────────────────────────────────────────────
-- clinicdesk_app    the business: sees and changes what its acting member may
-- clinicdesk_gate   sign-in: accounts, devices, sessions; of the clinics only who is a member where
-- clinicdesk_feed   the live gateway: reads the log of all clinics, nothing else

do $$
declare
  wanted text;
  -- PostgreSQL 16 tells membership from the right to SET ROLE; a creator has the first without the second.
  needed constant text := case
    when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end;
begin
  foreach wanted in array array['clinicdesk_app', 'clinicdesk_gate', 'clinicdesk_feed'] loop
    -- Roles belong to the cluster: another database of it may be making them at this moment.
    for attempt in 1..10 loop
      begin
        if not exists (select from pg_roles where rolname = wanted) then
          execute format('create role %I nologin', wanted);
        end if;
        if not pg_has_role(current_user, wanted, needed) then
          execute format('grant %I to current_user', wanted);
        end if;
        exit;
      exception
        when insufficient_privilege then
          raise exception 'the role % is another''s, or may not be made: let an administrator of the cluster grant % to %',
            wanted, wanted, current_user using errcode = 'insufficient_privilege';
        when duplicate_object or unique_violation or internal_error then
          perform pg_sleep(0.05 * attempt);
      end;
    end loop;
  end loop;
end;
$$;

grant usage on schema public to clinicdesk_app, clinicdesk_gate, clinicdesk_feed;

-- ─── Accounts, devices, sessions (of the installation, not of one clinic) ──────────────────────────────

create table account (
  id uuid primary key,
  login text not null unique check (login = lower(login) and length(login) between 1 and 120),
  password_hash text not null,
  name text not null check (length(name) between 1 and 120),
  created_at timestamptz not null default now(),
  disabled_at timestamptz
);
comment on table account is 'Who can sign in. One account may be a member of several clinics.';

create table device (
  id uuid primary key,
  account_id uuid not null references account,
  name text not null check (length(name) <= 120),
  public_key bytea not null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now()
);
comment on table device is 'A desk: its key signs each refresh of a session.';
create index device_by_account on device (account_id);

create table session (
  id uuid primary key,
  account_id uuid not null references account,
  device_id uuid not null references device,
  clinic_id uuid not null,
  member_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text check (length(end_reason) <= 120)
);
comment on table session is 'A sign-in of an account at a device for one clinic; its refresh tokens are a family.';
create index session_by_account on session (account_id) where ended_at is null;
create index session_by_device on session (device_id);

create table refresh_token (
  hash bytea primary key check (length(hash) = 32),
  session_id uuid not null references session on delete cascade,
  issued_at timestamptz not null default now(),
  used_at timestamptz,
  replaced_by bytea
);
comment on table refresh_token is 'SHA-256 of each token that was issued; one that is used twice ends its session.';
create index refresh_token_by_session on refresh_token (session_id);

create table sign_in_attempt (
  id bigint generated always as identity primary key,
  login text not null check (length(login) <= 120),
  address text not null check (length(address) <= 64),
  at timestamptz not null default now(),
  succeeded boolean not null
);
comment on table sign_in_attempt is 'For the rate limits per account and per address.';
create index sign_in_attempt_by_login on sign_in_attempt (login, at);
create index sign_in_attempt_by_address on sign_in_attempt (address, at);

create table server_meta (
  key text primary key,
  value text not null
);
comment on table server_meta is 'Facts of this database; with the server''s own they name the epoch of the log.';
insert into server_meta (key, value) values ('identity', gen_random_uuid()::text), ('restores', '0');

-- ─── Rows that desks hold ──────────────────────────────────────────────────────────────────────────────
-- Columns are the fields of clinicdesk.contract.entities, in their order; what else there is stays here.

create table clinic (
  id uuid not null,
  clinic_id uuid not null unique check (clinic_id = id),
  version integer not null default 1,
  name text not null check (length(name) between 1 and 120),
  address text not null check (length(address) <= 200),
  phone text not null check (length(phone) <= 24),
  email text not null check (length(email) <= 200),
  country text not null check (country ~ '^[A-Z]{2}$'),
  zone text not null check (length(zone) <= 64),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  working_hours jsonb not null check (jsonb_typeof(working_hours) = 'object'),
  appointment_minutes integer not null check (appointment_minutes > 0),
  advance_booking_days integer not null check (advance_booking_days >= 0),
  cancellation_hours integer not null check (cancellation_hours >= 0),
  reminder_hours integer[] not null,
  tax_basis_points integer not null check (tax_basis_points between 0 and 10000),
  primary key (clinic_id, id)
);

create table service (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  name text not null check (length(name) between 1 and 120),
  description text not null check (length(description) <= 2000),
  specialization text not null check (specialization in ('slp', 'ot', 'pt', 'gp', 'specialist')),
  duration_minutes integer not null check (duration_minutes > 0),
  price_minor bigint not null check (price_minor between 0 and 100000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  capacity integer not null check (capacity > 0),
  active boolean not null,
  primary key (clinic_id, id)
);

create table practitioner (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  name text not null check (length(name) between 1 and 120),
  specialization text not null check (specialization in ('slp', 'ot', 'pt', 'gp', 'specialist')),
  qualification text not null check (length(qualification) <= 200),
  registration_number text not null check (length(registration_number) <= 120),
  phone text not null check (length(phone) <= 24),
  active boolean not null,
  primary key (clinic_id, id)
);

create table pharmacy (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  name text not null check (length(name) between 1 and 120),
  licence_number text not null check (length(licence_number) <= 120),
  address text not null check (length(address) <= 200),
  phone text not null check (length(phone) <= 24),
  active boolean not null,
  primary key (clinic_id, id)
);

create table member (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  account_id uuid not null references account,
  name text not null check (length(name) between 1 and 120),
  role text not null check (role in ('admin', 'reception', 'therapist', 'pharmacist')),
  practitioner_id uuid,
  pharmacy_id uuid,
  active boolean not null,
  primary key (clinic_id, id),
  unique (clinic_id, account_id),
  foreign key (clinic_id, practitioner_id) references practitioner (clinic_id, id),
  foreign key (clinic_id, pharmacy_id) references pharmacy (clinic_id, id)
);
create index member_by_account on member (account_id);

alter table session add foreign key (clinic_id, member_id) references member (clinic_id, id);

-- Lower case, without accents and apostrophes, one space between words and one at either end, so that
-- '% word %' is a word and '% wo%' the start of one. Declared immutable because its dictionary is named and never changed here;
-- unaccent() itself is only stable as its dictionary might be.
create function plain_text(variadic parts text[]) returns text
language sql immutable parallel safe
return ' ' || btrim(regexp_replace(
  translate(
    lower(public.unaccent('public.unaccent'::regdictionary, normalize(array_to_string(parts, ' '), NFKC))),
    '.,;:!?/\|"-_+*()[]{}<>%&#@=~^$''`´’ʻ', repeat(' ', 30)),
  '\s+', ' ', 'g')) || ' ';

create table patient (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  number text not null check (length(number) between 1 and 24),
  name text not null check (length(name) between 1 and 120),
  name_local text check (length(name_local) between 1 and 120),
  sex text not null check (sex in ('female', 'male', 'other', 'unknown')),
  birth_date date not null check (birth_date >= '1850-01-01'),
  phone text check (length(phone) <= 24),
  email text check (length(email) <= 200),
  address text check (length(address) <= 200),
  practitioner_ids uuid[] not null default '{}',
  pharmacy_ids uuid[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Server-only: what a search reads. The digits of the telephone stand together.
  search_text text not null generated always as (
    plain_text(name, name_local, number, regexp_replace(phone, '\D', '', 'g'))) stored,
  primary key (clinic_id, id),
  unique (clinic_id, number)
);
create index patient_by_birth_date on patient (clinic_id, birth_date);
-- A pending list of one megabyte: four times quicker to fill than without, and a search still reads it in a moment.
create index patient_search on patient using gin (clinic_id, search_text gin_trgm_ops)
  with (gin_pending_list_limit = 1024);
create index patient_of_practitioner on patient using gin (practitioner_ids) with (fastupdate = off);
create index patient_of_pharmacy on patient using gin (pharmacy_ids) with (fastupdate = off);

create table allergy (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  patient_id uuid not null,
  practitioner_ids uuid[] not null default '{}',
  pharmacy_ids uuid[] not null default '{}',
  substance text not null check (substance = lower(substance) and length(substance) between 1 and 120),
  reaction text not null check (length(reaction) <= 200),
  severity text not null check (severity in ('mild', 'moderate', 'severe')),
  active boolean not null,
  recorded_at timestamptz not null,
  primary key (clinic_id, id),
  foreign key (clinic_id, patient_id) references patient (clinic_id, id)
);
create index allergy_by_patient on allergy (clinic_id, patient_id);

create table formulary (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  name text not null check (length(name) between 1 and 120),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  revision integer not null check (revision >= 0),
  medicine_count integer not null check (medicine_count >= 0),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id)
);

create table medicine (
  id uuid not null,
  clinic_id uuid not null,
  formulary_id uuid not null,
  revision integer not null check (revision >= 0),
  code text not null check (length(code) between 1 and 60),
  generic_name text not null check (length(generic_name) between 1 and 300),
  strength text not null check (length(strength) <= 120),
  form text not null check (length(form) <= 60),
  route text not null check (length(route) <= 60),
  brand text not null check (length(brand) <= 200),
  manufacturer text not null check (length(manufacturer) <= 200),
  pack_size integer not null check (pack_size > 0),
  pack_unit text not null check (length(pack_unit) <= 40),
  price_minor bigint not null check (price_minor between 0 and 100000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  schedule text not null check (schedule in ('OTC', 'H', 'H1', 'X')),
  ingredients text[] not null,
  discontinued boolean not null,
  default_dose text not null check (length(default_dose) <= 120),
  default_frequency text not null check (length(default_frequency) <= 60),
  default_days integer check (default_days > 0),
  gtin text check (gtin ~ '^[0-9]{14}$'),
  primary key (clinic_id, id),
  unique (clinic_id, formulary_id, code),
  foreign key (clinic_id, formulary_id) references formulary (clinic_id, id)
);
create index medicine_by_gtin on medicine (clinic_id, gtin);
create index medicine_by_revision on medicine (clinic_id, formulary_id, revision, id);

create table prescription (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  code text not null check (length(code) between 1 and 24),
  patient_id uuid not null,
  practitioner_id uuid not null,
  pharmacy_id uuid,
  status text not null check (status in ('DRAFT', 'PAID', 'FULFILLED', 'COMPLETED', 'CANCELLED')),
  signed_at timestamptz,
  note text check (length(note) <= 2000),
  item_count integer not null check (item_count >= 0),
  controlled boolean not null,
  total_minor bigint not null check (total_minor between 0 and 100000000000),
  paid_minor bigint not null check (paid_minor between 0 and 100000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null default now(),
  paid_at timestamptz,
  fulfilled_at timestamptz,
  completed_at timestamptz,
  collected_by text check (length(collected_by) between 1 and 120),
  cancelled_at timestamptz,
  cancel_reason text check (length(cancel_reason) between 1 and 300),
  updated_at timestamptz not null default now(),
  updated_by uuid not null,
  repeats integer not null default 0 check (repeats between 0 and 11),
  repeats_used integer not null default 0,
  repeat_of uuid,
  valid_until date,
  delivery boolean not null default false,
  bin text check (length(bin) between 1 and 20),
  counselling text check (length(counselling) <= 2000),
  seal text check (length(seal) <= 600),
  primary key (clinic_id, id),
  unique (clinic_id, code),
  foreign key (clinic_id, patient_id) references patient (clinic_id, id),
  foreign key (clinic_id, practitioner_id) references practitioner (clinic_id, id),
  foreign key (clinic_id, pharmacy_id) references pharmacy (clinic_id, id),
  foreign key (clinic_id, updated_by) references member (clinic_id, id),
  constraint no_more_repeats_than_authorised check (repeats_used between 0 and repeats),
  foreign key (clinic_id, repeat_of) references prescription (clinic_id, id),
  constraint a_signed_prescription_has_a_pharmacy check (signed_at is null or pharmacy_id is not null),
  constraint only_a_signed_prescription_is_paid check (
    status not in ('PAID', 'FULFILLED', 'COMPLETED') or (signed_at is not null and paid_at is not null)),
  constraint a_fulfilled_prescription_says_when check (
    status not in ('FULFILLED', 'COMPLETED') or fulfilled_at is not null),
  constraint a_completed_prescription_says_who_collected_it check (
    status <> 'COMPLETED' or (completed_at is not null and collected_by is not null)),
  constraint a_cancelled_prescription_says_why check (
    (status = 'CANCELLED') = (cancelled_at is not null)
    and (status <> 'CANCELLED' or cancel_reason is not null))
);
create index prescription_recent on prescription (clinic_id, created_at desc, id desc);
create index prescription_by_pharmacy on prescription (clinic_id, pharmacy_id, status, created_at desc, id desc);
create index prescription_by_practitioner
  on prescription (clinic_id, practitioner_id, status, created_at desc, id desc);
create index prescription_by_patient on prescription (clinic_id, patient_id, created_at desc);

create table prescription_item (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  prescription_id uuid not null,
  patient_id uuid not null,
  practitioner_id uuid not null,
  pharmacy_id uuid,
  signed_at timestamptz,
  line integer not null check (line > 0),
  medicine_id uuid not null,
  generic_name text not null check (length(generic_name) between 1 and 300),
  strength text not null check (length(strength) <= 120),
  form text not null check (length(form) <= 60),
  brand text not null check (length(brand) <= 200),
  schedule text not null check (schedule in ('OTC', 'H', 'H1', 'X')),
  dose text not null check (length(dose) <= 200),
  route text not null check (length(route) <= 120),
  frequency text not null check (length(frequency) <= 60),
  days integer check (days > 0),
  quantity integer not null check (quantity > 0),
  instructions text not null check (length(instructions) <= 2000),
  amount_minor bigint not null check (amount_minor between 0 and 100000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  status text not null check (status in (
    'PENDING', 'PICKING', 'CHECKED', 'READY', 'HANDED_OVER', 'ON_HOLD', 'OWING', 'DECLINED',
    'RETURNED_TO_STOCK', 'CANCELLED')),
  supplied integer not null default 0 check (supplied >= 0),
  decline_reason text check (length(decline_reason) between 1 and 300),
  updated_at timestamptz not null default now(),
  updated_by uuid not null,
  prepared integer not null default 0 check (prepared >= 0),
  owing integer not null default 0 check (owing >= 0),
  hold_reason text check (length(hold_reason) between 3 and 300),
  substitute_id uuid,
  substitute_brand text check (length(substitute_brand) <= 200),
  substitution_reason text check (length(substitution_reason) between 3 and 300),
  prescribed_minor bigint check (prescribed_minor between 0 and 100000000000),
  passed_over integer not null default 0 check (passed_over >= 0),
  primary key (clinic_id, id),
  unique (clinic_id, prescription_id, line) deferrable,  -- a draft may be reordered in one statement
  foreign key (clinic_id, prescription_id) references prescription (clinic_id, id),
  foreign key (clinic_id, medicine_id) references medicine (clinic_id, id),
  foreign key (clinic_id, updated_by) references member (clinic_id, id),
  constraint never_more_prepared_than_authorised check (supplied + prepared + owing <= quantity),
  foreign key (clinic_id, substitute_id) references medicine (clinic_id, id),
  constraint a_substitution_says_why check ((substitute_id is null) = (substitution_reason is null)),
  constraint what_is_on_hold_says_why check (status <> 'ON_HOLD' or hold_reason is not null),
  constraint never_more_supplied_than_authorised check (supplied <= quantity),
  constraint a_declined_item_says_why check (status <> 'DECLINED' or decline_reason is not null)
);
create index prescription_item_waiting
  on prescription_item (clinic_id, pharmacy_id, coalesce(substitute_id, medicine_id))
  where status in ('OWING', 'PICKING');
comment on index prescription_item_waiting is 'Who waits for goods, and who has been promised what lies there.';

create table payment (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  prescription_id uuid not null,
  patient_id uuid not null,
  practitioner_id uuid not null,
  pharmacy_id uuid not null,
  kind text not null check (kind in ('payment', 'refund')),
  method text not null check (method in ('cash')),
  status text not null check (status in ('PENDING', 'COMPLETED')),
  amount_minor bigint not null check (amount_minor between 0 and 100000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  received_by uuid not null,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  primary key (clinic_id, id),
  foreign key (clinic_id, prescription_id) references prescription (clinic_id, id),
  foreign key (clinic_id, received_by) references member (clinic_id, id),
  constraint a_completed_payment_says_when check ((status = 'COMPLETED') = (settled_at is not null)),
  constraint only_a_refund_waits check (kind = 'refund' or status = 'COMPLETED')
);
create index payment_by_prescription on payment (clinic_id, prescription_id);

-- ─── The counter: what is prepared, stock, prices, suppliers ───────────────────────────────────────────────

create table dispense (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  prescription_id uuid not null,
  item_id uuid not null,
  patient_id uuid not null,
  practitioner_id uuid not null,
  pharmacy_id uuid not null,
  medicine_id uuid not null,
  brand text not null check (length(brand) <= 200),
  manufacturer text not null check (length(manufacturer) <= 200),
  batch_id uuid,
  batch_number text check (length(batch_number) between 1 and 20),
  expiry date,
  quantity integer not null check (quantity > 0),
  status text not null check (status in ('PREPARED', 'HANDED_OVER', 'RETURNED')),
  verified text not null check (verified in ('scan', 'hand')),
  hand_reason text check (length(hand_reason) between 3 and 300),
  checked_by uuid not null,
  checked_at timestamptz not null,
  handed_over_at timestamptz,
  collected_by text check (length(collected_by) between 1 and 120),
  return_reason text check (length(return_reason) between 1 and 300),
  primary key (clinic_id, id),
  foreign key (clinic_id, prescription_id) references prescription (clinic_id, id),
  foreign key (clinic_id, item_id) references prescription_item (clinic_id, id),
  foreign key (clinic_id, medicine_id) references medicine (clinic_id, id),
  foreign key (clinic_id, checked_by) references member (clinic_id, id),
  constraint a_dispense_by_hand_says_why check (verified = 'scan' or hand_reason is not null),
  constraint a_batch_is_named_whole check (
    batch_id is null or (batch_number is not null and expiry is not null)),
  constraint what_was_handed_over_says_to_whom check (
    (status = 'HANDED_OVER') = (handed_over_at is not null)
    and (status = 'HANDED_OVER') = (collected_by is not null))
);
create index dispense_by_prescription on dispense (clinic_id, prescription_id);
create index dispense_by_hand_over on dispense (clinic_id, pharmacy_id, handed_over_at);

create table purchase_order (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  prescription_id uuid not null,
  patient_id uuid not null,
  practitioner_id uuid not null,
  pharmacy_id uuid not null,
  code text not null check (length(code) between 1 and 24),
  status text not null check (status in (
    'PENDING', 'ACKNOWLEDGED', 'DISPENSING', 'READY', 'COLLECTED', 'OUT_FOR_DELIVERY', 'DELIVERED',
    'REJECTED', 'CANCELLED')),
  delivery boolean not null,
  response text check (response in ('out_of_stock', 'quote', 'cannot_supply')),
  response_note text check (length(response_note) between 3 and 300),
  quoted_minor bigint check (quoted_minor between 0 and 100000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  ready_at timestamptz,
  dispatched_at timestamptz,
  closed_at timestamptz,
  received_by text check (length(received_by) between 1 and 120),
  updated_at timestamptz not null default now(),
  updated_by uuid not null,
  primary key (clinic_id, id),
  unique (clinic_id, code),
  foreign key (clinic_id, prescription_id) references prescription (clinic_id, id),
  foreign key (clinic_id, pharmacy_id) references pharmacy (clinic_id, id),
  foreign key (clinic_id, updated_by) references member (clinic_id, id),
  constraint a_rejected_order_says_why check (
    (status = 'REJECTED') = (response is not null) and (response is null) = (response_note is null)),
  constraint only_a_quote_names_a_price check (quoted_minor is null or response = 'quote'),
  constraint a_closed_order_says_when check (
    (status in ('COLLECTED', 'DELIVERED', 'REJECTED', 'CANCELLED')) = (closed_at is not null))
);
create index purchase_order_by_prescription on purchase_order (clinic_id, prescription_id);
create unique index one_open_order on purchase_order (clinic_id, prescription_id)
  where status not in ('COLLECTED', 'DELIVERED', 'REJECTED', 'CANCELLED');

create table safety_finding (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  prescription_id uuid not null,
  item_id uuid not null,
  patient_id uuid not null,
  practitioner_id uuid not null,
  pharmacy_id uuid,
  signed_at timestamptz,
  stage text not null check (stage in ('prescribing', 'dispensing')),
  kind text not null check (kind in ('allergy', 'interaction', 'duplicate', 'dose')),
  tier text not null check (tier in ('stop', 'override', 'information')),
  key text not null check (length(key) between 1 and 300),
  summary text not null check (length(summary) between 1 and 500),
  reason text not null check (length(reason) between 3 and 300),
  by uuid not null,
  at timestamptz not null,
  primary key (clinic_id, id),
  foreign key (clinic_id, prescription_id) references prescription (clinic_id, id),
  foreign key (clinic_id, item_id) references prescription_item (clinic_id, id),
  foreign key (clinic_id, by) references member (clinic_id, id)
);
create index safety_finding_by_prescription on safety_finding (clinic_id, prescription_id);

create table patient_notice (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  patient_id uuid not null,
  practitioner_id uuid not null,
  pharmacy_id uuid not null,
  prescription_id uuid not null,
  kind text not null check (kind in ('owing_ready')),
  subject_id uuid not null,
  status text not null,
  created_at timestamptz not null default now(),
  told_at timestamptz,
  told_by uuid,
  primary key (clinic_id, id),
  unique (clinic_id, kind, subject_id),
  foreign key (clinic_id, patient_id) references patient (clinic_id, id),
  foreign key (clinic_id, prescription_id) references prescription (clinic_id, id),
  foreign key (clinic_id, told_by) references member (clinic_id, id),
  constraint a_notice_has_come_so_far check (status in ('QUEUED', 'SENT', 'DELIVERED', 'FAILED', 'TOLD')),
  constraint somebody_told_it check ((status = 'TOLD') = (told_at is not null and told_by is not null))
);
create index patient_notice_by_prescription on patient_notice (clinic_id, prescription_id);

create table stock_level (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  pharmacy_id uuid not null,
  medicine_id uuid not null,
  on_hand integer not null default 0 check (on_hand >= 0),
  reorder_level integer not null check (reorder_level between 0 and 1000000),
  reorder_packs integer not null check (reorder_packs between 0 and 10000),
  shelf text not null check (length(shelf) <= 20),
  updated_at timestamptz not null default now(),
  lots jsonb not null default '[]' check (jsonb_typeof(lots) = 'array'),
  primary key (clinic_id, id),
  unique (clinic_id, pharmacy_id, medicine_id),
  foreign key (clinic_id, pharmacy_id) references pharmacy (clinic_id, id),
  foreign key (clinic_id, medicine_id) references medicine (clinic_id, id)
);

create table batch (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  pharmacy_id uuid not null,
  medicine_id uuid not null,
  number text not null check (length(number) between 1 and 20),
  expiry date not null,
  on_hand integer not null default 0,
  cost_minor bigint not null check (cost_minor between 0 and 100000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  received_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  unique (clinic_id, pharmacy_id, medicine_id, number, expiry),
  foreign key (clinic_id, pharmacy_id, medicine_id) references stock_level (clinic_id, pharmacy_id, medicine_id),
  constraint stock_is_never_below_nothing check (on_hand >= 0)
);
create index batch_by_expiry on batch (clinic_id, pharmacy_id, medicine_id, expiry);
alter table dispense add foreign key (clinic_id, batch_id) references batch (clinic_id, id);

create table stock_movement (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  pharmacy_id uuid not null,
  medicine_id uuid not null,
  batch_id uuid not null,
  kind text not null check (kind in ('received', 'dispensed', 'returned', 'adjusted', 'written_off')),
  quantity integer not null check (quantity <> 0),
  subject_id uuid,
  reason text check (length(reason) between 1 and 300),
  by uuid not null,
  at timestamptz not null default now(),
  primary key (clinic_id, id),
  foreign key (clinic_id, batch_id) references batch (clinic_id, id),
  foreign key (clinic_id, by) references member (clinic_id, id),
  constraint a_movement_goes_its_way check (
    case kind when 'received' then quantity > 0 when 'returned' then quantity > 0
              when 'dispensed' then quantity < 0 when 'written_off' then quantity < 0 else true end)
);
comment on table stock_movement is 'The ledger of each batch: it grows, and is never changed. What a batch holds is its sum.';
create index stock_movement_by_batch on stock_movement (clinic_id, batch_id, at);
create index stock_movement_by_medicine on stock_movement (clinic_id, pharmacy_id, medicine_id, at desc, id desc);

create function lots_on_shelf(clinic uuid, pharmacy uuid, medicine uuid) returns jsonb
language sql stable set search_path = public, pg_temp as $$
  select coalesce(jsonb_agg(jsonb_build_object('expiry', e.expiry, 'units', e.units) order by e.expiry), '[]')
  from (select expiry, sum(on_hand)::integer as units from batch
        where clinic_id = clinic and pharmacy_id = pharmacy and medicine_id = medicine and on_hand > 0
        group by expiry) e
$$;
comment on function lots_on_shelf is 'What lies on a shelf by its expiry, the first first.';
revoke all on function lots_on_shelf from public;

create function count_movement() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- The shelf first: it is the lock of its batches, and nothing is logged yet by who waits for it.
  perform from stock_level l
  where (l.clinic_id, l.pharmacy_id, l.medicine_id) in (
    select b.clinic_id, b.pharmacy_id, b.medicine_id
    from new_rows r join batch b on b.clinic_id = r.clinic_id and b.id = r.batch_id)
  order by l.clinic_id, l.medicine_id
  for no key update;
  update batch b set on_hand = b.on_hand + n.quantity
  from (select clinic_id, batch_id, sum(quantity)::integer as quantity from new_rows group by 1, 2) n
  where b.clinic_id = n.clinic_id and b.id = n.batch_id and n.quantity <> 0;
  update stock_level l set on_hand = l.on_hand + n.quantity, lots = n.lots
  from (select t.*, lots_on_shelf(t.clinic_id, t.pharmacy_id, t.medicine_id) as lots
        from (select b.clinic_id, b.pharmacy_id, b.medicine_id, sum(r.quantity)::integer as quantity
              from new_rows r join batch b on b.clinic_id = r.clinic_id and b.id = r.batch_id
              group by 1, 2, 3) t) n
  where l.clinic_id = n.clinic_id and l.pharmacy_id = n.pharmacy_id and l.medicine_id = n.medicine_id
    and (n.quantity <> 0 or l.lots <> n.lots);
  return null;
end;
$$;
comment on function count_movement is 'A batch, and the shelf it lies on, hold what their movements add up to.';
create trigger counted after insert on stock_movement
  referencing new table as new_rows for each statement execute function count_movement();

create function copy_batch_keys() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  select b.pharmacy_id, b.medicine_id into new.pharmacy_id, new.medicine_id
  from batch b where b.clinic_id = new.clinic_id and b.id = new.batch_id;
  return new;
end;
$$;
comment on function copy_batch_keys is 'A movement is its batch''s: whatever is written, pharmacy and medicine are those.';
create trigger keys before insert on stock_movement for each row execute function copy_batch_keys();

create table price_list (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  pharmacy_id uuid not null,
  name text not null check (length(name) between 1 and 120),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  revision integer not null check (revision >= 0),
  price_count integer not null check (price_count >= 0),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  unique (clinic_id, pharmacy_id),
  foreign key (clinic_id, pharmacy_id) references pharmacy (clinic_id, id)
);

create table price (
  id uuid not null,
  clinic_id uuid not null,
  price_list_id uuid not null,
  pharmacy_id uuid not null,
  revision integer not null check (revision >= 0),
  medicine_id uuid not null,
  price_minor bigint not null check (price_minor between 0 and 100000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  effective_from date not null,
  effective_until date,
  withdrawn boolean not null,
  primary key (clinic_id, id),
  unique (clinic_id, price_list_id, medicine_id, effective_from),
  foreign key (clinic_id, price_list_id) references price_list (clinic_id, id),
  foreign key (clinic_id, medicine_id) references medicine (clinic_id, id),
  constraint a_price_ends_after_it_begins check (effective_until >= effective_from)
);
create index price_by_revision on price (clinic_id, price_list_id, revision, id);

create table supplier (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  name text not null check (length(name) between 1 and 120),
  phone text not null check (length(phone) <= 24),
  email text not null check (length(email) <= 200),
  address text not null check (length(address) <= 200),
  active boolean not null,
  primary key (clinic_id, id)
);

create table supply_order (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  code text not null check (length(code) between 1 and 24),
  pharmacy_id uuid not null,
  supplier_id uuid not null,
  status text not null check (status in (
    'DRAFT', 'SUBMITTED', 'ACKNOWLEDGED', 'PARTIALLY_RECEIVED', 'RECEIVED', 'CLOSED', 'CLOSED_SHORT',
    'CANCELLED')),
  note text check (length(note) <= 2000),
  line_count integer not null check (line_count >= 0),
  total_minor bigint not null check (total_minor between 0 and 100000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null default now(),
  submitted_at timestamptz,
  acknowledged_at timestamptz,
  expected_on date,
  received_at timestamptz,
  closed_at timestamptz,
  close_reason text check (length(close_reason) between 1 and 300),
  updated_at timestamptz not null default now(),
  updated_by uuid not null,
  submitted_by uuid,
  primary key (clinic_id, id),
  unique (clinic_id, code),
  foreign key (clinic_id, pharmacy_id) references pharmacy (clinic_id, id),
  foreign key (clinic_id, supplier_id) references supplier (clinic_id, id),
  foreign key (clinic_id, updated_by) references member (clinic_id, id),
  foreign key (clinic_id, submitted_by) references member (clinic_id, id),
  constraint a_closed_supply_order_says_when check (
    (status in ('CLOSED', 'CLOSED_SHORT', 'CANCELLED')) = (closed_at is not null)),
  constraint a_cancelled_supply_order_says_why check (status <> 'CANCELLED' or close_reason is not null)
);
create index supply_order_recent on supply_order (clinic_id, pharmacy_id, created_at desc);

create table supply_order_line (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  supply_order_id uuid not null,
  pharmacy_id uuid not null,
  line integer not null check (line > 0),
  medicine_id uuid not null,
  description text not null check (length(description) between 1 and 500),
  pack_size integer not null check (pack_size > 0),
  packs_ordered integer not null check (packs_ordered > 0),
  packs_received integer not null default 0 check (packs_received >= 0),
  cost_minor bigint not null check (cost_minor between 0 and 100000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  updated_at timestamptz not null default now(),
  updated_by uuid not null,
  primary key (clinic_id, id),
  unique (clinic_id, supply_order_id, line) deferrable,
  foreign key (clinic_id, supply_order_id) references supply_order (clinic_id, id),
  foreign key (clinic_id, medicine_id) references medicine (clinic_id, id),
  foreign key (clinic_id, updated_by) references member (clinic_id, id)
);

create table rule_set (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  name text not null check (length(name) between 1 and 120),
  revision integer not null check (revision >= 0),
  rule_count integer not null check (rule_count >= 0),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id)
);

create table safety_rule (
  id uuid not null,
  clinic_id uuid not null,
  rule_set_id uuid not null,
  revision integer not null check (revision >= 0),
  kind text not null check (kind in ('class', 'cross_reaction', 'interaction', 'dose')),
  subject text not null check (subject = lower(subject) and length(subject) between 1 and 120),
  other text not null check (other = lower(other) and length(other) <= 120),
  level text not null check (level in ('contraindicated', 'major', 'moderate', 'minor', 'unknown')),
  text text not null check (length(text) <= 500),
  source text not null check (length(source) between 1 and 60),
  route text not null check (length(route) <= 40),
  max_single_ug bigint check (max_single_ug > 0),
  max_daily_ug bigint check (max_daily_ug > 0),
  from_age_months integer check (from_age_months >= 0),
  to_age_months integer check (to_age_months > 0),
  withdrawn boolean not null,
  primary key (clinic_id, id),
  unique nulls not distinct (clinic_id, rule_set_id, kind, subject, other, route, source, from_age_months),
  foreign key (clinic_id, rule_set_id) references rule_set (clinic_id, id)
);
create index safety_rule_by_revision on safety_rule (clinic_id, rule_set_id, revision, id);
create index safety_rule_by_subject on safety_rule (clinic_id, subject) where not withdrawn;
create index safety_rule_by_other on safety_rule (clinic_id, other) where not withdrawn;

create table seal_key (
  id uuid not null,
  clinic_id uuid not null references clinic (clinic_id),
  version integer not null default 1,
  kid text not null check (length(kid) between 1 and 40),
  public_key text not null check (length(public_key) = 43),
  active boolean not null,
  created_at timestamptz not null default now(),
  primary key (clinic_id, id),
  unique (clinic_id, kid)
);

create table clinic_counter (
  clinic_id uuid not null references clinic (clinic_id),
  name text not null,
  value bigint not null,
  primary key (clinic_id, name)
);
comment on table clinic_counter is 'The last number that was given out of each series of a clinic.';

-- The first of `how_many` consecutive numbers of a clinic's series; the row lock makes them gapless.
create function allot_numbers(clinic uuid, series text, how_many bigint) returns bigint
language sql volatile
begin atomic
  insert into clinic_counter as counter (clinic_id, name, value) values (clinic, series, how_many)
  on conflict (clinic_id, name) do update set value = counter.value + how_many
  returning value - how_many + 1;
end;
revoke all on function allot_numbers from public;

create table op_result (
  device_id uuid not null,
  op_id uuid not null,
  clinic_id uuid not null,
  member_id uuid not null,
  body_hash bytea not null check (length(body_hash) = 32),
  status integer not null check (status between 100 and 599),
  response bytea not null,
  seq bigint,
  created_at timestamptz not null default now(),
  primary key (clinic_id, device_id, op_id),
  foreign key (clinic_id, member_id) references member (clinic_id, id)
);
comment on table op_result is
  'What each command answered, refusals included: a replay gets the same answer and does nothing. Kept 90 days.';
create index op_result_by_age on op_result (created_at);

-- ─── Versions, and keys copied from parents ────────────────────────────────────────────────────────────

create function next_version() returns trigger
language plpgsql as $$
begin
  if (new.clinic_id, new.id) is distinct from (old.clinic_id, old.id) then
    raise exception 'a row of % keeps its identity', tg_table_name using errcode = 'restrict_violation';
  end if;
  new.version := old.version + 1;
  return new;
end;
$$;
comment on function next_version is 'Each change of a row makes its version one higher.';

create function next_version_now() returns trigger
language plpgsql as $$
begin
  if (new.clinic_id, new.id) is distinct from (old.clinic_id, old.id) then
    raise exception 'a row of % keeps its identity', tg_table_name using errcode = 'restrict_violation';
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end;
$$;
comment on function next_version_now is 'As next_version, for tables that say when a row was changed.';

do $$
declare
  entity text;
begin
  foreach entity in array array['clinic', 'service', 'member', 'practitioner', 'pharmacy', 'allergy', 'payment',
                                'dispense', 'safety_finding', 'patient_notice', 'supplier', 'seal_key'] loop
    execute format('create trigger versions before update on %I for each row execute function next_version()', entity);
  end loop;
  foreach entity in array array['patient', 'formulary', 'prescription', 'prescription_item', 'purchase_order', 'stock_level', 'batch', 'price_list', 'supply_order', 'supply_order_line', 'rule_set'] loop
    execute format(
      'create trigger versions before update on %I for each row execute function next_version_now()', entity);
  end loop;
end;
$$;

create function copy_patient_keys() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  select p.practitioner_ids, p.pharmacy_ids into new.practitioner_ids, new.pharmacy_ids
  from patient p where p.clinic_id = new.clinic_id and p.id = new.patient_id
  for share;
  return new;
end;
$$;
comment on function copy_patient_keys is 'An allergy is seen by those who see its patient in full.';
create trigger keys before insert or update of patient_id, practitioner_ids, pharmacy_ids on allergy
  for each row execute function copy_patient_keys();

create function pass_patient_keys() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update allergy a
  set practitioner_ids = n.practitioner_ids, pharmacy_ids = n.pharmacy_ids
  from new_rows n
  where a.clinic_id = n.clinic_id and a.patient_id = n.id
    and (a.practitioner_ids, a.pharmacy_ids) is distinct from (n.practitioner_ids, n.pharmacy_ids);
  return null;
end;
$$;
-- Statement triggers run in the order of their names: the log has the parent first, then its children.
create trigger pass_keys after update on patient
  referencing new table as new_rows for each statement execute function pass_patient_keys();

create function copy_prescription_keys() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_table_name = 'purchase_order' then
    select p.patient_id, p.practitioner_id into new.patient_id, new.practitioner_id
    from prescription p where p.clinic_id = new.clinic_id and p.id = new.prescription_id
    for share;
  elsif tg_table_name in ('payment', 'dispense', 'patient_notice') then
    select p.patient_id, p.practitioner_id, p.pharmacy_id
    into new.patient_id, new.practitioner_id, new.pharmacy_id
    from prescription p where p.clinic_id = new.clinic_id and p.id = new.prescription_id
    for share;
  else
    select p.patient_id, p.practitioner_id, p.pharmacy_id, p.signed_at
    into new.patient_id, new.practitioner_id, new.pharmacy_id, new.signed_at
    from prescription p where p.clinic_id = new.clinic_id and p.id = new.prescription_id
    for share;
  end if;
  return new;
end;
$$;
comment on function copy_prescription_keys is
  'What hangs on a prescription carries the keys that decide who sees it; whatever is written, they are its prescription''s.';
create trigger keys
  before insert or update of prescription_id, patient_id, practitioner_id, pharmacy_id, signed_at on prescription_item
  for each row execute function copy_prescription_keys();
create trigger keys
  before insert or update of prescription_id, patient_id, practitioner_id, pharmacy_id on payment
  for each row execute function copy_prescription_keys();

create trigger keys
  before insert or update of prescription_id, patient_id, practitioner_id, pharmacy_id, signed_at on safety_finding
  for each row execute function copy_prescription_keys();
-- These stay with the pharmacy that they were made at, though the prescription may go to another.
create trigger keys before insert on dispense for each row execute function copy_prescription_keys();
create trigger keys before insert on patient_notice for each row execute function copy_prescription_keys();
create trigger keys before insert on purchase_order for each row execute function copy_prescription_keys();

create function copy_supply_order_keys() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  select o.pharmacy_id into new.pharmacy_id
  from supply_order o where o.clinic_id = new.clinic_id and o.id = new.supply_order_id;
  return new;
end;
$$;
comment on function copy_supply_order_keys is 'A line of an order to a supplier is seen by those who see the order.';
create trigger keys before insert or update of supply_order_id, pharmacy_id on supply_order_line
  for each row execute function copy_supply_order_keys();

create function pass_prescription_keys() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update prescription_item i
  set patient_id = n.patient_id, practitioner_id = n.practitioner_id,
      pharmacy_id = n.pharmacy_id, signed_at = n.signed_at, updated_by = n.updated_by
  from new_rows n
  where i.clinic_id = n.clinic_id and i.prescription_id = n.id
    and (i.patient_id, i.practitioner_id, i.pharmacy_id, i.signed_at)
        is distinct from (n.patient_id, n.practitioner_id, n.pharmacy_id, n.signed_at);
  update payment p
  set patient_id = n.patient_id, practitioner_id = n.practitioner_id, pharmacy_id = n.pharmacy_id
  from new_rows n
  where p.clinic_id = n.clinic_id and p.prescription_id = n.id
    and (p.patient_id, p.practitioner_id, p.pharmacy_id)
        is distinct from (n.patient_id, n.practitioner_id, n.pharmacy_id);
  update safety_finding f
  set patient_id = n.patient_id, practitioner_id = n.practitioner_id,
      pharmacy_id = n.pharmacy_id, signed_at = n.signed_at
  from new_rows n
  where f.clinic_id = n.clinic_id and f.prescription_id = n.id
    and (f.patient_id, f.practitioner_id, f.pharmacy_id, f.signed_at)
        is distinct from (n.patient_id, n.practitioner_id, n.pharmacy_id, n.signed_at);
  return null;
end;
$$;
create trigger pass_keys after update on prescription
  referencing new table as new_rows for each statement execute function pass_prescription_keys();

-- Signing passes the keys on to the items; a command that then writes the same once more changes nothing.
create trigger change before update on prescription_item
  for each row execute function suppress_redundant_updates_trigger();

create function refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception '%', tg_argv[0] using errcode = 'restrict_violation';
end;
$$;
create trigger frozen before update on prescription_item for each row
  when (old.signed_at is not null and
        (new.prescription_id, new.line, new.medicine_id, new.generic_name, new.strength, new.form, new.brand,
         new.schedule, new.dose, new.route, new.frequency, new.days, new.quantity, new.instructions, new.currency)
        is distinct from
        (old.prescription_id, old.line, old.medicine_id, old.generic_name, old.strength, old.form, old.brand,
         old.schedule, old.dose, old.route, old.frequency, old.days, old.quantity, old.instructions, old.currency))
  execute function refuse_change('a signed line is frozen');
create trigger frozen before update or delete on stock_movement for each row
  execute function refuse_change('a movement of stock is never changed');

-- ─── The log ───────────────────────────────────────────────────────────────────────────────────────────
-- Every change of a clinic's rows is one entry of its one log, written by the triggers below in the
-- transaction of the change. The head's row is locked until the commit: numbers have no gaps and follow
-- the order of commits. One statement costs one change of the head, however many rows it touched.

create table clinic_head (
  clinic_id uuid primary key,
  seq bigint not null,
  hash bytea not null check (length(hash) = 32)
) with (fillfactor = 20);
comment on table clinic_head is 'The last entry of each clinic''s log. It is locked by whoever writes, until they commit.';

create table clinic_log (
  clinic_id uuid not null,
  seq bigint not null,
  at timestamptz not null,
  actor_id uuid,
  device_id uuid,
  op_id uuid,
  entity text not null,
  entity_id uuid not null,
  version integer not null,
  change text not null check (change in ('insert', 'update', 'delete', 'view', 'grant')),
  old jsonb,
  new jsonb,
  hash bytea not null,
  primary key (clinic_id, seq, at)
) partition by range (at);
comment on column clinic_log.actor_id is 'The member of staff; null: the administrator, or the system itself.';
comment on column clinic_log.hash is 'SHA-256 of the hash before and of this entry''s canonical text.';
create index clinic_log_by_time on clinic_log (clinic_id, at);
create index clinic_log_by_row on clinic_log (clinic_id, entity, entity_id, seq);

create table clinic_log_default partition of clinic_log default;

-- Makes the partitions of this month and of `ahead` months after it. Entries that had fallen into the
-- default partition move where they belong. Safe to run at any time and as often as one likes.
create function make_log_partitions(ahead integer) returns void
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  month timestamptz;
  part text;
begin
  perform pg_advisory_xact_lock(hashtextextended('clinicdesk log partitions', 0));
  for month in
    select generate_series(date_trunc('month', now()), date_trunc('month', now()) + ahead * interval '1 month',
                           interval '1 month')
  loop
    part := 'clinic_log_' || to_char(month, 'YYYY_MM');
    continue when to_regclass(part) is not null;
    execute format('create table %I (like clinic_log including all)', part);
    execute format(
      'with moved as (delete from clinic_log_default where at >= %L and at < %L returning *)
       insert into %I select * from moved', month, month + interval '1 month', part);
    execute format('alter table %I enable row level security, force row level security', part);
    execute format('create policy owner on %I to current_user using (true) with check (true)', part);
    execute format('alter table clinic_log attach partition %I for values from (%L) to (%L)',
                   part, month, month + interval '1 month');
  end loop;
end;
$$;
revoke all on function make_log_partitions from public;

create function log_link(so_far bytea, before bytea, entry bytea) returns bytea
language sql immutable parallel safe
return sha256(coalesce(so_far, before) || entry);

-- Over the entries in their order: the hash of each, given the hash before the first.
create aggregate log_chain(before bytea, entry bytea) (sfunc = log_link, stype = bytea);

-- What is hashed: the columns as text, one a line. No column can contain a line break: JSON escapes it.
create function log_canonical(
  clinic_id uuid, seq bigint, at timestamptz, actor_id uuid, device_id uuid, op_id uuid, entity text,
  entity_id uuid, version integer, change text, old jsonb, new jsonb
) returns bytea
language sql stable parallel safe
return convert_to(concat_ws(E'\n',
  clinic_id, seq, (extract(epoch from at) * 1000000)::bigint, coalesce(actor_id::text, ''),
  coalesce(device_id::text, ''), coalesce(op_id::text, ''), entity, entity_id, version, change,
  coalesce(old::text, ''), coalesce(new::text, '')), 'UTF8');

create function append_to_log(
  clinic uuid, kind text, what text, ids uuid[], versions integer[], olds jsonb[], news jsonb[]
) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  head clinic_head;
  moment timestamptz;
  actor constant uuid := nullif(current_setting('clinicdesk.member', true), '');
  device constant uuid := nullif(current_setting('clinicdesk.device', true), '');
  op constant uuid := nullif(current_setting('clinicdesk.op', true), '');
  last_hash bytea;
begin
  select * into head from clinic_head h where h.clinic_id = clinic for update;
  if not found then
    insert into clinic_head values (clinic, 0, decode(repeat('00', 32), 'hex')) returning * into head;
  end if;
  moment := clock_timestamp();  -- only now: the wait for the lock is over
  with entries as (
    select e.id, e.version, e.old, e.new, head.seq + e.place as seq,
           log_canonical(clinic, head.seq + e.place, moment, actor, device, op, kind, e.id, e.version, what,
                         e.old, e.new) as canonical
    from unnest(ids, versions, olds, news) with ordinality as e (id, version, old, new, place)
  ), written as (
    insert into clinic_log
    select clinic, e.seq, moment, actor, device, op, kind, e.id, e.version, what, e.old, e.new,
           log_chain(head.hash, e.canonical) over (order by e.seq rows unbounded preceding)
    from entries e
    returning seq, hash
  )
  select w.hash into last_hash from written w order by w.seq desc limit 1;
  update clinic_head h set seq = head.seq + cardinality(ids), hash = last_hash where h.clinic_id = clinic;
end;
$$;
revoke all on function append_to_log from public;

-- Arguments of the three triggers: columns that stay out of the log.
create function log_insert() returns trigger
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  hidden constant text[] := coalesce(tg_argv::text[], '{}');
  part record;
begin
  for part in
    select n.clinic_id, array_agg(n.id) as ids, array_agg(n.version) as versions,
           array_agg(to_jsonb(n) - hidden) as news
    from new_rows n group by n.clinic_id order by n.clinic_id
  loop
    perform append_to_log(part.clinic_id, tg_table_name, 'insert', part.ids, part.versions, null, part.news);
  end loop;
  return null;
end;
$$;

create function log_update() returns trigger
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  hidden constant text[] := coalesce(tg_argv::text[], '{}');
  part record;
begin
  for part in
    select n.clinic_id, array_agg(n.id) as ids, array_agg(n.version) as versions,
           array_agg(to_jsonb(o) - hidden) as olds, array_agg(to_jsonb(n) - hidden) as news
    from new_rows n join old_rows o on o.clinic_id = n.clinic_id and o.id = n.id
    group by n.clinic_id order by n.clinic_id
  loop
    perform append_to_log(part.clinic_id, tg_table_name, 'update', part.ids, part.versions, part.olds, part.news);
  end loop;
  return null;
end;
$$;

create function log_delete() returns trigger
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  hidden constant text[] := coalesce(tg_argv::text[], '{}');
  part record;
begin
  for part in
    select o.clinic_id, array_agg(o.id) as ids, array_agg(o.version + 1) as versions,
           array_agg(to_jsonb(o) - hidden) as olds
    from old_rows o group by o.clinic_id order by o.clinic_id
  loop
    perform append_to_log(part.clinic_id, tg_table_name, 'delete', part.ids, part.versions, part.olds, null);
  end loop;
  return null;
end;
$$;

do $$
declare
  entity text;
  hidden text;
begin
  -- `medicine` is not among them: a change of many medicines is one change of their formulary.
  foreach entity in array array['clinic', 'service', 'member', 'practitioner', 'pharmacy', 'patient', 'allergy',
                                'formulary', 'prescription', 'prescription_item', 'payment',
                                'rule_set', 'seal_key', 'price_list', 'stock_level', 'batch', 'supplier',
                                'supply_order', 'supply_order_line', 'dispense', 'safety_finding', 'purchase_order', 'patient_notice'] loop
    hidden := case entity when 'patient' then quote_literal('search_text') else '' end;
    execute format('create trigger log_insert after insert on %I referencing new table as new_rows
                    for each statement execute function log_insert(%s)', entity, hidden);
    execute format('create trigger log_update after update on %I referencing old table as old_rows
                    new table as new_rows for each statement execute function log_update(%s)', entity, hidden);
    execute format('create trigger log_delete after delete on %I referencing old table as old_rows
                    for each statement execute function log_delete(%s)', entity, hidden);
  end loop;
end;
$$;

-- ─── Who acts ──────────────────────────────────────────────────────────────────────────────────────────
-- Each transaction of the business says its clinic, member and device. What the member may do is read from
-- `member` at each statement, so an ended membership ends at once. Policies call these in a sub-select: once
-- a statement, not once a row.

create function acting_member() returns uuid
language sql stable parallel safe
return nullif(current_setting('clinicdesk.member', true), '')::uuid;

create function acting_device() returns uuid
language sql stable parallel safe
return nullif(current_setting('clinicdesk.device', true), '')::uuid;

create function acting_as() returns member
language plpgsql stable parallel safe security definer set search_path = public, pg_temp as $$
declare
  acting member;
begin
  select * into acting from member m
  where m.clinic_id = nullif(current_setting('clinicdesk.clinic', true), '')::uuid
    and m.id = nullif(current_setting('clinicdesk.member', true), '')::uuid
    and m.active;
  return acting;
end;
$$;
comment on function acting_as is 'The acting member; all null when there is none or the membership has ended.';

-- plpgsql: a call costs a cached plan, where a SQL function that cannot be inlined is planned each time.
create function acting_clinic() returns uuid
language plpgsql stable parallel safe as $$ begin return (acting_as()).clinic_id; end $$;
create function acting_role() returns text
language plpgsql stable parallel safe as $$ begin return (acting_as()).role; end $$;
create function acting_practitioner() returns uuid
language plpgsql stable parallel safe as $$ begin return (acting_as()).practitioner_id; end $$;
create function acting_pharmacy() returns uuid
language plpgsql stable parallel safe as $$ begin return (acting_as()).pharmacy_id; end $$;

revoke all on function acting_as, acting_clinic, acting_role, acting_practitioner, acting_pharmacy from public;
grant execute on function acting_as, acting_clinic, acting_role, acting_practitioner, acting_pharmacy
  to clinicdesk_app;

-- ─── Row-level security ────────────────────────────────────────────────────────────────────────────────
-- Reading says what contract.access.GRANTS says; a test compares the two over random users and rows.
-- Writing follows contract.access.COMMANDS. The columns that a role may change are granted one by one.

create table patient_word (
  clinic_id uuid not null references clinic (clinic_id),
  word text not null,
  primary key (clinic_id, word)
);
comment on table patient_word is 'Each word that occurs in a patient''s name: what a misspelt search is mended by.';
create index patient_word_near on patient_word using gin (clinic_id, word gin_trgm_ops) with (fastupdate = off);

do $$
declare
  protected text;
begin
  foreach protected in array array[
    'account', 'device', 'session', 'refresh_token', 'sign_in_attempt', 'server_meta', 'clinic', 'service',
    'practitioner', 'pharmacy', 'member', 'patient', 'allergy', 'formulary', 'medicine', 'prescription',
    'prescription_item', 'payment', 'clinic_counter', 'op_result', 'clinic_head', 'clinic_log',
    'clinic_log_default', 'rule_set', 'seal_key', 'price_list', 'stock_level', 'batch', 'supplier', 'supply_order', 'supply_order_line',
    'dispense', 'safety_finding', 'purchase_order', 'patient_notice', 'stock_movement', 'price', 'safety_rule',
    'patient_word'] loop
    execute format('alter table %I enable row level security, force row level security', protected);
    -- FORCE binds the owner too: its own triggers, functions and migrations work by this policy.
    execute format('create policy owner on %I to current_user using (true) with check (true)', protected);
  end loop;
end;
$$;

-- Everybody who is a member of the clinic.
do $$
declare
  shared text;
begin
  foreach shared in array array['clinic', 'service', 'member', 'practitioner', 'pharmacy', 'formulary', 'medicine',
                                'rule_set', 'safety_rule', 'seal_key', 'price_list', 'price', 'stock_level'] loop
    execute format('grant select on %I to clinicdesk_app', shared);
    execute format('create policy see on %I for select to clinicdesk_app
                    using (clinic_id = (select acting_clinic()))', shared);
  end loop;
end;
$$;

grant select on patient, allergy, prescription, prescription_item, payment to clinicdesk_app;

create policy see on patient for select to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and ((select acting_role()) in ('admin', 'reception')
       or (select acting_practitioner()) = any (practitioner_ids)
       or (select acting_pharmacy()) = any (pharmacy_ids)));

create policy see on allergy for select to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and ((select acting_role()) = 'admin'
       or (select acting_practitioner()) = any (practitioner_ids)
       or (select acting_pharmacy()) = any (pharmacy_ids)));

-- The front desk sees that there is a prescription, not its clinical text: contract.access.HIDDEN.
create policy see on prescription for select to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and ((select acting_role()) = 'admin'
       or ((select acting_role()) = 'reception' and signed_at is not null)
       or practitioner_id = (select acting_practitioner())
       or (pharmacy_id = (select acting_pharmacy()) and signed_at is not null)));

create policy see on prescription_item for select to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and ((select acting_role()) = 'admin'
       or practitioner_id = (select acting_practitioner())
       or (pharmacy_id = (select acting_pharmacy()) and signed_at is not null)));

create policy see on payment for select to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and ((select acting_role()) in ('admin', 'reception')
       or practitioner_id = (select acting_practitioner())
       or pharmacy_id = (select acting_pharmacy())));

-- A prescriber sends a prescription: its pharmacy is then among those who supply the patient.
grant update (pharmacy_ids) on patient to clinicdesk_app;
create policy send on patient for update to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and (select acting_role()) = 'therapist'
  and (select acting_practitioner()) = any (practitioner_ids));

-- write_draft, revise_draft, sign_and_send, cancel_prescription: the prescriber's own.
-- take_payment, fulfill_items, decline_item, hand_over, cancel_prescription: the pharmacy it was sent to.
grant insert on prescription to clinicdesk_app;
grant update (patient_id, pharmacy_id, status, signed_at, note, item_count, controlled, total_minor, paid_minor,
              currency, paid_at, fulfilled_at, completed_at, collected_by, cancelled_at, cancel_reason,
              updated_at, updated_by)
  on prescription to clinicdesk_app;
create policy write on prescription for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic())
  and (select acting_role()) = 'therapist'
  and practitioner_id = (select acting_practitioner())
  and updated_by = (select acting_member()));
create policy revise on prescription for update to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and (((select acting_role()) = 'therapist' and practitioner_id = (select acting_practitioner()))
       or ((select acting_role()) = 'pharmacist' and pharmacy_id = (select acting_pharmacy())
           and signed_at is not null)))
with check (
  clinic_id = (select acting_clinic())
  and updated_by = (select acting_member())
  and (((select acting_role()) = 'therapist' and practitioner_id = (select acting_practitioner()))
       or ((select acting_role()) = 'pharmacist' and pharmacy_id = (select acting_pharmacy())
           and signed_at is not null)));

grant insert, delete on prescription_item to clinicdesk_app;
grant update (line, medicine_id, generic_name, strength, form, brand, schedule, dose, route, frequency, days,
              quantity, instructions, amount_minor, currency, status, supplied, decline_reason, pharmacy_id,
              signed_at, updated_at, updated_by)
  on prescription_item to clinicdesk_app;
create policy write on prescription_item for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic())
  and (select acting_role()) = 'therapist'
  and practitioner_id = (select acting_practitioner())
  and signed_at is null
  and updated_by = (select acting_member()));
create policy revise on prescription_item for update to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and (((select acting_role()) = 'therapist' and practitioner_id = (select acting_practitioner()))
       or ((select acting_role()) = 'pharmacist' and pharmacy_id = (select acting_pharmacy())
           and signed_at is not null)))
with check (
  clinic_id = (select acting_clinic())
  and updated_by = (select acting_member()));
create policy strike on prescription_item for delete to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and (select acting_role()) = 'therapist'
  and practitioner_id = (select acting_practitioner())
  and signed_at is null);

-- The ledger grows; the one change is a refund that is paid out. A prescriber who cancels owes a refund.
grant insert on payment to clinicdesk_app;
grant update (status, settled_at, received_by) on payment to clinicdesk_app;
create policy write on payment for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic())
  and received_by = (select acting_member())
  and (((select acting_role()) = 'pharmacist' and pharmacy_id = (select acting_pharmacy()))
       or ((select acting_role()) = 'therapist' and practitioner_id = (select acting_practitioner())
           and kind = 'refund' and status = 'PENDING')));
create policy settle on payment for update to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and (select acting_role()) = 'pharmacist' and pharmacy_id = (select acting_pharmacy())
  and kind = 'refund' and status = 'PENDING')
with check (
  clinic_id = (select acting_clinic()) and status = 'COMPLETED');

grant update (repeats, repeats_used, valid_until, delivery, bin, counselling, seal) on prescription to clinicdesk_app;
grant update (prepared, owing, hold_reason, substitute_id, substitute_brand, substitution_reason, prescribed_minor,
              passed_over)
  on prescription_item to clinicdesk_app;

grant select on batch, supplier, supply_order, supply_order_line, dispense, safety_finding, purchase_order,
  patient_notice, stock_movement to clinicdesk_app;

do $$
declare
  kept text;
begin
  foreach kept in array array['batch', 'supply_order', 'supply_order_line', 'stock_movement'] loop
    execute format('create policy see on %I for select to clinicdesk_app using (
      clinic_id = (select acting_clinic())
      and ((select acting_role()) = ''admin'' or pharmacy_id = (select acting_pharmacy())))', kept);
  end loop;
end;
$$;

create policy see on supplier for select to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and (select acting_role()) in ('admin', 'pharmacist'));

create policy see on dispense for select to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and ((select acting_role()) = 'admin'
       or practitioner_id = (select acting_practitioner())
       or pharmacy_id = (select acting_pharmacy())));

create policy see on safety_finding for select to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and ((select acting_role()) = 'admin'
       or practitioner_id = (select acting_practitioner())
       or (pharmacy_id = (select acting_pharmacy()) and signed_at is not null)));

do $$
declare
  told text;
begin
  foreach told in array array['purchase_order', 'patient_notice'] loop
    execute format('create policy see on %I for select to clinicdesk_app using (
      clinic_id = (select acting_clinic())
      and ((select acting_role()) in (''admin'', ''reception'')
           or practitioner_id = (select acting_practitioner())
           or pharmacy_id = (select acting_pharmacy())))', told);
  end loop;
end;
$$;

-- check_item and what follows it: the pharmacy's. A prescriber who cancels has what was prepared put back.
grant insert on dispense to clinicdesk_app;
grant update (status, handed_over_at, collected_by, return_reason) on dispense to clinicdesk_app;
create policy write on dispense for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()) and checked_by = (select acting_member()));
create policy settle on dispense for update to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and status = 'PREPARED'
  and (((select acting_role()) = 'pharmacist' and pharmacy_id = (select acting_pharmacy()))
       or ((select acting_role()) = 'therapist' and practitioner_id = (select acting_practitioner()))))
with check (
  clinic_id = (select acting_clinic())
  and (status = 'RETURNED' or (select acting_role()) = 'pharmacist'));

grant insert on safety_finding to clinicdesk_app;
create policy write on safety_finding for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and by = (select acting_member())
  and ((stage = 'prescribing' and (select acting_role()) = 'therapist'
        and practitioner_id = (select acting_practitioner()))
       or (stage = 'dispensing' and (select acting_role()) = 'pharmacist'
           and pharmacy_id = (select acting_pharmacy()))));

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

grant insert on purchase_order to clinicdesk_app;
grant update (status, response, response_note, quoted_minor, acknowledged_at, ready_at, dispatched_at, closed_at,
              received_by, updated_at, updated_by)
  on purchase_order to clinicdesk_app;
create policy write on purchase_order for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and updated_by = (select acting_member())
  and (((select acting_role()) = 'therapist' and practitioner_id = (select acting_practitioner()))
       or ((select acting_role()) = 'pharmacist' and pharmacy_id = (select acting_pharmacy()))));
create policy follow on purchase_order for update to clinicdesk_app using (
  clinic_id = (select acting_clinic())
  and (((select acting_role()) = 'therapist' and practitioner_id = (select acting_practitioner()))
       or ((select acting_role()) = 'pharmacist' and pharmacy_id = (select acting_pharmacy()))))
with check (clinic_id = (select acting_clinic()) and updated_by = (select acting_member()));

grant insert on patient_notice to clinicdesk_app;
create policy write on patient_notice for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()));
grant update (status, told_at, told_by) on patient_notice to clinicdesk_app;
create policy tell on patient_notice for update to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()) and status = 'QUEUED')
with check (clinic_id = (select acting_clinic()) and status = 'TOLD' and told_by = (select acting_member()));

-- dispense_repeat: the pharmacy opens the next dispensing of what it has dispensed.
create policy repeat on prescription for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy())
  and repeat_of is not null and signed_at is not null and updated_by = (select acting_member()));
create policy repeat on prescription_item for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()) and updated_by = (select acting_member())
  and exists (select from prescription p where p.clinic_id = prescription_item.clinic_id
              and p.id = prescription_item.prescription_id and p.repeat_of is not null));

-- The shelves: what they hold is counted by the movements' trigger, and by nobody else.
grant insert on stock_level, batch, stock_movement to clinicdesk_app;
grant update (reorder_level, reorder_packs, shelf, updated_at) on stock_level to clinicdesk_app;
grant update (cost_minor, updated_at) on batch to clinicdesk_app;
create policy write on stock_level for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()) and on_hand = 0);
create policy revise on stock_level for update to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()));
create policy write on batch for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()) and on_hand = 0);
create policy revise on batch for update to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()));
create policy write on stock_movement for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and by = (select acting_member())
  and (((select acting_role()) = 'pharmacist' and pharmacy_id = (select acting_pharmacy()))
       or ((select acting_role()) = 'therapist' and kind = 'returned'
           and exists (select from dispense d where d.clinic_id = stock_movement.clinic_id
                       and d.id = stock_movement.subject_id and d.batch_id = stock_movement.batch_id
                       and d.practitioner_id = (select acting_practitioner())))));

grant insert on price to clinicdesk_app;
grant update (revision, price_minor, effective_until, withdrawn) on price to clinicdesk_app;
grant update (revision, price_count, updated_at) on price_list to clinicdesk_app;
create policy write on price for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy())
  and exists (select from price_list l where l.clinic_id = price.clinic_id and l.id = price.price_list_id
              and l.pharmacy_id = price.pharmacy_id));
create policy revise on price for update to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()));
create policy revise on price_list for update to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()));

grant insert on supplier, supply_order, supply_order_line to clinicdesk_app;
grant update (name, phone, email, address, active) on supplier to clinicdesk_app;
grant update (supplier_id, status, note, line_count, total_minor, submitted_at, acknowledged_at, expected_on,
              received_at, closed_at, close_reason, updated_at, updated_by, submitted_by)
  on supply_order to clinicdesk_app;
grant update (line, medicine_id, description, pack_size, packs_ordered, packs_received, cost_minor, updated_at,
              updated_by)
  on supply_order_line to clinicdesk_app;
grant delete on supply_order_line to clinicdesk_app;
create policy write on supplier for insert to clinicdesk_app with check (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist');
create policy revise on supplier for update to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist');
do $$
declare
  ordered text;
begin
  foreach ordered in array array['supply_order', 'supply_order_line'] loop
    execute format('create policy write on %I for insert to clinicdesk_app with check (
      clinic_id = (select acting_clinic()) and (select acting_role()) = ''pharmacist''
      and pharmacy_id = (select acting_pharmacy()) and updated_by = (select acting_member()))', ordered);
    execute format('create policy revise on %I for update to clinicdesk_app using (
      clinic_id = (select acting_clinic()) and (select acting_role()) = ''pharmacist''
      and pharmacy_id = (select acting_pharmacy()))
      with check (clinic_id = (select acting_clinic()) and updated_by = (select acting_member()))', ordered);
  end loop;
end;
$$;
create policy strike on supply_order_line for delete to clinicdesk_app using (
  clinic_id = (select acting_clinic()) and (select acting_role()) = 'pharmacist'
  and pharmacy_id = (select acting_pharmacy()));

-- What a desk was answered is that desk's.
grant select, insert on op_result to clinicdesk_app;
create policy own on op_result to clinicdesk_app
  using (clinic_id = (select acting_clinic()) and device_id = (select acting_device()))
  with check (clinic_id = (select acting_clinic()) and device_id = (select acting_device())
              and member_id = (select acting_member()));

-- A command's result names the log's head that it reached.
grant select on clinic_head to clinicdesk_app, clinicdesk_feed;
create policy see on clinic_head for select to clinicdesk_app using (clinic_id = (select acting_clinic()));

grant select on clinic_log to clinicdesk_feed;
create policy follow on clinic_head for select to clinicdesk_feed using (true);
create policy follow on clinic_log for select to clinicdesk_feed using (true);
grant select on server_meta to clinicdesk_app, clinicdesk_feed, clinicdesk_gate;
create policy see on server_meta for select to clinicdesk_app, clinicdesk_feed, clinicdesk_gate using (true);

grant select, insert, update on account, device, session, refresh_token, sign_in_attempt to clinicdesk_gate;
grant delete on refresh_token, sign_in_attempt to clinicdesk_gate;
create policy gate on account to clinicdesk_gate using (true) with check (true);
create policy gate on device to clinicdesk_gate using (true) with check (true);
create policy gate on session to clinicdesk_gate using (true) with check (true);
create policy gate on refresh_token to clinicdesk_gate using (true) with check (true);
create policy gate on sign_in_attempt to clinicdesk_gate using (true) with check (true);
grant select on member to clinicdesk_gate;
create policy gate on member for select to clinicdesk_gate using (true);
grant select (id, clinic_id, name, zone) on clinic to clinicdesk_gate;
create policy gate on clinic for select to clinicdesk_gate using (true);

-- ─── Patient search ────────────────────────────────────────────────────────────────────────────────────
-- Under row-level security an index is used only by leakproof operators, and those of trigrams are not. So
-- the search runs as the owner, applies the member's own grants itself, and gives back identifiers only;
-- its caller reads the rows under row-level security once more. A misspelt word is mended by the words
-- that do occur in the clinic's names, which are few, rather than by comparing it with every patient.

create function keep_patient_words() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into patient_word
  select distinct n.clinic_id, w.word
  from new_rows n cross join string_to_table(btrim(n.search_text), ' ') as w (word)
  where length(w.word) >= 3 and w.word !~ '[0-9]'
  order by 1, 2
  on conflict do nothing;
  return null;
end;
$$;
create trigger words_of_new after insert on patient
  referencing new table as new_rows for each statement execute function keep_patient_words();
create trigger words_of_changed after update on patient
  referencing new table as new_rows for each statement execute function keep_patient_words();

-- The condition that `search_text` has `word`, as a whole word (of a patient's number one need not write the
-- zeros), or as digits anywhere and as letters at the start of a word; or one of the words it may have meant.
create function patient_match(word text, whole boolean, meant text[]) returns text
language sql immutable parallel safe
return '(' || array_to_string(array(
  select format('search_text like %L', pattern) from unnest(
    array[case when word ~ '^[0-9]+$' and whole then '% ' || lpad(word, greatest(6, length(word)), '0') || ' %'
               when word ~ '^[0-9]+$' then '%' || word || '%'
               when whole then '% ' || word || ' %'
               else '% ' || word || '%' end]
    || array(select '% ' || other || ' %' from unnest(meant) as other)) as pattern), ' or ') || ')';

-- The words of the clinic's names that a misspelt one, or the start of one, may have been meant to be: at
-- most one letter off in three, two in eight, three in more (two letters that changed places count as two).
create function patient_words_near(clinic uuid, misspelt text) returns text[]
language sql stable set search_path = public, pg_temp set pg_trgm.word_similarity_threshold = 0.25
return array(
  select near.word
  from patient_word w
  cross join lateral (
    select w.word, least(levenshtein(w.word, misspelt), levenshtein(left(w.word, length(misspelt)), misspelt)) as off
  ) as near
  where w.clinic_id = clinic and w.word %> misspelt and length(misspelt) <= 60 and length(w.word) <= 60
    and near.off <= case when length(misspelt) <= 3 then 1 when length(misspelt) <= 8 then 2 else 3 end
  order by near.off, similarity(w.word, misspelt) desc, w.word
  limit 8);

-- The patients that the acting member sees and who match each word of `wanted` (name, name in its own
-- script, number, telephone) and were born on `born`, best first; at most `most`, of the first some hundred.
create function find_patients(wanted text, born date, most integer)
returns table (patient_id uuid, place integer)
language plpgsql stable security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare
  acting constant member := acting_as();
  words constant text[] := array(
    -- A telephone number may be written with its trunk zero, a patient's without zeros or hyphen.
    select regexp_replace(w, '^(p?0*)([1-9][0-9]*)$', '\2')
    from unnest(string_to_array(btrim(plain_text(wanted)), ' ')) as w where w <> '' limit 6);
  theirs text;
  found_ids uuid[] := '{}';
  more uuid[];
  mended boolean;
begin
  if acting.id is null or (cardinality(words) = 0 and born is null) then
    return;
  end if;
  theirs := case
    when acting.role in ('admin', 'reception') then 'true'
    else format('(practitioner_ids @> array[%L::uuid] or pharmacy_ids @> array[%L::uuid])',
                acting.practitioner_id, acting.pharmacy_id) end;
  for attempt in 1..3 loop
    mended := attempt = 3;
    exit when cardinality(found_ids) >= most;
    -- Guessing is for when there is next to nothing, and never for numbers alone.
    exit when mended and (cardinality(found_ids) >= 5
                          or not exists (select from unnest(words) w where length(w) >= 3 and w !~ '[0-9]'));
    execute format(
      'select array(
         select id from (
           select id, name from patient
           where clinic_id = %1$L and %2$s and (%3$L::date is null or birth_date = %3$L) and %4$s
             and id <> all (%5$L::uuid[])
           limit 400) as candidate
         order by similarity(plain_text(name), %6$L) desc, name, id limit %7$L)',
      acting.clinic_id, theirs, born,
      coalesce((select string_agg(
        patient_match(w, attempt = 1, case when mended and length(w) >= 3 and w !~ '[0-9]'
                                           then patient_words_near(acting.clinic_id, w) else '{}' end), ' and ')
        from unnest(words) as w), 'true'),
      found_ids, plain_text(wanted), most - cardinality(found_ids))
    into more;
    found_ids := found_ids || more;
  end loop;
  return query select f.id, f.place::integer from unnest(found_ids) with ordinality as f (id, place);
end;
$$;
revoke all on function find_patients, patient_words_near, patient_match from public;
grant execute on function find_patients to clinicdesk_app;

-- What a patient takes from signed prescriptions other than `besides` and its repeats, whoever wrote them, for
-- those who see the patient in full: a check must know the medicines of all prescribers. It tells neither who
-- wrote them nor what for. A course without an end is taken as thirty days.
create function current_medicines(of_patient uuid, besides uuid)
returns table (item_id uuid, name text, ingredients text[], strength text, form text, route text, dose text,
               frequency text, ends_in_days integer)
language sql stable security definer set search_path = public, pg_temp as $$
  with acting as (select (acting_as()).*), taken as (
    select i.id, concat_ws(' ', i.generic_name, nullif(i.strength, ''), i.form) as name, m.ingredients,
      i.strength, i.form, i.route, i.dose, i.frequency,
      (coalesce(rx.completed_at, rx.signed_at) at time zone c.zone)::date
        + case when i.frequency = 'STAT' then 1 else coalesce(i.days, 30) end
        - (now() at time zone c.zone)::date as ends_in_days
    from acting a
    join patient p on p.clinic_id = a.clinic_id and p.id = of_patient
    join clinic c on c.clinic_id = p.clinic_id
    join prescription rx on rx.clinic_id = p.clinic_id and rx.patient_id = p.id
    join prescription_item i on i.clinic_id = rx.clinic_id and i.prescription_id = rx.id
    join medicine m on m.clinic_id = i.clinic_id and m.id = coalesce(i.substitute_id, i.medicine_id)
    where (a.role = 'admin' or a.practitioner_id = any (p.practitioner_ids) or a.pharmacy_id = any (p.pharmacy_ids))
      and rx.signed_at > now() - interval '400 days' and rx.status <> 'CANCELLED'
      and i.status not in ('DECLINED', 'CANCELLED')
      and rx.id <> besides and rx.repeat_of is distinct from besides
      and rx.id is distinct from (
        select b.repeat_of from prescription b where b.clinic_id = p.clinic_id and b.id = besides)
  )
  select id, name, ingredients, strength, form, route, dose, frequency, ends_in_days
  from taken where ends_in_days > 0
$$;
revoke all on function current_medicines from public;
grant execute on function current_medicines to clinicdesk_app;

-- ─── Prints ────────────────────────────────────────────────────────────────────────────────────────────
-- A print is a `view` of the log, of the entity `print` and under the identifier of what was printed. It is
-- no row: nothing of it can be changed, and no desk receives it.

create function enter_print(
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
comment on function enter_print is
  'Enters a print once for each print_id; how often the same was printed before. Null: it is not theirs to print.';
revoke all on function enter_print from public;
grant execute on function enter_print to clinicdesk_app;

-- ─── Triggers' functions ───────────────────────────────────────────────────────────────────────────────
-- Who may call one may hang it on a temporary table of their own, with rows of any clinic; and these act for
-- their owner. Firing a trigger asks for no right.
revoke all on function copy_patient_keys, pass_patient_keys, copy_prescription_keys, pass_prescription_keys,
  log_insert, log_update, log_delete, keep_patient_words, count_movement, copy_batch_keys,
  copy_supply_order_keys from public;
