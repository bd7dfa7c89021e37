import type { CaseTimes } from '../model/case-times.ts';
import { EVENT_KINDS, SEVERITIES } from '../model/event.ts';
import { type EventColumns, NO_PID, NO_SEVERITY } from '../model/event-columns.ts';
import type { EvidenceFile } from '../model/evidence.ts';
import { existing } from '../model/existing.ts';
import type { ZoneName } from '../model/zone.ts';
import { copiedRows } from './copied-rows.ts';
import { hiddenTemplate, longestLiteral } from './hidden-template.ts';
import type { ComparisonOperator, FieldQuery, Query } from './query.ts';
import { globTest } from './query-fields.ts';
import { resolveTime, type TimeStretch } from './resolve-time.ts';

/** What the columns alone say of a row: it passes, it does not, or its message has to be looked at. */
export const NO = 0;
export const YES = 1;
export const ASK = 2;
type RowAnswer = typeof NO | typeof YES | typeof ASK;

/** A message, and its lower case once that is needed. */
export class MessageText {
  readonly text: string;
  #lower: string | null = null;

  constructor(text: string) {
    this.text = text;
  }

  get lower(): string {
    this.#lower ??= this.text.toLowerCase();
    return this.#lower;
  }
}

/** A query over the events of one case, ready to be asked row by row. */
export interface CompiledQuery {
  readonly ofRow: (row: number) => RowAnswer;
  /** Whether a row with this message passes. */
  readonly ofMessage: (row: number, message: MessageText) => boolean;
  /** Texts in lower case of which at least one stands in the message of any row that passes on being asked; null: none such. */
  readonly required: readonly string[] | null;
  /** Whether the required texts are also enough for a row that has to be asked. */
  readonly isPlain: boolean;
  /** Whether the answer for a message is the same in every row that has to be asked. */
  readonly isByMessage: boolean;
  readonly hasRegex: boolean;
  /** Whether some row is asked, and whether every row is. */
  readonly asks: 'never' | 'sometimes' | 'always';
}

/** What a query is bound to. */
export interface QueryContext {
  readonly columns: EventColumns;
  readonly files: readonly EvidenceFile[];
  /** The zone in which times without one are meant. */
  readonly zone: ZoneName;
  readonly times: CaseTimes;
}

/** Binds a query to a case: names become lookups by index, times become stretches. */
export function compileQuery(query: Query, context: QueryContext): CompiledQuery {
  switch (query.type) {
    case 'and':
    case 'or': {
      const parts = query.parts.map((part) => compileQuery(part, context));
      return query.type === 'and' ? both(parts) : either(parts);
    }
    case 'not': {
      const part = compileQuery(query.part, context);
      return {
        ofRow: (row) => {
          const verdict = part.ofRow(row);
          return verdict === ASK ? ASK : verdict === YES ? NO : YES;
        },
        ofMessage: (row, message) => !part.ofMessage(row, message),
        required: null,
        isPlain: false,
        isByMessage: part.isByMessage,
        hasRegex: part.hasRegex,
        asks: part.asks,
      };
    }
    case 'text': {
      const wanted = query.text.toLowerCase();
      return {
        ofRow: () => ASK,
        ofMessage: (_row, message) => message.lower.includes(wanted),
        required: [wanted],
        isPlain: true,
        isByMessage: true,
        hasRegex: false,
        asks: 'always',
      };
    }
    case 'regex': {
      const pattern = new RegExp(query.source, query.flags);
      return {
        ofRow: () => ASK,
        ofMessage: (_row, message) => pattern.test(message.text),
        required: null,
        isPlain: false,
        isByMessage: true,
        hasRegex: true,
        asks: 'always',
      };
    }
    default: {
      const passes = compileField(query, context);
      return {
        ofRow: (row) => (passes(row) ? YES : NO),
        ofMessage: passes,
        required: null,
        isPlain: true,
        isByMessage: true,
        hasRegex: false,
        asks: 'never',
      };
    }
  }
}

