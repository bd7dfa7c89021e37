import { isErrorSeverity } from '../model/event.ts';
import { type EpochMicros, secondsBetween } from '../model/time.ts';
import { messageTemplate, numbersOf, plain } from './messages.ts';
import type { OperationLine } from './operation-lines.ts';

/**
 * Numbers that a service counts with, read from how they go on from line to line and not from its words: lines of one
 * template (the text without its numbers) are one series, whatever the language.
 */

/** One counter of a service's log, up to its last line. */
export interface CounterSeries {
  /** `past`: beyond its own total; `towards`: grows and has not reached it; `reached`; `growing`: grows, and no total is told. */
  readonly course: 'past' | 'towards' | 'reached' | 'growing';
  readonly first: number;
  readonly last: number;
  readonly total: number | null;
  /** How much it grew in a second; null where its lines are of one instant. */
  readonly perSecond: number | null;
  /** The usual distance of a line that moves it to the next. */
  readonly stepSeconds: number;
  readonly firstLine: OperationLine;
  readonly lastLine: OperationLine;
}

/** Lines that were all said before, one after the other, and nothing new among them. */
export interface Repetition {
  readonly lines: number;
  readonly distinct: number;
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  readonly sample: OperationLine;
}

/** Lines of a worker's last work that are looked at: what came before tells nothing of its end. */
const MOST_LINES = 20_000;
const READ_CHARACTERS = 1_024;
/** Lines of one template that make a series: two may be anything. */
const LEAST_LINES = 3;
/** Values beyond the total: counting from 1 where the total counts from 0 makes one. */
const BEYOND = 2;
/** Lines without anything new that make a repetition, and how often each of them comes. */
const LEAST_REPEATED = 8;
const LEAST_ROUNDS = 3;

// 12/40   12 of 40   12 von 40   12 sur 40   12 z 40   12 out of 40   page=12 total=40   "page": 12, "pages": 40   12 %
const OF_TOTAL =
  /^\s*(?:\/|of|out of|von|aus|sur|de|di|van|av|af|z|ze|od|из|de um total de|\W{0,4}[,;\s]\W{0,4}(?:total\w*|max\w*|of|pages|count|gesamt|insgesamt)\W{0,4})\s*$/iu;
/** "batch 3 of 500 rows" may tell the size of the batch. */
const COUNTS_PARTS = /\b(?:batch|chunk|block|lot|paquet|stapel|tranche)\w*\W*$/iu;
const NAMES_RECORDS = /^\W*(?:rows?|records?|items?|entries|zeilen|datens\w+|lignes|filas|registros)\b/iu;

/** What goes up and down by itself and counts no work. */
const GAUGE =
  /\b(?:mem\w*|cpu|disk|load|usage|used|heap|rss|swap|ram|speicher\w*|auslastung|memoire|memoria|pool|queue\w*)\b/iu;

// A wait counts as well: "attempt 3/20", "Versuch 3 von 20", "tentative 3/20 : base verrouillée"
const WAITS =
  /\b(?:retr(?:y\w*|ies)|attempts?|trying again|wait\w*|lock\w*|busy|back(?:ing)? ?off|versuch\w*|erneut|wart(?:e|et|en)\b|gesperrt|tentativ\w*|essai\w*|attente|attend\w*|verrou\w*|reintent\w*|intento\w*|esper\w+|bloque\w*|bloccat\w*|riprov\w*|tentar\w*|poging\w*|wacht\w*|prob(?:a|y)\b|ponow\w*|heartbeat|alive|ping)\b|попыт|ждем|ожидан/iu;

/** The sentence of a line with its fields: services that log for machines count in these. */
export function saidIn({ text, fields }: OperationLine): string {
  return (fields === '' ? text : `${text} ${fields}`).slice(0, READ_CHARACTERS);
}

/** Whether a line tells of a wait or a failure, and no progress: by its level in any language. */
function isWait({ text, event, reading }: OperationLine): boolean {
  if (event.severity === 'warning' || isErrorSeverity(event.severity)) return true;
  return (
    event.kind !== 'log' || reading.role === 'operation-failed' || WAITS.test(plain(text.slice(0, READ_CHARACTERS)))
  );
}

/** Whether a line is no progress by its level alone: a service may warn of each step that should not be. */
function isMereWarning({ text, event, reading }: OperationLine): boolean {
  return (
    event.severity === 'warning' &&
    event.kind === 'log' &&
    reading.role !== 'operation-failed' &&
    !WAITS.test(plain(text.slice(0, READ_CHARACTERS)))
  );
}

/** Tries go past their bound by one or two; nothing that is bounded goes past it several times over. */
const FAR_PAST = 3;

