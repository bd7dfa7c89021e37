import type { Analysis } from '../model/analysis.ts';
import type { CaseEvidence } from '../model/case.ts';
import { journalWindow, shellQuoted } from '../model/shell.ts';
import { addSeconds, MICROS_PER_SECOND } from '../model/time.ts';
import { readLine } from '../timeline/operation-lines.ts';
import { fileLabel } from '../wording/figures.ts';
import { COLLECT_BODY } from './collect-body.ts';
import { REPRODUCE_BODY } from './reproduce-body.ts';

/** What the two scripts are told; whatever is null they look for on the host, or ask. */
export interface ScriptSettings {
  /** `tracker.service` */
  readonly unit: string | null;
  /** The identifier of the service's log lines (SYSLOG_IDENTIFIER), used where no unit is known. */
  readonly identifier: string | null;
  readonly pid: number | null;
  /** As journalctl takes them. */
  readonly since: string | null;
  readonly until: string | null;
  /** `since` in whole seconds since 1970 UTC; null when it is not known. */
  readonly sinceEpochSeconds: number | null;
  /** Path on the host. */
  readonly database: string | null;
  /** What the database is called, where its path is not known. */
  readonly databaseName: string | null;
  /** Path on the host, perhaps relative to the folder that the service works in. */
  readonly artifact: string | null;
  /** How long each step of reproduce.sh may take. */
  readonly limitSeconds: number;
}

/** Entries around the incident show how the service ran before, and what came of it. */
const MARGIN_SECONDS = 300;
/** A step that is repeated by hand gets several times what the worker had. */
const TIMES_THE_TIMEOUT = 4;
const SHORTEST_LIMIT_SECONDS = 300;
const LONGEST_LIMIT_SECONDS = 3_600;
/** Lines of the worker that are looked at for the name of its artifact. */
const MOST_LINES = 10_000;

/** Settings that know nothing of any incident. */
export const BARE_SETTINGS: ScriptSettings = {
  unit: null,
  identifier: null,
  pid: null,
  since: null,
  until: null,
  sinceEpochSeconds: null,
  database: null,
  databaseName: null,
  artifact: null,
  limitSeconds: SHORTEST_LIMIT_SECONDS,
};

/** What the analysis of a case tells the scripts. Pure; without an incident only the names of files are known. */
export function scriptSettings(evidence: CaseEvidence, analysis: Analysis): ScriptSettings {
  const { incident, config } = analysis;
  const database = analysis.databaseIndex === null ? undefined : evidence.databases[analysis.databaseIndex];
  const artifact = analysis.artifactIndex === null ? undefined : evidence.artifacts[analysis.artifactIndex];
  const named = incident === null ? null : linesOf(evidence, incident);
  const window = incident === null ? null : { from: incident.start, to: incident.end };
  return {
    ...BARE_SETTINGS,
    unit: incident?.unit ?? null,
    identifier: named?.identifier ?? null,
    pid: incident?.pid ?? null,
    ...(window === null ? {} : journalWindow(window, MARGIN_SECONDS)),
    sinceEpochSeconds:
      window === null ? null : Math.floor(addSeconds(window.from, -MARGIN_SECONDS) / MICROS_PER_SECOND),
    databaseName: database === undefined ? null : fileLabel(database.path),
    artifact: named?.path ?? (artifact === undefined ? null : fileLabel(artifact.path)),
    limitSeconds: Math.min(
      LONGEST_LIMIT_SECONDS,
      Math.max(SHORTEST_LIMIT_SECONDS, Math.ceil((config?.timeoutSeconds ?? 0) * TIMES_THE_TIMEOUT)),
    ),
  };
}

/** What the worker's own lines name: the artifact, and by what identifier they are found in the journal. */
function linesOf(
  evidence: CaseEvidence,
  { pid, place, start, end }: NonNullable<Analysis['incident']>,
): { readonly path: string | null; readonly identifier: string | null } {
  const lines = (
    pid === null
      ? evidence.events.between(start, end, MOST_LINES)
      : evidence.events.at(place ?? null).ofPid(pid, start, end)
  )
    .slice(0, MOST_LINES)
    .filter((event) => event.kind === 'log');
  const path = lines.map((event) => readLine(event).reading.path).find((each) => each !== null) ?? null;
  return { path, identifier: lines.find((event) => event.identifier !== null)?.identifier ?? null };
}

/**
 * `collect.sh`: a POSIX script that gathers on the host what Inquest reads, with the incident's own window, unit and pid as
 * defaults, into one archive. It reads the host only.
 */
export function collectScript(settings: ScriptSettings): string {
  return script(
    `# Gathers on this host what Inquest reads about one incident, into one archive: sh collect.sh --help
#
# The host is only read. What is written is one folder below --out, which becomes the archive; nothing is installed. sudo
# is used where there is one, for what may not be read without. The database is copied byte by byte with its -wal, -shm and
# -journal as they are: no SQLite opens it, which could change it.

set -u
umask 077
host_zone=\${TZ-}`,
    {
      unit: settings.unit,
      identifier: settings.unit === null ? settings.identifier : null,
      pid: settings.pid,
      since: settings.since,
      since_epoch: settings.sinceEpochSeconds,
      until: settings.until,
      database: settings.database,
      database_name: settings.databaseName,
      artifact: settings.artifact,
      config: null,
      out: '.',
      limit_mb: 2048,
      samples: 5,
      use_sudo: 'yes',
      use_settings: 'yes',
    },
    COLLECT_BODY,
  );
}

/**
 * `reproduce.sh`: a POSIX script that repeats the parse and the import by hand, each under a time limit, the import with
 * debug logging on a copy of the database.
 */
export function reproduceScript(settings: ScriptSettings): string {
  return script(
    `# Repeats by hand what the worker was doing, under a time limit and on a copy of the database: sh reproduce.sh --help

set -u
umask 077`,
    {
      artifact: settings.artifact,
      database: settings.database,
      import: null,
      database_variable: null,
      limit: settings.limitSeconds,
      python: 'python3',
      trace_memory: 'no',
      out: '.',
    },
    REPRODUCE_BODY,
  );
}

/** English wording and UTC, whatever the host is set to, since the output is read by programs; then values, then the body. */
function script(head: string, values: Readonly<Record<string, string | number | null>>, body: string): string {
  const assignments = Object.entries(values).map(([name, value]) => `${name}=${shellQuoted(String(value ?? ''))}`);
  return `#!/bin/sh
${head}
LC_ALL=C
TZ=UTC
export LC_ALL TZ

# What the analysis knew, quoted to the letter; options override it.
# shellcheck disable=SC2016
{
${assignments.join('\n')}
}

${body}`;
}
