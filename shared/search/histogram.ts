import { firstPlaceWhere } from '../model/ascending.ts';

/** Times in ascending order, by their place. */
export interface SortedTimes {
  readonly count: number;
  readonly at: (index: number) => number;
}

/** The first place whose time is not before `time`; the number of places when there is none. Looks at log2(count) of them. */
function firstPlaceFrom(times: SortedTimes, time: number): number {
  return firstPlaceWhere(times.count, (place) => times.at(place) >= time);
}

/**
 * How many times fall into each of `bins` equal parts of `from`..`to`; a part begins with its first moment, the last one
 * also holds `to`. Costs a binary search a bin, whatever the number of events between.
 */
export function histogramOf(times: SortedTimes, from: number, to: number, bins: number): number[] {
  const counts: number[] = [];
  let below = firstPlaceFrom(times, from);
  for (let bin = 1; bin <= bins; bin++) {
    // The next number behind `to`: times are whole.
    const end = bin === bins ? Math.floor(to) + 1 : from + ((to - from) * bin) / bins;
    const next = Math.max(below, firstPlaceFrom(times, end));
    counts.push(next - below);
    below = next;
  }
  return counts;
}
