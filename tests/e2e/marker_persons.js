// Made-up persons in every personal field of the contract: each text stands in
// one field of one subject alone, so that whatever holds it tells where it came
// from.
'use strict';

const assert = require('node:assert/strict');
const {call, fieldsOf, importFile, makeUscc} = require('./registry.js');

// What kind of document somebody has tells of nobody.
const NOBODYS = ['legal_representative_id_type', 'person_id_type'];
const AUTHORITY = {name: '广州市天河区市场监督管理局'};
const PURPOSE = {purpose: '泄露测试：对照'};
const FIRST_NAMES = '欧阳上官司马诸葛令狐皇甫尉迟公孙慕容端木';
const LAST_NAMES = '砚澜芷霁珩瑾翊璟煦岚晗沁筠霖钰萱恺昱绮黛翎珂';

// mulberry32: the same seed, the same persons.
function randomOf(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = state + 0x6D2B79F5 >>> 0;
    let t = state;
    t = Math.imul(t ^ t >>> 15, t | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) % below;
  };
}

// Makes texts of persons, none twice. Region 449999 and mobiles from 1400001 on
// are not given out, and are not the generator's markers either.
class Persons {
  constructor(seed) {
    this.random = randomOf(seed);
    this.made = new Set();
  }

  name() {
    return this.unused(() => {
      const at = this.random(FIRST_NAMES.length / 2) * 2;
      const last = () => LAST_NAMES[this.random(LAST_NAMES.length)];
      return FIRST_NAMES.slice(at, at + 2) + last() + last() + last();
    });
  }

  idNumber() {
    return this.unused(() => {
      const two = (number) => String(number).padStart(2, '0');
      const body = `449999${1950 + this.random(45)}` +
          two(1 + this.random(12)) + two(1 + this.random(28)) +
          String(this.random(1000)).padStart(3, '0');
      // GB 11643.
      let sum = 0;
      [...body].forEach((c, i) => sum += Number(c) * (2 ** (17 - i) % 11));
      return body + '10X98765432'[sum % 11];
    });
  }

  mobile() {
    return this.unused(
        () => '14000' + String(100000 + this.random(900000)));
  }

  address() {
    return this.unused(
        () => `广州市天河区示例大道${1000 + this.random(9000)}号之` +
            `${100 + this.random(900)}房`);
  }

  unused(make) {
    for (;;) {
      const text = make();
      if (this.made.has(text)) continue;
      this.made.add(text);
      return text;
    }
  }

  // A text for a field of PersonalFields.
  of(field) {
    if (NOBODYS.includes(field)) return '身份证';
    if (field.endsWith('_name')) return this.name();
    if (field.endsWith('telephone')) return this.mobile();
    if (field.endsWith('_address')) return this.address();
    assert.ok(field.endsWith('id_number') || field === 'tax_number',
              `${field}: a field that this test does not know`);
    return this.idNumber();
  }

  fields(...names) {
    return Object.fromEntries(names.map((name) => [name, this.of(name)]));
  }
}

// Those of a person's texts that are numbers, as a caller would look for them.
function numbersOf(personal) {
  const numbers = [];
  for (const [field, number] of Object.entries(personal)) {
    if (field.endsWith('telephone')) {
      numbers.push({kind: 'PERSONAL_NUMBER_KIND_TELEPHONE', number});
    } else if (field.endsWith('id_number')) {
      numbers.push({kind: 'PERSONAL_NUMBER_KIND_IDENTITY', number});
    }
  }
  return numbers;
}

// What a test needs to know of a subject that holds markers. `versions`: the
// texts by field, and from which position on they are there (null: today).
function subjectOf(name, id, personal) {
  const texts = Object.entries(personal)
                    .filter(([field]) => !NOBODYS.includes(field));
  return {
    name, ...id,
    versions: [{position: null, texts: Object.fromEntries(texts)}],
    numbers: numbersOf(personal),
  };
}

