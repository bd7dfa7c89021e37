import { parseArgs } from 'node:util';
import { LEAST_MEMORY_LIMIT_BYTES, MOST_MEMORY_LIMIT_BYTES, MOST_PROFILE_RUNS } from '../../shared/contract/ipc.ts';
import type { ZoneChoices } from '../../shared/contract/worker-protocol.ts';
import { formatBytes } from '../../shared/facts/wording.ts';
import { parseClockOffset } from '../../shared/model/clock-offset.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import { isZone } from '../../shared/model/zone.ts';
import { parseTime } from '../../shared/search/parse-time.ts';
import type { AskedIncident } from '../case-store/asked-incident.ts';

export interface ProfileOptions {
  /** Whether the artifact is parsed into a tree as well. */
  readonly tree: boolean;
  /** How often each way is measured; the median counts. */
  readonly runs: number;
  /** Of the tree. */
  readonly memoryLimitBytes: number | null;
}

/** What the command line was asked to do. */
export type CliCommand =
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  | {
      readonly type: 'analyze';
      readonly paths: readonly string[];
      /** A file, or `-` for standard output. */
      readonly json: string | null;
      readonly pdf: string | null;
      readonly html: string | null;
      readonly measureAgain: boolean;
      /** Profiles that were asked for, apart from the one of every analysis. */
      readonly profile: ProfileOptions;
      readonly zones: ZoneChoices;
      /** Corrections of clocks in microseconds, by the path of the source. */
      readonly clockOffsets: readonly { readonly path: string; readonly micros: number }[];
      /** Which incident is analysed; null: the worst. */
      readonly incident: AskedIncident | null;
      /** Files of the user's own rules. */
      readonly rules: readonly string[];
      /** A file of notes that is applied to the case. */
      readonly notes: string | null;
    }
  | {
      readonly type: 'collect-script';
      /** Evidence whose analysis fills in the scripts; empty for bare ones. */
      readonly paths: readonly string[];
      readonly out: string;
      readonly given: {
        readonly unit: string | null;
        readonly pid: number | null;
        readonly since: string | null;
        readonly until: string | null;
        readonly database: string | null;
        readonly artifact: string | null;
      };
    }
  | { readonly type: 'usage-error'; readonly message: string };

export const HELP = `Inquest: why did this worker process die?

Usage:
  inquest analyze PATH... [--json FILE|-] [--pdf FILE] [--html FILE]
                          [--tree] [--runs N] [--memory-limit SIZE]
                          [--at TIME] [--pid N]
                          [--zone ZONE] [--source-zone PATH=ZONE]... [--clock-offset PATH=OFFSET]...
                          [--rules FILE]...
                          [--notes FILE]
  inquest collect-script [--out FOLDER] [--unit UNIT] [--since TIME] [--until TIME] [--pid PID]
                         [--db PATH] [--artifact PATH] [PATH...]
  inquest --help | --version

PATH is a file, a folder or an archive (.zip, .tar, and .gz, .bz2, .xz or .zst with or without a tar inside) with what
was saved from the host: journal exports, kernel log, gunicorn.conf.py, the SQLite database with its -wal and -shm, the
JUnit XML, ps, vmstat, free and meminfo snapshots.
The evidence is only read. The verdict and the timeline are printed as a table.

collect-script writes collect.sh, which gathers all of that on the host into one archive, and reproduce.sh, which repeats
the parse and the import by hand. With PATH they carry the incident's own window, unit, pid and files; options win.

Options:
  --json FILE      write the case as JSON; - writes it to standard output instead of the table
  --pdf FILE       write the report as PDF, with the case JSON attached inside
  --html FILE      write the report as one HTML file
  --at TIME        analyse the incident at this time, or the one nearest to it, instead of the worst: 2026-01-28 04:12,
                   04:12:15, 2026-01-28T05:12+01:00; UTC unless it says its zone
  --pid N          analyse the incident of this process; with --at the one of its incidents nearest to that time
  --measure-again  measure the artifact anew; by default the first measurement of the same bytes on this machine is kept,
                   so that the same evidence gives the same report
  --tree           parse the artifact into a tree of objects as well, as ElementTree and lxml do, and say what that costs
  --runs N         measure the artifact N times, each way, and take the median; at most ${MOST_PROFILE_RUNS}
  --memory-limit SIZE
                   end the parse into a tree where it takes more memory than this: a number with KB, MB, GB, KiB, MiB or
                   GiB (512MB), or of bytes
  --zone ZONE      the zone of stamps without one, for every source whose zone nothing tells: an IANA name
                   (Europe/Berlin), UTC, or a distance from it (+01:00); by default UTC, marked as assumed
  --source-zone PATH=ZONE
                   the same for one source, whatever else tells; PATH as the table of evidence has it, or its end.
                   May be given several times
  --clock-offset PATH=OFFSET
                   correct the clock of one source: OFFSET is added to each of its times. Seconds (-4.2) or hours, minutes
                   and seconds (-0:00:04.2); negative where its clock ran ahead. May be given several times
  --rules FILE     rules of your own (YAML, see docs/rule-files.md) that tag events and add facts. May be given several times
  --notes FILE     apply what was overruled and observed of this evidence, as saved in the window (Save notes...)
  --out FOLDER     where collect-script writes its two scripts; by default here
  --unit UNIT, --since TIME, --until TIME, --pid PID, --db PATH, --artifact PATH
                   what collect-script puts into them: times as journalctl takes them, paths as they are on the host
  -h, --help       show this help
  --version        show the version

Exit status:
  0  analysed, whatever the verdict
  1  internal failure
  2  usage: wrong option, missing path, or a file that cannot be written
  3  nothing given was recognised as evidence
`;

