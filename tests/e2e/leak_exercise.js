// leak_exercise.js DATA SEED: fills a registry with the generator's files in
// DATA, and with marker persons in every personal field (marker_persons.js), and
// asks it everything that might make it talk. Writes into CREDITREG_WORK_DIR:
//
//   markers.json  texts of those persons
//   said.txt      what it said to the public, in errors, findings and figures:
//                 no personal data may be in it
//   told.txt      what it told a government caller who named a purpose: here
//                 personal data must be, or the test proves nothing
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const {connect, call, stream, importFile, statusDetails} =
    require('./registry.js');
const {PURPOSE, Persons, checkEveryFieldIsHeld, readPersonal, storePersons,
       textsOf} = require('./marker_persons.js');

const data = process.argv[2];
const seed = Number(process.argv[3]);
const workDir = process.env.CREDITREG_WORK_DIR;
const manifest =
    JSON.parse(fs.readFileSync(path.join(data, 'manifest.json'), 'utf8'));
const said = fs.createWriteStream(path.join(workDir, 'said.txt'));
const told = fs.createWriteStream(path.join(workDir, 'told.txt'));

const text = (message) =>
    JSON.stringify(message, (key, value) =>
        value?.type === 'Buffer' ? Buffer.from(value.data).toString('utf8') :
                                   value) + '\n';
const say = (message) => said.write(text(message));

// What a caller asked with may come back to it, and what is made of that alone;
// only the rest is the registry's.
function withoutEcho(result) {
  return {...result, identifier: '', nearest_codes: []};
}

// Representatives' names are open to government, numbers are not.
function withoutRepresentatives(page) {
  const hits = page.hits.map(({role, enterprise, record}) => ({
    role,
    enterprise: enterprise && {...enterprise, legal_representative: ''},
    record: record &&
        {...record, party: {...record.party, legal_representative: ''}},
  }));
  return {...page, hits};
}

// Calls what must fail, and notes all that the error tells.
async function mustFail(client, method, request) {
  const error = await call(client, method, request).then(
      () => assert.fail(`${method}: want an error`), (e) => e);
  assert.ok(Number.isInteger(error.code), String(error));
  say({method, code: error.code, details: error.details});
  const details = statusDetails(error);
  say(details);
  // Also what the loader would not open.
  for (const bytes of error.metadata.get('grpc-status-details-bin')) {
    said.write(Buffer.concat([bytes, Buffer.from('\n')]));
  }
}

async function importAll(registry) {
  const files = [
    ['enterprise.csv', 'IMPORT_FORMAT_ENTERPRISE_CSV'],
    ['licence.csv', 'IMPORT_FORMAT_LICENCE_CSV'],
    ['penalty.csv', 'IMPORT_FORMAT_PENALTY_CSV'],
    ['complaint.csv', 'IMPORT_FORMAT_COMPLAINT_CSV'],
    ['enterprise_later.csv', 'IMPORT_FORMAT_ENTERPRISE_CSV'],
  ];
  for (const [name, format] of files) {
    const bytes = fs.readFileSync(path.join(data, name));
    const {rows, receipt} = await importFile(
        registry.intake, {request_id: `leak-${name}`, format}, bytes);
    // report_line is the sender's own row, and is meant to hold it.
    for (const row of rows) say({...row, report_line: ''});
    say(receipt);
    console.log(name, JSON.stringify(receipt.counts));
    assert.notEqual(receipt.counts.rows, '0');
  }
}

function codesOf(name) {
  const lines = fs.readFileSync(path.join(data, name), 'utf8').split('\n');
  return lines.slice(1).map((line) => line.split(',')[0]).filter(Boolean);
}

