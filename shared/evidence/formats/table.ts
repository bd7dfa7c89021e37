import type { EvidenceFormat } from '../../model/evidence.ts';
import { AUDIT } from '../host/audit.ts';
import { CGROUP_MEMORY } from '../host/cgroup-memory.ts';
import { COLLECT_MANIFEST } from '../host/collect-manifest.ts';
import { CONTAINER_STATE } from '../host/container-state.ts';
import { COREDUMPS } from '../host/coredumps.ts';
import { DF } from '../host/df.ts';
import { DU } from '../host/du.ts';
import { ECS_TASKS } from '../host/ecs-tasks.ts';
import { FREE } from '../host/free.ts';
import { INNODB_STATUS } from '../host/innodb-status.ts';
import { IOSTAT } from '../host/iostat.ts';
import { JOURNAL_BOOTS } from '../host/journal-boots.ts';
import { JOURNAL_DISK_USAGE } from '../host/journal-disk-usage.ts';
import { KUBE_EVENTS } from '../host/kube-events.ts';
import { LOCKS } from '../host/locks.ts';
import { LS } from '../host/ls.ts';
import { MEMINFO } from '../host/meminfo.ts';
import { MEMORY_EVENTS } from '../host/memory-events.ts';
import { OPEN_FILES } from '../host/open-files.ts';
import { PRESSURE } from '../host/pressure.ts';
import { PS } from '../host/ps.ts';
import { REPRODUCTION } from '../host/reproduction.ts';
import { PIDSTAT, SAR } from '../host/sar.ts';
import { SERVER_SESSIONS } from '../host/server-sessions.ts';
import { STACK_DUMP } from '../host/stack-dump.ts';
import { STRACE } from '../host/strace.ts';
import { TOP } from '../host/top.ts';
import { UNIT_STATE } from '../host/unit-state.ts';
import { VMSTAT } from '../host/vmstat.ts';
import { VMSTAT_COUNTERS } from '../host/vmstat-counters.ts';
import { DMESG } from '../journal/dmesg.ts';
import { JOURNAL_EXPORT, JOURNAL_JSON, JOURNAL_NATIVE, JOURNAL_VERBOSE } from '../journal/entry-formats.ts';
import { JOURNAL_CAT } from '../journal/journal-cat.ts';
import { TEXT_FORMATS } from '../journal/text-formats.ts';
import { JSON_LOG } from '../logs/json-log.ts';
import { ACCESS_LOG, CARRIED_LOG, GUNICORN_LOG } from '../logs/log-formats.ts';
import type { Format, LogFormat } from '../reading/format.ts';
import { GUNICORN_CONF } from '../settings/gunicorn-conf-format.ts';
import { GUNICORN_LAUNCH } from '../settings/launch-format.ts';
import { PRINT_CONFIG } from '../settings/print-config.ts';
import { SUPERVISOR_CONF } from '../settings/supervisor-conf-format.ts';
import { SYSTEMD_UNIT } from '../settings/systemd-unit.ts';
import { ARCHIVES } from './archives.ts';
import { JUNIT_XML, XML } from './artifacts.ts';
import { SQLITE, SQLITE_JOURNAL, SQLITE_SHM, SQLITE_WAL } from './databases.ts';
import { DESKTOP, EMPTY, JOURNAL_EMPTY, UNKNOWN } from './nothing.ts';

/**
 * All that is true of each format: the one place that says it. Of formats that are told in the same way, the first whose
 * detector reads the bytes or the line has it, so the order within a block is the order of detection.
 */
export const FORMATS: Readonly<Record<EvidenceFormat, Format>> = {
  // By bytes.
  ...ARCHIVES,
  sqlite: SQLITE,
  'sqlite-wal': SQLITE_WAL,
  'sqlite-shm': SQLITE_SHM,
  'sqlite-journal': SQLITE_JOURNAL,
  'journal-native': JOURNAL_NATIVE,
  unknown: UNKNOWN,
  // By the root of a document.
  'junit-xml': JUNIT_XML,
  xml: XML,
  // By a header.
  locks: LOCKS,
  'open-files': OPEN_FILES,
  'innodb-status': INNODB_STATUS,
  'server-sessions': SERVER_SESSIONS,
  ps: PS,
  vmstat: VMSTAT,
  'vmstat-counters': VMSTAT_COUNTERS,
  pressure: PRESSURE,
  free: FREE,
  meminfo: MEMINFO,
  top: TOP,
  sar: SAR,
  pidstat: PIDSTAT,
  iostat: IOSTAT,
  'container-state': CONTAINER_STATE,
  'ecs-tasks': ECS_TASKS,
  'kube-events': KUBE_EVENTS,
  coredumps: COREDUMPS,
  audit: AUDIT,
  df: DF,
  'journal-disk-usage': JOURNAL_DISK_USAGE,
  'collect-manifest': COLLECT_MANIFEST,
  'gunicorn-print-config': PRINT_CONFIG,
  reproduction: REPRODUCTION,
  // By entries: with a stamp of their own, then the others.
  strace: STRACE,
  dmesg: DMESG,
  ...TEXT_FORMATS,
  'journal-json': JOURNAL_JSON,
  'journal-export': JOURNAL_EXPORT,
  'journal-verbose': JOURNAL_VERBOSE,
  'json-log': JSON_LOG,
  'access-log': ACCESS_LOG,
  'gunicorn-log': GUNICORN_LOG,
  'carried-log': CARRIED_LOG,
  ls: LS,
  du: DU,
  'journal-boots': JOURNAL_BOOTS,
  'journal-cat': JOURNAL_CAT,
  // As a whole.
  'cgroup-memory': CGROUP_MEMORY,
  'memory-events': MEMORY_EVENTS,
  'stack-dump': STACK_DUMP,
  'unit-state': UNIT_STATE,
  'systemd-unit': SYSTEMD_UNIT,
  'gunicorn-launch': GUNICORN_LAUNCH,
  'gunicorn-conf': GUNICORN_CONF,
  'supervisor-conf': SUPERVISOR_CONF,
  // By what is not there.
  'journal-empty': JOURNAL_EMPTY,
  desktop: DESKTOP,
  empty: EMPTY,
};

/** What is true of a format's entries; null where it holds none. Asked once a file, not once a record. */
export function logFormat(format: EvidenceFormat): LogFormat | null {
  const traits = FORMATS[format];
  return traits.holds === 'log' ? traits : null;
}

/** Whether a file of this format may tell how a process ended: what is not read of any other hides no end of a worker. */
export function mayTellOfEnds(format: EvidenceFormat): boolean {
  const { holds } = FORMATS[format];
  return holds === 'log' || holds === 'ends' || holds === 'archive' || format === 'unknown';
}

/** The detectors of one kind with their formats, in the order of the table. */
export function detectorsBy<By extends NonNullable<Format['detect']>['by']>(
  by: By,
): readonly {
  readonly format: EvidenceFormat;
  readonly detect: Extract<NonNullable<Format['detect']>, { readonly by: By }>;
}[] {
  type Wanted = Extract<NonNullable<Format['detect']>, { readonly by: By }>;
  const isWanted = (detect: Format['detect']): detect is Wanted => detect?.by === by;
  return formatNames().flatMap((format) => {
    const { detect } = FORMATS[format];
    return isWanted(detect) ? [{ format, detect }] : [];
  });
}

/** The names in the order of the table. `Object.keys` gives strings, of a record whose keys are these. */
function formatNames(): readonly EvidenceFormat[] {
  return Object.keys(FORMATS) as EvidenceFormat[];
}
