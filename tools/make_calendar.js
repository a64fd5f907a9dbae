#!/usr/bin/env node
// Makes conf/publication/calendar.textproto from the npm package chinese-days,
// and compares the two, so that no wrong day creeps in.
//
//   node tools/make_calendar.js             prints the table, one version on
//   node tools/make_calendar.js --check     exit 1 where conf differs
//
// A year is printed when the package has the whole of it and its notice stands
// in NOTICES. conf may hold years that the package has not yet: --check names
// them and can say nothing about them.
'use strict';

const fs = require('fs');
const path = require('path');
const days = require('chinese-days/dist/chinese-days.json');

const CONF = path.join(__dirname, '../conf/publication/calendar.textproto');
const FIRST_YEAR = 2015;

const office = (year, number, date) =>
    `国务院办公厅关于${year}年部分节假日安排的通知（${number}，${date}）`;
const OF_2019 = office(2019, '国办发明电〔2018〕15号', '2018-12-04');
const OF_2023 = office(2023, '国办发明电〔2022〕16号', '2022-12-08');

// Who ordered a year's days. A notice may reach into the last days of the year
// before its own.
const NOTICES = {
  2015: [
    office(2015, '国办发明电〔2014〕28号', '2014-12-16'),
    '国务院关于中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日调休放假的通知' +
        '（国发明电〔2015〕1号，2015-05-13）',
  ],
  2016: [office(2016, '国办发明电〔2015〕18号', '2015-12-10')],
  2017: [office(2017, '国办发明电〔2016〕17号', '2016-12-01')],
  2018: [office(2018, '国办发明电〔2017〕12号', '2017-11-30'), OF_2019],
  2019: [
    OF_2019,
    '国务院办公厅关于调整2019年劳动节假期安排的通知' +
        '（国办发明电〔2019〕3号，2019-03-22）',
  ],
  2020: [
    office(2020, '国办发明电〔2019〕16号', '2019-11-21'),
    '国务院办公厅关于延长2020年春节假期的通知' +
        '（国办发明电〔2020〕1号，2020-01-26）',
  ],
  2021: [office(2021, '国办发明电〔2020〕27号', '2020-11-25')],
  2022: [office(2022, '国办发明电〔2021〕11号', '2021-10-25'), OF_2023],
  2023: [OF_2023],
  2024: [office(2024, '国办发明电〔2023〕7号', '2023-10-25')],
  2025: [office(2025, '国办发明电〔2024〕12号', '2024-11-12')],
  2026: [office(2026, '国办发明电〔2025〕7号', '2025-11-04')],
};

// As notices call them; the package's names on the left.
const NAMES = {清明: '清明节', 端午: '端午节', 中秋: '中秋节'};
// Every year has days of all of these (中秋节 may fall into 国庆节). A year
// without one is in the package only in part: its notice is not in yet, and a
// few days of it came with its neighbour's.
const ALWAYS = ['元旦', '春节', '清明节', '劳动节', '端午节', '国庆节'];

const nameOf = (entry) => {
  const name = entry.split(',')[1];
  return NAMES[name] ?? name;
};

const dayAfter = (day) =>
    new Date(Date.parse(`${day}T00:00:00Z`) + 86400000).toISOString()
        .slice(0, 10);

const inYear = (table, year) =>
    Object.keys(table).filter((day) => day.startsWith(`${year}-`)).sort();

// Neighbouring days off of one name.
function spansOf(year) {
  const spans = [];
  for (const day of inYear(days.holidays, year)) {
    const name = nameOf(days.holidays[day]);
    const last = spans[spans.length - 1];
    if (last && last.name === name && dayAfter(last.to) === day) {
      last.to = day;
    } else {
      spans.push({from: day, to: day, name});
    }
  }
  return spans;
}

const isWhole = (spans) =>
    ALWAYS.every((name) => spans.some((span) => span.name === name));

function blockOf(year, spans) {
  const lines = ['years {', `  year: ${year}`];
  for (const notice of NOTICES[year]) lines.push(`  sources: "${notice}"`);
  for (const {from, to, name} of spans) {
    lines.push(`  days_off { from: "${from}" to: "${to}" name: "${name}" }`);
  }
  for (const day of inYear(days.workdays, year)) {
    lines.push(`  working_weekends: "${day}"`);
  }
  return [...lines, '}', ''].join('\n');
}

// Year -> its block, for the years that the package has.
function blocks() {
  const made = new Map();
  const newest = Math.max(
      ...Object.keys(days.holidays).map((day) => Number(day.slice(0, 4))));
  for (let year = FIRST_YEAR; year <= newest; ++year) {
    const spans = spansOf(year);
    if (!isWhole(spans)) {
      console.error(`make_calendar: ${year}: in the package only in part`);
    } else if (!NOTICES[year]) {
      console.error(`make_calendar: ${year}: no notice in NOTICES`);
    } else {
      made.set(year, blockOf(year, spans));
    }
  }
  return made;
}

const HEAD = `\
# Days off and days worked that differ from Monday to Friday, as the State
# Council's yearly notices order them. Made by tools/make_calendar.js, which the
# lint step compares with it; see README.md for how a year is added.
# proto-file: proto/creditreg/conf/v1/calendar.proto
# proto-message: creditreg.conf.v1.Calendar

`;

// A text takes effect where its version is higher than that of the active one.
function nextVersion() {
  const text = fs.readFileSync(CONF, 'utf8');
  return Number(/^version: (\d+)$/m.exec(text)?.[1] ?? 0) + 1;
}


// Year -> its block as it stands in conf.
function blocksOfConf() {
  const found = new Map();
  const text = fs.readFileSync(CONF, 'utf8');
  for (const block of text.split(/^(?=years \{$)/m).slice(1)) {
    const year = Number(/^  year: (\d+)$/m.exec(block)?.[1]);
    if (found.has(year)) throw new Error(`${CONF}: year ${year} twice`);
    found.set(year, `${block.trimEnd()}\n`);
  }
  return found;
}

function reportDifference(year, is, want) {
  console.error(`make_calendar: ${year}: conf differs from the package`);
  const lines = (text) => text.split('\n');
  for (const line of lines(is)) {
    if (!lines(want).includes(line)) console.error(`  conf:    ${line}`);
  }
  for (const line of lines(want)) {
    if (!lines(is).includes(line)) console.error(`  package: ${line}`);
  }
}

function isAsPackaged() {
  const made = blocks();
  const conf = blocksOfConf();
  const newest = Math.max(...made.keys());
  let same = true;
  for (const year of new Set([...made.keys(), ...conf.keys()])) {
    if (year > newest) {
      console.error(`make_calendar: ${year}: compared with nothing`);
    } else if (conf.get(year) !== made.get(year)) {
      reportDifference(year, conf.get(year) ?? '', made.get(year) ?? '');
      same = false;
    }
  }
  return same;
}

function main() {
  const [option, ...more] = process.argv.slice(2);
  if (more.length > 0 || (option !== undefined && option !== '--check')) {
    console.error('usage: make_calendar.js [--check]');
    process.exit(2);
  }
  if (option === '--check') {
    process.exit(isAsPackaged() ? 0 : 1);
  }
  const version = `version: ${nextVersion()}\n`;
  process.stdout.write([HEAD + version, ...blocks().values()].join('\n'));
}

main();
