import type { EvidenceFormat } from '../../model/evidence.ts';
import type { CarrierName } from '../carriers/carrier.ts';
import { peel } from '../carriers/peel.ts';
import { readHeader } from '../headers/read-header.ts';
import { isCollectManifest } from '../host/collect-manifest.ts';
import { readDfHeader } from '../host/df.ts';
import { isDuRow } from '../host/du.ts';
import { readFreeHeader } from '../host/free.ts';
import { isJournalDiskUsage } from '../host/journal-disk-usage.ts';
import { isLsRow } from '../host/ls.ts';
import { readPsHeader } from '../host/ps.ts';
import { readSarBanner } from '../host/sar.ts';
import { isTopSummary } from '../host/top.ts';
import { readVmstatHeader } from '../host/vmstat.ts';
import { readDmesgLine } from '../journal/dmesg.ts';
import { isKernelWording } from '../journal/journal-cat.ts';
import { withoutFraming } from '../journal/journal-json.ts';
import { isJournalNotice, readJournalPrefix } from '../journal/journal-prefix.ts';
import { readVerboseHeader } from '../journal/journal-verbose.ts';
import { readAccessLine } from '../logs/access-line.ts';
import { JsonValues } from '../logs/json-values.ts';
import { type LogLayout, learnLayout } from '../logs/log-layout.ts';
import { readRow } from '../logs/table-rows.ts';
import { isDecoration } from '../reading/lines.ts';
import { parseDateLine } from '../reading/stamps.ts';
import { readAssignment } from '../settings/gunicorn-conf.ts';
import { readPythonStatements } from '../settings/python-tokens.ts';
import { isServiceAssignment, readUnitSection } from '../settings/systemd-unit.ts';
import { levelOf } from '../wording/inner-header.ts';
import { detectBinary } from './detect-binary.ts';
import { readXmlStart } from './detect-xml.ts';
import { looksLike } from './unknown.ts';

/** What a file is, and by what it was recognised. */
export interface Detection {
  readonly format: EvidenceFormat;
  /** For people: `begins with the header of an SQLite database`. */
  readonly why: string;
}

/** A text format: which lines speak for it. */
interface LineDetector {
  readonly format: EvidenceFormat;
  readonly sample: string;
  readonly why: string;
  readonly reads: (line: string) => boolean;
}

/** A table's header settles the format by itself: its rows have no marks of their own. */
const HEADERS: readonly LineDetector[] = [
  {
    format: 'ps',
    sample: 'USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND',
    why: 'has the header of ps aux',
    reads: (line) => readPsHeader(line) !== null,
  },
  {
    format: 'vmstat',
    sample: ' r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st',
    why: 'has the header of vmstat',
    reads: (line) => /^\s*r\s+b\s+swpd\s+free\s+(?:buff|inact)\b/.test(line) || readVmstatHeader(line) !== null,
  },
  {
    format: 'free',
    sample: '               total        used        free      shared  buff/cache   available',
    why: 'has the header of free',
    reads: (line) => readFreeHeader(line) !== null,
  },
  {
    format: 'meminfo',
    sample: 'MemTotal:       24684084 kB',
    why: 'has the fields of /proc/meminfo',
    reads: (line) => /^MemTotal:\s+\d+ kB\s*$/.test(line),
  },
  {
    format: 'top',
    sample: 'top - 03:43:50 up  1:55,  0 user,  load average: 0.41, 1.35, 1.99',
    why: 'has the summary of top',
    reads: isTopSummary,
  },
  {
    format: 'sar',
    sample: 'Linux 6.1.0-18-amd64 (app-3) \t11/24/26 \t_x86_64_\t(2 CPU)',
    why: "has sar's first line",
    reads: (line) => readSarBanner(line) !== null,
  },
  {
    format: 'df',
    sample: 'Filesystem     1K-blocks     Used Available Use% Mounted on',
    why: 'has the header of df',
    reads: (line) => readDfHeader(line) !== null,
  },
  {
    format: 'journal-disk-usage',
    sample: 'Archived and active journals take up 56.0M in the file system.',
    why: 'is what journalctl --disk-usage prints',
    reads: isJournalDiskUsage,
  },
  {
    format: 'collect-manifest',
    sample: '# Inquest collection 1',
    why: 'is the manifest of collect.sh',
    reads: isCollectManifest,
  },
];

