import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EvidenceEvent, SEVERITIES, type Severity } from '../../../shared/model/event.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { learnCourse, NOTHING_LEARNT } from '../../../shared/timeline/course.ts';
import { GLANCE, lineGlance, namesNoWork, withoutNames } from '../../../shared/timeline/line-glance.ts';
import { messageTemplate, WORDS } from '../../../shared/timeline/messages.ts';
import { readLine } from '../../../shared/timeline/operation-lines.ts';
import { operationsOf } from '../../../shared/timeline/operations.ts';
import { ProcessLogs } from '../../../shared/timeline/process-logs.ts';
import { Speakers } from '../../../shared/timeline/speakers.ts';
import { wordForms } from '../../../shared/timeline/word-forms.ts';
import { EventArray } from '../../support/event-array.ts';

const NO_NAMES: ReadonlySet<string> = new Set();
const glancePlain = lineGlance(NOTHING_LEARNT, NO_NAMES);

function glanceAt(message: string, severity: Severity | null = null, glance = glancePlain): number {
  const bytes = new TextEncoder().encode(message);
  const index = severity === null ? SEVERITIES.length : SEVERITIES.indexOf(severity);
  return glance?.(bytes, 0, bytes.length, 'plain', index) ?? GLANCE.telling;
}

function eventOf(message: string, row = 0, severity: Severity | null = null): EvidenceEvent {
  return {
    row,
    time: epochMicros(1_769_573_400_000_000 + row * 1_000_000),
    resolutionMicros: 1,
    timestampDesc: 'entry written',
    kind: 'log',
    message,
    pid: 7,
    identifier: null,
    host: null,
    severity,
    unit: null,
    detail: {},
    source: { evidenceId: 'e1', byteOffset: row * 100, byteLength: 99, line: row + 1 },
  };
}

const ACCESS = '10.0.0.7 - - [28/Jan/2026:04:10:22 +0000] "GET /api/jobs/7?page=3 HTTP/1.1" 200 12 "-" "curl/8.5.0"';

/** What lines are made of, much of it what messages.ts reads by. */
const word = fc.constantFrom(
  ...[
    'Started',
    'importing',
    'VPN',
    'job',
    '14',
    'Parsing',
    'parsed',
    '300',
    'rows',
    'done',
    'failed',
    'still',
    'so far',
  ],
  ...[
    'retrying',
    'Import',
    'of',
    '10',
    '3/10',
    '45%',
    '45 %',
    'attempt 3',
    'will try',
    'could not',
    'ERROR',
    'WARNING',
  ],
  ...[
    'user',
    'ana',
    'signed',
    'in',
    'from',
    '10.0.0.9',
    'cache',
    'miss',
    'for',
    'key',
    'the',
    'is',
    'due',
    'waiting',
    'read',
  ],
  ...[
    'gestartet',
    'Lese',
    'démarré',
    'Analyse du',
    'now',
    're-',
    'INFO',
    'app.jobs:',
    '-',
    '[INFO]',
    '{"a":1}',
    'job14',
  ],
  ...[
    'status=done',
    'msg="Importing job"',
    'level=error',
    'Traceback (most recent call last):',
    'picked up',
    'warning',
  ],
  ...[
    '2026-01-28 04:10:22,070 - app.jobs - INFO -',
    '[2026-01-28 04:10:19 +0000] [25321] [INFO]',
    '[req-7f3a]',
    ACCESS,
  ],
  ...['2026-01-28 04:10:22,070 - app.jobs - WARNING -', 'INFO:root:', 'method=GET path="/x" status=200', 'SELECT', 'x'],
);
/** What messages.ts reads by, whatever is added to it, and counts in every language. */
const readBy = fc.constantFrom(
  ...Object.values(WORDS).flatMap((pattern) =>
    wordForms(pattern).map(({ word: own, rest }) => own.replace('*', 'x') + rest),
  ),
);
const counted = fc
  .tuple(
    fc.constantFrom('3', '45', '1.200', '1,9', '7.'),
    fc.constantFrom('', ' '),
    fc.constantFrom('/', '%', ' %', ...[WORDS.betweenCounts, 'de', 'di'].join('|').split('|')),
    fc.constantFrom('', ' '),
    fc.constantFrom('10', '2.000', '9 linee'),
  )
  .map((parts) => parts.join(''));
const text = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: word },
      { weight: 2, arbitrary: readBy },
      { weight: 1, arbitrary: counted },
      { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
    ),
    {
      maxLength: 9,
    },
  )
  .map((words) => words.join(' ').replaceAll('\n', ' '));
const severity = fc.constantFrom<Severity | null>('err', 'info', null);

/** The severity of a line: its header's, as classifyMessage has it. */
function levelOf(message: string, stated: Severity | null): Severity | null {
  return /^2026\S+ \S+ - \S+ - WARNING - /.test(message) ? 'warning' : stated;
}

