-- A public page: the enterprise, its former names and codes, and its ten newest
-- licences, one row for each.
SELECT v.uscc, v.name, v.category, v.entity_type, v.status, v.established_on,
  v.approved_on, v.term_from, v.term_to, v.revoked_on, v.deregistered_on,
  v.capital, v.industry_code, v.business_scope, v.division_code, v.street_code,
  v.address, a.name, a.uscc,
  ARRAY(SELECT f.name FROM former_name f WHERE f.version_id = v.version_id),
  ARRAY(SELECT f.uscc FROM former_code f WHERE f.version_id = v.version_id),
  l.*
FROM enterprise_code c
JOIN enterprise e ON e.enterprise_id = c.enterprise_id
JOIN enterprise_version v ON v.version_id = e.version_id
LEFT JOIN agency a ON a.agency_id = v.authority_id
LEFT JOIN LATERAL (
  SELECT r.record_id, rv.party_name, rv.party_uscc, d.name AS deciding_name,
    d.uscc AS deciding_uscc, lv.document_name, lv.document_number,
    lv.licence_type, lv.certificate_name, lv.licence_number, lv.content,
    lv.decided_on, lv.valid_from, lv.valid_to, lv.state
  FROM record r
  JOIN record_version rv ON rv.version_id = r.version_id
  JOIN licence_version lv ON lv.version_id = r.version_id
  LEFT JOIN agency d ON d.agency_id = rv.deciding_id
  WHERE r.enterprise_id = e.enterprise_id AND r.family = 1
    AND v.category IN (1, 2) AND rv.party_category IN (1, 2)
  ORDER BY r.list_day DESC NULLS LAST, r.record_id
  LIMIT 10
) AS l ON true
WHERE c.uscc = $1
