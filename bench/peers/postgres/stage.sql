-- A connection's own: rows of files as they came, and what they mean.
-- Columns are the files' headers (bench/generator/columns.h).
CREATE TEMP TABLE stage_enterprise (
  line bigserial,
  uniscid text, regno text, zzjgdm text, swdjh text, entname text,
  enttype text, regstate text, estdate text, apprdate text, opfrom text,
  opto text, revdate text, candate text, regcap text, industry text,
  opscope text, lerep text, lerep_zjlx text, lerep_zjhm text, tel text,
  division text, street text, dom text, regorg text, regorgdm text,
  supunit text, supunitdm text, cym text, cydm text, bz text
) ON COMMIT DELETE ROWS;

CREATE TEMP TABLE stage_licence (
  line bigserial,
  xk_xdr_mc text, xk_xdr_lb text, xk_xdr_shxym text, xk_xdr_gszc text,
  xk_xdr_zzjg text, xk_xdr_swdj text, xk_xdr_sydw text, xk_xdr_shzz text,
  xk_frdb text, xk_fr_zjlx text, xk_fr_zjhm text, xk_xdr_zjlx text,
  xk_xdr_zjhm text, xk_xkws text, xk_wsh text, xk_xklb text, xk_xkzs text,
  xk_xkbh text, xk_nr text, xk_jdrq text, xk_yxqz text, xk_yxqzi text,
  xk_xkjg text, xk_xkjgdm text, xk_zt text, xk_lydw text, xk_lydwdm text,
  bz text
) ON COMMIT DELETE ROWS;

CREATE TEMP TABLE stage_penalty (
  line bigserial,
  cf_xdr_mc text, cf_xdr_lb text, cf_xdr_shxym text, cf_xdr_gszc text,
  cf_xdr_zzjg text, cf_xdr_swdj text, cf_xdr_sydw text, cf_xdr_shzz text,
  cf_frdb text, cf_fr_zjlx text, cf_fr_zjhm text, cf_xdr_zjlx text,
  cf_xdr_zjhm text, cf_wsh text, cf_wfxw text, cf_sy text, cf_yj text,
  cf_cflb text, cf_nr text, cf_nr_fk text, cf_nr_wfff text, cf_nr_zkdx text,
  cf_jdrq text, cf_yxq text, cf_gsjzq text, cf_cfjg text, cf_cfjgdm text,
  cf_sjly text, cf_sjlydm text, bz text, cf_cx text, cf_yzcd text,
  cf_zgbm text, cf_qxz text, cf_lxrq text, cf_sdrq text, cf_gs_xyzg text,
  cf_gs_gsxt text
) ON COMMIT DELETE ROWS;

CREATE TEMP TABLE stage_complaint (
  line bigserial,
  ts_ajbh text, ts_pt text, ts_qd text, ts_djrq text, ts_bts_mc text,
  ts_bts_shxym text, ts_bts_dz text, ts_ptdm text, ts_dpmc text,
  ts_tsr_mc text, ts_tsr_dh text, ts_tsr_dz text, ts_tsr_zjhm text,
  ts_splb text, ts_pp text, ts_gmrq text, ts_je text, ts_ddh text,
  ts_wtlb text, ts_ss text, ts_qq text, ts_cldw text, ts_cldwdm text,
  ts_zt text, ts_slrq text, ts_bjrq text, ts_jg text, ts_whss text,
  ts_myd text, ts_sjly text, ts_sjlydm text, bz text
) ON COMMIT DELETE ROWS;

CREATE TEMP VIEW staged_licence AS
SELECT line,
  key_of('1', coalesce(nullif(xk_xkjgdm, ''), xk_xkjg), xk_wsh, xk_xkbh,
         coalesce(xk_xdr_shxym, xk_xdr_gszc, xk_xdr_mc),
         CASE xk_xdr_lb WHEN '自然人' THEN xk_xdr_zjhm END) AS natural_key,
  day_of(xk_jdrq) AS list_day,
  xk_xdr_mc AS party_name,
  CASE xk_xdr_lb WHEN '自然人' THEN 3 WHEN '个体工商户' THEN 2 ELSE 1 END
    AS party_category,
  xk_xdr_shxym AS party_uscc, xk_xdr_gszc AS registration_number,
  xk_xdr_zzjg AS organisation_code, xk_xdr_swdj AS tax_number,
  xk_xdr_sydw AS institution_certificate,
  xk_xdr_shzz AS social_organisation_certificate,
  xk_frdb AS legal_representative, NULL::text AS party_address,
  coalesce(xk_xkjg, '') AS deciding_name,
  coalesce(xk_xkjgdm, '') AS deciding_uscc,
  coalesce(xk_lydw, '') AS submitting_name,
  coalesce(xk_lydwdm, '') AS submitting_uscc,
  coalesce(xk_fr_zjlx, xk_xdr_zjlx) AS id_type,
  coalesce(xk_fr_zjhm, xk_xdr_zjhm) AS id_number,
  NULL::text AS person_name, NULL::text AS telephone,
  NULL::text AS person_address,
  sha256(convert_to(concat_ws(chr(31), xk_xdr_mc, xk_xdr_lb, xk_xdr_shxym,
    xk_frdb, xk_xkws, xk_wsh, xk_xklb, xk_xkzs, xk_xkbh, xk_nr, xk_jdrq,
    xk_yxqz, xk_yxqzi, xk_xkjg, xk_zt, xk_lydw, bz), 'UTF8')) AS content_hash
