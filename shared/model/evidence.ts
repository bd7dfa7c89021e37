import type { EpochMicros } from './time.ts';
import type { ZoneName } from './zone.ts';

/** Identifies one evidence file within a case: `e1`, `e2`, ... in the order in which they were found. */
export type EvidenceId = string;

/** Where a statement comes from: bytes of one evidence file. Offsets count the file's own bytes, after unpacking. */
export interface Provenance {
  readonly evidenceId: EvidenceId;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** 1-based line number of the first byte, or null where lines mean nothing (SQLite pages). */
  readonly line: number | null;
}

/**
 * Every format that intake can name, as people read it. `unknown` is listed, hashed and reported; it is never dropped
 * silently. A new format is one line here: the window, the search and the case JSON need no more than names. All else that
 * is true of a format is its row in `evidence/formats/table.ts`, which does not compile without it.
 */
export const FORMAT_WORDS = {
  'journal-short': 'journal, short',
  'journal-short-precise': 'journal, short-precise',
  'journal-short-iso': 'journal, short-iso',
  'journal-short-iso-precise': 'journal, short-iso-precise',
  'journal-short-full': 'journal, short-full',
  'journal-short-unix': 'journal, short-unix',
  'journal-short-monotonic': 'journal, short-monotonic',
  'journal-cat': 'journal, cat',
  'syslog-rfc3164': 'syslog, RFC 3164',
  'syslog-rfc5424': 'syslog, RFC 5424',
  dmesg: 'dmesg',
  'journal-json': 'journal, JSON',
  'journal-export': 'journal, export',
  'journal-verbose': 'journal, verbose',
  'journal-native': 'journal, native',
  'gunicorn-log': 'gunicorn log',
  'access-log': 'access log',
  'json-log': 'log of JSON lines',
  'carried-log': 'container or platform log',
  'journal-empty': 'journal without entries',
  'gunicorn-conf': 'gunicorn configuration',
  'supervisor-conf': 'configuration of a supervisor',
  'systemd-unit': 'systemd unit',
  'gunicorn-launch': 'start of gunicorn',
  'gunicorn-print-config': 'gunicorn --print-config',
  sqlite: 'SQLite database',
  'sqlite-wal': 'SQLite write-ahead log',
  'sqlite-shm': 'SQLite shared memory',
  'sqlite-journal': 'SQLite rollback journal',
  'junit-xml': 'JUnit XML',
  xml: 'XML',
  ps: 'ps',
  vmstat: 'vmstat',
  free: 'free',
  meminfo: '/proc/meminfo',
  top: 'top',
  sar: 'sar',
  pidstat: 'pidstat',
  iostat: 'iostat',
  'container-state': 'state of containers',
  'ecs-tasks': 'tasks of ECS',
  'kube-events': 'events of Kubernetes',
  coredumps: 'coredumpctl',
  'unit-state': 'systemctl show',
  audit: 'audit log',
  'memory-events': 'memory.events',
  'cgroup-memory': 'memory of a cgroup',
  'vmstat-counters': '/proc/vmstat',
  pressure: 'pressure (PSI)',
  'stack-dump': 'stack of a process',
  strace: 'strace',
  locks: 'locks on files',
  'open-files': 'lsof',
  'innodb-status': 'InnoDB status',
  'server-sessions': 'sessions of a database server',
  df: 'df',
  ls: 'ls -l',
  du: 'du',
  'journal-boots': 'journalctl --list-boots',
  'journal-disk-usage': 'journalctl --disk-usage',
  'collect-manifest': 'manifest of collect.sh',
  reproduction: 'results of reproduce.sh',
  tar: 'tar archive',
  'tar-gzip': 'tar archive, gzip',
  'tar-bzip2': 'tar archive, bzip2',
  'tar-xz': 'tar archive, xz',
  'tar-zstd': 'tar archive, zstd',
  zip: 'ZIP archive',
  gzip: 'gzip',
  bzip2: 'bzip2',
  xz: 'xz',
  zstd: 'zstd',
  'utf-16': 'text in UTF-16',
  desktop: 'left behind by a desktop',
  empty: 'empty file',
  unknown: 'not recognised',
} as const satisfies Readonly<Record<string, string>>;
export type EvidenceFormat = keyof typeof FORMAT_WORDS;

/** All of them. `Object.keys` gives strings, of a constant whose keys are these. */
export const EVIDENCE_FORMATS = Object.keys(FORMAT_WORDS) as readonly EvidenceFormat[];

