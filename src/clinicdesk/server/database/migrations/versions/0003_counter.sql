-- The counter: what is prepared for a patient, stock, prices, orders, safety rules, seals.

alter table medicine add column gtin text check (gtin ~ '^[0-9]{14}$');
create index medicine_by_gtin on medicine (clinic_id, gtin);

alter table prescription
  add column repeats integer not null default 0 check (repeats between 0 and 11),
  add column repeats_used integer not null default 0,
  add column repeat_of uuid,
  add column valid_until date,
  add column delivery boolean not null default false,
  add column bin text check (length(bin) between 1 and 20),
  add column counselling text check (length(counselling) <= 2000),
  add column seal text check (length(seal) <= 600),
  add constraint no_more_repeats_than_authorised check (repeats_used between 0 and repeats),
  add foreign key (clinic_id, repeat_of) references prescription (clinic_id, id);

alter table prescription_item
  add column prepared integer not null default 0 check (prepared >= 0),
  add column owing integer not null default 0 check (owing >= 0),
  add column hold_reason text check (length(hold_reason) between 3 and 300),
  add column substitute_id uuid,
  add column substitute_brand text check (length(substitute_brand) <= 200),
  add column substitution_reason text check (length(substitution_reason) between 3 and 300),
  add column prescribed_minor bigint check (prescribed_minor between 0 and 100000000000),
  add constraint never_more_prepared_than_authorised check (supplied + prepared + owing <= quantity),
  add foreign key (clinic_id, substitute_id) references medicine (clinic_id, id),
  add constraint a_substitution_says_why check ((substitute_id is null) = (substitution_reason is null)),
  add constraint what_is_on_hold_says_why check (status <> 'ON_HOLD' or hold_reason is not null);

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
  constraint a_batch_is_named_whole check ((batch_id is null) = (batch_number is null)
                                           and (batch_id is null) = (expiry is null)),
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
  status text not null check (status in ('QUEUED', 'SENT', 'DELIVERED', 'FAILED')),
  created_at timestamptz not null default now(),
  primary key (clinic_id, id),
  unique (clinic_id, kind, subject_id),
  foreign key (clinic_id, patient_id) references patient (clinic_id, id),
  foreign key (clinic_id, prescription_id) references prescription (clinic_id, id)
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

create function count_movement() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- The shelf first: it is the lock of its batches, and nothing is logged yet by who waits for it.
  update stock_level l set on_hand = l.on_hand + n.quantity
  from (select b.clinic_id, b.pharmacy_id, b.medicine_id, sum(r.quantity)::integer as quantity
        from new_rows r join batch b on b.clinic_id = r.clinic_id and b.id = r.batch_id
        group by 1, 2, 3) n
  where l.clinic_id = n.clinic_id and l.pharmacy_id = n.pharmacy_id and l.medicine_id = n.medicine_id
    and n.quantity <> 0;
  update batch b set on_hand = b.on_hand + n.quantity
  from (select clinic_id, batch_id, sum(quantity)::integer as quantity from new_rows group by 1, 2) n
  where b.clinic_id = n.clinic_id and b.id = n.batch_id and n.quantity <> 0;
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
  primary key (clinic_id, id),
  unique (clinic_id, code),
  foreign key (clinic_id, pharmacy_id) references pharmacy (clinic_id, id),
  foreign key (clinic_id, supplier_id) references supplier (clinic_id, id),
  foreign key (clinic_id, updated_by) references member (clinic_id, id),
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

do $$
declare
  entity text;
begin
  foreach entity in array array['dispense', 'safety_finding', 'patient_notice', 'supplier', 'seal_key'] loop
    execute format('create trigger versions before update on %I for each row execute function next_version()', entity);
  end loop;
  foreach entity in array array['purchase_order', 'stock_level', 'batch', 'price_list', 'supply_order', 'supply_order_line', 'rule_set'] loop
    execute format(
      'create trigger versions before update on %I for each row execute function next_version_now()', entity);
  end loop;
end;
$$;

create or replace function copy_prescription_keys() returns trigger
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

create or replace function pass_prescription_keys() returns trigger
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

drop trigger frozen on prescription_item;
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

do $$
declare
  entity text;
begin
  foreach entity in array array['rule_set', 'seal_key', 'price_list', 'stock_level', 'batch', 'supplier', 'supply_order', 'supply_order_line', 'dispense', 'safety_finding', 'purchase_order', 'patient_notice'] loop
    execute format('create trigger log_insert after insert on %I referencing new table as new_rows
                    for each statement execute function log_insert()', entity);
    execute format('create trigger log_update after update on %I referencing old table as old_rows
                    new table as new_rows for each statement execute function log_update()', entity);
    execute format('create trigger log_delete after delete on %I referencing old table as old_rows
                    for each statement execute function log_delete()', entity);
  end loop;
  foreach entity in array array['rule_set', 'seal_key', 'price_list', 'stock_level', 'batch', 'supplier', 'supply_order', 'supply_order_line', 'dispense', 'safety_finding', 'purchase_order', 'patient_notice', 'stock_movement', 'price', 'safety_rule'] loop
    execute format('alter table %I enable row level security, force row level security', entity);
    execute format('create policy owner on %I to current_user using (true) with check (true)', entity);
  end loop;
  foreach entity in array array['rule_set', 'safety_rule', 'seal_key', 'price_list', 'price', 'stock_level'] loop
    execute format('grant select on %I to clinicdesk_app', entity);
    execute format('create policy see on %I for select to clinicdesk_app
                    using (clinic_id = (select acting_clinic()))', entity);
  end loop;
end;
$$;

grant update (repeats, repeats_used, valid_until, delivery, bin, counselling, seal) on prescription to clinicdesk_app;
grant update (prepared, owing, hold_reason, substitute_id, substitute_brand, substitution_reason, prescribed_minor)
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
  and (((select acting_role()) = 'therapist' and practitioner_id = (select acting_practitioner()))
       or ((select acting_role()) = 'pharmacist' and pharmacy_id = (select acting_pharmacy()))));

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
              received_at, closed_at, close_reason, updated_at, updated_by)
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

revoke all on function count_movement, copy_batch_keys, copy_supply_order_keys from public;

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

-- Pharmacies that were there before have a price list from now on, as new ones do; it is empty.
insert into price_list (id, clinic_id, pharmacy_id, name, currency, revision, price_count)
select gen_random_uuid(), p.clinic_id, p.id, left(p.name, 113) || ' prices', c.currency, 0, 0
from pharmacy p join clinic c on c.clinic_id = p.clinic_id;
