import type { CaseEvidence } from '../model/case.ts';
import type { EventSource } from '../model/event.ts';
import type { EvidenceFile, EvidenceFormat, EvidenceId } from '../model/evidence.ts';
import { type EpochMicros, MICROS_PER_SECOND } from '../model/time.ts';
import { isReadWhole } from './read-whole.ts';

/**
 * Whether the kernel could have spoken in what was saved. Silence is evidence only where a kernel log covers the window;
 * no kernel log is no evidence.
 */
export interface KernelCoverage {
  /** `covers`: kernel entries on both sides, or an export made afterwards; `empty-export`: an export that found no entry. */
  readonly state: 'covers' | 'empty-export' | 'absent';
  readonly files: readonly EvidenceFile[];
}

const QUIET_DAY_MICROS = 86_400 * MICROS_PER_SECOND;

/** Formats that pass on some of the kernel's words: their silence is not the kernel's. */
const SOME_WORDS_ONLY: ReadonlySet<EvidenceFormat> = new Set(['audit', 'coredumps', 'kube-events']);

const KERNEL_NAME = /(?:^|[^a-z])(?:kern(?:el)?|dmesg)(?:[^a-z]|$)/i;

/** What the kernel logs of the incident's host say about the window; `absent` when there is no window. */
export function kernelCoverage(
  evidence: CaseEvidence,
  ownEvents: EventSource,
  isOwn: (id: EvidenceId) => boolean,
  window: { readonly from: EpochMicros; readonly to: EpochMicros } | null,
): KernelCoverage {
  if (window === null) return { state: 'absent', files: [] };
  const kernelFileIds = ownEvents.filesWithKinds(['kernel', 'oom-invoked', 'oom-context', 'oom-kill', 'segfault']);
  const covering = evidence.files.filter((file) => {
    // Of a log without a date nobody knows what it covers.
    if (
      !kernelFileIds.has(file.id) ||
      SOME_WORDS_ONLY.has(file.format) ||
      !isOwn(file.id) ||
      file.time?.isOrderOnly === true
    )
      return false;
    // What was cut off may hold the very line that is looked for.
    if (!isReadWhole(file)) return false;
    const span = evidence.events.span(file.id);
    if (span === null || span.from > window.to) return false;
    if (span.to >= window.from) return true;
    // A kernel log may be quiet for long: one saved after the incident would hold later lines had there been any. But a copy is
    // as old as the copying, and an export ends where it was told to: a silence far longer than what it spans is none.
    const silence = window.from - span.to;
    const isUsual = silence <= Math.max(QUIET_DAY_MICROS, span.to - span.from);
    return isUsual && file.modified !== null && file.modified >= window.to;
  });
  if (covering.length > 0) return { state: 'covers', files: covering };
  // The bytes of an export without entries ("-- No entries --") do not say what was asked for; here only the name can.
  const empty = evidence.files.filter(
    (file) => file.format === 'journal-empty' && KERNEL_NAME.test(file.path) && isOwn(file.id),
  );
  if (empty.length > 0) return { state: 'empty-export', files: empty };
  return { state: 'absent', files: [] };
}
