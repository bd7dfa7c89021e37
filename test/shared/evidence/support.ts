import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sniffZone } from '../../../shared/evidence/formats/sniff-zone.ts';
import { FORMATS } from '../../../shared/evidence/formats/table.ts';
import { layoutOf } from '../../../shared/evidence/logs/log-layout.ts';
import type { KnownEntries } from '../../../shared/evidence/reading/known-entries.ts';
import type { ParseContext, ParsedEvent, ParsedItem } from '../../../shared/evidence/reading/parser.ts';
import type { EvidenceFormat, ParseProblem, TimeResolution } from '../../../shared/model/evidence.ts';
import { type EpochMicros, epochMicros } from '../../../shared/model/time.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/evidence/', import.meta.url));

/** Bytes of a fixture, by its path below test/fixtures/evidence. */
export function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FIXTURES, path)));
}

export function fixtureNames(folder: string): readonly string[] {
  return readdirSync(join(FIXTURES, folder));
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A context as intake makes it for a UTC host whose other evidence is of the end of 2025. */
export const CONTEXT: ParseContext = {
  evidenceId: 'e1',
  fileName: 'evidence.txt',
  offsetMinutes: 0,
  zoneFrom: 'file',
  nearTime: epochMicros(Date.UTC(2025, 11, 15) * 1000),
  nearTimeFrom: 'other-source',
  startOffset: 0,
  startLine: 1,
};

/** The context that intake makes for a fixture: the zone that it reveals, and evidence of about its time beside it. */
export function contextOf(path: string, bytes: Uint8Array): ParseContext {
  const isOfRun =
    path.startsWith('journal-messages/') ||
    path.startsWith('syslog/rsyslog') ||
    path.startsWith('gunicorn/error-log-t');
  return {
    ...CONTEXT,
    offsetMinutes: sniffZone(bytes) ?? 0,
    ...(path.startsWith('carried/') || path.includes('docker-events') ? { layout: layoutOf(bytes) } : {}),
    // Beside another export of the same entries, as intake gives it.
    ...(path === 'journal-oom/cat.txt' ? { knownEntries: knownOf('journal-oom/json.txt') } : {}),
    nearTime: isOfRun ? epochMicros(Date.UTC(2026, 10, 24) * 1000) : CONTEXT.nearTime,
  };
}

/** What intake knows of the entries of an export that dates itself. */
function knownOf(path: string): KnownEntries {
  const { events } = parse('journal-json', fixture(path));
  const instantsOf = (message: string): readonly EpochMicros[] =>
    events.filter((event) => event.message.trimEnd() === message.trimEnd()).map(({ time }) => time);
  return {
    instantOf: (message) => (instantsOf(message).length === 1 ? (instantsOf(message)[0] ?? null) : null),
    nextInstantOf: (message, from) => instantsOf(message).find((instant) => instant >= from) ?? null,
    linesOf: () => 1,
  };
}

export interface Parsed {
  readonly items: readonly ParsedItem[];
  readonly events: readonly ParsedEvent[];
  readonly problems: readonly ParseProblem[];
  readonly time: TimeResolution | null;
}

/** Parses bytes in chunks of a size, reusing one buffer as a file reader does. */
export function parse(
  format: EvidenceFormat,
  bytes: Uint8Array,
  context: Partial<ParseContext> = {},
  chunkBytes = 65_536,
): Parsed {
  const { create, ...traits } = FORMATS[format];
  if (create === null) throw new Error(`no parser for ${format}`);
  const layout = traits.holds === 'log' && traits.isLaidOut ? layoutOf(bytes) : null;
  const parser = create({ ...CONTEXT, ...(layout === null ? {} : { layout }), ...context });
  const items: ParsedItem[] = [];
  const buffer = new Uint8Array(chunkBytes);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const part = bytes.subarray(at, at + chunkBytes);
    buffer.set(part);
    items.push(...parser.push(buffer.subarray(0, part.length)));
  }
  items.push(...parser.end());
  return {
    items,
    events: items.flatMap((item) => (item.type === 'event' ? [item.event] : [])),
    problems: items.flatMap((item) => (item.type === 'problem' ? [item.problem] : [])),
    time: parser.timeResolution(),
  };
}

