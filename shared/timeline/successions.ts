import type { CourseLine } from './course.ts';

/** What one process usually says next after a line of one wording, learnt from its log whatever the language. */
export interface UsualNext {
  /** An example of the line that follows. */
  readonly example: string;
  /** How often it was seen to follow, and how often anything did. */
  readonly times: number;
  readonly outOf: number;
  readonly longestSeconds: number;
}

/** By the wording of a line. */
export type Successions = ReadonlyMap<string, UsualNext>;

const LEAST_TIMES = 3;
/** Share of all that follows: what is usual is so nearly always. */
const LEAST_SHARE = 0.8;
/** Wordings that are remembered, each with so many that follow: free text has a wording a line. */
const MOST_WORDINGS = 5_000;
const MOST_FOLLOWING = 8;
const MICROS = 1_000_000;

interface Following {
  readonly example: string;
  times: number;
  longest: number;
}

/** Learns from lines in time order; those of one process follow one another. Time grows with the lines, memory up to a limit. */
export function learnSuccessions(lines: Iterable<CourseLine>): Successions {
  const before = new Map<number, CourseLine>();
  const following = new Map<string, { all: number; readonly by: Map<string, Following> }>();
  for (const line of lines) {
    // Lines of several processes that none is named of follow one another by chance.
    if (line.pid === null) continue;
    const last = before.get(line.pid);
    before.set(line.pid, line);
    if (last === undefined) continue;
    const known = following.get(last.template) ?? { all: 0, by: new Map<string, Following>() };
    if (known.all === 0 && following.size >= MOST_WORDINGS) continue;
    following.set(last.template, known);
    known.all += 1;
    const next = known.by.get(line.template) ?? { example: line.text, times: 0, longest: 0 };
    if (next.times === 0 && known.by.size >= MOST_FOLLOWING) continue;
    known.by.set(line.template, next);
    next.times += 1;
    next.longest = Math.max(next.longest, line.time - last.time);
  }
  const usual = new Map<string, UsualNext>();
  for (const [template, { all, by }] of following) {
    const [most] = [...by.values()].sort((a, b) => b.times - a.times);
    if (most === undefined || most.times < LEAST_TIMES || most.times < LEAST_SHARE * all) continue;
    usual.set(template, {
      example: most.example,
      times: most.times,
      outOf: all,
      longestSeconds: most.longest / MICROS,
    });
  }
  return usual;
}