/** Binds conditions on templates to messages: those of any of them pass, or unless `isWanted` those of none. */
export function compileTemplates(templates: readonly string[], isWanted: boolean): CompiledQuery {
  const known = new Set(templates);
  // A message without any of them has none of the templates; telling so takes no template of its own.
  const literals = [...new Set(templates.map(longestLiteral))];
  const isLike = (message: string): boolean =>
    literals.some((literal) => message.includes(literal)) && known.has(hiddenTemplate(message));
  return {
    ofRow: () => ASK,
    ofMessage: (_row, { text }) => isLike(text) === isWanted,
    required: isWanted && !literals.includes('') ? literals.map((literal) => literal.toLowerCase()) : null,
    isPlain: false,
    isByMessage: true,
    hasRegex: false,
    asks: 'always',
  };
}

/** All of some conditions. */
export function compileAll(parts: readonly CompiledQuery[]): CompiledQuery {
  return both(parts);
}

/** Parts that look at messages: the others have answered by the time a row is asked. */
const asking = (parts: readonly CompiledQuery[]): readonly CompiledQuery[] =>
  parts.filter((part) => part.asks !== 'never');
const asksOf = (parts: readonly CompiledQuery[]): CompiledQuery['asks'] =>
  asking(parts).length === 0 ? 'never' : parts.every((part) => part.asks === 'always') ? 'always' : 'sometimes';

function both(parts: readonly CompiledQuery[]): CompiledQuery {
  const textual = asking(parts);
  // In a row that is asked for another part's sake, a part that asks sometimes may have passed without its text.
  const needed = textual.length === 1 ? textual : textual.filter((part) => part.asks === 'always');
  const lists = needed.flatMap(({ required }) => (required === null ? [] : [required]));
  return {
    ofRow: (row) => {
      let verdict: RowAnswer = YES;
      for (const part of parts) {
        const one = part.ofRow(row);
        if (one === NO) return NO;
        if (one === ASK) verdict = ASK;
      }
      return verdict;
    },
    ofMessage: (row, message) => parts.every((part) => part.ofMessage(row, message)),
    required: best(lists),
    isPlain: textual.length === 0 || (textual.length === 1 && textual[0]?.isPlain === true),
    // A row that is asked has passed every part that does not look at messages; one that asks sometimes may have passed too.
    isByMessage: textual.every((part) => part.isByMessage && (textual.length === 1 || part.asks === 'always')),
    hasRegex: parts.some((part) => part.hasRegex),
    asks: asksOf(parts),
  };
}

function either(parts: readonly CompiledQuery[]): CompiledQuery {
  const textual = asking(parts);
  const required = textual.every((part) => part.required !== null)
    ? textual.flatMap((part) => part.required ?? [])
    : null;
  return {
    ofRow: (row) => {
      let verdict: RowAnswer = NO;
      for (const part of parts) {
        const one = part.ofRow(row);
        if (one === YES) return YES;
        if (one === ASK) verdict = ASK;
      }
      return verdict;
    },
    ofMessage: (row, message) => parts.some((part) => part.ofMessage(row, message)),
    required: textual.length === 0 ? null : required,
    // A part of text and fields is asked in one row and has failed in another, where its text must not count.
    isPlain: textual.every((part) => part.isPlain && part.asks === 'always'),
    isByMessage: textual.every((part) => part.isByMessage && part.asks === 'always'),
    hasRegex: parts.some((part) => part.hasRegex),
    asks: asksOf(parts),
  };
}

/** The list that is cheapest to look for: its shortest text is the longest. */
function best(lists: readonly (readonly string[])[]): readonly string[] | null {
  const shortest = (list: readonly string[]): number => Math.min(...list.map((text) => text.length));
  return lists.reduce<readonly string[] | null>(
    (found, list) => (found === null || shortest(list) > shortest(found) ? list : found),
    null,
  );
}