const isFarPast = ({ course, last, total }: CounterSeries): boolean =>
  course === 'past' && total !== null && last >= FAR_PAST * total;

/** The counters of a piece of work, the one that was told last first. Time and memory grow with the lines alone. */
export function counterSeries(all: readonly OperationLine[]): readonly CounterSeries[] {
  const counting = all
    .slice(-MOST_LINES)
    .filter((line) => (!isWait(line) || isMereWarning(line)) && line.reading.role !== 'request-done');
  return byTemplate(counting)
    .filter(({ length }) => length >= LEAST_LINES)
    .flatMap((lines) => {
      const series = seriesOf(lines);
      return series === null || (lines.some(isWait) && !isFarPast(series)) ? [] : [series];
    })
    .sort((a, b) => b.lastLine.event.row - a.lastLine.event.row);
}

/** Lines of one template together, the template that was said first first. */
function byTemplate(lines: readonly OperationLine[]): readonly (readonly OperationLine[])[] {
  const known = new Map<string, OperationLine[]>();
  for (const line of lines) {
    const template = messageTemplate(saidIn(line));
    const alike = known.get(template);
    if (alike === undefined) known.set(template, [line]);
    else alike.push(line);
  }
  return [...known.values()];
}

const valuesOf = (lines: readonly OperationLine[]): readonly (readonly number[])[] =>
  lines.map((line) => numbersOf(saidIn(line)).map(({ value }) => value));

/** The place of the number that lines of one template count one by one with; -1 where none does. */
function placeCountedBy(values: readonly (readonly number[])[]): number {
  return (values[0] ?? []).findIndex((_, at) =>
    values.every((numbers, index) => index === 0 || numbers[at] === (values[index - 1]?.[at] ?? Number.NaN) + 1),
  );
}

/** One number of a line, with what stands before and behind it. */
interface Counted {
  readonly value: number;
  readonly total: number | null;
}

/** Tries that make it plain that nothing bounds them: whoever sets a bound sets a smaller one, or tells it. */
const UNBOUNDED_TRIES = 30;

/** Tries that a service counts one by one, without a bound that it tells. */
export interface UnboundedTries {
  readonly last: number;
  readonly firstLine: OperationLine;
  readonly lastLine: OperationLine;
  readonly stepSeconds: number;
}

/** The tries that were being counted at the end, where no bound of them is told; `isOther` tells of waits of another kind. */
export function unboundedTries(
  all: readonly OperationLine[],
  isOther: (line: OperationLine) => boolean,
): UnboundedTries | null {
  const waits = all.slice(-MOST_LINES).filter((line) => isWait(line) && !isOther(line));
  for (const lines of byTemplate(waits)) {
    const [firstLine, lastLine] = [lines[0], lines.at(-1)];
    if (lines.length < UNBOUNDED_TRIES || firstLine === undefined || lastLine === undefined) continue;
    const values = valuesOf(lines);
    const place = placeCountedBy(values);
    if (place < 0 || totalBehind(saidIn(lastLine), place) !== null) continue;
    const seconds = secondsBetween(firstLine.event.time, lastLine.event.time);
    return { last: values.at(-1)?.[place] ?? 0, firstLine, lastLine, stepSeconds: seconds / (lines.length - 1) };
  }
  return null;
}

/** Steps from one thing to the next that come back to where they began, again and again. */
export interface Circle {
  /** Things on the way round. */
  readonly stations: number;
  readonly rounds: number;
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  readonly sample: OperationLine;
}

/** Rounds that no way to an end makes, whatever else its lines count meanwhile. */
const LEAST_CIRCLES = 10;
const MOST_STATIONS = 500;

