// A foreign client at work: grpc-js of npm against a running creditregd, whose
// address is in CREDITREG_ADDRESS (run_with_server.py sets it).
'use strict';

const assert = require('node:assert/strict');
const {after, before, test} = require('node:test');
const {
  grpc, connect, call, stream, importFile, statusDetails, makeUscc,
} = require('./registry.js');

const USCC = makeUscc('91440106', 'GDX7E2E0');
const OTHER_USCC = makeUscc('91440106', 'GDX7E2E1');
const NAME = '广州示例端到端科技有限公司';
const AUTHORITY = {name: '广州市天河区市场监督管理局'};
const ID_NUMBER = '44999919700101888X';

let registry;
before(() => {
  registry = connect(process.env.CREDITREG_ADDRESS);
});
after(() => registry.close());

function enterprise(uscc, name) {
  return {
    uscc,
    name,
    category: 'PARTY_CATEGORY_ORGANISATION',
    entity_type: '有限责任公司',
    status: 'REGISTRATION_STATUS_ACTIVE',
    established_on: '2019-03-01',
    legal_representative: '示一鸣',
    registration_authority: AUTHORITY,
  };
}

function licence(number) {
  return {
    family: 'FAMILY_LICENCE',
    party: {name: NAME, category: 'PARTY_CATEGORY_ORGANISATION', uscc: USCC},
    deciding_agency: AUTHORITY,
    submitting_agency: AUTHORITY,
    licence: {
      document_name: '食品经营许可决定书',
      document_number: number,
      licence_type: '普通',
      content: '准予从事预包装食品销售',
      decided_on: '2025-05-06',
      valid_from: '2025-05-06',
      valid_to: '2099-12-31',
      state: 'STATE_VALID',
    },
  };
}

test('an enterprise is put, and a repeated request changes nothing',
     async () => {
       const request = {
         request_id: 'js-put-1',
         enterprise: enterprise(USCC, NAME),
         personal: {legal_representative_id_number: ID_NUMBER},
       };
       const first = await call(registry.write, 'PutEnterprise', request);
       assert.equal(first.outcome, 'OUTCOME_CREATED');
       assert.equal(first.enterprise.name, NAME);
       assert.equal(first.position.token.length, 16);
       const again = await call(registry.write, 'PutEnterprise', request);
       assert.equal(again.outcome, 'OUTCOME_CREATED');
       assert.equal(again.enterprise.etag, first.enterprise.etag);
     });

test('a licence is submitted and read back by both kinds of caller',
     async () => {
       const submitted = await call(registry.write, 'SubmitRecords', {
         request_id: 'js-submit-1',
         records: [{record: licence('示许〔2025〕1号')}],
       });
       assert.equal(submitted.results.length, 1);
       assert.equal(submitted.results[0].outcome, 'OUTCOME_CREATED');
       assert.equal(submitted.results[0].record_id.length, 26);

       const found = await call(registry.read, 'GetEnterprise', {
         item: {identifier: USCC, name: NAME},
         min_position: submitted.position,
         personal: {purpose: '端到端测试'},
       });
       assert.equal(found.result.verdict, 'LOOKUP_VERDICT_FOUND');
       assert.equal(found.result.name_match, 'NAME_MATCH_CURRENT');
       assert.equal(found.result.enterprise.legal_representative, '示一鸣');
       assert.equal(found.personal.legal_representative_id_number, ID_NUMBER);
       assert.deepEqual(found.summary.counts.filter((c) => c.records !== '0'),
                        [{family: 'FAMILY_LICENCE', records: '1'}]);

       const shown = await call(registry.public, 'GetPublicEnterprise',
                                {item: {identifier: USCC}});
       assert.equal(shown.result.verdict, 'LOOKUP_VERDICT_FOUND');
       assert.equal(shown.result.enterprise.name, NAME);
       assert.equal(shown.result.enterprise.legal_representative, '');

       const licences = await call(registry.public, 'ListPublicRecords',
                                   {item: {identifier: USCC}});
       assert.equal(licences.records.length, 1);
       assert.equal(licences.records[0].licence.document_number,
                    '示许〔2025〕1号');
       assert.equal(licences.records[0].licence.valid_to, '2099-12-31');
     });

test('a stream of look-ups keeps order and duplicates', async () => {
  // A letter O where a zero belongs.
  const zero = USCC.indexOf('0', 8);
  const wrong = USCC.slice(0, zero) + 'O' + USCC.slice(zero + 1);
  const identifiers = [USCC, wrong, OTHER_USCC, USCC, '00000000000000000X'];
  const items = identifiers.map((identifier) => ({identifier}));
  const answers = await stream(
      registry.read, 'BatchGetEnterprises',
      [{items: items.slice(0, 2)}, {items: items.slice(2)}]);
  const results = answers.flatMap((answer) => answer.results);
  assert.deepEqual(results.map((r) => r.index), ['0', '1', '2', '3', '4']);
  assert.deepEqual(results.map((r) => r.verdict), [
    'LOOKUP_VERDICT_FOUND', 'LOOKUP_VERDICT_BAD_CODE',
    'LOOKUP_VERDICT_NOT_FOUND', 'LOOKUP_VERDICT_FOUND',
    'LOOKUP_VERDICT_PLACEHOLDER',
  ]);
  assert.equal(results[1].code_error, 'CODE_ERROR_INVALID_CHAR');
  assert.equal(results[1].invalid_position, zero + 1);
  assert.equal(results[1].nearest_codes[0], USCC);
  assert.deepEqual(answers[0].position.token, answers[1].position.token);
});

