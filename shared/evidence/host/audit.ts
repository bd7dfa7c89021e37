import type { EventDetail, EventKind } from '../../model/event.ts';
import type { TimeResolution } from '../../model/evidence.ts';
import { epochMicros, MICROS_PER_MILLI, MICROS_PER_SECOND } from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  eventItem,
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';

// type=SYSCALL msg=audit(1796050533.254:5): arch=c000003e syscall=62 success=yes exit=0 a0=3aae a1=9 ... pid=15043 comm="kill" exe="/usr/bin/kill" key="sig"
const RECORD =
  /^(?:node=\S{1,255} )?type=([A-Z0-9_]{3,40}|UNKNOWN\[\d+\]) msg=audit\((\d{9,11})\.(\d{3}):\d{1,20}\): ?(.*)$/;
/** Behind it auditd repeats numbers as names (log_format = ENRICHED). */
const ENRICHED = '\x1d';
/** No record is read beyond this. */
const MOST_CHARACTERS = 4_096;

/**
 * System calls that send a signal, with the arguments that hold the process and the signal. Sources: asm/unistd_64.h and
 * asm-generic/unistd.h of Linux, AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h
 */
const SENDING: Readonly<Record<string, Readonly<Record<string, readonly [pid: string, signal: string]>>>> = {
  c000003e: { 62: ['a0', 'a1'], 200: ['a0', 'a1'], 234: ['a0', 'a2'], 129: ['a0', 'a1'] },
  c00000b7: { 129: ['a0', 'a1'], 130: ['a0', 'a1'], 131: ['a0', 'a2'], 138: ['a0', 'a1'] },
};
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  15: 'SIGTERM',
};
const LARGEST_SIGNAL = 64;

/** Whether a line is a record of the audit system. */
function isAuditRecord(text: string): boolean {
  return RECORD.test(text.slice(0, MOST_CHARACTERS));
}

/**
 * The log of auditd, which says who sent a signal where a rule asks for it (`auditctl -a always,exit -S kill`), and of crashes
 * without one. Other records are notices. Sources: auditd(8), auditd.conf(5), https://github.com/linux-audit/audit-documentation
 */
const createAuditParser: CreateParser = (context) => parserOfLines(context, new AuditHandler(context));

class AuditHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stray: StrayLines;
  #seen = false;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stray = new StrayLines(context, 'records of audit');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const record = RECORD.exec(line.text.slice(0, MOST_CHARACTERS));
    if (record === null) {
      // ausearch puts lines of dashes and dates between events.
      if (!isDecoration(line.text) && !/^time->/.test(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    this.#seen = true;
    const [, type = '', seconds, millis, rest = ''] = record;
    const text = rest.split(ENRICHED, 1)[0] ?? '';
    const said = readRecord(type, text);
    out.push(
      eventItem({
        time: epochMicros(Number(seconds) * MICROS_PER_SECOND + Number(millis) * MICROS_PER_MILLI),
        resolutionMicros: MICROS_PER_MILLI,
        timestampDesc: 'audited',
        kind: said.kind,
        message: said.message,
        pid: null,
        identifier: 'audit',
        host: null,
        severity: null,
        unit: null,
        detail: said.detail,
        source: provenanceOfLines(this.#context, line),
      }),
    );
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    reportCutEnd(this.#context, cut, 'record', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#seen ? { offsetMinutes: null, zoneFrom: 'file', year: null, yearFrom: 'file' } : null;
  }
}

interface Said {
  readonly kind: EventKind;
  readonly message: string;
  readonly detail: EventDetail;
}

function readRecord(type: string, text: string): Said {
  const field = (name: string): string | null =>
    new RegExp(`(?:^| )${name}=(?:"([^"]*)"|(\\S+))`)
      .exec(text)
      ?.slice(1)
      .find((value) => value !== undefined) ?? null;
  const notice: Said = { kind: 'notice', message: `${type}: ${text}`, detail: {} };
  if (type === 'ANOM_ABEND') {
    const [pid, signal] = [Number(field('pid')), Number(field('sig'))];
    if (!isPid(pid) || !isSignal(signal)) return notice;
    const processName = field('comm');
    const detail = { targetPid: pid, signal, ...(processName === null ? {} : { processName }) };
    return { kind: 'segfault', message: `${type}: ${text}`, detail };
  }
  const places = type === 'SYSCALL' ? SENDING[field('arch') ?? '']?.[field('syscall') ?? ''] : undefined;
  if (places === undefined || field('success') !== 'yes') return notice;
  const [pid, signal] = places.map((place) => Number.parseInt(field(place) ?? '', 16));
  if (pid === undefined || signal === undefined || !isPid(pid) || !isSignal(signal)) return notice;
  const by = `pid ${field('pid') ?? '?'} (${field('comm') ?? '?'}, ${field('exe') ?? '?'}), uid ${field('uid') ?? '?'}, auid ${field('auid') ?? '?'}`;
  return {
    kind: 'log',
    message: `kill(${pid}, ${SIGNALS[signal] ?? signal}) by ${by}`,
    detail: { targetPid: pid, signal },
  };
}

// Of a group of processes the argument is negative, and as large as a number of 64 bits can be.
const LARGEST_PID = 4_194_304;
const isPid = (pid: number): boolean => Number.isInteger(pid) && pid > 0 && pid <= LARGEST_PID;
const isSignal = (signal: number): boolean => Number.isInteger(signal) && signal > 0 && signal <= LARGEST_SIGNAL;

export const AUDIT: RecordFormat = {
  holds: 'ends',
  savedAs: '`/var/log/audit/audit.log`',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: 'type=OBJ_PID msg=audit(1796050533.254:5): opid=15022 oauid=-1 ouid=0 oses=-1 ocomm="sleep"',
        why: 'has the records of audit',
        reads: isAuditRecord,
      },
    ],
    beforeStamps: true,
  },
  dated: 'itself',
  printsHostZone: false,
  create: createAuditParser,
  readAgain: () => createAuditParser,
};