/** What one item of a parser says, with the bytes it rests on, for comparing runs. */
export function sourceOf(item: ParsedItem): { readonly byteOffset: number; readonly byteLength: number } | null {
  switch (item.type) {
    case 'event':
      return item.event.source;
    case 'process':
    case 'vmstat':
      return item.sample.source;
    case 'host-memory':
    case 'cgroup-memory':
      return item.memory.source;
    case 'filesystem':
      return item.usage.source;
    case 'file-size':
      return item.size.source;
    case 'host-load':
      return item.load.source;
    case 'stack-dump':
      return item.dump.source;
    case 'syscall-trace':
      return item.trace.source;
    case 'file-lock':
      return item.lock.source;
    case 'open-file':
      return item.file.source;
    case 'pressure':
      return item.pressure.source;
    case 'server-session':
      return item.session.source;
    case 'gunicorn-config':
    case 'supervisor-config':
    case 'unit-fragment':
    case 'launch':
    case 'reproduction':
    case 'unread':
    case 'problem':
      return null;
  }
}

/** Every fixture of a line-based format, with the format it must be recognised as. */
export const FIXTURE_FORMATS: readonly (readonly [path: string, format: EvidenceFormat])[] = [
  ['journal-unit/short.txt', 'journal-short'],
  ['journal-unit/short-berlin.txt', 'journal-short'],
  ['journal-unit/short-precise.txt', 'journal-short-precise'],
  ['journal-unit/no-hostname.txt', 'journal-short-precise'],
  ['journal-unit/short-iso.txt', 'journal-short-iso'],
  ['journal-unit/short-iso-precise.txt', 'journal-short-iso-precise'],
  ['journal-unit/short-full.txt', 'journal-short-full'],
  ['journal-unit/with-unit.txt', 'journal-short-full'],
  ['journal-unit/short-unix.txt', 'journal-short-unix'],
  ['journal-unit/short-monotonic.txt', 'journal-short-monotonic'],
  ['journal-unit/short-delta.txt', 'journal-short-monotonic'],
  ['journal-unit/json.txt', 'journal-json'],
  ['journal-unit/json-seq.txt', 'journal-json'],
  ['journal-unit/json-sse.txt', 'journal-json'],
  ['journal-unit/json-pretty.txt', 'journal-json'],
  ['journal-unit/export.txt', 'journal-export'],
  ['journal-unit/verbose.txt', 'journal-verbose'],
  ['journal-oom/short.txt', 'journal-short'],
  ['journal-oom/short-iso-precise.txt', 'journal-short-iso-precise'],
  ['journal-oom/short-full.txt', 'journal-short-full'],
  ['journal-oom/with-unit.txt', 'journal-short-full'],
  ['journal-oom/short-unix.txt', 'journal-short-unix'],
  ['journal-oom/short-monotonic.txt', 'journal-short-monotonic'],
  ['journal-oom/json.txt', 'journal-json'],
  ['journal-oom/export.txt', 'journal-export'],
  ['journal-oom/verbose.txt', 'journal-verbose'],
  ['carried/compose.txt', 'carried-log'],
  ['carried/docker-t.txt', 'carried-log'],
  ['carried/cri.txt', 'carried-log'],
  ['carried/kubectl-prefix.txt', 'carried-log'],
  ['carried/stern.txt', 'carried-log'],
  ['carried/svlogd.txt', 'carried-log'],
  ['carried/docker-json.txt', 'carried-log'],
  ['carried/cloud-logging.txt', 'carried-log'],
  ['carried/cloudwatch-csv.txt', 'carried-log'],
  ['journal-messages/short.txt', 'journal-short'],
  ['journal-messages/short-precise.txt', 'journal-short-precise'],
  ['journal-messages/short-iso.txt', 'journal-short-iso'],
  ['journal-messages/short-iso-precise.txt', 'journal-short-iso-precise'],
  ['journal-messages/short-full.txt', 'journal-short-full'],
  ['journal-messages/short-full-berlin.txt', 'journal-short-full'],
  ['journal-messages/short-unix.txt', 'journal-short-unix'],
  ['journal-messages/short-monotonic.txt', 'journal-short-monotonic'],
  ['journal-messages/json.txt', 'journal-json'],
  ['journal-messages/json-seq.txt', 'journal-json'],
  ['journal-messages/json-pretty.txt', 'journal-json'],
  ['journal-messages/export.txt', 'journal-export'],
  ['journal-messages/verbose.txt', 'journal-verbose'],
  ['journal-unit/cat.txt', 'gunicorn-log'],
  ['journal-oom/cat.txt', 'journal-cat'],
  ['gunicorn/error-log-26.txt', 'gunicorn-log'],
  ['gunicorn/error-log-tracebacks.txt', 'gunicorn-log'],
  ['gunicorn/error-log.txt', 'gunicorn-log'],
  ['gunicorn/both-logs.txt', 'gunicorn-log'],
  ['gunicorn/python-default.txt', 'gunicorn-log'],
  ['gunicorn/python-iso.txt', 'gunicorn-log'],
  ['gunicorn/python-verbose.txt', 'gunicorn-log'],
  ['gunicorn/python-structlog.txt', 'gunicorn-log'],
  ['gunicorn/access-combined.txt', 'access-log'],
  ['gunicorn/access-common.txt', 'access-log'],
  ['gunicorn/access-pid-micros.txt', 'access-log'],
  ['gunicorn/access-unix-socket.txt', 'access-log'],
  ['gunicorn/json-lines.txt', 'json-log'],
  ['gunicorn/json-structlog.txt', 'json-log'],
  ['gunicorn/conf-default-timeout.py.txt', 'gunicorn-conf'],
  ['gunicorn/conf-timeout-120.py.txt', 'gunicorn-conf'],
  ['syslog/rfc3164.txt', 'syslog-rfc3164'],
  ['syslog/rfc3164-forward.txt', 'syslog-rfc3164'],
  ['syslog/rfc5424.txt', 'syslog-rfc5424'],
  ['syslog/rsyslog-traditional.txt', 'journal-short'],
  ['syslog/rsyslog-file.txt', 'journal-short-iso-precise'],
  ['dmesg/raw.txt', 'dmesg'],
  ['dmesg/decoded.txt', 'dmesg'],
  ['dmesg/ctime.txt', 'dmesg'],
  ['dmesg/iso.txt', 'dmesg'],
  ['systemd/tracker-cat.txt', 'systemd-unit'],
  ['systemd/tracker-service.txt', 'systemd-unit'],
  ['systemd/override-conf.txt', 'systemd-unit'],
  ['systemd/gunicorn-start.sh.txt', 'gunicorn-launch'],
  ['host/ps.txt', 'ps'],
  ['host/ps-auxww.txt', 'ps'],
  ['host/ps-date.txt', 'ps'],
  ['host/ps-ef.txt', 'ps'],
  ['host/ps-aux-grep.txt', 'ps'],
  ['host/ps-ef-grep.txt', 'ps'],
  ['host/ps-lstart.txt', 'ps'],
  ['host/ps-busybox.txt', 'ps'],
  ['host/top-busybox.txt', 'ps'],
  ['host/vmstat.txt', 'vmstat'],
  ['host/vmstat-t.txt', 'vmstat'],
  ['host/vmstat-w.txt', 'vmstat'],
  ['host/free-h.txt', 'free'],
  ['host/free-k.txt', 'free'],
  ['host/free-m.txt', 'free'],
  ['host/free-b.txt', 'free'],
  ['host/meminfo.txt', 'meminfo'],
  ['host/top.txt', 'top'],
  ['host/uptime.txt', 'top'],
  ['host/sar.txt', 'sar'],
  ['host/sar-12h.txt', 'sar'],
  ['host/sar-iso.txt', 'sar'],
  ['host/pidstat.txt', 'pidstat'],
  ['host/iostat.txt', 'iostat'],
  ['host/iostat-x.txt', 'iostat'],
  ['host/iostat-xt.txt', 'iostat'],
  ['host/iostat-xtyd-iso.txt', 'iostat'],
  ['host/pidstat-h.txt', 'pidstat'],
  ['container/unit-show.txt', 'unit-state'],
  ['container/docker-inspect.json', 'container-state'],
  ['container/ecs-tasks.json', 'ecs-tasks'],
  ['container/docker-events.txt', 'carried-log'],
  ['container/docker-events.json', 'carried-log'],
  ['container/kube-events.txt', 'kube-events'],
  ['container/kube-events.json', 'kube-events'],
  ['container/kube-events.yaml', 'kube-events'],
  ['container/coredumpctl-list.txt', 'coredumps'],
  ['container/coredumpctl-info.txt', 'coredumps'],
  ['container/pod-describe.txt', 'container-state'],
  ['container/pod.yaml', 'container-state'],
  ['container/pod.json', 'container-state'],
  ['host/audit.log.txt', 'audit'],
  ['container/cgroup-v2.txt', 'cgroup-memory'],
  ['probes/cgroup-v1.txt', 'cgroup-memory'],
  ['container/pressure.txt', 'pressure'],
  ['probes/vmstat-counters.txt', 'vmstat-counters'],
  ['container/memory.events', 'memory-events'],
  ['container/memory.oom_control', 'memory-events'],
  ['probes/py-spy.txt', 'stack-dump'],
  ['probes/py-spy-native.txt', 'stack-dump'],
  ['probes/py-spy-regex.txt', 'stack-dump'],
  ['probes/py-spy-sleep.txt', 'stack-dump'],
  ['probes/py-spy-threads.txt', 'stack-dump'],
  ['probes/gdb-regex.txt', 'stack-dump'],
  ['probes/gdb.txt', 'stack-dump'],
  ['probes/gdb-threads.txt', 'stack-dump'],
  ['probes/gdb-sleep.txt', 'stack-dump'],
  ['probes/faulthandler.txt', 'stack-dump'],
  ['probes/strace.txt', 'strace'],
  ['probes/strace-tt.txt', 'strace'],
  ['probes/strace-ttt.txt', 'strace'],
  ['probes/strace-killed.txt', 'strace'],
  ['probes/locks.txt', 'locks'],
  ['probes/locks-dated.txt', 'locks'],
  ['probes/lslocks.txt', 'locks'],
  ['probes/lsof.txt', 'open-files'],
  ['probes/lsof-p.txt', 'open-files'],
  ['probes/fuser.txt', 'open-files'],
  ['servers/innodb-status.txt', 'innodb-status'],
  ['servers/innodb-status-tab.txt', 'innodb-status'],
  ['servers/innodb-status-locks.txt', 'innodb-status'],
  ['supervisors/php-fpm/www.conf', 'supervisor-conf'],
  ['servers/processlist-table.txt', 'server-sessions'],
  ['servers/processlist-rows.txt', 'server-sessions'],
  ['servers/processlist-tab.txt', 'server-sessions'],
  ['servers/innodb-lock-waits.txt', 'server-sessions'],
  ['servers/pg-activity.txt', 'server-sessions'],
  ['servers/pg-activity-expanded.txt', 'server-sessions'],
  ['servers/pg-activity-csv.txt', 'server-sessions'],
  ['servers/pg-activity-unaligned.txt', 'server-sessions'],
  ['servers/pg-locks.txt', 'server-sessions'],
  ['host/df.txt', 'df'],
  ['host/df-h.txt', 'df'],
  ['host/df-i.txt', 'df'],
  ['host/df-T.txt', 'df'],
  ['host/ls-lR.txt', 'ls'],
  ['host/ls-lh.txt', 'ls'],
  ['host/ls-full-time.txt', 'ls'],
  ['host/du-a.txt', 'du'],
  ['host/du-h.txt', 'du'],
  ['host/du-b.txt', 'du'],
  ['host/journal-boots.txt', 'journal-boots'],
  ['host/journal-disk-usage.txt', 'journal-disk-usage'],
  ['host/collect-manifest.txt', 'collect-manifest'],
  ['gunicorn/print-config.txt', 'gunicorn-print-config'],
  ['host/reproduced.txt', 'reproduction'],
  ['host/reproduced-late.txt', 'reproduction'],
];
