import type { EventDetail, EventKind, Severity } from '../../model/event.ts';
import type { Classified } from './classified.ts';
import { classifyKernel } from './classify-kernel.ts';
import { classifyPlatform } from './classify-platform.ts';
import { classifyRuntime } from './classify-runtime.ts';
import { behindStamp, classifySupervisor, relayedBySupervisor } from './classify-supervisor.ts';
import { classifySystemd } from './classify-systemd.ts';
import { readPassed } from './inner-carrier.ts';
import { type InnerHeader, severityOfLevel, splitInnerHeader } from './inner-header.ts';

export { splitInnerHeader } from './inner-header.ts';

/** A log entry as its format gives it. */
export interface MessageToClassify {
  readonly message: string;
  /** syslog identifier (`gunicorn`, `kernel`, `systemd`), or null where the format has none. */
  readonly identifier: string | null;
  /** The process that wrote it, as the format says. */
  readonly pid: number | null;
  /** The container that the entry's own fields name. */
  readonly container?: string | null;
  /** The header of the message, where the caller has read it; null: it has none. */
  readonly header?: InnerHeader | null | undefined;
}

/** What fixed wording says. */
export interface Classification {
  readonly kind: EventKind;
  /** From the level word of gunicorn's or Python's header; null when nothing tells. */
  readonly severity: Severity | null;
  /** The systemd unit that the message is about, or the container that wrote it; null where neither is told. */
  readonly unit: string | null;
  readonly detail: EventDetail;
  /** The pid that gunicorn's own header states, or null. */
  readonly innerPid: number | null;
  readonly header: InnerHeader | null;
  /** Whether somebody else passed the message on: the process that the entry names is then not its writer. */
  readonly isPassedOn?: true;
}

/** No fixed wording is longer; what a hostile line adds behind it is not looked at. */
const WORDING_LIMIT_CHARACTERS = 4096;

/**
 * Says what a message is by the fixed wording of supervisors, the kernel, systemd and Python, and by nothing else: words of an
 * application are never interpreted. Each family is believed only where it speaks: the kernel under the identifier
 * `kernel`, systemd under its own, gunicorn behind its header or on a line of its own. A line of an application that quotes
 * `WORKER TIMEOUT (pid:1)` stays `log`.
 */
export function classifyMessage(entry: MessageToClassify): Classification {
  const { message, identifier } = entry;
  const start = message.length > WORDING_LIMIT_CHARACTERS ? message.slice(0, WORDING_LIMIT_CHARACTERS) : message;
  if (identifier === 'kernel') {
    const reading = classifyKernel(start);
    return { ...reading, severity: null, unit: null, innerPid: null, header: null };
  }
  if (isSystemd(identifier, entry.pid)) {
    const reading = classifySystemd(start, identifier);
    if (reading !== null) {
      return { ...reading, severity: null, unit: reading.detail.unit ?? null, innerPid: null, header: null };
    }
  }
  const passed = entry.header === undefined ? readPassed(message, identifier, entry.container ?? null) : null;
  if (passed !== null) {
    const { text, who, isPassedOn } = passed;
    const read = classifyMessage({
      message: text,
      identifier: null,
      pid: isPassedOn ? null : entry.pid,
      header: splitInnerHeader(text),
    });
    if (!isPassedOn) return read;
    return { ...read, unit: who, innerPid: read.header?.pid ?? null, isPassedOn };
  }
  const header = entry.header === undefined ? splitInnerHeader(message) : entry.header;
  const severity = header?.level == null ? null : severityOfLevel(header.level);
  const text = header?.text.slice(0, WORDING_LIMIT_CHARACTERS) ?? behindStamp(start);
  const supervisor = classifySupervisor(text, header);
  // `[14] [INFO] done` may be any application's way of naming job 14; with a time or gunicorn's words it is a pid.
  const isGunicorn = header?.style === 'gunicorn' && (header.timeText !== null || supervisor !== null);
  // A field of that name is the process as well.
  const isNamed = header !== null && header.form !== 'text';
  const base = {
    severity,
    unit: null,
    innerPid: isGunicorn || isNamed ? header.pid : (relayedBySupervisor(text)?.pid ?? null),
    header,
  };
  // Of named fields the values count, not how they are escaped.
  const said = header === null || header.form === 'text' ? message : header.text;
  const python =
    supervisor === null || supervisor.kind === 'worker-error' ? classifyPython(said, header, entry.pid) : null;
  // An error of a worker that a locked database caused is told by its cause.
  const reading =
    python?.kind === 'database-locked'
      ? python
      : (supervisor ??
        python ??
        runtimeWord(start, header, entry.pid) ??
        platformWord(header?.text ?? message, header));
  if (reading === null) return { ...base, kind: 'log', detail: {} };
  const isByAnother = isGunicorn && supervisor !== null && entry.pid !== null && header.pid !== entry.pid;
  const detail = isByAnother && entry.pid !== null ? { ...reading.detail, writerPid: entry.pid } : reading.detail;
  return { ...base, ...reading, severity: severity ?? reading.severity ?? null, detail };
}

