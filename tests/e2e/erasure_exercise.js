// erasure_exercise.js SEED STEP ...: persons are put into a registry, erased and
// looked for. Goes on with facts.json in CREDITREG_WORK_DIR, and adds to
//
//   said.txt      what it said of erased persons, in errors and figures: no
//                 text of them may be in it, whenever it was said
//   told.txt      what it told of persons who are there, to who named a purpose
//
// Steps:
//   store         two firms with records and rows kept aside: D is erased later
//   open          everything is told to who names a purpose
//   erase         all of D; the same sent again is not stored
//   gone live     nothing is told of D, at any position; K is as it was
//   gone old      the same of a copy from before the erasure, which does not
//                 know of it
//   add           a new person for D, who gets a new data key, and is erased
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const {connect, call, statusDetails} = require('./registry.js');
const {PURPOSE, Persons, checkEveryFieldIsHeld, readPersonal, storePersons,
       textsOf} = require('./marker_persons.js');

const seed = Number(process.argv[2]);
const workDir = process.env.CREDITREG_WORK_DIR;
const factsFile = path.join(workDir, 'facts.json');
const REASON = '依当事人申请，个人信息保护法第四十七条';

const readable = (message) =>
    JSON.stringify(message, (key, value) =>
        value?.type === 'Buffer' ? Buffer.from(value.data).toString('utf8') :
                                   value) + '\n';
const note = (file) => (message) =>
    fs.appendFileSync(path.join(workDir, file), readable(message));
const say = note('said.txt');
const tell = note('told.txt');

// Positions are bytes.
const toText = (key, value) =>
    value?.type === 'Buffer' ?
    {base64: Buffer.from(value.data).toString('base64')} :
    value;
const fromText = (key, value) =>
    typeof value?.base64 === 'string' ? Buffer.from(value.base64, 'base64') :
                                        value;

function readFacts() {
  return JSON.parse(fs.readFileSync(factsFile, 'utf8'), fromText);
}

function writeFacts(facts) {
  fs.writeFileSync(factsFile, JSON.stringify(facts, toText));
}

async function store(registry) {
  const persons = new Persons(seed);
  const facts = {
    gone: await storePersons(registry, persons, 'D'),
    kept: await storePersons(registry, persons, 'K'),
    other: persons.fields('telephone'),
  };
  for (const {subjects} of [facts.gone, facts.kept]) {
    checkEveryFieldIsHeld(subjects);
  }
  const {uscc} = facts.gone;
  facts.stored =
      (await call(registry.read, 'GetEnterprise', {item: {identifier: uscc}}))
          .position;
  writeFacts(facts);
}

// All that is held of the subjects is told, and found by its numbers.
async function checkOpen(registry, facts, {subjects}) {
  for (const subject of subjects) {
    for (const version of subject.versions) {
      const answer = await readPersonal(registry, subject, version);
      const told = readable(answer);
      tell(answer);
      for (const [field, held] of Object.entries(version.texts)) {
        assert.ok(told.includes(held), `${subject.name}: ${field} not told`);
      }
    }
    for (const {kind, number} of subject.numbers) {
      const found = await find(registry, kind, number);
      assert.equal(found.hits.length, 1, `${subject.name}: ${kind} not found`);
      say(found);
    }
  }
}

function find(registry, kind, number) {
  return call(registry.read, 'FindByPersonalNumber',
              {kind, number, personal: PURPOSE});
}

function erasureOf(subject) {
  const {item, record_id, row_id} = subject;
  const request_id = `erase-${subject.name.replace(' ', '-')}`;
  const request = {request_id, reason: REASON};
  if (item !== undefined) return {...request, item};
  return record_id !== undefined ? {...request, record_id} :
                                   {...request, row_id};
}

async function erase(registry, facts) {
  for (const subject of facts.gone.subjects) {
    const request = erasureOf(subject);
    const tried = await call(registry.write, 'ErasePersonal',
                             {...request, validate_only: true});
    assert.equal(tried.outcome, 'OUTCOME_UPDATED');
    const first = await call(registry.write, 'ErasePersonal', request);
    assert.equal(first.outcome, 'OUTCOME_UPDATED', subject.name);
    const repeated = await call(registry.write, 'ErasePersonal', request);
    assert.equal(repeated.outcome, 'OUTCOME_UPDATED', subject.name);
    const again = await call(registry.write, 'ErasePersonal', {
      ...request, request_id: `${request.request_id}-again`,
    });
    assert.equal(again.outcome, 'OUTCOME_UNCHANGED', subject.name);
    [tried, first, repeated, again].forEach(say);
  }
  await sendAgain(registry, facts.gone);
}