describe('what the bytes of a line show', () => {
  it('never says less than reading the line would', () => {
    fc.assert(
      fc.property(text, severity, (message, stated) => {
        const level = levelOf(message, stated);
        const glance = glanceAt(message, level);
        if (glance === GLANCE.telling) return;
        const { role } = readLine(eventOf(message, 0, level)).reading;
        expect(`${role} in ${message}`).toBe(`${glance === GLANCE.silent ? 'other' : 'request-done'} in ${message}`);
      }),
    );
  });

  it('reads through the escapes of JSON', () => {
    const jsonGlance = (message: string): number => {
      const bytes = new TextEncoder().encode(JSON.stringify(message).slice(1, -1));
      return glancePlain?.(bytes, 0, bytes.length, 'escaped', SEVERITIES.length) ?? GLANCE.telling;
    };
    expect(jsonGlance(ACCESS)).toBe(GLANCE.request);
    expect(glanceAt(ACCESS.replaceAll('"', '\\"'))).toBe(GLANCE.silent);
    fc.assert(
      fc.property(text, (message) => {
        const glance = jsonGlance(message);
        if (glance !== GLANCE.telling) expect([message, glance]).toEqual([message, glanceAt(message)]);
      }),
    );
  });

  it('looks through what wraps a message', () => {
    const wrappedGlance = (record: string): number => {
      const bytes = new TextEncoder().encode(record);
      return glancePlain?.(bytes, 0, bytes.length, 'wrapped', SEVERITIES.length) ?? GLANCE.telling;
    };
    const json = (message: string): string =>
      JSON.stringify({ a: 'one two three four', log: `${message}\n`, time: 'x' });
    expect(wrappedGlance(`web-1  | ${ACCESS}`)).toBe(GLANCE.request);
    expect(wrappedGlance(json(ACCESS))).toBe(GLANCE.telling);
    expect(wrappedGlance(json('user eli signed in from 10.0.0.9'))).toBe(GLANCE.silent);
    expect(wrappedGlance('2026-01-28T04:10:22.070123456Z stdout F \u001b[32mStarted job 7')).toBe(GLANCE.telling);
    fc.assert(
      fc.property(text, fc.boolean(), (message, isJson) => {
        const record = isJson ? json(message) : `2026-01-28T04:10:22.070123456Z stdout F ${message}`;
        const glance = wrappedGlance(record);
        if (glance === GLANCE.telling) return;
        const { role } = readLine(eventOf(message)).reading;
        expect(`${role} in ${message}`).toBe(`${glance === GLANCE.silent ? 'other' : 'request-done'} in ${message}`);
      }),
    );
  });

  it('sees most of a log without reading it', () => {
    expect(glanceAt(ACCESS)).toBe(GLANCE.request);
    for (const silent of [
      '2026-01-28 04:10:22,070 - app.auth - INFO - user eli signed in from 10.0.0.9 (session eda84f03)',
      '2026-01-28 04:10:22,070 - app.cache - WARNING - slow lookup of rig-3: 120 ms',
      '2026-01-28 04:10:22,070 - app.scheduler - INFO - next run of cleanup is due, 53 waiting',
    ])
      expect([silent, glanceAt(silent, silent.includes('WARNING') ? 'warning' : 'info')]).toEqual([
        silent,
        GLANCE.silent,
      ]);
  });

  it('tells the words that name work, also of answers to requests', () => {
    const glance = lineGlance(NOTHING_LEARNT, new Set(['job', 'rig']));
    expect(namesNoWork(glanceAt('cache miss for rig-14', null, glance))).toBe(false);
    expect(namesNoWork(glanceAt('cache miss for job14', null, glance))).toBe(false);
    expect(namesNoWork(glanceAt('cache miss for rigs 14', null, glance))).toBe(true);
    const answer = glanceAt(ACCESS.replace('jobs', 'job'), null, glance);
    expect([namesNoWork(answer), withoutNames(answer)]).toEqual([false, GLANCE.request]);
  });

  it('is refused where the log teaches a wording without a word', () => {
    const course = learnCourse(
      Array.from({ length: 12 }, (_, nth) => {
        const line = nth % 2 === 0 ? `${1000 + nth} >` : `${999 + nth} <`;
        return { pid: 1, time: nth * 1e6, text: line, template: messageTemplate(line) };
      }),
    );
    expect(course.size).toBeGreaterThan(0);
    expect(lineGlance(course, NO_NAMES)).toBeNull();
  });

  it('gives the same operations as reading every line', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ message: text, level: severity }), { maxLength: 40 }), (lines) => {
        const events = new EventArray(
          lines.map(({ message, level }, row) => eventOf(message, row, levelOf(message, level))),
        );
        const rows = Uint32Array.from(lines, (_, row) => row);
        const logs = new ProcessLogs(events, new Speakers(events), { course: NOTHING_LEARNT, names: new Set(['job']) });
        const glanced = logs.lines(rows, 7, null);
        const read = operationsOf({ ...glanced, names: NO_NAMES, isOwn: () => false, glanceOf: () => GLANCE.telling });
        expect(operationsOf(glanced).map(whole)).toEqual(read.map(whole));
      }),
    );
  });
});

function whole({ lines, steps, stepCount, ...known }: ReturnType<typeof operationsOf>[number]): unknown {
  expect(steps.length).toBe(stepCount);
  return { ...known, hasLines: null, lines: lines.map(({ event, reading }) => [event.row, reading.role]), steps };
}