async function readPublic(registry) {
  const codes = codesOf('enterprise.csv');
  const persons = manifest.markers.flatMap((m) => [
    {identifier: m.id_number},
    {identifier: m.id_number, kind: 'OLD_NUMBER_KIND_TAX'},
    {identifier: m.mobile},
    {identifier: codes[0], name: m.name},
  ]);
  const items = [...codes.map((identifier) => ({identifier})), ...persons];
  for (let at = 0; at < items.length; at += 1000) {
    const answers = await stream(registry.public, 'BatchGetPublicEnterprises',
                                 [{items: items.slice(at, at + 1000)}]);
    for (const answer of answers) {
      for (const result of answer.results) say(withoutEcho(result));
    }
  }
  for (const {uscc} of manifest.interesting) {
    let page_token = '';
    do {
      const page = await call(registry.public, 'ListPublicRecords',
                              {item: {identifier: uscc}, page_token})
                       .catch((error) => ({error: error.details}));
      say(page);
      page_token = page.next_page_token ?? '';
    } while (page_token !== '');
  }
}

async function askWrongly(registry) {
  const {name, id_number, mobile} = manifest.markers[0];
  const personal = {
    person_name: name, person_id_number: id_number, telephone: mobile,
  };
  await mustFail(registry.public, 'GetPublicEnterprise',
                 {item: {identifier: id_number.repeat(20), name}});
  await mustFail(registry.public, 'ListPublicRecords',
                 {item: {identifier: id_number}});
  await mustFail(registry.public, 'ListPublicRecords',
                 {item: {identifier: mobile}, page_token: id_number});
  await mustFail(registry.read, 'GetRecord', {record_id: id_number});
  await mustFail(registry.read, 'GetEnterprise', {
    item: {identifier: id_number},
    personal: {purpose: `${name} ${id_number} `.repeat(20)},
  });
  await mustFail(registry.write, 'PutEnterprise', {
    request_id: 'leak-wrong-1',
    enterprise: {
      name: id_number.repeat(20), uscc: id_number,
      category: 'PARTY_CATEGORY_NATURAL_PERSON',
      established_on: mobile, legal_representative: name.repeat(50),
    },
    personal,
  });
  await mustFail(registry.write, 'CorrectRecord', {
    request_id: 'leak-wrong-2', record_id: id_number, etag: mobile,
    reason: name, personal,
    record: {family: 'FAMILY_LICENCE', party: {name: id_number}},
  });
  await mustFail(registry.write, 'WithdrawRecord', {
    request_id: 'leak-wrong-3', record_id: 'a'.repeat(26),
    reason: `${name} ${id_number} ${mobile}`,
  });
  await mustFail(registry.write, 'WithholdEnterprise', {
    request_id: 'leak-wrong-4', item: {identifier: id_number}, withheld: true,
    reason: `${name} ${mobile}`,
  });
  await findAndEraseWrongly(registry);
  await mustFail(registry.intake, 'GetImport', {request_id: id_number});
  // A row is refused for its date; its cells are a person's.
  const answer = await call(registry.write, 'SubmitRecords', {
    request_id: 'leak-wrong-5',
    records: [{
      record: {
        family: 'FAMILY_LICENCE',
        party: {category: 'PARTY_CATEGORY_NATURAL_PERSON'},
        licence: {document_number: mobile, decided_on: id_number},
      },
      personal,
    }],
  }).catch((error) => ({error: error.details, more: statusDetails(error)}));
  say(answer);
  for (const bytes of [
    Buffer.from(`${name},${id_number}\n${mobile},${id_number}\n`),
    Buffer.from(`XK_XDR_MC,XK_WSH\n"${name}"x,${id_number}\n`),
    Buffer.from([0xff, 0xfe, 0x34, 0x00, 0x34, 0x00]),
  ]) {
    const start = {
      request_id: `leak-wrong-file-${bytes.length}`,
      format: 'IMPORT_FORMAT_LICENCE_CSV',
    };
    const error = await importFile(registry.intake, start, bytes)
                      .then(() => assert.fail('want an error'), (e) => e);
    say({code: error.code, details: error.details});
    say(statusDetails(error));
  }
}