/** Recognised as a whole, not by votes: an INI file is a unit file by what its sections and keys are called. */
function detectUnit(lines: readonly string[]): Detection | null {
  const isUnit = lines.some((line) => readUnitSection(line) !== null) && lines.some(isServiceAssignment);
  return isUnit ? { format: 'systemd-unit', why: 'has the sections and settings of a systemd unit' } : null;
}

/** Asked before the journal's formats, whose patterns would take its lines for entries of strange hosts. */
const DMESG: LineDetector = {
  format: 'dmesg',
  sample: '[ 3501.341241] Memory cgroup out of memory: Killed process 24020 (python3) total-vm:433520kB',
  why: 'has messages with the stamps of dmesg',
  reads: (line) => readDmesgLine(line) !== null,
};

/** Fields that journald itself adds; a sender's fields (`MESSAGE=`) look like any file of settings. */
const EXPORT_FIELD =
  /^(?:__(?:CURSOR|REALTIME_TIMESTAMP|MONOTONIC_TIMESTAMP)|_(?:BOOT_ID|MACHINE_ID|HOSTNAME|TRANSPORT|PID|UID|GID|COMM|EXE|CMDLINE|CAP_EFFECTIVE|SELINUX_CONTEXT|RUNTIME_SCOPE|STREAM_ID|(?:SYSTEMD|SOURCE|AUDIT|KERNEL|UDEV)_[A-Z_]+))=/;

/** Entries: the format with the most lines wins. Text journals are counted by what their prefix says. */
const ENTRIES: readonly LineDetector[] = [
  {
    format: 'journal-json',
    sample: '{"__REALTIME_TIMESTAMP":"1764542464539733","MESSAGE":"Starting gunicorn 26.1.0"}',
    why: 'has journal entries as JSON objects',
    reads: (line) =>
      withoutFraming(line).startsWith('{') && /"(?:__REALTIME_TIMESTAMP|__CURSOR|MESSAGE|_BOOT_ID)"\s?:/.test(line),
  },
  {
    // -o json-pretty
    format: 'journal-json',
    sample: '\t"__REALTIME_TIMESTAMP" : "1764542464539733",',
    why: 'has journal entries as JSON objects',
    reads: (line) => /^\s*"__(?:REALTIME_TIMESTAMP|CURSOR)" : "/.test(line),
  },
  {
    format: 'journal-export',
    sample: '__REALTIME_TIMESTAMP=1764542464539733',
    why: 'has journal entries in the Journal Export Format',
    reads: (line) => EXPORT_FIELD.test(line),
  },
  {
    format: 'journal-verbose',
    sample:
      'Sun 2025-11-30 22:41:04.539733 UTC [s=7547c45bd4ac4b33a7226876cd03764b;i=1;b=a240791736fc4f16beaa9416bb346a34;m=d063bcd4;t=644d78eca3c55;x=20e8fb4dfb87cd47]',
    why: 'has lines with the stamp and cursor of journalctl -o verbose',
    reads: (line) => readVerboseHeader(line) !== null,
  },
  {
    format: 'json-log',
    sample: '{"timestamp": "2026-01-28T04:10:22.070Z", "level": "INFO", "message": "Started importing VPN job 14"}',
    why: 'has log entries as JSON objects, one a line',
    reads: (line) => line.startsWith('{') && readHeader(line)?.stamp != null,
  },
  {
    format: 'access-log',
    sample: '127.0.0.1 - - [28/Jan/2026:04:10:22 +0000] "POST /import HTTP/1.1" 200 12 "-" "curl/8.5.0"',
    why: 'has the lines of an access log',
    reads: (line) => readAccessLine(line) !== null,
  },
  {
    format: 'gunicorn-log',
    sample: '[2026-01-28 04:10:19 +0000] [25321] [INFO] Starting gunicorn 26.1.0',
    why: "has lines with the header of gunicorn's or Python's logger",
    reads: isLogLine,
  },
  {
    format: 'ls',
    sample: '-rw-r--r-- 1 root root 59261760 Jan 28 04:05 test-results.xml',
    why: 'has rows of ls -l',
    reads: isLsRow,
  },
  {
    format: 'du',
    sample: '57876\t./logs/7.0/vpn/14/test-results.xml',
    why: 'has rows of du',
    reads: isDuRow,
  },
  {
    format: 'journal-cat',
    sample:
      'Memory cgroup out of memory: Killed process 24020 (python3) total-vm:433520kB, anon-rss:409592kB, file-rss:6152kB',
    why: 'has messages of the kernel without stamps, as journalctl -k -o cat prints them',
    reads: isKernelWording,
  },
];

