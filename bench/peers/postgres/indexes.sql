-- After the first load. The registry's tables and indexes, one by one:
-- heads, versions, current and former codes, old numbers, name key, natural
-- key, file list, pending links, changes.
ALTER TABLE enterprise ADD PRIMARY KEY (enterprise_id);
ALTER TABLE enterprise_version ADD PRIMARY KEY (version_id);
CREATE INDEX enterprise_versions ON enterprise_version (enterprise_id, version_id);
CREATE INDEX enterprise_names ON enterprise_version
  (authority_id, name, established_on);
ALTER TABLE enterprise_personal ADD PRIMARY KEY (version_id);
ALTER TABLE enterprise_code ADD PRIMARY KEY (uscc);
CREATE INDEX former_codes ON former_code (uscc);
CREATE INDEX former_codes_of ON former_code (version_id);
CREATE INDEX former_names_of ON former_name (version_id);
ALTER TABLE old_number ADD PRIMARY KEY (kind, value, enterprise_id);
ALTER TABLE record ADD PRIMARY KEY (record_id);
CREATE UNIQUE INDEX natural_keys ON record (natural_key);
CREATE INDEX file_list ON record
  (enterprise_id, family, list_day DESC NULLS LAST, record_id)
  WHERE enterprise_id IS NOT NULL;
ALTER TABLE record_version ADD PRIMARY KEY (version_id);
CREATE INDEX record_versions ON record_version (record_id, version_id);
CREATE INDEX pending_links ON record_version (party_uscc)
  WHERE enterprise_id IS NULL;
ALTER TABLE record_personal ADD PRIMARY KEY (version_id);
ALTER TABLE licence_version ADD PRIMARY KEY (version_id);
ALTER TABLE penalty_version ADD PRIMARY KEY (version_id);
ALTER TABLE complaint_version ADD PRIMARY KEY (version_id);
ALTER TABLE change ADD PRIMARY KEY (sequence);