async function findAndEraseWrongly(registry) {
  const {name, id_number, mobile} = manifest.markers[0];
  const find = {
    kind: 'PERSONAL_NUMBER_KIND_IDENTITY', number: id_number,
    personal: PURPOSE,
  };
  const erase = {request_id: 'leak-wrong-erase', reason: '依当事人申请'};
  for (const wrong of [
    {...find, number: id_number.repeat(20)},
    {...find, number: ''},
    {...find, number: Buffer.from([0xff]).toString('latin1') + id_number,
     page_size: -1},
    {...find, kind: 0},
    {...find, kind: 7},
    {...find, personal: null},
    {...find, personal: {purpose: `${name} ${id_number} `.repeat(20)}},
    {...find, page_size: 501},
    {...find, page_token: id_number},
    {...find, page_token: Buffer.from(mobile).toString('base64')},
  ]) {
    await mustFail(registry.read, 'FindByPersonalNumber', wrong);
  }
  for (const wrong of [
    erase,
    {...erase, record_id: id_number},
    {...erase, record_id: 'a'.repeat(26)},
    {...erase, row_id: id_number},
    {...erase, row_id: 'a'.repeat(26)},
    {...erase, item: {identifier: id_number}},
    {...erase, item: {identifier: id_number, name}},
    {...erase, item: {identifier: id_number.repeat(20)}},
    {...erase, item: {identifier: mobile, kind: 'OLD_NUMBER_KIND_TAX'}},
    {...erase, item: {identifier: codesOf('enterprise.csv')[0]},
     reason: `${name} ${id_number}`.repeat(30)},
    {...erase, item: {identifier: codesOf('enterprise.csv')[0]}, reason: '',
     request_id: `编号 ${id_number}`},
  ]) {
    await mustFail(registry.write, 'ErasePersonal', wrong);
  }
}

// Who holds a number is told without it, and so are tokens of pages.
async function findPersons(registry) {
  let hits = 0;
  const find = async (kind, number) => {
    let page_token = '';
    do {
      const request = {
        kind: `PERSONAL_NUMBER_KIND_${kind}`, number, personal: PURPOSE,
        page_size: 2, page_token,
      };
      const page = await call(registry.read, 'FindByPersonalNumber', request);
      say(withoutRepresentatives(page));
      hits += page.hits.length;
      page_token = page.next_page_token;
      if (page_token !== '') {
        // A token of another number's query.
        await mustFail(registry.read, 'FindByPersonalNumber',
                       {...request, number: number + '0', page_token});
      }
    } while (page_token !== '');
  };
  for (const {id_number, mobile} of manifest.markers) {
    await find('IDENTITY', id_number);
    await find('TELEPHONE', mobile);
    await find('TELEPHONE', `+86 ${mobile}`);
  }
  assert.ok(hits > 3 * manifest.markers.length, `only ${hits} persons found`);
}

// Markers in every personal field, also of rows kept aside.
async function readMarkers(registry) {
  const persons = new Persons(seed);
  const {subjects, uscc} = await storePersons(registry, persons, 'M');
  checkEveryFieldIsHeld(subjects);
  fs.writeFileSync(path.join(workDir, 'markers.json'),
                   JSON.stringify(subjects.flatMap(textsOf)));
  for (const subject of subjects) {
    for (const version of subject.versions) {
      const answer = text(await readPersonal(registry, subject, version));
      told.write(answer);
      for (const [field, held] of Object.entries(version.texts)) {
        assert.ok(answer.includes(held), `${subject.name}: ${field} not told`);
      }
    }
    for (const {kind, number} of subject.numbers) {
      const found = await call(registry.read, 'FindByPersonalNumber',
                               {kind, number, personal: PURPOSE});
      assert.equal(found.hits.length, 1, `${subject.name}: ${kind}`);
      say(found);
    }
  }
  // Without personal fields nothing tells of them.
  say(await call(registry.read, 'GetEnterprise', {item: {identifier: uscc}}));
  say(await call(registry.read, 'ListQuarantinedRows', {page_size: 500}));
  say(await call(registry.public, 'GetPublicEnterprise',
                 {item: {identifier: uscc}}));
  const {records} = await call(registry.read, 'ListRecords',
                               {item: {identifier: uscc}, page_size: 500});
  assert.equal(records.length, 4);
  for (const record of records) {
    say(record);
    say(await call(registry.read, 'ListRecordVersions',
                   {record_id: record.record_id}));
  }
}

