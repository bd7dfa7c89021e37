import { describe, expect, it } from 'vitest';
import { withQuery } from '../../../renderer/state/query-history.ts';

describe('recent queries', () => {
  it('hold each query once, the latest first', () => {
    expect(withQuery(['a', 'b'], 'b')).toEqual(['b', 'a']);
    expect(withQuery(['a'], '  ')).toEqual(['a']);
  });

  it('forget what was only a step on the way', () => {
    expect(withQuery(['pid:23', 'x'], 'pid:23333')).toEqual(['pid:23333', 'x']);
  });

  it('are at most twenty', () => {
    const many = Array.from({ length: 30 }, (_, index) => `query ${index}`);
    expect(withQuery(many, 'new')).toHaveLength(20);
  });
});
