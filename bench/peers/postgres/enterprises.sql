-- First load of stage_enterprise; heads come when the records are there.
INSERT INTO agency (name, uscc)
SELECT name, uscc FROM (
  SELECT coalesce(regorg, ''), coalesce(regorgdm, '') FROM stage_enterprise
  UNION
  SELECT coalesce(supunit, ''), coalesce(supunitdm, '') FROM stage_enterprise
) AS given (name, uscc)
ON CONFLICT DO NOTHING;

WITH fresh AS MATERIALIZED (
  SELECT nextval('change_sequence') AS version_id, e.*,
    a.agency_id AS authority_id, u.agency_id AS unit_id,
    sha256(convert_to(e::text, 'UTF8')) AS content_hash
  FROM (
    SELECT DISTINCT ON (uniscid) * FROM stage_enterprise
    WHERE length(uniscid) = 18 AND uniscid = upper(uniscid)
      AND entname IS NOT NULL
      AND NOT EXISTS (SELECT FROM enterprise_code c WHERE c.uscc = uniscid)
    ORDER BY uniscid, line DESC
  ) AS e
  LEFT JOIN agency a
    ON a.name = coalesce(regorg, '') AND a.uscc = coalesce(regorgdm, '')
  LEFT JOIN agency u
    ON u.name = coalesce(supunit, '') AND u.uscc = coalesce(supunitdm, '')
), versions AS (
  INSERT INTO enterprise_version
  SELECT version_id, version_id, uniscid, entname,
    CASE WHEN enttype LIKE '个体%' THEN 2 ELSE 1 END, enttype, regstate,
    day_of(estdate), day_of(apprdate), day_of(opfrom), day_of(opto),
    day_of(revdate), day_of(candate), regcap, industry, opscope, lerep,
    division, street, dom, authority_id, unit_id, bz, 'default', now(),
    content_hash
  FROM fresh
), codes AS (
  INSERT INTO enterprise_code SELECT uniscid, version_id FROM fresh
), personal AS (
  INSERT INTO enterprise_personal
  SELECT version_id, lerep_zjlx, lerep_zjhm, tel FROM fresh
  WHERE lerep_zjhm IS NOT NULL OR tel IS NOT NULL
), numbers AS (
  INSERT INTO old_number
  SELECT kind, value, version_id FROM fresh,
    LATERAL (VALUES (1, regno), (2, zzjgdm), (3, swdjh)) AS n (kind, value)
  WHERE value IS NOT NULL
), names AS (
  INSERT INTO former_name
  SELECT regexp_split_to_table(cym, ';'), version_id FROM fresh
  WHERE cym IS NOT NULL
), former AS (
  INSERT INTO former_code
  SELECT substr(code, 1, 18), version_id, version_id
  FROM fresh, regexp_split_to_table(cydm, ';') AS code
  WHERE cydm IS NOT NULL
)
INSERT INTO change
SELECT version_id, 1, now(), 'bench', '', '', '', 'load', line, version_id,
  NULL, content_hash
FROM fresh;
