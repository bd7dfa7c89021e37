import { wallClockToMicros } from '../../model/time.ts';
import { CARRIER_NAMES, type CarrierName } from '../carriers/carrier.ts';
import { CARRIERS, type Peeled, peel } from '../carriers/peel.ts';
import { USUAL_HABITS } from '../headers/header.ts';
import { learnHabits } from '../headers/header-habits.ts';
import { readHeader } from '../headers/read-header.ts';
import { headerOfObject, parseObject } from '../headers/structured.ts';
import { isDecoration } from '../reading/lines.ts';
import type { HeaderHabits, LogLayout } from '../reading/log-layout.ts';
import { isRequestAlone, readAccessLine } from './access-line.ts';
import { JsonValues } from './json-values.ts';
import { runsBackward } from './newest-first.ts';
import { readColumns, readRow } from './table-rows.ts';

/** Bytes from the start of a file that its layout is learnt from. */
export const LAYOUT_HEAD_BYTES = 64 * 1024;

/** The layout of a log, from its first LAYOUT_HEAD_BYTES. */
export function layoutOf(head: Uint8Array): LogLayout {
  return learnLayout(new TextDecoder('utf-8').decode(head.subarray(0, LAYOUT_HEAD_BYTES)));
}

export const PLAIN_LAYOUT: LogLayout = {
  carriers: new Set(),
  habits: USUAL_HABITS,
  records: 'lines',
  isNewestFirst: false,
};

/** Lines of a file's beginning that are looked at. */
const LINES_LOOKED_AT = 400;
/** Records of an export that are looked at. */
export const RECORDS_LOOKED_AT = 200;
/** Share of the lines that must be wrapped in a loose carrier. */
const SHARE_NEEDED = 0.6;

/** Finds the layout of a log from the text with which it begins; the last line may be a piece. */
export function learnLayout(text: string): LogLayout {
  const begin = text.replace(/^\uFEFF/, '');
  const columns = readColumns(begin);
  if (columns !== null) {
    const rows = begin.split('\n', LINES_LOOKED_AT).slice(columns.headLines);
    const texts = rows.flatMap((row) => readRow(row.replace(/\r$/, ''), columns)?.text ?? []);
    return { ...PLAIN_LAYOUT, records: columns, habits: learnHabits(texts.map(withoutObject)) };
  }
  if (isJsonDocument(begin)) {
    const texts = jsonRecords(begin).map((record) => withoutObject(peel(record, PLAIN_LAYOUT.carriers).text));
    return { ...PLAIN_LAYOUT, records: 'json', habits: learnHabits(texts) };
  }
  const lines = begin
    .split('\n', LINES_LOOKED_AT)
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '' && (line.includes('|') || !isDecoration(line)));
  const carriers = learnCarriers(lines);
  const peeled = lines.map((line) => peel(line, carriers));
  const texts = peeled.map(({ text }) => withoutObject(text));
  const habits = learnHabits(texts);
  const isNewestFirst = texts.some(isTitleOfTraceback) && runsBackward(texts, timesOf(peeled, habits));
  return { ...PLAIN_LAYOUT, carriers, habits, isNewestFirst };
}

const isTitleOfTraceback = (text: string): boolean => text.includes('Traceback (most recent call last):');

/** The times of the lines that state one whole, as if all were of one zone. */
function timesOf(peeled: readonly Peeled[], habits: HeaderHabits): readonly number[] {
  return peeled.flatMap(({ stamp, text }) => {
    const own = stamp?.type === 'full' ? stamp : readHeader(text, habits)?.stamp;
    return own?.type === 'full' ? (wallClockToMicros(own.wall, 0) ?? []) : [];
  });
}

/** What a record of fields has as its message, which a logger of text may have headed before. */
function withoutObject(text: string): string {
  const object = text.charCodeAt(0) === 0x7b ? parseObject(text) : null;
  return (object === null ? null : headerOfObject(object, 'json')?.text) ?? text;
}

/** The first records of a JSON document; its end may be a piece. */
export function jsonRecords(text: string): readonly string[] {
  const records: string[] = [];
  const values = new JsonValues(0, 1);
  values.push(new TextEncoder().encode(text), (value) => {
    if (records.length < RECORDS_LOOKED_AT) records.push(value.text);
  });
  return records;
}

// -[ RECORD 1 ]---+-----------
const RECORD_OF_PSQL = /^-\[ RECORD \d+ \]/;

function learnCarriers(lines: readonly string[]): ReadonlySet<CarrierName> {
  const known = new Set<CarrierName>();
  // psql -x puts a column's name and a bar in front of each value, as compose does a container's.
  const isResult = lines.some((line) => RECORD_OF_PSQL.test(line));
  const loose = CARRIER_NAMES.filter((name) => CARRIERS[name].isLoose && !(isResult && name === 'compose'));
  let texts = lines;
  // Each turn takes off one more layer.
  for (let turn = 0; turn < loose.length; turn += 1) {
    const whole = texts;
    texts = whole.map((text) => peel(text, known).text);
    // A name and a bar are taken off lines with a header in any case: of a traceback's lines they are left, which alone are too few.
    const found = loose.find(
      (name) => !known.has(name) && (wraps(name, texts) || (name === 'compose' && wraps(name, whole))),
    );
    if (found === undefined) break;
    known.add(found);
  }
  return known;
}

/** Whether nearly all texts are wrapped in a loose carrier, and what is inside looks as if it were. */
function wraps(name: CarrierName, texts: readonly string[]): boolean {
  const { peel: peelOne } = CARRIERS[name];
  const inside = texts.flatMap((text) => {
    const carried = peelOne(text);
    return carried === null ? [] : [carried.text];
  });
  if (inside.length === 0 || inside.length < texts.length * SHARE_NEEDED) return false;
  if (name === 'compose') return true;
  // A logger's own stamp looks like a runtime's: behind it stands another header, or the rest of a record.
  const headed = inside.filter((text) => {
    const header = readHeader(text);
    // A service at rest logs hardly anything but requests.
    if (header === null) return name !== 'short-stamp' && (readAccessLine(text) !== null || isRequestAlone(text));
    return name !== 'short-stamp' || header.stamp !== null || header.form === 'json';
  });
  const continued = inside.some((text) => /^(?: {2}File "|Traceback \(most recent call last\):)/.test(text));
  return headed.length * 5 >= inside.length || (name === 'short-stamp' && continued);
}

/** `[` or `{` alone on a line, or an object or list in one: what an indented or one-line document begins with. */
const DOCUMENT_START = /^\s*(?:[[{]\s*$|\[\s*\{|\{\s*"[\w@.]{1,40}"\s*:\s*\[)/;
/** Lines that may stand above it: an echo of the command, notes. */
const LINES_ABOVE = 8;

function isJsonDocument(text: string): boolean {
  const lines = text.slice(0, 8_192).split('\n', LINES_ABOVE);
  const first = lines.findIndex((line) => DOCUMENT_START.test(line));
  // A bracket alone at the end of what was saved is the beginning of any header.
  if (first < 0 || (first === lines.length - 1 && lines[first]?.trim().length === 1)) return false;
  return lines.slice(0, first).every((line) => !/^\s*\{"/.test(line) && readHeader(line) === null);
}