/** Reads the arguments after the program's name. */
export function readArguments(args: readonly string[]): CliCommand {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { type: 'usage-error', message: wordsOf(error) };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const [command, ...paths] = positionals;
  if (command === undefined) return { type: 'usage-error', message: 'a command is missing' };
  if (command === 'help') return { type: 'help' };
  if (command === 'collect-script') return readCollectScript(values, paths);
  if (command !== 'analyze' && command !== 'analyse') {
    return { type: 'usage-error', message: `unknown command: ${command}` };
  }
  if (paths.length === 0) return { type: 'usage-error', message: 'analyze needs at least one PATH' };
  const profile = readProfileOptions(values);
  if ('message' in profile) return { type: 'usage-error', message: profile.message };
  const incident = readIncidentOptions(values);
  if (incident !== null && 'message' in incident) return { type: 'usage-error', message: incident.message };
  const times = readTimeOptions(values);
  if ('message' in times) return { type: 'usage-error', message: times.message };
  return {
    type: 'analyze',
    ...times,
    incident,
    paths,
    json: values.json ?? null,
    pdf: values.pdf ?? null,
    html: values.html ?? null,
    measureAgain: values['measure-again'] ?? false,
    profile,
    rules: values.rules ?? [],
    notes: values.notes ?? null,
  };
}

function readCollectScript(values: ReturnType<typeof parse>['values'], paths: readonly string[]): CliCommand {
  const { pid } = values;
  if (pid !== undefined && !/^\d{1,10}$/.test(pid)) return { type: 'usage-error', message: `"${pid}" is no pid` };
  return {
    type: 'collect-script',
    paths,
    out: values.out ?? '.',
    given: {
      unit: values.unit ?? null,
      pid: pid === undefined ? null : Number(pid),
      since: values.since ?? null,
      until: values.until ?? null,
      database: values.db ?? null,
      artifact: values.artifact ?? null,
    },
  };
}

