-- Heads of the first load, with the counts of their records.
INSERT INTO enterprise
SELECT v.enterprise_id, v.version_id,
  greatest(v.version_id, coalesce(n.last, 0)), coalesce(n.licences, 0),
  coalesce(n.penalties, 0), coalesce(n.complaints, 0)
FROM enterprise_version v
LEFT JOIN (
  SELECT enterprise_id, max(version_id) AS last,
    count(*) FILTER (WHERE family = 1) AS licences,
    count(*) FILTER (WHERE family = 2) AS penalties,
    count(*) FILTER (WHERE family = 3) AS complaints
  FROM record WHERE enterprise_id IS NOT NULL GROUP BY enterprise_id
) AS n USING (enterprise_id);
