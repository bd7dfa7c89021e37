import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hiddenTemplate, longestLiteral } from '../../../shared/search/hidden-template.ts';

describe('hiddenTemplate', () => {
  it.each([
    ['Importing ROUTING job 95 batch 79158', 'Importing ROUTING job 101 batch 3'],
    [
      '[2026-01-28 04:10:19 +0000] [23333] [INFO] Booting worker',
      '[2026-02-01 00:00:00 +0100] [7] [INFO] Booting worker',
    ],
    ['request 550e8400-e29b-41d4-a716-446655440000 done', 'request abcdefab-cdef-abcd-efab-cdefabcdefab done'],
    ['read 12.5 MB from 10.0.0.1:8080', 'read 7 MB from 192.168.17.1:80'],
    ['at 0x7f3ac2', 'at 0x55'],
  ])('is the same for %j and %j', (one, other) => {
    expect(hiddenTemplate(one)).toBe(hiddenTemplate(other));
  });

  it.each([
    ['Importing ROUTING job 95', 'Importing BILLING job 95'],
    ['Traceback:\n  File "a.py", line 1\nKeyError: a', 'Traceback:\n  File "a.py", line 1\nValueError: a'],
  ])('tells %j from %j', (one, other) => {
    expect(hiddenTemplate(one)).not.toBe(hiddenTemplate(other));
  });

  it('has a longest text that stands in every message of it', () => {
    fc.assert(
      fc.property(fc.string(), (message) => {
        expect(message).toContain(longestLiteral(hiddenTemplate(message)));
      }),
    );
  });
});