/** Names that only gunicorn's configuration has. Source: https://docs.gunicorn.org/en/stable/settings.html */
const GUNICORN_ONLY = new Set([
  'worker_class',
  'worker_connections',
  'worker_tmp_dir',
  'graceful_timeout',
  'max_requests',
  'max_requests_jitter',
  'preload_app',
  'wsgi_app',
  'forwarded_allow_ips',
  'accesslog',
  'errorlog',
  'access_log_format',
  'limit_request_line',
]);
const GUNICORN_ALSO = new Set([
  'bind',
  'workers',
  'threads',
  'timeout',
  'keepalive',
  'loglevel',
  'backlog',
  'proc_name',
  'chdir',
  'daemon',
  'reload',
  'pidfile',
  'user',
  'group',
  'umask',
  'capture_output',
  'certfile',
  'keyfile',
]);

/** A log needs this share of its unindented lines to speak for it: a note that quotes a line is no log. */
const SHARE_NEEDED = 0.2;
const LINES_LOOKED_AT = 1_000;

/**
 * Tells a file's format from its first bytes (64 KiB suffice). Content decides; the name only settles what content leaves
 * open: empty side files of SQLite, a configuration of one common setting.
 *
 * @param head first bytes of the file
 * @param fileName its name, for those ties
 * @param totalBytes its whole size
 */
export function detectFormat(head: Uint8Array, fileName: string, totalBytes: number): Detection {
  if (totalBytes === 0) return { format: 'empty', why: 'has no bytes' };
  const binary = detectBinary(head, totalBytes);
  if (binary !== null) return binary;
  const detection = detectContent(head, fileName, totalBytes);
  const look = detection.format === 'unknown' ? looksLike(head, totalBytes) : null;
  return look === null ? detection : { format: 'unknown', why: look };
}

function detectContent(head: Uint8Array, fileName: string, totalBytes: number): Detection {
  const xml = readXmlStart(head);
  if (xml !== null) return detectXml(xml.root);
  if (isBinary(head)) return detectByName(fileName, totalBytes);
  const text = new TextDecoder('utf-8').decode(head);
  if (text.trim() === '') return { format: 'empty', why: 'has nothing but blanks' };
  return detectText(text, fileName, head.length < totalBytes);
}

function detectXml(root: string | null): Detection {
  if (root === 'testsuites' || root === 'testsuite')
    return { format: 'junit-xml', why: `is XML with the root <${root}>` };
  if (root === 'html') return { format: 'unknown', why: 'is an HTML page' };
  return { format: 'xml', why: root === null ? 'begins like XML' : `is XML with the root <${root}>` };
}

/** NUL is no character of any text format here; UTF-16 is full of it. */
function isBinary(head: Uint8Array): boolean {
  let nuls = 0;
  for (const byte of head) if (byte === 0) nuls += 1;
  // A few NULs in a log are a crash's torn blocks, not a binary file.
  return nuls > 0 && nuls * 3 > head.length;
}

function detectByName(fileName: string, totalBytes: number): Detection {
  // A WAL index or rollback journal whose header was zeroed when the last connection closed.
  if (/-shm$/.test(fileName) && totalBytes % 32_768 === 0) {
    return { format: 'sqlite-shm', why: 'is named and sized like a WAL index; its header is zeroed' };
  }
  if (/-journal$/.test(fileName)) {
    return { format: 'sqlite-journal', why: 'is named like a rollback journal; its header is zeroed' };
  }
  return { format: 'unknown', why: 'is binary (or UTF-16 text) and of no known format' };
}