// Writes that are accepted though persons' numbers stand where none belongs.
async function writeCarelessly(registry) {
  const {id_number, mobile} = manifest.markers[1];
  const authority = {name: '广州市天河区市场监督管理局'};
  const text_with_numbers = `联系电话${mobile}，身份证号${id_number}。`;
  const put = await call(registry.write, 'PutEnterprise', {
    request_id: 'leak-careless-1',
    enterprise: {
      name: '广州示例泄露测试店',
      uscc: id_number,
      category: 'PARTY_CATEGORY_INDIVIDUAL_BUSINESS',
      established_on: '2019-03-01',
      registration_authority: authority,
      business_scope: text_with_numbers,
      remark: text_with_numbers,
      old_numbers: [{kind: 'OLD_NUMBER_KIND_TAX', value: id_number}],
    },
  });
  assert.equal(put.outcome, 'OUTCOME_CREATED');
  say(put);
  const record = {
    family: 'FAMILY_PENALTY',
    party: {
      name: '广州示例泄露测试店',
      category: 'PARTY_CATEGORY_INDIVIDUAL_BUSINESS',
      uscc: id_number,
    },
    deciding_agency: authority,
    submitting_agency: authority,
    penalty: {
      document_number: '示罚〔2025〕1号',
      facts: text_with_numbers,
      content: text_with_numbers,
      kinds: ['警告'],
      decided_on: '2025-05-06',
      remark: text_with_numbers,
    },
  };
  const submitted = await call(
      registry.write, 'SubmitRecords',
      {request_id: 'leak-careless-2', records: [{record}]});
  assert.notEqual(submitted.results[0].record_id, '', text(submitted));
  say(submitted);
  const {record_id, etag} = submitted.results[0];
  say(await call(registry.read, 'GetRecord', {record_id}));
  record.penalty.remark = `更正：${text_with_numbers}`;
  say(await call(registry.write, 'CorrectRecord', {
    request_id: 'leak-careless-3', record_id, etag, record, reason: '补充',
  }));
  say(await call(registry.read, 'ListRecordVersions', {record_id}));
  told.write(text(await call(registry.read, 'GetRecord', {
    record_id, personal: PURPOSE,
  })));
}

async function readWithPurpose(registry) {
  const {uscc} = manifest.interesting.find((i) => i.role === 'large');
  const wanted = {
    item: {identifier: uscc}, families: ['FAMILY_COMPLAINT'], page_size: 500,
  };
  const personal = PURPOSE;
  told.write(text(await call(registry.read, 'GetEnterprise',
                             {item: {identifier: uscc}, personal})));
  let page_token = '';
  do {
    const page =
        await call(registry.read, 'ListRecords', {...wanted, page_token});
    for (const {record_id} of page.records) {
      const answer =
          await call(registry.read, 'GetRecord', {record_id, personal});
      // Without its personal fields a record must not speak of them either.
      say({complaint_without_personal: answer.record});
      told.write(text(answer.personal));
    }
    page_token = page.next_page_token;
  } while (page_token !== '');
}

// A call with one request and a stream of answers.
function verify(registry, request) {
  return new Promise((resolve, reject) => {
    const answers = [];
    const call = registry.admin.Verify(request);
    call.on('data', (answer) => answers.push(answer));
    call.on('error', reject);
    call.on('end', () => resolve(answers));
  });
}

async function main() {
  const registry = connect(process.env.CREDITREG_ADDRESS);
  await importAll(registry);
  await readPublic(registry);
  await askWrongly(registry);
  await writeCarelessly(registry);
  await readWithPurpose(registry);
  await findPersons(registry);
  await readMarkers(registry);
  say(await call(registry.admin, 'GetStats', {}));
  const checked = await verify(registry, {open_sealed: true});
  assert.equal(checked.at(-1).faults, '0', text(checked.at(-1)));
  checked.forEach(say);
  registry.close();
  await Promise.all([said, told].map(
      (file) => new Promise((resolve) => file.end(resolve))));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