function readProfileOptions(values: ReturnType<typeof parse>['values']): ProfileOptions | { readonly message: string } {
  const tree = values.tree ?? false;
  const runs = Number(values.runs ?? '1');
  if (!/^\d+$/.test(values.runs ?? '1') || runs < 1 || runs > MOST_PROFILE_RUNS)
    return { message: `--runs needs a number from 1 to ${MOST_PROFILE_RUNS}, not ${values.runs}` };
  const limit = values['memory-limit'];
  if (limit === undefined) return { tree, runs, memoryLimitBytes: null };
  if (!tree) return { message: '--memory-limit is a limit for the parse into a tree: it needs --tree' };
  const memoryLimitBytes = parseSize(limit);
  if (memoryLimitBytes === null) return { message: `"${limit}" is no size: give a number with a unit (512MB)` };
  if (memoryLimitBytes < LEAST_MEMORY_LIMIT_BYTES || memoryLimitBytes > MOST_MEMORY_LIMIT_BYTES)
    return { message: `--memory-limit needs at least ${formatBytes(LEAST_MEMORY_LIMIT_BYTES)}, not ${limit}` };
  return { tree, runs, memoryLimitBytes };
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
};

/** `512MB`, `1.5 GiB`, `512M` (as systemd's MemoryMax, of 1024), `536870912`; null when it is none. */
function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[(match?.[2] ?? '?').toLowerCase()];
  return match === null || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}

function readIncidentOptions(
  values: ReturnType<typeof parse>['values'],
): AskedIncident | { readonly message: string } | null {
  if (values.at === undefined && values.pid === undefined) return null;
  const at = values.at === undefined ? null : parseTime(values.at.trim());
  if (values.at !== undefined && at === null) {
    return { message: `"${values.at}" is no time: give 2026-01-28 04:12, 04:12:15 or 2026-01-28T04:12:15Z` };
  }
  if (values.pid !== undefined && !/^[1-9]\d{0,9}$/.test(values.pid)) return { message: `"${values.pid}" is no pid` };
  return { at, pid: values.pid === undefined ? null : Number(values.pid) };
}

type TimeOptions = Pick<Extract<CliCommand, { type: 'analyze' }>, 'zones' | 'clockOffsets'>;

function readTimeOptions(values: ReturnType<typeof parse>['values']): TimeOptions | { readonly message: string } {
  const bySource: { path: string; zone: string }[] = [];
  if (values.zone !== undefined && !isZone(values.zone)) return { message: noZone(values.zone) };
  for (const given of values['source-zone'] ?? []) {
    const [path, zone] = splitAtLast(given);
    if (path === '') return { message: `--source-zone needs PATH=ZONE, not ${given}` };
    if (!isZone(zone)) return { message: noZone(zone) };
    bySource.push({ path, zone });
  }
  const clockOffsets: { path: string; micros: number }[] = [];
  for (const given of values['clock-offset'] ?? []) {
    const [path, offset] = splitAtLast(given);
    if (path === '') return { message: `--clock-offset needs PATH=OFFSET, not ${given}` };
    const micros = parseClockOffset(offset);
    if (micros === null) {
      return {
        message: `"${offset}" is no clock offset: give seconds (-4.2) or hours, minutes and seconds (-0:00:04.2)`,
      };
    }
    clockOffsets.push({ path, micros });
  }
  return { zones: { whereAssumed: values.zone ?? null, bySource }, clockOffsets };
}

function noZone(name: string): string {
  return `"${name}" is no time zone: give an IANA name (Europe/Berlin), UTC, or a distance from it (+01:00)`;
}

/** A path may hold `=`; a zone and an offset do not. */
function splitAtLast(given: string): readonly [path: string, value: string] {
  const at = given.lastIndexOf('=');
  return at < 0 ? ['', given] : [given.slice(0, at), given.slice(at + 1)];
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: true,
    options: {
      json: { type: 'string' },
      pdf: { type: 'string' },
      html: { type: 'string' },
      'measure-again': { type: 'boolean' },
      tree: { type: 'boolean' },
      runs: { type: 'string' },
      'memory-limit': { type: 'string' },
      at: { type: 'string' },
      pid: { type: 'string' },
      zone: { type: 'string' },
      'source-zone': { type: 'string', multiple: true },
      'clock-offset': { type: 'string', multiple: true },
      rules: { type: 'string', multiple: true },
      notes: { type: 'string' },
      out: { type: 'string' },
      unit: { type: 'string' },
      since: { type: 'string' },
      until: { type: 'string' },
      db: { type: 'string' },
      artifact: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  });
}
