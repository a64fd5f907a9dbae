-- What a careful team would build on PostgreSQL to keep what the registry keeps:
-- every version, a head, a change (which is the audit row) and the same indexes.
-- The sequence of a change is the number of the version it made.
--
-- Easier than the registry's: personal fields are not sealed, changes are not
-- chained, codes are not judged, and a dirty row is left out without a word.

CREATE SEQUENCE change_sequence CACHE 1000;

CREATE TABLE agency (
  agency_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  uscc text NOT NULL,
  UNIQUE (name, uscc)
);

-- Heads. Room on each page, so that a changed head stays on it.
CREATE TABLE enterprise (
  enterprise_id bigint NOT NULL,
  version_id bigint NOT NULL,
  file_sequence bigint NOT NULL,
  licences int NOT NULL DEFAULT 0,
  penalties int NOT NULL DEFAULT 0,
  complaints int NOT NULL DEFAULT 0
) WITH (fillfactor = 80);

CREATE TABLE enterprise_version (
  version_id bigint NOT NULL,
  enterprise_id bigint NOT NULL,
  uscc text NOT NULL,
  name text NOT NULL,
  category smallint NOT NULL,
  entity_type text,
  status text,
  established_on date,
  approved_on date,
  term_from date,
  term_to date,
  revoked_on date,
  deregistered_on date,
  capital text,
  industry_code text,
  business_scope text,
  legal_representative text,
  division_code text,
  street_code text,
  address text,
  authority_id int,
  unit_id int,
  remark text,
  source_id text NOT NULL,
  recorded_at timestamptz NOT NULL,
  content_hash bytea NOT NULL
);

CREATE TABLE enterprise_personal (
  version_id bigint NOT NULL,
  id_type text,
  id_number text,
  telephone text
);

CREATE TABLE enterprise_code (uscc text NOT NULL, enterprise_id bigint NOT NULL);
CREATE TABLE former_code (
  uscc text NOT NULL, version_id bigint NOT NULL, enterprise_id bigint NOT NULL
);
CREATE TABLE former_name (name text NOT NULL, version_id bigint NOT NULL);
CREATE TABLE old_number (
  kind smallint NOT NULL, value text NOT NULL, enterprise_id bigint NOT NULL
);

CREATE TABLE record (
  record_id bigint GENERATED ALWAYS AS IDENTITY,
  natural_key bytea NOT NULL,
  version_id bigint NOT NULL,
  enterprise_id bigint,
  family smallint NOT NULL,
  list_day date,
  content_hash bytea NOT NULL
);

CREATE TABLE record_version (
  version_id bigint NOT NULL,
  record_id bigint NOT NULL,
  enterprise_id bigint,
  party_name text,
  party_category smallint,
  party_uscc text,
  registration_number text,
  organisation_code text,
  tax_number text,
  institution_certificate text,
  social_organisation_certificate text,
  legal_representative text,
  party_address text,
  deciding_id int,
  submitting_id int,
  source_id text NOT NULL,
  recorded_at timestamptz NOT NULL,
  content_hash bytea NOT NULL
);

CREATE TABLE record_personal (
  version_id bigint NOT NULL,
  id_type text,
  id_number text,
  name text,
  telephone text,
  address text
);

CREATE TABLE licence_version (
  version_id bigint NOT NULL,
  document_name text,
  document_number text,
  licence_type text,
  certificate_name text,
  licence_number text,
  content text,
  decided_on date,
  valid_from date,
  valid_to date,
  state text,
  remark text
);

CREATE TABLE penalty_version (
  version_id bigint NOT NULL,
  document_number text,
  violation_type text,
  facts text,
  legal_basis text,
  kinds text,
  content text,
  fine text,
  confiscated text,
  licences_withheld text,
  decided_on date,
  effective_until date,
  publicity_until date,
  remark text,
  procedure text,
  declared_severity text,
  ministry text,
  term_until date,
  performed_on date,
  served_on date,
  published_credit date,
  published_gsxt date
);

CREATE TABLE complaint_version (
  version_id bigint NOT NULL,
  case_number text,
  platform text,
  channel text,
  registered_on date,
  platform_id text,
  shop_name text,
  goods_category text,
  brand text,
  purchased_on date,
  amount text,
  order_number text,
  issue_category text,
  facts text,
  request text,
  state text,
  accepted_on date,
  closed_on date,
  result text,
  recovered text,
  satisfaction text,
  remark text
);

CREATE TABLE change (
  sequence bigint NOT NULL,
  kind smallint NOT NULL,
  recorded_at timestamptz NOT NULL,
  actor text NOT NULL,
  agency text NOT NULL,
  role text NOT NULL,
  purpose text NOT NULL,
  request_id text NOT NULL,
  import_row int NOT NULL,
  enterprise_id bigint,
  record_id bigint,
  content_hash bytea NOT NULL
);

CREATE TABLE import (
  request_id text PRIMARY KEY, rows_done bigint NOT NULL, finished_at timestamptz
);

-- Whether '2026-02-30' is a day. 29 February counts as none: a row in 1,500 goes
-- without its day.
CREATE FUNCTION is_day(given text) RETURNS boolean LANGUAGE sql IMMUTABLE
PARALLEL SAFE AS $$
  SELECT substr(given, 6, 5) BETWEEN '01-01' AND '12-31'
    AND substr(given, 9, 2) BETWEEN '01' AND '31'
    AND substr(given, 6, 5) NOT IN ('02-29', '02-30', '02-31', '04-31',
                                    '06-31', '09-31', '11-31')
$$;

-- A day of any of the forms that files write; nothing where it is none. STABLE,
-- as the cast is: a function that claims more than its body is called and not
-- inlined, at four times the cost.
CREATE FUNCTION day_of(given text) RETURNS date LANGUAGE sql STABLE
PARALLEL SAFE AS $$
  SELECT CASE
    WHEN given ~ '^\d{4}-\d\d-\d\d$'
      THEN CASE WHEN is_day(given) THEN given::date END
    WHEN given ~ '^\d{5}$' THEN date '1899-12-30' + given::int
    WHEN given ~ '^\d{8}$'
      THEN CASE WHEN is_day(regexp_replace(
          given, '(....)(..)(..)', '\1-\2-\3')) THEN given::date END
    WHEN given ~ '^\d{4}\D\d{1,2}\D\d{1,2}(\D.*)?$' THEN make_date(
        split_part(regexp_replace(given, '\D', '-', 'g'), '-', 1)::int,
        split_part(regexp_replace(given, '\D', '-', 'g'), '-', 2)::int,
        split_part(regexp_replace(given, '\D', '-', 'g'), '-', 3)::int)
  END
$$;

CREATE FUNCTION key_of(VARIADIC parts text[]) RETURNS bytea LANGUAGE sql
IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256(convert_to(array_to_string(parts, chr(31), ''), 'UTF8'))
$$;
