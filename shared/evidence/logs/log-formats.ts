import { readHeader } from '../headers/read-header.ts';
import type { LogFormat } from '../reading/format.ts';
import { type FindMessage, holdsLineFeed, NextCharacter } from '../reading/message-span.ts';
import { isSupervisorLine } from '../wording/classify-supervisor.ts';
import { readAccessLine } from './access-line.ts';
import { createAccessLogParser, createLogParser } from './log-file.ts';
import { PLAIN_LAYOUT } from './log-layout.ts';
import { readPlainLogLine } from './log-line-again.ts';
import { LOGGED } from './logged.ts';

const BAR = new NextCharacter('|');
const ESCAPE = new NextCharacter('\x1b');
const BRACE = 0x7b;
const LETTER_T = 0x54;

/** The whole line, unless a container runtime put its own stamp or the service in front. */
const findInGunicornLog: FindMessage = (bytes, latin1, from, end, span) => {
  if (holdsLineFeed(latin1, from, end) || bytes[from + 10] === LETTER_T || bytes[from] === BRACE) return false;
  const headEnd = Math.min(end, from + 128);
  if (BAR.isWithin(latin1, from, headEnd) || ESCAPE.isWithin(latin1, from, headEnd)) return false;
  span.from = from;
  span.to = end;
  span.isEscaped = false;
  return true;
};

/** Whether a line has a logger's header. A time of day alone does not tell: it stands in front of the rows of many tables. */
function isLogLine(line: string): boolean {
  if (line.startsWith('{')) return false;
  const header = readHeader(line);
  return header !== null && (header.level !== null || header.pid !== null || header.stamp?.type === 'full');
}

export const GUNICORN_LOG: LogFormat = {
  holds: 'log',
  savedAs: 'the error log',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '[2026-01-28 04:10:19 +0000] [25321] [INFO] Starting gunicorn 26.1.0',
        why: "has lines with the header of gunicorn's or Python's logger",
        reads: isLogLine,
      },
      {
        sample: '- Worker 0 (PID: 17843) booted in 0.07s, phase: 0',
        why: 'has lines of a supervisor of workers',
        reads: (line) => isSupervisorLine(readHeader(line)?.text ?? line),
      },
    ],
    beforeStamps: false,
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createLogParser,
  readAgain: () => createLogParser,
  ...LOGGED,
  findMessage: findInGunicornLog,
  isVerbatim: true,
  readPlainly: (layout) => readPlainLogLine(layout ?? PLAIN_LAYOUT),
};

export const ACCESS_LOG: LogFormat = {
  holds: 'log',
  savedAs: 'the access log',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '127.0.0.1 - - [28/Jan/2026:04:10:22 +0000] "POST /import HTTP/1.1" 200 12 "-" "curl/8.5.0"',
        why: 'has the lines of an access log',
        reads: (line) => readAccessLine(line) !== null,
      },
    ],
    beforeStamps: false,
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createAccessLogParser,
  readAgain: () => createAccessLogParser,
  ...LOGGED,
};

/** Lines wrapped by a carrier, JSON records among lines of text, and exports of platforms. */
export const CARRIED_LOG: LogFormat = {
  holds: 'log',
  savedAs: 'what a container runtime or a platform kept',
  // Told by what all of its lines are wrapped in: see detect-log.ts.
  detect: null,
  dated: 'by-zone',
  printsHostZone: false,
  create: createLogParser,
  readAgain: () => createLogParser,
  ...LOGGED,
};