// node 4 -> 9     Ч-318 → Ч-407     depot-a => depot-b
const STEP =
  /([\p{L}\p{N}][\p{L}\p{N}_.:/#-]{0,80}?)\s{0,3}(?:-{1,2}>|→|=>|⇒)\s{0,3}([\p{L}\p{N}](?:[\p{L}\p{N}_.:/#-]{0,80}[\p{L}\p{N}])?)/u;

/**
 * The circle in which the work went up to its end: each step begins where the one before ended, and the same stations come
 * round in the same order. Null where a way leads on, or where what goes round is a wait. States have names, and come round
 * for every item; things have numbers. Whatever else is said on the way round must have been said in the round before.
 */
export function circleAtEnd(all: readonly OperationLine[]): Circle | null {
  const steps = all.slice(-MOST_LINES).flatMap((line) => {
    const [, start, end] = STEP.exec(saidIn(line)) ?? [];
    const isStep = start !== undefined && end !== undefined && /\d/.test(start) && /\d/.test(end) && !isWait(line);
    return isStep ? [{ line, start, end }] : [];
  });
  const last = steps.at(-1);
  if (last === undefined) return null;
  let stations = 0;
  for (let back = 1; back <= Math.min(MOST_STATIONS, steps.length - 1); back += 1) {
    const [step, next] = [steps.at(-1 - back), steps.at(-back)];
    // A step that begins elsewhere is of no way.
    if (step?.end !== next?.start) return null;
    if (step?.start === last.start) {
      stations = back;
      break;
    }
  }
  if (stations < 2) return null;
  let from = steps.length - 1;
  while (from > 0) {
    const [before, round] = [steps[from - 1], steps[from - 1 + stations]];
    if (before === undefined || before.end !== steps[from]?.start) break;
    if (round !== undefined && before.start !== round.start) break;
    from -= 1;
  }
  const first = steps[from];
  const rounds = Math.floor((steps.length - from) / stations);
  if (first === undefined || rounds < LEAST_CIRCLES) return null;
  const known = new Set(steps.map(({ line }) => line));
  const beside = new Map<string, number>();
  for (const line of all.slice(all.indexOf(first.line), all.indexOf(last.line))) {
    if (known.has(line)) continue;
    const text = withoutDurations(saidIn(line));
    beside.set(text, (beside.get(text) ?? 0) + 1);
  }
  if ([...beside.values()].some((times) => times < rounds - 1)) return null;
  return { stations, rounds, from: first.line.event.time, to: last.line.event.time, sample: last.line };
}

/** Parts of one whole that were told one by one, and are together more than it. */
export interface PartsPastWhole {
  readonly parts: number;
  /** How much each of them holds, and of what: the word behind both numbers. */
  readonly each: number;
  readonly noun: string;
  readonly sum: number;
  /** What was announced, before the first part. */
  readonly whole: number;
  readonly wholeLine: OperationLine;
  readonly firstLine: OperationLine;
  readonly lastLine: OperationLine;
}

/** Parts of which the same number can be said by chance. */
const LEAST_PARTS = 5;
/** Share of the parts that are of one size: the last one may be smaller. */
const SAME_SIZE_SHARE = 0.9;
/** What was announced may have grown by as many parts since. */
const PARTS_BEYOND = 2;

/**
 * Parts of a whole that were told up to the end and are more than the whole that was announced: "412 records" at the beginning,
 * then "page 1: 100 records", "page 2: 100 records" and so on to page 147. Null where they are not.
 */
export function partsPastWhole(all: readonly OperationLine[]): PartsPastWhole | null {
  const recent = all.slice(-MOST_LINES);
  const told = recent.filter((line) => !isWait(line) && line.reading.role !== 'request-done');
  for (const lines of byTemplate(told)) {
    const [firstLine, lastLine] = [lines[0], lines.at(-1)];
    if (lines.length < LEAST_PARTS || firstLine === undefined || lastLine === undefined) continue;
    const values = valuesOf(lines);
    if (placeCountedBy(values) < 0) continue;
    const before = recent.slice(0, recent.indexOf(firstLine));
    for (const { value: each, noun, place } of countedThings(lastLine)) {
      const sizes = values.map((numbers) => numbers[place] ?? 0);
      const isOfOneSize = sizes.filter((size) => size === each).length >= sizes.length * SAME_SIZE_SHARE;
      if (each < 2 || !isOfOneSize || totalBehind(saidIn(lastLine), place) !== null) continue;
      const announced = before.flatMap((line) =>
        countedThings(line).flatMap((thing) => (thing.noun === noun && thing.value > each ? [{ line, ...thing }] : [])),
      );
      const whole = announced.at(-1);
      const sum = sizes.reduce((total, size) => total + size, 0);
      if (whole === undefined || sum < whole.value + PARTS_BEYOND * each) continue;
      return { parts: lines.length, each, noun, sum, whole: whole.value, wholeLine: whole.line, firstLine, lastLine };
    }
  }
  return null;
}

/** The numbers of a line with a word behind them, which is what they count. */
function countedThings(
  line: OperationLine,
): readonly { readonly value: number; readonly noun: string; readonly place: number }[] {
  const text = saidIn(line);
  return numbersOf(text).flatMap(({ value, end }, place) => {
    const noun = /^ (\p{L}{3,40})/u.exec(text.slice(end, end + 42))?.[1]?.toLowerCase();
    return noun === undefined ? [] : [{ value, noun, place }];
  });
}

function seriesOf(lines: readonly OperationLine[]): CounterSeries | null {
  const values = lines.map((line) => numbersOf(saidIn(line)));
  const count = values[0]?.length ?? 0;
  const last = lines.at(-1);
  let growing: CounterSeries | null = null;
  for (let place = 0; place < count; place += 1) {
    const totals = totalBehind(last === undefined ? '' : saidIn(last), place);
    const counted = values.map((numbers): Counted => {
      const value = numbers[place]?.value ?? Number.NaN;
      return {
        value,
        total: totals === 'percent' ? 100 : totals === 'next' ? (numbers[place + 1]?.value ?? null) : null,
      };
    });
    const series = lastRun(lines, counted);
    if (series === null) continue;
    if (series.total !== null) return series;
    growing ??= series;
  }
  return growing;
}

/** Whether the number at a place of a line is followed by the total that it counts towards. */
function totalBehind(text: string, place: number): 'next' | 'percent' | null {
  const numbers = numbersOf(text);
  const [own, next] = [numbers[place], numbers[place + 1]];
  if (own === undefined) return null;
  if (/^\s?%/.test(text.slice(own.end))) return GAUGE.test(text) ? null : 'percent';
  if (next === undefined) return null;
  if (!OF_TOTAL.test(text.slice(own.end, next.start))) return null;
  const isSize = COUNTS_PARTS.test(text.slice(0, own.start)) && NAMES_RECORDS.test(text.slice(next.end));
  return isSize ? null : 'next';
}

/** The last stretch in which the counter has one total and never goes back; null where it does not count. */
function lastRun(lines: readonly OperationLine[], counted: readonly Counted[]): CounterSeries | null {
  let from = counted.length - 1;
  while (from > 0) {
    const [before, after] = [counted[from - 1], counted[from]];
    if (before === undefined || after === undefined || before.total !== after.total || before.value > after.value)
      break;
    from -= 1;
  }
  const run = counted.slice(from);
  const [first, last] = [run[0], run.at(-1)];
  const [firstLine, lastLine] = [lines[from], lines.at(-1)];
  if (first === undefined || last === undefined || firstLine === undefined || lastLine === undefined) return null;
  const distinct = new Set(run.map(({ value }) => value)).size;
  if (run.length < LEAST_LINES || distinct < LEAST_LINES || !Number.isFinite(last.value)) return null;
  // Without a total only what grows at every line is a counter: a size or a duration goes up and down.
  if (last.total === null && (distinct < run.length || from > 0)) return null;
  const seconds = secondsBetween(firstLine.event.time, lastLine.event.time);
  return {
    course: courseOf(run, last),
    first: first.value,
    last: last.value,
    total: last.total,
    perSecond: seconds > 0 ? (last.value - first.value) / seconds : null,
    stepSeconds: seconds / (distinct - 1),
    firstLine,
    lastLine,
  };
}

function courseOf(run: readonly Counted[], { value, total }: Counted): CounterSeries['course'] {
  if (total === null) return 'growing';
  if (value < total) return 'towards';
  const beyond = new Set(run.filter((each) => each.value > total).map((each) => each.value)).size;
  // What was never seen below its total need not be one: "500 of 100".
  return beyond >= BEYOND && run.some((each) => each.value <= total) ? 'past' : 'reached';
}

/**
 * What a service says again and again up to the last of its lines: each of them was there before, word for word but for
 * durations, several times over, and some item is named. Null where anything new was said, or where what is said is a wait.
 */
export function repetitionAtEnd(all: readonly OperationLine[]): Repetition | null {
  const lines = all.slice(-MOST_LINES).filter(({ reading }) => reading.role !== 'request-done');
  const known = new Set<string>();
  let afterNews = 0;
  const texts = lines.map((line) => withoutDurations(saidIn(line)));
  for (const [index, text] of texts.entries()) {
    if (!known.has(text)) afterNews = index + 1;
    known.add(text);
  }
  const again = lines.slice(afterNews);
  const distinct = new Set(texts.slice(afterNews)).size;
  const [first, last] = [again[0], again.at(-1)];
  if (first === undefined || last === undefined) return null;
  if (again.length < LEAST_REPEATED || again.length < distinct * LEAST_ROUNDS) return null;
  if (again.some(isWait) || !texts.slice(afterNews).some((text) => /\d/.test(text))) return null;
  return { lines: again.length, distinct, from: first.event.time, to: last.event.time, sample: last };
}

/** A duration differs from one time to the next and tells nothing new. */
function withoutDurations(text: string): string {
  return text.replace(/\d+(?:[.,]\d+)?\s*(?:ms|s|secs?|seconds?|sekunden|secondes?|segundos)\b|\d+[.,]\d{2,}/giu, '?');
}
