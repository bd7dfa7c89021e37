import { monthNumber, type Stamp, wallOf, zoneMinutes } from '../reading/stamps.ts';

/** A line of an access log in the Common or Combined Log Format, with what gunicorn's users append to it. */
export interface AccessLine {
  /** When the line was written, which is when the response had been sent; to the second. */
  readonly stamp: Stamp;
  /** The worker, where `%(p)s` was appended (printed as `<123>`); else null. */
  readonly pid: number | null;
  /** Of `POST /import HTTP/1.1`; null where the request line is none (a bare `-`, a scan's garbage). */
  readonly method: string | null;
  readonly target: string | null;
  readonly status: number;
  /** Seconds that the request took, where `%(L)s` was appended; whole numbers (`%(D)s`, `%(M)s`, `%(T)s`) name no unit. */
  readonly seconds: number | null;
}

// 127.0.0.1 - - [28/Jan/2026:04:10:22 +0000] "POST /import HTTP/1.1" 200 12 "-" "curl/8.5.0"
// 10.0.0.7, 10.0.0.1 - anna [28/Jan/2026:04:10:22 +0000] "GET / HTTP/1.1" 200 -       (X-Forwarded-For in front)
//  - - [28/Jan/2026:04:10:22 +0000] "GET / HTTP/1.1" 200 2 "-" "curl/8.5.0" <23333> 0.012345     (over a Unix socket)
// Source: access_log_format and SafeAtoms (which escapes quotes) in
// https://github.com/benoitc/gunicorn/blob/23.0.0/gunicorn/glogging.py and .../config.py
const LINE_START =
  /^([^\s"[\]]{0,100}(?:, [^\s"[\]]{1,100}){0,10}) (\S{1,100}) ([^"[\]]{1,100}) \[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\] "((?:[^"\\]|\\.){0,16384})" (\d{3}) (\d+|-)(?=\s|$)/;
// "-" "curl/8.5.0"
const QUOTED_FIELDS = /^ "(?:[^"\\]|\\.){0,8192}" "(?:[^"\\]|\\.){0,8192}"/;
const REQUEST = /^([A-Z]{3,16}) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/;

/** Longest line that is looked at; a request line of gunicorn ends at 8190 bytes (limit_request_line). */
const LINE_LIMIT_CHARACTERS = 64 * 1024;

// [pid: 5118|app: 0|req: 1/1] 127.0.0.1 () {26 vars in 295 bytes} [Mon Nov 30 20:09:34 2026] GET /ok => generated 4 bytes in 0 msecs (HTTP/1.1 200) 1 headers
// Source: uWSGI, core/logging.c, log_request: the stamp is that of the request's beginning, in the zone of the host
const UWSGI_LINE =
  /^(?:\{address space usage: [^}]{1,100}\} ?)?(?:\{rss usage: [^}]{1,100}\} ?)?\[pid: (\d{1,9})\|app: [-\d]{1,9}\|req: [-\d/]{1,30}\] .{0,300}? \[[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})\] ([A-Z]{3,16}) (\S{1,8192}) => generated \d+ bytes in (\d+) (m|micro)secs(?: via \w+\(\))? \(\S{1,10} (\d{3})\)/;

function readUwsgiLine(text: string): AccessLine | null {
  const match = UWSGI_LINE.exec(text);
  if (match === null) return null;
  const [, pid, month, day, hour, minute, second, year, method = '', target = '', took, unit, status] = match;
  return {
    stamp: {
      wall: wallOf(year, monthNumber(month ?? '') ?? 0, (day ?? '').trim(), hour, minute, second),
      zone: null,
      resolutionMicros: 1_000_000,
    },
    pid: Number(pid),
    method,
    target,
    status: Number(status),
    seconds: Number(took) / (unit === 'm' ? 1_000 : 1_000_000),
  };
}

/** Reads a line of an access log; null for any other line. */
export function readAccessLine(text: string): AccessLine | null {
  if (text.startsWith('[pid: ') || text.startsWith('{address ') || text.startsWith('{rss ')) return readUwsgiLine(text);
  // Nearly all other lines end the search here: no access line is without its date's brackets.
  if (text.length > LINE_LIMIT_CHARACTERS || text.slice(0, 1500).indexOf('] "') < 0) return null;
  const match = LINE_START.exec(text);
  if (match === null) return null;
  const [whole, , , , day, month, year, hour, minute, second, zone, request = '', status] = match;
  const quoted = QUOTED_FIELDS.exec(text.slice(whole.length));
  const rest = text.slice(whole.length + (quoted?.[0].length ?? 0));
  const pid = /(?:^| )<(\d{1,9})>(?= |$)/.exec(rest)?.[1];
  const seconds = /(?:^| )(\d{1,6}\.\d{6})(?= |$)/.exec(rest)?.[1];
  const asked = REQUEST.exec(request);
  return {
    stamp: {
      wall: wallOf(year, monthNumber(month ?? '') ?? 0, day, hour, minute, second),
      zone: zoneMinutes(zone ?? ''),
      resolutionMicros: 1_000_000,
    },
    pid: pid === undefined ? null : Number(pid),
    method: asked?.[1] ?? null,
    target: asked?.[2] ?? null,
    status: Number(status),
    seconds: seconds === undefined ? null : Number(seconds),
  };
}

// 10.244.1.18:40284 - "GET /seances/621 HTTP/1.1" 200          Source: uvicorn, logging.py: AccessFormatter
const REQUEST_ALONE = /^\S{1,80} - "[A-Z]{3,7} \S{1,2000} HTTP\/\d(?:\.\d)?" \d{3}/;

/** Whether a text is a request that was answered, with its client and nothing else: no time, no level. */
export function isRequestAlone(text: string): boolean {
  return REQUEST_ALONE.test(text);
}