const hasErasedFinding = ({findings}) =>
    findings.some(({rule}) => rule === 'PERSONAL_ERASED');

// A source that does not know of the erasure.
async function sendAgain(registry, {subjects, inputs}) {
  const submitted = await call(registry.write, 'SubmitRecords', {
    request_id: 'again-records',
    records: ['licence', 'penalty', 'complaint'].map(
        (name) => ({record: inputs[name].record,
                    personal: inputs[name].personal})),
  });
  say(submitted);
  submitted.results.forEach((result, i) => {
    assert.equal(result.record_id, subjects[i + 1].record_id);
    assert.equal(result.outcome, 'OUTCOME_UNCHANGED', readable(result));
    assert.ok(hasErasedFinding(result), readable(result));
  });
}

// Nothing is told of the subjects, today and at every position.
async function checkGone(registry, facts, knows) {
  const {uscc, subjects} = facts.gone;
  for (const subject of subjects) {
    const positions = [
      ...new Set(subject.versions.map(({position}) => position)),
      facts.stored,
    ];
    for (const position of positions) {
      const answer = await readPersonal(registry, subject, {position});
      say(answer);
      if (subject.row_id !== undefined) {
        assert.deepEqual([answer.cells, answer.columns], [[], []]);
        assert.equal(answer.erased, knows, subject.name);
      } else {
        assert.equal(answer.personal, null, subject.name);
        assert.equal(answer.personal_erased, true, subject.name);
      }
    }
    if (subject.record_id !== undefined) {
      say(await call(registry.read, 'ListRecordVersions',
                     {record_id: subject.record_id}));
    }
    for (const {kind, number} of
         [...subject.numbers, ...(subject.formerNumbers ?? [])]) {
      const found = await find(registry, kind, number);
      // A copy still knows by keyed hashes who had the number; the number is
      // not told.
      if (knows) assert.deepEqual(found.hits, [], subject.name);
      say(found);
    }
  }
  for (const [client, method] of [
    [registry.public, 'GetPublicEnterprise'],
    [registry.read, 'ListRecords'],
  ]) {
    say(await call(client, method, {item: {identifier: uscc}}));
  }
  say(await call(registry.admin, 'GetStats', {}));
  const wrong = await call(registry.read, 'FindByPersonalNumber', {
    kind: 'PERSONAL_NUMBER_KIND_IDENTITY',
    number: subjects[0].numbers[0].number.repeat(9), personal: PURPOSE,
  }).then(() => assert.fail('want an error'), (error) => error);
  say({details: wrong.details, more: statusDetails(wrong)});
  await checkOpen(registry, facts, facts.kept);
}

async function add(registry, facts) {
  const put = await call(registry.write, 'PutEnterprise', {
    request_id: 'add',
    enterprise: {
      uscc: facts.gone.uscc, name: facts.gone.firm,
      category: 'PARTY_CATEGORY_INDIVIDUAL_BUSINESS',
    },
    personal: facts.other,
  });
  assert.equal(put.outcome, 'OUTCOME_UPDATED');
  const {item} = facts.gone.subjects[0];
  const today = await call(registry.read, 'GetEnterprise',
                           {item, personal: PURPOSE});
  assert.equal(today.personal.telephone, facts.other.telephone);
  tell(today);
  const before = await call(
      registry.read, 'GetEnterprise',
      {item, personal: PURPOSE, at_position: facts.stored});
  assert.equal(before.personal_erased, true);
  say(before);
  const erased = await call(registry.write, 'ErasePersonal',
                            {request_id: 'erase-added', item, reason: REASON});
  assert.equal(erased.outcome, 'OUTCOME_UPDATED');
  for (const at_position of [null, put.position, facts.stored]) {
    const answer = await call(registry.read, 'GetEnterprise',
                              {item, personal: PURPOSE, at_position});
    assert.deepEqual([answer.personal, answer.personal_erased], [null, true]);
    say(answer);
  }
}

const STEPS = {
  store,
  open: async (registry, facts) => {
    await checkOpen(registry, facts, facts.gone);
    await checkOpen(registry, facts, facts.kept);
  },
  erase,
  'gone live': (registry, facts) => checkGone(registry, facts, true),
  'gone old': (registry, facts) => checkGone(registry, facts, false),
  add,
};

async function main() {
  const registry = connect(process.env.CREDITREG_ADDRESS);
  for (const step of process.argv.slice(3)) {
    await STEPS[step](registry, step === 'store' ? null : readFacts());
  }
  registry.close();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
