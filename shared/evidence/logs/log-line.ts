import { type Peeled, peel } from '../carriers/peel.ts';
import type { LogHeader } from '../headers/header.ts';
import { severityOfLevel } from '../headers/levels.ts';
import type { LooseStamp } from '../headers/loose-stamp.ts';
import { readHeader } from '../headers/read-header.ts';
import type { LogLayout } from '../reading/log-layout.ts';
import { isRuntimeLine } from '../wording/classify-runtime.ts';
import { isSupervisorLine } from '../wording/classify-supervisor.ts';
import { type AccessLine, isRequestAlone, readAccessLine } from './access-line.ts';
import { PLAIN_LAYOUT } from './log-layout.ts';
import { readRow } from './table-rows.ts';

/** A line of a log: what its carriers say, its header, and what is left. */
export interface LogLine {
  readonly peeled: Peeled;
  /** The line as the service wrote it, with its header. */
  readonly text: string;
  readonly header: LogHeader | null;
  readonly access: AccessLine | null;
  /** When it was written: the carrier's stamp, which is the finer one, else the logger's; a whole date goes before a part. */
  readonly stamp: LooseStamp | null;
  /** Minutes east of UTC that the application's stamp prints, else the carrier's; null when neither does. */
  readonly zone: number | null;
}

/** Takes a line of a log apart; a line without header, stamp and carrier is given back as it is. */
export function readLogLine(line: string, layout: LogLayout = PLAIN_LAYOUT): LogLine {
  const peeled = peelRecord(line, layout);
  const { text } = peeled;
  const header = readHeader(text, layout.habits);
  // An access line begins with an address, which is no header, or with the stamp that follows two dashes.
  const access = header === null || (header.level === null && header.pid === null) ? readAccessLine(text) : null;
  const own = access === null ? (header?.stamp ?? null) : ({ type: 'full', ...access.stamp } satisfies LooseStamp);
  const stamp =
    peeled.stamp?.type === 'full' || own === null
      ? (peeled.stamp ?? own)
      : own.type === 'full'
        ? own
        : (peeled.stamp ?? own);
  return {
    peeled,
    text,
    header: access === null ? header : null,
    access,
    stamp,
    zone: own?.zone ?? peeled.stamp?.zone ?? null,
  };
}

function peelRecord(line: string, { records, carriers }: LogLayout): Peeled {
  if (typeof records === 'string') return peel(line, carriers);
  const row = readRow(line, records);
  if (row === null) return peel(line, carriers);
  const inner = peel(row.text, carriers);
  return {
    ...inner,
    stamp: row.stamp ?? inner.stamp,
    who: inner.who ?? row.who,
    host: inner.host ?? row.host,
    level: inner.level ?? row.level,
  };
}

/** Whether a line begins a record by itself, whatever stands above it. */
export function beginsRecord({ header, access, text }: LogLine): boolean {
  return header !== null || access !== null || isRequestAlone(text) || isSupervisorLine(text) || isRuntimeLine(text);
}

/** The severity that a header or a carrier states. */
export function severityOfLine({ header, peeled }: LogLine): ReturnType<typeof severityOfLevel> | null {
  const level = header?.level ?? peeled.level;
  return level === null ? null : severityOfLevel(level);
}
