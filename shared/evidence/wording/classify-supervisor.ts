import { SUPERVISORS, type SupervisorName } from '../../model/supervisor.ts';
import { readHeader } from '../headers/read-header.ts';
import type { Classified } from './classified.ts';
import type { InnerHeader } from './inner-header.ts';
import { GUNICORN } from './supervisors/gunicorn.ts';
import type { SupervisorRow, Wording } from './supervisors/row.ts';
import { SUPERVISOR_ROWS } from './supervisors/table.ts';

interface Entry {
  readonly row: SupervisorRow;
  readonly wording: Wording;
  readonly start: string;
}

/** Every beginning of a wording by its first character: nearly every text begins with none of them. */
const BY_FIRST = new Map<number, Entry[]>();
for (const row of SUPERVISOR_ROWS) {
  for (const wording of row.wordings) {
    for (const start of wording.starts) {
      const first = start.charCodeAt(0);
      const known = BY_FIRST.get(first);
      if (known === undefined) BY_FIRST.set(first, [{ row, wording, start }]);
      else known.push({ row, wording, start });
    }
  }
}

// [25321] WORKER TIMEOUT (pid:23333)     gunicorn's own format towards syslog: syslog_fmt in glogging.py
// [17842] ! Terminating timed out worker: 17845      Source: puma/log_writer.rb, PidFormatter
const WRITER = /^\[(\d{1,9})\] (?=\S)/;

/**
 * What a text means if a supervisor wrote it, else null. `header` is the header that stood before the text.
 *
 * gunicorn wrote it when its bracket header or its logger (`gunicorn.error`) says so, another supervisor when no logger and no level
 * speaks for somebody else. A header without a logger's name counts when the level is the supervisor's for that wording; without
 * any header the wording must be the whole line.
 */
export function classifySupervisor(text: string, header: InnerHeader | null): Classified | null {
  const lineEnd = text.indexOf('\n');
  const wholeLine = (lineEnd < 0 ? text : text.slice(0, lineEnd)).trimEnd();
  const mark = header === null ? WRITER.exec(wholeLine) : null;
  const firstLine = mark === null ? wholeLine : wholeLine.slice(mark[0].length);
  const writer = mark === null ? (header?.pid ?? null) : Number(mark[1]);
  for (const { row, wording, start } of BY_FIRST.get(firstLine.charCodeAt(0)) ?? []) {
    if (!firstLine.startsWith(start) || !maySpeak(row, header)) continue;
    const match = wording.pattern.exec(firstLine);
    if (match === null) continue;
    if (!isAtItsLevel(wording, header)) return null;
    const read = wording.read(match, writer);
    if (read === null || row.name === 'gunicorn') return read;
    const { severity } = wording;
    const said = { kind: read.kind, detail: { ...read.detail, supervisor: row.name } };
    return severity === undefined ? said : { ...said, severity };
  }
  return null;
}

/** Whether what stands in front of a text lets this supervisor be its writer. */
function maySpeak(row: SupervisorRow, header: InnerHeader | null): boolean {
  if (header === null) return true;
  if (header.style === 'gunicorn') return row.name === 'gunicorn';
  if (header.logger !== null) return row.loggers?.test(header.logger) ?? false;
  return header.level === null || row.hasLevels;
}

function isAtItsLevel({ levels }: Wording, header: InnerHeader | null): boolean {
  if (levels === undefined || header === null || header.style !== 'python' || header.logger !== null) return true;
  return header.level !== null && levels.includes(header.level);
}

const CHATTER = SUPERVISOR_ROWS.flatMap(({ chatter }) => (chatter === undefined ? [] : [chatter]));

/** Whether a supervisor says a text of itself: its start, its sockets, what it counts. */
export function isSupervisorChatter(text: string): boolean {
  return CHATTER.some((pattern) => pattern.test(text));
}

/** Whether a line without a header is a supervisor's own: it is none of what stands above it. */
export function isSupervisorLine(text: string): boolean {
  return classifySupervisor(text, null) !== null || isSupervisorChatter(text.replace(WRITER, ''));
}

// Mon Nov 30 20:09:38 2026 - *** HARAKIRI     2026-11-30T20:22:21: PM2 log: App     20:15:57 Moving job     2026-11-30T20:23:16.174Z worker 521
const MAY_BE_STAMPED = /^(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\d[T ]|\d\d:\d\d:\d\d )/;

/** What stands behind a stamp and nothing else, as several supervisors print one; the text itself where none stands there. */
export function behindStamp(text: string): string {
  return MAY_BE_STAMPED.test(text) ? (readHeader(text)?.text ?? text) : text;
}

/** The row of a supervisor. */
export function supervisorRow(name: SupervisorName): SupervisorRow {
  return SUPERVISOR_ROWS.find((row) => row.name === name) ?? GUNICORN;
}

/** A time limit that was raised within the work. */
export interface RaisedLimit {
  /** `Celery's soft time limit`. */
  readonly title: string;
  readonly seconds: number | null;
}

/** The time limit that a text says was raised within the work; null for any other text. */
export function raisedLimit(text: string): RaisedLimit | null {
  for (const { name, raisesLimit } of SUPERVISOR_ROWS) {
    const match = raisesLimit?.pattern.exec(text) ?? null;
    if (match === null || raisesLimit === undefined) continue;
    const seconds = match.groups?.seconds;
    return {
      title: `${SUPERVISORS[name].title}'s ${raisesLimit.setting}`,
      seconds: seconds === undefined ? null : Number(seconds),
    };
  }
  return null;
}

const RELAYS = SUPERVISOR_ROWS.flatMap(({ relays }) => (relays === undefined ? [] : [relays]));

/** What a worker said, where its supervisor passes it on behind words of its own; null for any other text. */
export function relayedBySupervisor(text: string): { readonly pid: number; readonly text: string } | null {
  if (!text.startsWith('[pool ')) return null;
  for (const relay of RELAYS) {
    const [, pid, said = ''] = relay.exec(text) ?? [];
    if (pid !== undefined) return { pid: Number(pid), text: said };
  }
  return null;
}

/** What a first line that a supervisor wrote can begin with; a line that begins with none of these is none of its wordings. */
export const SUPERVISOR_STARTS: readonly string[] = [
  ...new Set(SUPERVISOR_ROWS.flatMap(({ wordings }) => wordings.flatMap(({ starts }) => starts))),
];

/** Each wording's sample, for the test that every pattern reads its own. */
export const SUPERVISOR_SAMPLES: readonly string[] = SUPERVISOR_ROWS.flatMap(({ wordings }) =>
  wordings.map(({ sample }) => sample),
);
