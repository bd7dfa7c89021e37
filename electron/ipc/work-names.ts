import { historyWords, NO_WORK } from '../../shared/model/work-history.ts';
import type { SessionCase } from './case-session.ts';
import { shown } from './shown.ts';

/** Characters of what a change is about, by which it is named. */
const NAMED_CHARS = 80;

/** The id of a new item among others: its kind with the first number that is free. */
export function freeId(kind: string, others: readonly { readonly id: string }[]): string {
  return freeIds(kind, others, 1)[0] ?? kind;
}

/** The ids of several new items. */
export function freeIds(kind: string, others: readonly { readonly id: string }[], count: number): readonly string[] {
  const taken = new Set(others.map(({ id }) => id));
  const ids: string[] = [];
  for (let number = 1; ids.length < count; number += 1) {
    const id = `${kind}-${number}`;
    if (!taken.has(id)) ids.push(id);
  }
  return ids;
}

/** A text as a change is named by it: its beginning, on one line. */
export function named(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= NAMED_CHARS ? line : `${line.slice(0, NAMED_CHARS - 1).trimEnd()}…`;
}

/** What would be taken back in the open case, and done again, in words; null where nothing would. */
export function historyOf(current: SessionCase | null): ReturnType<typeof historyWords> {
  return shown(historyWords(current?.openCase.work ?? NO_WORK));
}
