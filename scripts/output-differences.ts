import type { CaseOutputs, OutputFormat } from './case-outputs.ts';

/** What differs between two versions of one output: where it begins, and lines that show it. */
export interface Difference {
  /** `line 12, column 3`, or `byte 4711` of what is no text, counted from 1 and in bytes; or why there is nothing to compare. */
  readonly place: string;
  /** A short diff, `- ` before and `+ ` after; of what is no text the two lengths. */
  readonly shown: readonly string[];
}

/** Most lines that are shown of each side, and most characters of each line. */
const SHOWN_LINES = 3;
const SHOWN_CHARS = 160;

/**
 * Compares the outputs of a case on both sides, format by format. A side may have failed instead: that is a difference even
 * where both did, for then nothing was shown.
 */
export function compareOutputs(
  before: CaseOutputs | Error,
  after: CaseOutputs | Error,
): readonly { readonly format: OutputFormat; readonly difference: Difference | null }[] {
  if (before instanceof Error || after instanceof Error) {
    const shown = [
      ...(before instanceof Error ? shownLines('- ', before.message.split('\n'), 0) : []),
      ...(after instanceof Error ? shownLines('+ ', after.message.split('\n'), 0) : []),
    ];
    return [{ format: 'text', difference: { place: 'the analysis failed', shown } }];
  }
  return [...new Set([...before.keys(), ...after.keys()])].map((format) => {
    const [old, now] = [before.get(format), after.get(format)];
    if (old === undefined || now === undefined) {
      const place = old === undefined ? 'only the working tree wrote it' : 'only the base wrote it';
      return { format, difference: { place, shown: [] } };
    }
    return { format, difference: format === 'pdf' ? byteDifference(old, now) : textDifference(old, now) };
  });
}

/** Where two versions of a text first differ, with a short diff of lines from there; null when they are the same bytes. */
export function textDifference(before: Uint8Array, after: Uint8Array): Difference | null {
  if (Buffer.compare(before, after) === 0) return null;
  const [old, now] = [linesOf(before), linesOf(after)];
  const shorter = Math.min(old.length, now.length);
  let first = 0;
  while (first < shorter && old[first] === now[first]) first += 1;
  let same = 0;
  while (same < shorter - first && old.at(-1 - same) === now.at(-1 - same)) same += 1;
  const column = firstDifferent(old[first] ?? '', now[first] ?? '');
  const [removed, added] = [old.slice(first, old.length - same), now.slice(first, now.length - same)];
  // As many lines on both sides are the same lines with changes here and there: those without one say nothing.
  const changed = (_: string, index: number): boolean =>
    removed.length !== added.length || removed[index] !== added[index];
  return {
    place: `line ${first + 1}, column ${column + 1}`,
    shown: [...shownLines('- ', removed.filter(changed), column), ...shownLines('+ ', added.filter(changed), column)],
  };
}

/** Where two versions of other bytes first differ; null when they are the same. */
export function byteDifference(before: Uint8Array, after: Uint8Array): Difference | null {
  if (Buffer.compare(before, after) === 0) return null;
  return {
    place: `byte ${firstDifferent(before, after) + 1}`,
    shown: [`- ${before.length} bytes`, `+ ${after.length} bytes`],
  };
}

/** Bytes as characters one to one: bytes that are no UTF-8 must not all turn into the same replacement character. */
function linesOf(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes).toString('latin1').split('\n');
}

function firstDifferent(before: ArrayLike<unknown>, after: ArrayLike<unknown>): number {
  let at = 0;
  while (at < before.length && at < after.length && before[at] === after[at]) at += 1;
  return at;
}

/** The first of these lines, with a long first one cut so that its character at `column` is in what is shown. */
function shownLines(sign: string, lines: readonly string[], column: number): readonly string[] {
  const shown = lines.slice(0, SHOWN_LINES).map((line, index) => {
    const from = index === 0 ? Math.max(0, column - SHOWN_CHARS / 2) : 0;
    const cut = Buffer.from(line.slice(from, from + SHOWN_CHARS), 'latin1').toString('utf8');
    return `${sign}${from > 0 ? '…' : ''}${cut}${from + SHOWN_CHARS < line.length ? '…' : ''}`;
  });
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${sign}(and ${more} more lines)`] : shown;
}
