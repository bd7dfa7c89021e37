import type { Classified } from './classified.ts';

/** What a runtime says as it ends its own process. */
interface Wording {
  readonly sample: string;
  readonly starts: readonly string[];
  readonly pattern: RegExp;
  /** What it calls the end, for people, and the signal that follows. */
  readonly state: string;
  readonly signal: number;
}

const SIGABRT = 6;
const SIGSEGV = 11;

/** Sources: node, src/node_errors.cc (OOMErrorHandler); ruby, error.c (rb_bug); OpenJDK, share/utilities/vmError.cpp */
const WORDINGS: readonly Wording[] = [
  {
    sample: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    starts: ['FATAL ERROR: '],
    pattern: /^FATAL ERROR: .{0,200}\bJavaScript heap out of memory\b/,
    state: 'JavaScript heap out of memory',
    signal: SIGABRT,
  },
  {
    sample: '# A fatal error has been detected by the Java Runtime Environment:',
    starts: ['# A fatal error has been detected by the Java'],
    pattern: /^# A fatal error has been detected by the Java Runtime Environment:/,
    state: 'fatal error of the Java runtime',
    signal: SIGABRT,
  },
];

// config.ru:13: [BUG] Segmentation fault at 0x00000000000052b2
const RUBY_BUG = /^\S{1,400}: \[BUG\] Segmentation fault\b/;

/** What such a line begins with, or has in it. */
export const RUNTIME_STARTS: readonly string[] = WORDINGS.flatMap(({ starts }) => starts);
export const RUNTIME_MARKERS: readonly string[] = ['[BUG] Segmentation'];

/** What a runtime says of the end of its own process; null for any other text. */
export function classifyRuntime(message: string, pid: number | null): Classified | null {
  // A process manager puts its stamp in front, behind which FATAL is no level.
  const text = message.replace(/^\d{4}-\d\d-\d\d[T ][\d:.,+Z-]{8,24}:? /, '');
  const whose = pid === null ? {} : { targetPid: pid };
  for (const { starts, pattern, state, signal } of WORDINGS) {
    if (!starts.some((start) => text.startsWith(start)) || !pattern.test(text)) continue;
    return { kind: 'segfault', detail: { ...whose, signal, state } };
  }
  if (!text.includes('[BUG] Segmentation') || !RUBY_BUG.test(text)) return null;
  return { kind: 'segfault', detail: { ...whose, signal: SIGSEGV, state: 'segmentation fault of Ruby' } };
}

/** Whether a line without a header is a runtime's last word: it is none of what stands above it. */
export function isRuntimeLine(text: string): boolean {
  return classifyRuntime(text, null) !== null;
}

/** Each wording's sample, for the test that every pattern reads its own. */
export const RUNTIME_SAMPLES: readonly string[] = WORDINGS.map(({ sample }) => sample);
