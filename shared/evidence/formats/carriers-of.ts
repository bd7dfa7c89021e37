import { peel } from '../carriers/peel.ts';
import type { LogLayout } from '../reading/log-layout.ts';

/** Lines of the beginning that are looked at: a file is wrapped throughout or not at all. */
const MOST_LINES = 200;

/** What the lines of a log are wrapped in, by its beginning, outermost first: as most of them are; none where most are bare. */
export function carriersOf(head: Uint8Array, layout: LogLayout | null): readonly string[] {
  if (layout === null) return [];
  const lines = new TextDecoder().decode(head).split('\n').slice(0, MOST_LINES);
  const counts = new Map<string, { readonly carriers: readonly string[]; count: number }>();
  for (const line of lines) {
    if (line.trim() === '') continue;
    const { carriers } = peel(line, layout.carriers);
    const known = counts.get(carriers.join(' '));
    if (known === undefined) counts.set(carriers.join(' '), { carriers: [...carriers], count: 1 });
    else known.count += 1;
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.carriers ?? [];
}