// Puts a firm and records of each family, and has rows kept aside; returns the
// subjects. `group` tells the firms apart and stands in their names.
async function storePersons(registry, persons, group) {
  const id = (what) => `markers-${group}-${what}`;
  const letter = String.fromCharCode(65 + persons.random(8));
  const uscc = makeUscc('92440106', `GDX7E${group}${letter}0`.slice(0, 8));
  const firm = `广州示例记号${group}店`;
  const subjects = [];
  const add = (...subject) => subjects.push(subjectOf(...subject));

  // Numbers in a text that everybody reads: the whole text is kept sealed.
  const openText = () => {
    const number = persons.mobile();
    return {number, text: `联系电话${number}。`};
  };
  const scope = openText();
  const ofFirm = persons.fields(
      'legal_representative_id_type', 'legal_representative_id_number',
      'tax_number', 'telephone');
  const put = await call(registry.write, 'PutEnterprise', {
    request_id: id('firm'),
    enterprise: {
      uscc, name: firm, category: 'PARTY_CATEGORY_INDIVIDUAL_BUSINESS',
      established_on: '2019-03-01', registration_authority: AUTHORITY,
      business_scope: `销售食品。${scope.text}`,
    },
    personal: ofFirm,
  });
  assert.equal(put.outcome, 'OUTCOME_CREATED');
  add('firm', {item: {identifier: uscc}}, {...ofFirm, originals: scope.number});

  const common = {
    party: {name: firm, category: 'PARTY_CATEGORY_INDIVIDUAL_BUSINESS', uscc},
    deciding_agency: AUTHORITY, submitting_agency: AUTHORITY,
  };
  const facts = openText();
  const story = openText();
  const ground = openText();
  const guarantee = openText();
  const inputs = {
    licence: {
      record: {
        ...common, party: {category: 'PARTY_CATEGORY_NATURAL_PERSON'},
        family: 'FAMILY_LICENCE',
        licence: {
          document_name: '行政许可决定书', licence_type: '普通',
          document_number: `示许〔2025〕${group}1号`, decided_on: '2025-05-06',
          content: '准予从事网约车服务', state: 'STATE_VALID',
        },
      },
      personal: persons.fields('person_name', 'person_id_type',
                               'person_id_number', 'telephone', 'tax_number'),
    },
    penalty: {
      record: {
        ...common, family: 'FAMILY_PENALTY',
        penalty: {
          document_number: `示罚〔2025〕${group}2号`, kinds: ['警告'],
          facts: facts.text, content: '警告', decided_on: '2025-05-07',
        },
      },
      personal: persons.fields('legal_representative_id_type',
                               'legal_representative_id_number', 'telephone',
                               'tax_number'),
      original: facts.number,
    },
    complaint: {
      record: {
        ...common, family: 'FAMILY_COMPLAINT',
        complaint: {
          case_number: `示诉${group}3`, platform: '全国12315平台',
          registered_on: '2025-05-08', facts: story.text,
        },
      },
      personal: persons.fields('complainant_name', 'complainant_telephone',
                               'complainant_address', 'complainant_id_number'),
      original: story.number,
    },
    // A person without a number has no key: the row is kept aside.
    row: {
      record: {
        ...common, party: {category: 'PARTY_CATEGORY_NATURAL_PERSON'},
        family: 'FAMILY_PENALTY',
        penalty: {
          document_number: `示罚〔2025〕${group}4号`, kinds: ['警告'],
          facts: '无', content: '警告', decided_on: '2025-05-07',
        },
      },
      personal: persons.fields('person_name', 'telephone',
                               'legal_representative_id_number'),
    },
    listing: {
      record: {
        ...common, family: 'FAMILY_LISTING',
        listing: {
          list: 'LIST_ABNORMAL_OPERATION', ground_code: '4',
          ground: ground.text, listed_on: '2025-07-01',
        },
      },
      personal: persons.fields('legal_representative_id_type',
                               'legal_representative_id_number', 'telephone'),
      original: ground.number,
    },
    annual_report: {
      record: {
        ...common, family: 'FAMILY_ANNUAL_REPORT',
        annual_report: {
          year: 2024, submitted_on: '2025-05-06',
          optional_figures: {guarantees: {value: guarantee.text}},
        },
      },
      personal: persons.fields('legal_representative_id_type',
                               'legal_representative_id_number', 'telephone'),
      original: guarantee.number,
    },
  };
  const submitted = await call(registry.write, 'SubmitRecords', {
    request_id: id('records'),
    records: Object.values(inputs).map(
        ({record, personal}) => ({record, personal})),
  });
  assert.deepEqual(submitted.results.map((result) => result.outcome), [
    'OUTCOME_CREATED', 'OUTCOME_CREATED', 'OUTCOME_CREATED',
    'OUTCOME_QUARANTINED', 'OUTCOME_CREATED', 'OUTCOME_CREATED',
  ], JSON.stringify(submitted));
  ['licence', 'penalty', 'complaint'].forEach((name, i) => {
    const {personal, original} = inputs[name];
    add(name, {record_id: submitted.results[i].record_id},
        original === undefined ? personal : {...personal, originals: original});
  });
  await correctComplaint(registry, persons, id('correct'), inputs.complaint,
                         submitted, subjects.at(-1));
  const cells = await importAside(registry, persons, id('file'), firm);
  for (const [name, texts] of [['row', inputs.row.personal],
                               ['file row', cells]]) {
    add(name, {row_id: await findRow(registry, texts)}, texts);
    subjects.at(-1).numbers = [];  // rows kept aside are not looked up
  }
  ['listing', 'annual_report'].forEach((name, i) => {
    const {personal, original} = inputs[name];
    add(name, {record_id: submitted.results[4 + i].record_id},
        {...personal, originals: original});
  });
  return {uscc, firm, subjects, inputs, ofFirm, scope};
}

