-- The staged rows of one file: a head for each new fact, a new version where the
-- content differs, nothing where it is the same. What to do on a conflict and
-- with the heads of enterprises is left out in a first load, which has neither
-- indexes nor heads yet.
WITH fresh AS MATERIALIZED (
  SELECT nextval('change_sequence') AS version_id, given.*
  FROM (
    SELECT DISTINCT ON (natural_key) s.*, c.enterprise_id,
      d.agency_id AS deciding_id, b.agency_id AS submitting_id
    FROM staged_{family} s
    LEFT JOIN enterprise_code c ON c.uscc = s.party_uscc
    LEFT JOIN agency d
      ON d.name = s.deciding_name AND d.uscc = s.deciding_uscc
    LEFT JOIN agency b
      ON b.name = s.submitting_name AND b.uscc = s.submitting_uscc
    ORDER BY natural_key, line DESC
  ) AS given
), put AS (
  INSERT INTO record AS r
    (natural_key, version_id, enterprise_id, family, list_day, content_hash)
  SELECT natural_key, version_id, enterprise_id, {number}, list_day,
    content_hash
  FROM fresh
  {conflict}
  RETURNING r.record_id, r.version_id
), written AS MATERIALIZED (
  SELECT fresh.*, put.record_id FROM fresh JOIN put USING (version_id)
), versions AS (
  INSERT INTO record_version
  SELECT version_id, record_id, enterprise_id, party_name, party_category,
    party_uscc, registration_number, organisation_code, tax_number,
    institution_certificate, social_organisation_certificate,
    legal_representative, party_address, deciding_id, submitting_id, 'default',
    now(), content_hash
  FROM written
), details AS (
  INSERT INTO {family}_version
  SELECT w.version_id, {details}
  FROM written w JOIN stage_{family} s USING (line)
), personal AS (
  INSERT INTO record_personal
  SELECT version_id, id_type, id_number, person_name, telephone, person_address
  FROM written
  WHERE id_number IS NOT NULL OR person_name IS NOT NULL
    OR telephone IS NOT NULL
){heads}
INSERT INTO change
SELECT version_id, 2, now(), 'bench', '', '', '', $1, line, enterprise_id,
  record_id, content_hash
FROM written