function detectText(text: string, fileName: string, isCut: boolean): Detection {
  const layout = learnLayout(text);
  const other = otherProgram(text);
  if (other !== null) return { format: 'unknown', why: other };
  const exported = detectExport(text, layout, isCut);
  if (exported !== null) return exported;
  const lines = text.split('\n', LINES_LOOKED_AT + 1).map((line) => line.replace(/\r$/, ''));
  // The last line of a cut head is a piece; a piece of a single very long line still begins like its format.
  if (isCut && lines.length > 1 && lines.length <= LINES_LOOKED_AT) lines.pop();
  const counts = new Map<EvidenceFormat, { count: number; why: string }>();
  let candidates = 0;
  let notices = 0;
  let header: LineDetector | null = null;
  const uptimes: string[] = [];
  const vote = (format: EvidenceFormat, why: string): void => {
    const found = counts.get(format);
    if (found === undefined) counts.set(format, { count: 1, why });
    else found.count += 1;
  };
  for (const line of lines) {
    if (line.trim() === '') continue;
    if (isJournalNotice(line)) {
      notices += 1;
      continue;
    }
    const { carriers } = peel(line, layout.carriers);
    const carrier = carriers.find((name) => name !== 'terminal');
    if (carrier !== undefined) {
      candidates += 1;
      vote('carried-log', `has log lines wrapped by ${CARRIER_WORDS[carrier]}`);
      continue;
    }
    header ??= HEADERS.find(({ reads }) => reads(line)) ?? null;
    const uptime = UPTIME_STAMP.exec(line);
    if (uptime !== null) {
      candidates += 1;
      uptimes.push(line.slice(uptime[0].length));
      continue;
    }
    if (DMESG.reads(line)) {
      candidates += 1;
      vote(DMESG.format, DMESG.why);
      continue;
    }
    const prefix = readJournalPrefix(line, 'journal-short-iso-precise');
    // 2026-01-28T04:10:22.070Z INFO app: text      Python's logging; no host is called INFO
    if (prefix !== null && !(levelOf(prefix.host ?? undefined) !== null && readHeader(line) !== null)) {
      candidates += 1;
      vote(
        prefix.format,
        `has lines with the stamp of ${prefix.format.replace('journal-', 'journalctl -o ').replace('-rfc', ' by RFC ')}`,
      );
      continue;
    }
    const entry = ENTRIES.find(({ reads }) => reads(line));
    if (entry !== undefined) {
      candidates += 1;
      vote(entry.format, entry.why);
    } else if (!/^\s/.test(line) && !isDecoration(line) && !/^[{}[\]],?$/.test(line) && parseDateLine(line) === null) {
      candidates += 1;
    }
  }
  if (uptimes.length > 0) {
    const isJournal = areOfJournal(uptimes);
    const format = isJournal ? 'journal-short-monotonic' : 'dmesg';
    const why = isJournal ? 'has lines with the stamp of journalctl -o short-monotonic' : DMESG.why;
    counts.set(format, { count: uptimes.length + (counts.get(format)?.count ?? 0), why });
  }
  // gunicorn's two logs in one file: the error log's reader takes both kinds of lines, with what continues them.
  const log = counts.get('gunicorn-log');
  const access = counts.get('access-log');
  if (log !== undefined && access !== undefined) {
    log.count += access.count;
    counts.delete('access-log');
  }
  // JSON records among lines of text, as a container's two streams are: one log of both.
  const json = counts.get('json-log');
  if (log !== undefined && json !== undefined) {
    counts.set('carried-log', { count: log.count + json.count, why: 'has log lines as text and as JSON objects' });
    counts.delete('gunicorn-log');
    counts.delete('json-log');
  }
  const carried = counts.get('carried-log');
  const plain = counts.get('gunicorn-log') ?? counts.get('json-log');
  if (carried !== undefined && plain !== undefined) carried.count += plain.count;
  const best = [...counts].sort(([, a], [, b]) => b.count - a.count)[0];
  // A table inside a log (a script that logs ps) leaves it a log.
  const shareNeeded = header === null ? SHARE_NEEDED : 0.5;
  if (best !== undefined && best[1].count >= Math.max(1, candidates * shareNeeded)) {
    return { format: best[0], why: best[1].why };
  }
  if (header !== null) return { format: header.format, why: header.why };
  if (notices > 0 && counts.size === 0 && candidates === 0) {
    return { format: 'journal-empty', why: "holds nothing but journalctl's notices" };
  }
  return detectUnit(lines) ?? detectConfiguration(text, fileName) ?? { format: 'unknown', why: unknownWhy(lines) };
}

