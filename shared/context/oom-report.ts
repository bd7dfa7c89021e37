import { withoutUptime } from '../evidence/reading/uptime-stamp.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { secondsBetween } from '../model/time.ts';
import type { FactContext } from './context.ts';

/** What the kernel wrote about the kill for memory that ended the worker. */
export interface OomReport {
  /** `cgroup`: a limit was reached; `host`: the machine ran out of memory. */
  readonly scope: 'cgroup' | 'host';
  readonly limitBytes: number | null;
  /** Anonymous memory that the victim held. */
  readonly victimBytes: number | null;
  /** The tasks of the kernel's table, largest first. */
  readonly holders: readonly MemoryHolder[];
  /** The lines that say so. */
  readonly limitLine: EvidenceEvent | null;
}

/** A process of the table that the kernel prints of what it could kill. */
interface MemoryHolder {
  readonly pid: number;
  readonly name: string;
  readonly rssBytes: number;
  readonly event: EvidenceEvent;
}

/** The kernel writes its report at once. */
const REPORT_SECONDS = 2;
const PAGE_BYTES = 4_096;
// [   5100]   110  5100  2600000  1900000 16000000        0          -800 java      (rss, in pages, is the fifth)
const TASK = /^\[\s*\d+\]\s+-?\d+\s+\d+\s+\d+\s+(\d+)\s/;

/** The kernel's report of the kill that ended the incident's worker; null when none did. Source: mm/oom_kill.c, dump_header */
export function oomReport({ record, evidence }: FactContext): OomReport | null {
  const death = record?.death ?? null;
  const killer = death?.killer ?? null;
  if (death?.mechanism !== 'kernel-oom' || killer?.kind !== 'oom-kill') return null;
  const lines = evidence.events
    .ofKinds(['oom-kill', 'oom-context'])
    .filter((event) => Math.abs(secondsBetween(event.time, killer.time)) <= REPORT_SECONDS);
  const limitLine = lines.find(({ detail }) => detail.limitBytes !== undefined) ?? null;
  const isCgroup = killer.detail.oomScope === 'cgroup' || lines.some(({ detail }) => detail.oomScope === 'cgroup');
  const victim = lines.find(
    ({ detail }) => detail.targetPid === killer.detail.targetPid && detail.anonRssBytes !== undefined,
  );
  return {
    scope: isCgroup ? 'cgroup' : 'host',
    limitBytes: limitLine?.detail.limitBytes ?? null,
    victimBytes: victim?.detail.anonRssBytes ?? null,
    holders: lines.flatMap(holderOf).sort((a, b) => b.rssBytes - a.rssBytes),
    limitLine,
  };
}

function holderOf(event: EvidenceEvent): readonly MemoryHolder[] {
  const { targetPid, processName } = event.detail;
  const pages = TASK.exec(withoutUptime(event.message))?.[1];
  return pages === undefined || targetPid === undefined
    ? []
    : [{ pid: targetPid, name: processName ?? '?', rssBytes: Number(pages) * PAGE_BYTES, event }];
}