/** A field as a test of a row's columns. */
function compileField(query: FieldQuery, { columns, files, zone, times }: QueryContext): (row: number) => boolean {
  switch (query.type) {
    case 'pid': {
      const { pid } = columns;
      const only = new Set(
        query.values.flatMap(({ comparison, value }) => (comparison === '=' ? [value ?? NO_PID] : [])),
      );
      const compared = query.values.filter(({ comparison }) => comparison !== '=');
      return (row) => {
        const own = pid[row] ?? NO_PID;
        return (
          only.has(own) || (own !== NO_PID && compared.some((test) => holds(own, test.comparison, test.value ?? 0)))
        );
      };
    }
    case 'severity': {
      const wanted = new Uint8Array(NO_SEVERITY + 1);
      for (const { comparison, value } of query.values) {
        if (value === null) wanted[NO_SEVERITY] = 1;
        else
          for (const number of SEVERITIES.keys())
            if (holds(number, comparison, SEVERITIES.indexOf(value))) wanted[number] = 1;
      }
      return (row) => wanted[columns.severity[row] ?? NO_SEVERITY] === 1;
    }
    case 'unit': {
      const tests = query.values.map(unitTest);
      const wanted = Uint8Array.from(columns.units, (name) => (tests.some((test) => test(name)) ? 1 : 0));
      return (row) => wanted[existing(columns.unit[row], row)] === 1;
    }
    case 'source': {
      const tests = query.values.map(pathTest);
      return byFile(columns, files, ({ path }) => tests.some((test) => test(path)));
    }
    case 'format':
      return byFile(columns, files, ({ format }) => query.values.includes(format));
    case 'kind': {
      const wanted = Uint8Array.from(EVENT_KINDS, (kind) => (query.values.includes(kind) ? 1 : 0));
      return (row) => wanted[existing(columns.kind[row], row)] === 1;
    }
    case 'before':
    case 'after':
    case 'at': {
      const stretch = resolveTime(query.time, zone, times);
      if (stretch === null) return () => false;
      const { time } = columns;
      const [from, to] = boundsOf(query.type, stretch);
      return (row) => {
        const own = existing(time[row], row);
        return own >= from && own < to;
      };
    }
  }
}

function boundsOf(type: 'before' | 'after' | 'at', stretch: TimeStretch): readonly [number, number] {
  switch (type) {
    case 'before':
      return [Number.NEGATIVE_INFINITY, stretch.from];
    case 'after':
      return [stretch.from, Number.POSITIVE_INFINITY];
    case 'at':
      return [stretch.from, stretch.to];
  }
}

function byFile(
  columns: EventColumns,
  files: readonly EvidenceFile[],
  isWanted: (file: EvidenceFile) => boolean,
): (row: number) => boolean {
  const wanted = Uint8Array.from(files, (file) => (isWanted(file) ? 1 : 0));
  const alsoFrom = copiedRows(columns, wanted);
  return (row) => wanted[existing(columns.fileIndex[row], row)] === 1 || alsoFrom?.has(row) === true;
}

/** A unit by its name, which people type without its `.service`. */
function unitTest(pattern: string): (name: string) => boolean {
  if (pattern.toLowerCase() === 'none') return (name) => name === '';
  const whole = globTest(pattern);
  const service = globTest(`${pattern}.service`);
  return (name) => name !== '' && (whole(name) || service(name));
}

function pathTest(pattern: string): (path: string) => boolean {
  if (pattern.includes('*')) return globTest(pattern);
  const wanted = pattern.toLowerCase();
  return (path) => path.toLowerCase().includes(wanted);
}

function holds(own: number, comparison: ComparisonOperator, value: number): boolean {
  switch (comparison) {
    case '=':
      return own === value;
    case '<':
      return own < value;
    case '<=':
      return own <= value;
    case '>':
      return own > value;
    case '>=':
      return own >= value;
  }
}