/** How the stamps of a source became instants; shown wherever its times are. */
export interface TimeResolution {
  /**
   * Minutes east of UTC that were applied where stamps carry no zone (to the first of them, where `zone` names rules); null
   * when every stamp carries its own.
   */
  readonly offsetMinutes: number | null;
  /**
   * `file`: read from the stamps or notices; `other-source`: taken from evidence that has it; `given`: chosen by whoever
   * analyses; `assumed`: nothing told.
   */
  readonly zoneFrom: 'file' | 'other-source' | 'given' | 'assumed';
  /** The zone by whose rules stamps without one were read, where its distance from UTC changes (`Europe/Berlin`). */
  readonly zone?: ZoneName;
  /** Stamps that those rules leave in doubt; absent when there are none. */
  readonly doubts?: StampDoubts;
  /** The year given to the first yearless stamp; null when stamps carry their year. */
  readonly year: number | null;
  readonly yearFrom: 'file' | 'other-source' | 'assumed';
  /** The source through whose entries stamps of uptime were dated: they follow every correction of its clock. */
  readonly datedThrough?: EvidenceId;
  /** Set where nothing tied the source to a date: its order and distances hold, its times are those of the file itself. */
  readonly isOrderOnly?: true;
}

/** How many stamps fell into the hours at which a zone's clocks are changed. */
export interface StampDoubts {
  /** In the hour that comes twice in autumn: told apart by the order of the entries. */
  readonly comesTwice: number;
  /** In the hour that is left out in spring: read as one hour later. */
  readonly leftOut: number;
}

/** One evidence file: a loose file, a file in a folder, or a member of an archive. */
export interface EvidenceFile {
  readonly id: EvidenceId;
  /** Path relative to what was given, `/`-separated, with members of an archive below the archive's name. */
  readonly path: string;
  readonly format: EvidenceFormat;
  readonly bytes: number;
  /** SHA-256 of the file's bytes, lower-case hex. */
  readonly sha256: string;
  /** Set when reading ended early: `sha256` is that of this many first bytes only. */
  readonly hashedBytes?: number;
  /** Modification time that the file system or archive gives, or null. */
  readonly modified: EpochMicros | null;
  /** Which of several folders or archives that were given it was in; absent for what was given itself, or one folder alone. */
  readonly given?: number;
  /** The archive that this file was unpacked from, or null. */
  readonly containerId: EvidenceId | null;
  /** Records read from it: log entries, table rows, settings, test cases. */
  readonly records: number;
  readonly time: TimeResolution | null;
  /**
   * What its own stamps or notices say of the zone of the host that wrote it, in minutes east of UTC (the commonest answer
   * of its beginning); absent where they say nothing.
   */
  readonly printedOffsetMinutes?: number;
  /**
   * The correction that is added to every time of this source, in microseconds: negative when its clock ran ahead. Absent
   * when none was given.
   */
  readonly clockOffsetMicros?: number;
  /** What wraps its lines, outermost first (`compose`, `cri`); absent where they are bare. */
  readonly carriers?: readonly string[];
  /** Lines that no reader understood: they belong to no record. Absent where there are none. */
  readonly unreadLines?: number;
  /** Those of them that speak of a kill, a timeout, short memory or a lock: what they tell nobody has weighed. */
  readonly graveLines?: number;
  readonly problems: readonly ParseProblem[];
  /** How many problems there were; `problems` holds the first ones only when a damaged file has very many. */
  readonly problemCount: number;
}

/** A closed list of what can be wrong with evidence. */
export const PROBLEM_KINDS = [
  'unrecognised',
  'unreadable',
  'empty',
  'truncated',
  'malformed-record',
  'line-too-long',
  'invalid-encoding',
  'unsafe-path',
  'link-refused',
  'limit-exceeded',
  'damaged-archive',
  'not-literal',
  'assumed-time',
  'damaged-database',
  'malformed-xml',
  'unclassified',
  'changed-during-reading',
  'stopped',
] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** A bad record is data: what is wrong, where, and what can be done; the rest of the evidence is still analysed. */
export interface ParseProblem {
  readonly kind: ProblemKind;
  readonly message: string;
  /** Byte in the file at which it begins, or null when it concerns the file as a whole. */
  readonly byteOffset: number | null;
}

/** A problem of something given that may not even have become an evidence file (a refused archive member). */
export interface CaseProblem {
  readonly path: string;
  readonly kind: ProblemKind;
  readonly message: string;
}
