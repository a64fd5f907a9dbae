// Erasures that are easily got wrong, one case each, with as little as shows it.
// Each failed once.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const {after, before, test} = require('node:test');
const {call, connect, makeUscc} = require('./registry.js');
const {AUTHORITY, PURPOSE, Persons} = require('./marker_persons.js');

const persons = new Persons(1);
const USCC = ['0', '1', '2', '3'].map(
    (digit) => makeUscc('91440106', `GDX7EF0${digit}`));

let registry;
before(() => {
  registry = connect(process.env.CREDITREG_ADDRESS);
});
after(() => registry.close());

function put(request_id, uscc, personal, more = {}) {
  return call(registry.write, 'PutEnterprise', {
    request_id,
    enterprise: {
      uscc, name: `广州示例${uscc.slice(-4)}有限公司`,
      category: 'PARTY_CATEGORY_ORGANISATION', established_on: '2019-03-01',
      registration_authority: AUTHORITY, ...more,
    },
    personal,
  });
}

function erase(request_id, subject) {
  return call(registry.write, 'ErasePersonal',
              {request_id, reason: '依当事人申请', ...subject});
}

test('fields that a later version no longer has are erased, too', async () => {
  const item = {identifier: USCC[0]};
  const first = await put('cleared-1', USCC[0], persons.fields('telephone'));
  await put('cleared-2', USCC[0], {});
  const {outcome} = await erase('cleared-3', {item});
  const answer = await call(
      registry.read, 'GetEnterprise',
      {item, personal: PURPOSE, at_position: first.position});
  assert.deepEqual([outcome, answer.personal, answer.personal_erased],
                   ['OUTCOME_UPDATED', null, true]);
});

test('the same of a record', async () => {
  const record = {
    family: 'FAMILY_COMPLAINT',
    party: {name: '广州示例有限公司', category: 'PARTY_CATEGORY_ORGANISATION'},
    complaint: {
      case_number: '示诉5', platform: '全国12315平台',
      registered_on: '2025-05-08',
    },
  };
  const submitted = await call(registry.write, 'SubmitRecords', {
    request_id: 'cleared-4',
    records: [{record, personal: persons.fields('complainant_telephone')}],
  });
  const {record_id, etag} = submitted.results[0];
  await call(registry.write, 'CorrectRecord', {
    request_id: 'cleared-5', record_id, etag, record, personal: {},
    reason: '投诉人有误',
  });
  const {outcome} = await erase('cleared-6', {record_id});
  const answer = await call(
      registry.read, 'GetRecord',
      {record_id, personal: PURPOSE, at_position: submitted.position});
  assert.deepEqual([outcome, answer.personal, answer.personal_erased],
                   ['OUTCOME_UPDATED', null, true]);
});

// Look-ups by its code lead to the successor.
test('of an enterprise that was merged, its own fields are erased', async () => {
  const [, , absorbed, successor] = USCC;
  const [of, others] = [persons.fields('telephone'),
                        persons.fields('telephone')];
  await put('merged-1', absorbed, of);
  await put('merged-2', successor, others,
            {former_codes: [{uscc: absorbed, merged: true, reason: '合并'}]});
  await erase('merged-3', {item: {identifier: absorbed}});
  const found = await call(registry.read, 'FindByPersonalNumber', {
    kind: 'PERSONAL_NUMBER_KIND_TELEPHONE', number: of.telephone,
    personal: PURPOSE,
  });
  const today = await call(
      registry.read, 'GetEnterprise',
      {item: {identifier: successor}, personal: PURPOSE});
  assert.deepEqual([found.hits.length, today.personal_erased], [0, false]);
});

// Reasons are stored in clear, and answered; purposes are in the audit log.
test('numbers in reasons and purposes are cut out', async () => {
  const item = {identifier: USCC[1]};
  await put('reason-1', USCC[1], persons.fields('telephone'));
  const number = persons.mobile();
  const reason = `当事人（电话${number}）申请`;
  await erase('reason-2', {item, reason});
  await call(registry.write, 'WithholdEnterprise',
             {request_id: 'reason-3', item, withheld: true, reason});
  await call(registry.read, 'GetEnterprise',
             {item, personal: {purpose: reason}});
  const workDir = process.env.CREDITREG_WORK_DIR;
  const holders = fs.readdirSync(workDir, {recursive: true})
                      .map((name) => path.join(workDir, name))
                      .filter((name) => fs.statSync(name).isFile())
                      .filter((name) => fs.readFileSync(name).includes(number));
  assert.deepEqual(holders.map((name) => path.relative(workDir, name)), []);
});
