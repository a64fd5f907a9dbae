-- Authorities that the staged rows of a file name for the first time.
INSERT INTO agency (name, uscc)
SELECT name, uscc FROM (
  SELECT deciding_name, deciding_uscc FROM staged_{family}
  UNION
  SELECT submitting_name, submitting_uscc FROM staged_{family}
) AS given (name, uscc)
WHERE NOT EXISTS (
  SELECT FROM agency a WHERE a.name = given.name AND a.uscc = given.uscc
)
ON CONFLICT DO NOTHING
