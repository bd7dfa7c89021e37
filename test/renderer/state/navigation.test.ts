import { describe, expect, it } from 'vitest';
import {
  conditionCount,
  effectiveFilter,
  FIRST_PLACE,
  goBack,
  goForward,
  hidesSamples,
  listFilter,
  matchFilter,
  moveTo,
  SAMPLE_KINDS,
  startTrail,
  toggled,
} from '../../../renderer/state/navigation.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import { epochMicros } from '../../../shared/model/time.ts';

const range = (from: number, to: number) => ({ from: epochMicros(from), to: epochMicros(to) });

describe('the trail of places', () => {
  it('goes back and forward through tabs, filters and selections', () => {
    let trail = startTrail(FIRST_PLACE);
    trail = moveTo(trail, { tab: 'verdict' }, 'tab', 0);
    trail = moveTo(trail, { tab: 'timeline', selectedRow: 7 }, 'jump', 10);
    trail = moveTo(trail, { filter: { ...EVERY_EVENT, pids: [23333] } }, 'filter', 20);
    const end = trail.here;
    trail = goBack(trail);
    expect(trail.here).toMatchObject({ tab: 'timeline', selectedRow: 7, filter: EVERY_EVENT });
    trail = goBack(trail);
    expect(trail.here).toMatchObject({ tab: 'verdict', selectedRow: null });
    trail = goForward(goForward(trail));
    expect(trail.here).toEqual(end);
    expect(goForward(trail)).toBe(trail);
  });

  it('takes a stream of zoom steps as one', () => {
    let trail = moveTo(startTrail(FIRST_PLACE), { range: range(0, 100) }, 'range', 0);
    trail = moveTo(trail, { range: range(10, 90) }, 'range', 200);
    trail = moveTo(trail, { range: range(20, 80) }, 'range', 400);
    expect(trail.past).toHaveLength(1);
    expect(goBack(trail).here.range).toBeNull();
  });

  it('takes a zoom after a pause, or of another topic, as another step', () => {
    let trail = moveTo(startTrail(FIRST_PLACE), { range: range(0, 100) }, 'range', 0);
    trail = moveTo(trail, { range: range(10, 90) }, 'range', 5_000);
    trail = moveTo(trail, { selectedRow: 3 }, 'selection', 5_100);
    trail = moveTo(trail, { range: range(20, 80) }, 'range', 5_200);
    expect(trail.past).toHaveLength(4);
  });

  it('does not merge into the place that was gone back to', () => {
    let trail = moveTo(startTrail(FIRST_PLACE), { selectedRow: 1 }, 'selection', 0);
    trail = goBack(trail);
    trail = moveTo(trail, { selectedRow: 2 }, 'selection', 100);
    expect(goBack(trail).here.selectedRow).toBeNull();
  });

  it('forgets what lay ahead after a turn, and counts no step that changes nothing', () => {
    let trail = moveTo(startTrail(FIRST_PLACE), { tab: 'report' }, 'tab', 0);
    expect(moveTo(trail, { tab: 'report' }, 'tab', 5_000)).toBe(trail);
    trail = moveTo(goBack(trail), { tab: 'database' }, 'tab', 6_000);
    expect(trail.future).toEqual([]);
  });

  it('keeps a bounded past', () => {
    let trail = startTrail(FIRST_PLACE);
    for (let row = 0; row < 1_000; row += 1) trail = moveTo(trail, { selectedRow: row }, 'jump', row * 10_000);
    expect(trail.past.length).toBeLessThanOrEqual(200);
    expect(trail.here.selectedRow).toBe(999);
  });
});

describe('the filter', () => {
  it('is narrowed to the visible range only when linked', () => {
    const place = { ...FIRST_PLACE, range: range(100, 200) };
    expect(effectiveFilter(place)).toBe(place.filter);
    expect(effectiveFilter({ ...place, onlyVisibleRange: true })).toMatchObject({ from: 100, to: 200 });
  });

  it('never widens a range of its own', () => {
    const filter = { ...EVERY_EVENT, from: 150, to: 900 };
    const place = { ...FIRST_PLACE, filter, range: range(100, 200), onlyVisibleRange: true };
    expect(effectiveFilter(place)).toMatchObject({ from: 150, to: 200 });
  });

  it('leaves samples out unless they, or their source, are asked for', () => {
    expect(listFilter(FIRST_PLACE, []).withoutKinds).toEqual([...SAMPLE_KINDS]);
    expect(listFilter({ ...FIRST_PLACE, showsSamples: true }, [])).toBe(FIRST_PLACE.filter);
    expect(hidesSamples({ ...FIRST_PLACE, filter: { ...EVERY_EVENT, evidenceIds: ['e1'] } })).toBe(false);
    expect(hidesSamples({ ...FIRST_PLACE, filter: { ...EVERY_EVENT, kinds: ['memory-sample'] } })).toBe(false);
  });

  it('leaves hidden messages out until they are to be shown, and nothing for what only marks', () => {
    expect(listFilter(FIRST_PLACE, ['batch *']).withoutTemplates).toEqual(['batch *']);
    expect(listFilter({ ...FIRST_PLACE, showsHidden: true }, ['batch *']).withoutTemplates).toEqual([]);
    const marking = { ...FIRST_PLACE, marksOnly: true, filter: { ...EVERY_EVENT, query: 'timeout' } };
    expect(listFilter(marking, []).query).toBe('');
    expect(matchFilter(marking, []).query).toBe('timeout');
    expect(listFilter({ ...marking, marksOnly: false }, []).query).toBe('timeout');
  });

  it('counts its conditions', () => {
    expect(conditionCount(EVERY_EVENT)).toBe(0);
    expect(conditionCount({ ...EVERY_EVENT, text: 'x', pids: [1, 2], from: 3 })).toBe(3);
  });

  it('toggles values', () => {
    expect(toggled([1, 2], 2)).toEqual([1]);
    expect(toggled([1], 2)).toEqual([1, 2]);
  });
});
