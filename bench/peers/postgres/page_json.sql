-- The same pages, each one JSON text under its code.
DROP TABLE IF EXISTS page_json;
CREATE TABLE page_json AS
SELECT v.uscc, json_build_object(
    'uscc', v.uscc, 'name', v.name, 'category', v.category,
    'entity_type', v.entity_type, 'status', v.status,
    'established_on', v.established_on, 'approved_on', v.approved_on,
    'term_from', v.term_from, 'term_to', v.term_to, 'capital', v.capital,
    'industry_code', v.industry_code, 'business_scope', v.business_scope,
    'address', v.address, 'authority', a.name,
    'licences', (
      SELECT json_agg(to_json(l)) FROM (
        SELECT rv.party_name, rv.party_uscc, lv.document_name,
          lv.document_number, lv.licence_type, lv.certificate_name,
          lv.licence_number, lv.content, lv.decided_on, lv.valid_from,
          lv.valid_to, lv.state
        FROM record r
        JOIN record_version rv ON rv.version_id = r.version_id
        JOIN licence_version lv ON lv.version_id = r.version_id
        WHERE r.enterprise_id = e.enterprise_id AND r.family = 1
          AND v.category IN (1, 2) AND rv.party_category IN (1, 2)
        ORDER BY r.list_day DESC NULLS LAST, r.record_id LIMIT 10
      ) AS l))::text AS page
FROM enterprise e
JOIN enterprise_version v ON v.version_id = e.version_id
LEFT JOIN agency a ON a.agency_id = v.authority_id;
ALTER TABLE page_json ADD PRIMARY KEY (uscc);
