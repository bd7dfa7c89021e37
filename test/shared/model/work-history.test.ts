import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../../shared/model/judgement.ts';
import { change, NO_WORK, redo, undo } from '../../../shared/model/work-history.ts';

const overruling = (id: string): Judgement => ({
  kind: 'overruling',
  id,
  about: [],
  factId: id,
  factText: id,
  comment: 'no',
});

describe('the history of the work on a case', () => {
  it('takes changes back and does them again, in order', () => {
    const one = change(NO_WORK, 'one', { judgements: [overruling('a')] });
    const two = change(one, 'two', { judgements: [overruling('a'), overruling('b')] });
    expect(undo(two).judgements).toEqual([overruling('a')]);
    expect(undo(undo(two)).judgements).toEqual([]);
    expect(redo(undo(undo(two))).judgements).toEqual([overruling('a')]);
    expect(redo(redo(undo(undo(two))))).toEqual(two);
  });

  it('stays as it is where there is nothing to undo or redo', () => {
    expect(undo(NO_WORK)).toBe(NO_WORK);
    const one = change(NO_WORK, 'one', { judgements: [overruling('a')] });
    expect(redo(one)).toBe(one);
  });

  it('forgets what was undone with the next change', () => {
    const one = change(NO_WORK, 'one', { judgements: [overruling('a')] });
    const other = change(undo(one), 'other', { judgements: [overruling('b')] });
    expect(redo(other)).toBe(other);
    expect(other.done.map(({ what }) => what)).toEqual(['other']);
  });
});