// [ 7214.255799]     <6>[ 7214.255799]     [ 7214.255799 <    0.000014>]     kern  :info  : [ 7214.255799]
const UPTIME_STAMP =
  /^(?:<\d{1,3}>|[a-z]{1,12} *:[a-z]{1,8} *: )?\[ *\d{1,10}\.\d{6}(?: <[^>\]]{0,40}>| +)?\](?:\[ *[TC]\d+\])? ?/;
const JOURNAL_SHARE = 0.8;

/**
 * Whether texts behind stamps of uptime are a journal's: nearly all begin with one host's name, or with identifiers and pids.
 * Messages of the kernel begin with names of drivers and devices.
 */
function areOfJournal(texts: readonly string[]): boolean {
  const hosts = new Map<string, number>();
  let origins = 0;
  for (const text of texts) {
    const host = /^([\w.-]+) [^\s:[\]]+(?:\[\d+\])?: /.exec(text)?.[1];
    if (host !== undefined) hosts.set(host, (hosts.get(host) ?? 0) + 1);
    else if (/^(?:[\w./@-]+\[\d+\]|kernel): (?!segfault at )/.test(text)) origins += 1;
  }
  const needed = texts.length * JOURNAL_SHARE;
  return origins >= needed || Math.max(0, ...hosts.values()) >= needed;
}

/** Logs of programs that are no service of Python's, whose lines have a stamp and words like any other. */
const OTHER_PROGRAMS: readonly { readonly line: RegExp; readonly why: string }[] = [
  {
    // 2026-01-28 04:10:22 status installed libc6:amd64 2.36-9
    line: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:startup|install|upgrade|configure|trigproc|remove|purge|disappear|conffile|status) \S/,
    why: 'is the log of dpkg',
  },
  {
    // [Mon Mar 02 07:01:40 2026] [notice] resuming normal operations
    line: /^\[\p{L}{2,4}\.? \p{L}{3,5}\.? [ \d]\d [\d:.]{8,15} \d{4}\] \[(?:[\w-]+:)?(?:emerg|alert|crit|error|warn|notice|info|debug|trace\d)\] /u,
    why: 'is the error log of httpd',
  },
];
const OTHER_LOOKED_AT = 50;

function otherProgram(text: string): string | null {
  const lines = text.split('\n', OTHER_LOOKED_AT).filter((line) => line.trim() !== '');
  const found = OTHER_PROGRAMS.find(({ line }) => lines.filter((each) => line.test(each)).length * 2 > lines.length);
  return found?.why ?? null;
}

/** A time of day alone stands in front of the rows of many tables. */
function isLogLine(line: string): boolean {
  if (line.startsWith('{')) return false;
  const header = readHeader(line);
  return header !== null && (header.level !== null || header.pid !== null || header.stamp?.type === 'full');
}

/** What people call each carrier, after "wrapped by". */
const CARRIER_WORDS: Readonly<Record<CarrierName, string>> = {
  terminal: 'a terminal',
  compose: 'docker compose',
  'process-manager': 'a process manager',
  'runtime-stamp': 'a container runtime',
  cri: 'a Kubernetes node (CRI)',
  'kubectl-prefix': 'kubectl logs --prefix',
  stern: 'stern',
  k9s: 'k9s',
  'docker-json': "Docker's json-file driver",
  'cloud-logging': 'Cloud Logging',
  cloudwatch: 'CloudWatch',
  'collector-json': 'a log collector',
  loki: 'Grafana Loki',
  papertrail: 'Heroku or Papertrail',
  render: 'Render',
  fly: 'Fly.io',
  'short-stamp': 'a container runtime',
};