// Another complainant: the first one stays in the version before.
async function correctComplaint(registry, persons, request_id, input,
                                submitted, subject) {
  const before = submitted.position;
  const personal = persons.fields(
      'complainant_name', 'complainant_telephone', 'complainant_address',
      'complainant_id_number');
  const {record_id, etag} = submitted.results[2];
  const corrected = await call(registry.write, 'CorrectRecord', {
    request_id, record_id, etag, record: input.record, personal,
    reason: '投诉人有误',
  });
  assert.equal(corrected.outcome, 'OUTCOME_UPDATED');
  const [first] = subject.versions;
  first.position = before;
  subject.versions.push({
    position: null,
    texts: {...personal, originals: first.texts.originals},
  });
  subject.formerNumbers = subject.numbers;
  subject.numbers = numbersOf(personal);
  input.personal = personal;
}

// A row of a file that has no case number.
async function importAside(registry, persons, request_id, firm) {
  const cells = persons.fields(
      'complainant_name', 'complainant_telephone', 'complainant_address',
      'complainant_id_number');
  const csv = 'TS_AJBH,TS_DJRQ,TS_BTS_MC,TS_TSR_MC,TS_TSR_DH,TS_TSR_DZ,' +
      `TS_TSR_ZJHM\n,2025-05-09,${firm},${Object.values(cells).join(',')}\n`;
  const {receipt} = await importFile(
      registry.intake, {request_id, format: 'IMPORT_FORMAT_COMPLAINT_CSV'},
      Buffer.from(csv));
  assert.equal(receipt.counts.quarantined, '1', JSON.stringify(receipt));
  return cells;
}

async function findRow(registry, texts) {
  const row = (await allRows(registry)).find(({cells}) => {
    const all = cells.join();
    return Object.values(texts).every((text) => all.includes(text));
  });
  assert.ok(row !== undefined, 'a row kept aside is not found');
  return row.row_id;
}

async function allRows(registry) {
  const rows = [];
  let page_token = '';
  do {
    const page = await call(registry.read, 'ListQuarantinedRows',
                            {personal: PURPOSE, page_size: 500, page_token});
    rows.push(...page.rows);
    page_token = page.next_page_token;
  } while (page_token !== '');
  return rows;
}

// Every field of the contract holds a marker in one of the subjects, so that a
// new field fails here until somebody is put into it.
function checkEveryFieldIsHeld(subjects) {
  const held = new Set(subjects.flatMap(
      ({versions}) => versions.flatMap(({texts}) => Object.keys(texts))));
  const missing = fieldsOf('creditreg.v1.PersonalFields')
                      .filter((field) => !NOBODYS.includes(field))
                      .filter((field) => !held.has(field));
  assert.deepEqual(missing, [], 'personal fields without a marker');
}

// What the registry holds of a subject at a version of it, on request.
async function readPersonal(registry, subject, {position}) {
  if (subject.row_id !== undefined) {
    const rows = await allRows(registry);
    const row = rows.find(({row_id}) => row_id === subject.row_id);
    assert.ok(row !== undefined, 'a row kept aside is gone');
    return row;
  }
  const request = {personal: PURPOSE, at_position: position};
  return subject.item !== undefined ?
      call(registry.read, 'GetEnterprise', {...request, item: subject.item}) :
      call(registry.read, 'GetRecord',
           {...request, record_id: subject.record_id});
}

function textsOf(subject) {
  return subject.versions.flatMap(({texts}) => Object.values(texts));
}

module.exports = {
  AUTHORITY, PURPOSE, Persons, allRows, checkEveryFieldIsHeld, readPersonal,
  storePersons, textsOf,
};
