-- name: server
-- What the server and the database are.
select current_setting('server_version_num')::int, pg_encoding_to_char(encoding)::text,
       array(select extname::text from pg_extension)
from pg_database where datname = current_database();

-- name: has_revision
-- Whether a migration ever ran.
select to_regclass('public.alembic_version') is not null;

-- name: revision
-- The schema that the database is at.
select version_num from alembic_version;

-- name: roles
-- Each role: whether it is above row-level security, what it owns, whether we may act as it.
select r.rolname::text,
       r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolreplication
         or pg_has_role(r.oid, (select relowner from pg_class where oid = 'public.clinic'::regclass), 'MEMBER'),
       (select string_agg(c.relname::text, ', ') from pg_class c where c.relowner = r.oid),
       pg_has_role(current_user, r.oid,
                   case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)
from pg_roles r where r.rolname = any (%(roles)s);

-- name: tables
-- Each table with the state of its row-level security.
select c.relname::text, c.relrowsecurity, c.relforcerowsecurity
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
order by 1;

-- name: policies
-- The policies of a role: table, action, and what they say as one text.
select tablename::text, lower(cmd), concat_ws(' ', qual, with_check)
from pg_policies
where schemaname = 'public' and %(role)s = any (roles) or 'public' = any (roles);

-- name: granted
-- What a role may do, with a whole table or with some of its columns.
select distinct table_name::text, lower(privilege_type)
from information_schema.column_privileges
where table_schema = 'public' and grantee = %(role)s and privilege_type in ('SELECT', 'INSERT', 'UPDATE')
union
select table_name::text, lower(privilege_type)
from information_schema.table_privileges
where table_schema = 'public' and grantee = %(role)s and privilege_type = 'DELETE'
order by 1, 2;

-- name: rights_on_log
-- Rights on the log and its heads that are more than reading, and rights to empty a table.
select r.role, c.relname::text, a.action
from unnest(%(roles)s::text[]) as r (role)
cross join pg_class c
cross join unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) as a (action)
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  and (c.relname like 'clinic\_log%%' or c.relname = 'clinic_head' or a.action = 'TRUNCATE')
  and exists (select from pg_roles where rolname = r.role)
  and case when a.action in ('INSERT', 'UPDATE') then has_any_column_privilege(r.role, c.oid, a.action)
           else has_table_privilege(r.role, c.oid, a.action) end
order by 1, 2, 3;

-- name: triggers
-- The triggers that work.
select tgrelid::regclass::text, tgname::text from pg_trigger where not tgisinternal and tgenabled in ('O', 'A');

-- name: definers
-- Functions that act for their owner, and can be called by anybody or follow the caller's search path. Who may
-- call a trigger's function may hang it on a table of their own.
select p.proname::text, has_function_privilege('public', p.oid, 'EXECUTE')
from pg_proc p
where p.pronamespace = 'public'::regnamespace and p.prosecdef
  and (has_function_privilege('public', p.oid, 'EXECUTE')
       or not coalesce(p.proconfig::text like '%%search_path=%%', false));