/** Records of an export that are looked at, and the share of them that must be log lines. */
const EXPORTED_LOOKED_AT = 200;
const EXPORTED_SHARE = 0.5;

/** A platform's export as JSON values or as a table, whose records are no lines. */
function detectExport(text: string, layout: LogLayout, isCut: boolean): Detection | null {
  const { records, carriers } = layout;
  if (records === 'lines') return null;
  const found = records === 'json' ? jsonRecords(text) : tableRows(text, isCut).filter((row) => row.trim() !== '');
  const read = found.filter((record) =>
    records === 'json'
      ? peel(record, carriers).carriers.length > 0 || readHeader(record)?.stamp != null
      : readRow(record, records)?.stamp != null,
  );
  if (read.length === 0 || read.length < found.length * EXPORTED_SHARE) return null;
  const what = records === 'json' ? 'is a list of log entries as JSON' : 'is a table of log lines';
  return { format: 'carried-log', why: what };
}

function jsonRecords(text: string): readonly string[] {
  const records: string[] = [];
  const values = new JsonValues(0, 1);
  values.push(new TextEncoder().encode(text), (value) => {
    if (records.length < EXPORTED_LOOKED_AT) records.push(value.text);
  });
  return records;
}

function tableRows(text: string, isCut: boolean): readonly string[] {
  const rows = text.split('\n', EXPORTED_LOOKED_AT).slice(1);
  if (isCut) rows.pop();
  return rows;
}

/** A Python file that assigns gunicorn's settings at its top level; strings and comments do not count. */
function detectConfiguration(text: string, fileName: string): Detection | null {
  const names = new Set<string>();
  const statements = readPythonStatements(text);
  // [section] on a line of its own is INI, where `workers = 2` belongs to something else.
  if (/^\[[\w:. -]+\]\s*$/m.test(text)) return null;
  for (const statement of statements) {
    if (statement.indent > 0) continue;
    for (const name of readAssignment(statement)?.names ?? []) names.add(name);
  }
  const only = [...names].filter((name) => GUNICORN_ONLY.has(name));
  const also = [...names].filter((name) => GUNICORN_ALSO.has(name));
  const isNamed = /gunicorn.*\.(?:py|conf|cfg)$/i.test(fileName);
  // `timeout = 5` and `user = "x"` stand in any program; names of gunicorn's own, or several common ones, tell.
  if (
    only.length > 0 ||
    also.length >= 3 ||
    (also.length >= 2 && names.has('workers')) ||
    (isNamed && also.length > 0)
  ) {
    return {
      format: 'gunicorn-conf',
      why: `assigns ${[...only, ...also].slice(0, 3).join(', ')} as gunicorn's configuration does`,
    };
  }
  if (isNamed && /\.py$/i.test(fileName))
    return { format: 'gunicorn-conf', why: 'is named as gunicorn names its configuration' };
  return null;
}

/** Formats that are not read but often given, with what to give instead. */
function unknownWhy(lines: readonly string[]): string {
  // [Nov24 03:48] python3[9930]: segfault ...     [  +0.000014] Code: ...
  if (lines.some((line) => /^\[(?:[A-Z][a-z]{2}\d\d \d\d:\d\d|<? *\+?\d{1,6}\.\d{6}>?)\] /.test(line)))
    return 'is dmesg -e or -d, whose stamps are relative; save it with dmesg --time-format iso';
  return 'matches no known format';
}

/** Each detector's sample, for the test that every detector reads its own. */
export const DETECTOR_SAMPLES: readonly { readonly format: EvidenceFormat; readonly sample: string }[] = [
  ...HEADERS,
  DMESG,
  ...ENTRIES,
].map(({ format, sample }) => ({ format, sample }));