/** A runtime that ends its process prints past every logger. */
function runtimeWord(text: string, header: InnerHeader | null, pid: number | null): Classified | null {
  return header === null || (header.logger === null && header.pid === null) ? classifyRuntime(text, pid) : null;
}

/** A platform speaks in lines with a stamp at most: behind a logger's header an application speaks, which may quote it. */
function platformWord(text: string, header: InnerHeader | null): Classified | null {
  if (header !== null && (header.level !== null || header.pid !== null || header.logger !== null)) return null;
  return classifyPlatform(text.slice(0, WORDING_LIMIT_CHARACTERS));
}

/**
 * The process that wrote a message, and the one that a carrier vouches for where it is another: the header's, else the carrier's
 * unless that passed the message on.
 */
export function processOf(
  { innerPid, isPassedOn }: Classification,
  carrierPid: number | null,
): { readonly pid: number | null; readonly carrierPid?: number } {
  const pid = isPassedOn === true ? innerPid : (innerPid ?? carrierPid);
  return carrierPid === null || pid === carrierPid ? { pid } : { pid, carrierPid };
}

/** journalctl prints a unit name instead of the identifier with `-o with-unit`; systemd itself is then `init.scope[1]`. */
function isSystemd(identifier: string | null, pid: number | null): boolean {
  return identifier === 'systemd' || identifier === 'systemd-oomd' || (identifier === 'init.scope' && pid === 1);
}

// sqlite3.OperationalError: database is locked        (sqlite3.OperationalError) database is locked
// django.db.utils.OperationalError: database table is locked
// The text is SQLite's own for SQLITE_BUSY and SQLITE_LOCKED: https://www.sqlite.org/rescode.html#busy
const LOCKED_EXCEPTION =
  /\b(?:OperationalError|BusyError|DatabaseError)\)?:? \(?['"]?database (?:table |schema )?is locked\b/;
// INFO app[12]: report 120410: title "sqlite3.OperationalError: database is locked"
// What stands in quotation marks from its first word to its last, in a line that its logger takes for no trouble, is somebody's text.
const QUOTED_EXCEPTION =
  /["“„«][\w.]{0,80}(?:OperationalError|BusyError|DatabaseError): [^"”“»\n]{0,200} is locked["”“»]/;
// ERROR - Import of job 7 failed: database is locked        WARNING - attempt 2 (database is locked), retrying
// What is logged of the exception is often its text alone; words in front of it must not turn it round ("no database ...").
const LOCKED_TEXT =
  /(?:^|[:('"[=-]\s?|\b(?:because|since|as|that|while|the|sqlite)\s)database (?:table |schema )?is locked\b/i;
// error: database is locked        (printed, without a logger)
const LOCKED_PRINT = /^[^\n]{0,500}: database (?:table |schema )?is locked\.?$/;

// Traceback (most recent call last):       Source: Lib/traceback.py
const TRACEBACK = /(?:^|\n)[ \t]*(?:\+ Exception Group )?Traceback \(most recent call last\):/;

// Fatal Python error: Segmentation fault   Source: Python/pylifecycle.c, Modules/faulthandler.c
const FATAL_PYTHON_ERROR =
  /^Fatal Python error: (Segmentation fault|Bus error|Illegal instruction|Floating point exception)/;
const FATAL_SIGNALS: Readonly<Record<string, number>> = {
  'Segmentation fault': 11,
  'Bus error': 7,
  'Illegal instruction': 4,
  'Floating point exception': 8,
};

function classifyPython(message: string, header: InnerHeader | null, pid: number | null): Classified | null {
  const isTrouble = header?.level === 'WARNING' || header?.level === 'ERROR' || header?.level === 'CRITICAL';
  const isQuoted = header?.level != null && !isTrouble && QUOTED_EXCEPTION.test(message);
  if (!isQuoted && LOCKED_EXCEPTION.test(message)) return { kind: 'database-locked', detail: {} };
  if (isTrouble ? LOCKED_TEXT.test(message) : header === null && LOCKED_PRINT.test(message)) {
    return { kind: 'database-locked', detail: {} };
  }
  if (TRACEBACK.test(message)) return { kind: 'traceback', detail: {} };
  const fatal = FATAL_PYTHON_ERROR.exec(message);
  if (fatal === null) return null;
  const signal = FATAL_SIGNALS[fatal[1] ?? ''];
  return {
    kind: 'segfault',
    detail: { ...(pid === null ? {} : { targetPid: pid }), ...(signal === undefined ? {} : { signal }) },
  };
}
