import { SEVERITIES, type Severity } from '../../model/event.ts';
import type { Provenance } from '../../model/evidence.ts';
import { epochMicros } from '../../model/time.ts';
import type { BootStamp } from '../reading/boot-clocks.ts';
import { eventItem, problemItem } from '../reading/lines.ts';
import type { ParsedItem } from '../reading/parser.ts';
import { classifyMessage, processOf } from '../wording/classify.ts';

/** The fields that an event's columns come from. Whoever reads entries as bytes numbers them in this order. */
export const COLUMN_FIELDS = [
  'MESSAGE',
  '_SOURCE_REALTIME_TIMESTAMP',
  'PRIORITY',
  '_PID',
  'SYSLOG_PID',
  '_TRANSPORT',
  'SYSLOG_IDENTIFIER',
  '_COMM',
  'UNIT',
  'USER_UNIT',
  '_SYSTEMD_UNIT',
  '_SYSTEMD_USER_UNIT',
  'CONTAINER_NAME',
] as const;

/**
 * The fields of a journal entry that become part of an event; whoever reads a format with fields may leave out all others.
 * Source: https://www.freedesktop.org/software/systemd/man/latest/systemd.journal-fields.html
 */
export const EVENT_FIELDS: ReadonlySet<string> = new Set([
  ...COLUMN_FIELDS,
  '__REALTIME_TIMESTAMP',
  '__MONOTONIC_TIMESTAMP',
  '_BOOT_ID',
  '_HOSTNAME',
]);

/** Text of a field by its name; of several values the first, null when the entry does not have it. */
export type FieldText = (name: string) => string | null;

/**
 * The event that a journal entry's fields make, the same from every format that carries them; a problem instead when the
 * entry has no readable time.
 *
 * @param field the entry's fields
 * @param source the entry's bytes
 * @param where names the entry in a problem: `The entry at line 12 of unit.json`
 */
export function readJournalEntry(field: FieldText, source: Provenance, where: string): ParsedItem {
  // The text formats of journalctl show the sender's own time where there is one; so does this, to the same instant.
  const micros = timeOf(field('_SOURCE_REALTIME_TIMESTAMP')) ?? timeOf(field('__REALTIME_TIMESTAMP'));
  if (micros === null) {
    const message = `${where} has no readable __REALTIME_TIMESTAMP and cannot be placed in time.`;
    return problemItem('malformed-record', message, source.byteOffset);
  }
  const message = field('MESSAGE') ?? '';
  const isKernel = field('_TRANSPORT') === 'kernel';
  const identifier = field('SYSLOG_IDENTIFIER') ?? field('_COMM') ?? (isKernel ? 'kernel' : null);
  const pid = pidOf(field('_PID')) ?? pidOf(field('SYSLOG_PID'));
  const container = field('CONTAINER_NAME');
  const read = classifyMessage({ message, identifier: isKernel ? 'kernel' : identifier, pid, container });
  const boot = bootStampOf(field);
  const item = eventItem({
    time: epochMicros(micros),
    resolutionMicros: 1,
    timestampDesc: 'entry written',
    kind: read.kind,
    message,
    ...processOf(read, pid),
    identifier,
    host: field('_HOSTNAME'),
    // Lines from a service's stdout all carry the stream's PRIORITY; the level in the line says more.
    severity: read.severity ?? severityOf(field('PRIORITY')),
    unit: field('UNIT') ?? field('USER_UNIT') ?? read.unit ?? field('_SYSTEMD_UNIT') ?? field('_SYSTEMD_USER_UNIT'),
    detail: read.detail,
    source,
  });
  return boot === null ? item : { ...item, boot };
}

function bootStampOf(field: FieldText): BootStamp | null {
  const monotonicMicros = timeOf(field('__MONOTONIC_TIMESTAMP'));
  const realtimeMicros = timeOf(field('__REALTIME_TIMESTAMP'));
  const bootId = field('_BOOT_ID');
  if (monotonicMicros === null || realtimeMicros === null) return null;
  return bootId !== null && /^[0-9a-f]{32}$/.test(bootId) ? { bootId, monotonicMicros, realtimeMicros } : null;
}

/** Latest time that a double of microseconds keeps exactly, a little past the year 2255. */
const LATEST_MICROS = Number.MAX_SAFE_INTEGER;

function timeOf(text: string | null): number | null {
  if (text === null || !/^\d{1,17}$/.test(text)) return null;
  const micros = Number(text);
  return micros > 0 && micros <= LATEST_MICROS ? micros : null;
}

function pidOf(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function severityOf(text: string | null): Severity | null {
  return text !== null && /^[0-7]$/.test(text) ? (SEVERITIES[Number(text)] ?? null) : null;
}