FROM stage_licence
WHERE xk_wsh IS NOT NULL AND xk_xdr_mc IS NOT NULL
  AND day_of(xk_jdrq) IS NOT NULL
  AND coalesce(length(xk_xdr_shxym), 18) = 18;

CREATE TEMP VIEW staged_penalty AS
SELECT line,
  key_of('2', coalesce(nullif(cf_cfjgdm, ''), cf_cfjg), cf_wsh,
         coalesce(cf_xdr_shxym, cf_xdr_gszc, cf_xdr_mc),
         CASE cf_xdr_lb WHEN '自然人' THEN cf_xdr_zjhm END) AS natural_key,
  day_of(cf_jdrq) AS list_day,
  cf_xdr_mc AS party_name,
  CASE cf_xdr_lb WHEN '自然人' THEN 3 WHEN '个体工商户' THEN 2 ELSE 1 END
    AS party_category,
  cf_xdr_shxym AS party_uscc, cf_xdr_gszc AS registration_number,
  cf_xdr_zzjg AS organisation_code, cf_xdr_swdj AS tax_number,
  cf_xdr_sydw AS institution_certificate,
  cf_xdr_shzz AS social_organisation_certificate,
  cf_frdb AS legal_representative, NULL::text AS party_address,
  coalesce(cf_cfjg, '') AS deciding_name,
  coalesce(cf_cfjgdm, '') AS deciding_uscc,
  coalesce(cf_sjly, '') AS submitting_name,
  coalesce(cf_sjlydm, '') AS submitting_uscc,
  coalesce(cf_fr_zjlx, cf_xdr_zjlx) AS id_type,
  coalesce(cf_fr_zjhm, cf_xdr_zjhm) AS id_number,
  NULL::text AS person_name, NULL::text AS telephone,
  NULL::text AS person_address,
  sha256(convert_to(concat_ws(chr(31), cf_xdr_mc, cf_xdr_lb, cf_xdr_shxym,
    cf_frdb, cf_wsh, cf_wfxw, cf_sy, cf_yj, cf_cflb, cf_nr, cf_nr_fk,
    cf_nr_wfff, cf_jdrq, cf_yxq, cf_gsjzq, cf_cfjg, cf_sjly, bz), 'UTF8'))
    AS content_hash
FROM stage_penalty
WHERE cf_wsh IS NOT NULL AND cf_xdr_mc IS NOT NULL
  AND day_of(cf_jdrq) IS NOT NULL
  AND coalesce(length(cf_xdr_shxym), 18) = 18;

CREATE TEMP VIEW staged_complaint AS
SELECT line,
  key_of('3', coalesce(ts_pt, ts_sjly), ts_ajbh) AS natural_key,
  day_of(ts_djrq) AS list_day,
  ts_bts_mc AS party_name, 1 AS party_category, ts_bts_shxym AS party_uscc,
  NULL::text AS registration_number, NULL::text AS organisation_code,
  NULL::text AS tax_number, NULL::text AS institution_certificate,
  NULL::text AS social_organisation_certificate,
  NULL::text AS legal_representative, ts_bts_dz AS party_address,
  coalesce(ts_cldw, '') AS deciding_name,
  coalesce(ts_cldwdm, '') AS deciding_uscc,
  coalesce(ts_sjly, '') AS submitting_name,
  coalesce(ts_sjlydm, '') AS submitting_uscc,
  NULL::text AS id_type, ts_tsr_zjhm AS id_number, ts_tsr_mc AS person_name,
  ts_tsr_dh AS telephone, ts_tsr_dz AS person_address,
  sha256(convert_to(concat_ws(chr(31), ts_ajbh, ts_pt, ts_qd, ts_djrq,
    ts_bts_mc, ts_bts_shxym, ts_splb, ts_je, ts_wtlb, ts_ss, ts_qq, ts_cldw,
    ts_zt, ts_slrq, ts_bjrq, ts_jg, ts_whss, ts_myd, bz), 'UTF8'))
    AS content_hash
FROM stage_complaint
WHERE ts_ajbh IS NOT NULL AND ts_bts_mc IS NOT NULL
  AND day_of(ts_djrq) IS NOT NULL
  AND coalesce(length(ts_bts_shxym), 18) = 18;