test('an import answers for every row with findings, and ends with a receipt',
     async () => {
       const {content} = await call(registry.intake, 'GetTemplate',
                                    {format: 'IMPORT_FORMAT_LICENCE_CSV'});
       const header = content.toString('utf8').replace(/^\uFEFF/, '').trim();
       const row = (cells) =>
           header.split(',').map((code) => cells[code] ?? '').join(',');
       const good = {
         XK_XDR_MC: NAME,
         XK_XDR_LB: '法人及非法人组织',
         XK_XDR_SHXYM: USCC,
         XK_FRDB: '示一鸣',
         XK_XKWS: '食品经营许可决定书',
         XK_WSH: '示许〔2025〕2号',
         XK_XKLB: '普通',
         XK_NR: '准予从事散装食品销售',
         XK_JDRQ: '2025-06-07',
         XK_YXQZ: '2025-06-07',
         XK_YXQZI: '2030-06-06',
         XK_XKJG: AUTHORITY.name,
         XK_ZT: '1',
         XK_LYDW: AUTHORITY.name,
       };
       const bad = {...good, XK_WSH: '示许〔2025〕3号', XK_JDRQ: '2025-02-30'};
       const csv = Buffer.from(
           [header, row(good), row(bad), ''].join('\r\n'), 'utf8');
       const start = {
         request_id: 'js-import-1',
         format: 'IMPORT_FORMAT_LICENCE_CSV',
       };
       // Small chunks, so that rows and characters are cut anywhere.
       const first = await importFile(registry.intake, start, csv, 7);
       assert.equal(first.started.length, 1);
       assert.equal(first.started[0].encoding, 'TEXT_ENCODING_UTF8');
       assert.equal(first.receipt.counts.rows, '2');
       assert.equal(first.receipt.counts.created, '1');
       assert.equal(first.receipt.counts.rejected, '1');
       assert.equal(first.receipt.total_bytes, String(csv.length));
       const refused = first.rows.filter(
           (r) => r.outcome === 'OUTCOME_REJECTED');
       assert.equal(refused.length, 1);
       assert.equal(refused[0].row, '2');
       assert.equal(refused[0].line, '3');
       const errors = refused[0].findings.filter(
           (f) => f.severity === 'SEVERITY_ERROR');
       assert.deepEqual(errors.map((f) => [f.field, f.rule]),
                        [['XK_JDRQ', 'DATE_FORM']]);

       const again = await importFile(registry.intake, start, csv);
       assert.equal(again.started[0].rows_already_stored, '2');
       assert.deepEqual(again.receipt.counts, first.receipt.counts);
     });

test('a wrong request is answered with details that name the field',
     async () => {
       const error = await call(registry.write, 'SubmitRecords', {
                       request_id: 'not a request id',
                       records: [{record: licence('示许〔2025〕4号')}],
                     }).then(() => assert.fail('want an error'), (e) => e);
       assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
       const {code, details} = statusDetails(error);
       assert.equal(code, grpc.status.INVALID_ARGUMENT);
       assert.equal(details['google.rpc.ErrorInfo'].domain, 'creditreg');
       assert.equal(details['google.rpc.LocalizedMessage'].locale, 'zh-CN');
       const violations =
           details['google.rpc.BadRequest'].field_violations;
       assert.deepEqual(violations.map((v) => v.field), ['request_id']);
     });

test('a request id that comes with other content is refused with a reason',
     async () => {
       const error = await call(registry.write, 'PutEnterprise', {
                       request_id: 'js-put-1',
                       enterprise: enterprise(USCC, NAME + '（分公司）'),
                     }).then(() => assert.fail('want an error'), (e) => e);
       assert.equal(error.code, grpc.status.ALREADY_EXISTS);
       assert.equal(statusDetails(error).details['google.rpc.ErrorInfo'].reason,
                    'REQUEST_ID_REUSED');
     });

test('health is told for the whole and for each service, and can be watched',
     async () => {
       for (const service of ['', 'creditreg.v1.PublicLookupService']) {
         const answer = await call(registry.health, 'Check', {service});
         assert.equal(answer.status, 'SERVING');
       }
       const watch = registry.health.Watch({service: ''});
       const first = await new Promise((resolve, reject) => {
         watch.once('data', resolve);
         watch.once('error', reject);
       });
       assert.equal(first.status, 'SERVING');
       watch.on('error', () => {});  // the cancellation
       watch.cancel();
     });

test('statistics count what was written', async () => {
  const stats = await call(registry.admin, 'GetStats', {});
  const figures = new Map(stats.figures.map((f) => [f.name, f.value]));
  assert.equal(figures.get('enterprises'), '1');
  assert.equal(figures.get('records.licence'), '2');
  assert.equal(figures.get('writer.ok'), '1');
});
