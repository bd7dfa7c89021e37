import { describe, expect, it } from 'vitest';
import { splitFields, withFields } from '../../../../shared/evidence/logs/structured-message.ts';

describe('fields behind a message', () => {
  it('shows what a record names beside its message, without what every line has', () => {
    const fields = new Map([
      ['lineno', '12'],
      ['partner', 'omega'],
      ['cursor', 'c0ffee11'],
      ['duration_ms', '704'],
      ['reason', 'not yet there'],
    ]);
    expect(withFields('page fetched', fields)).toBe(
      'page fetched partner=omega cursor=c0ffee11 reason="not yet there"',
    );
    expect(withFields('failed\nTraceback', new Map([['job', '7']]))).toBe('failed job=7\nTraceback');
    expect(withFields('alone', null)).toBe('alone');
  });

  it('splits them off again', () => {
    const split = splitFields('page fetched partner=omega cursor=c0ffee11 reason="not yet there"');
    expect(split?.text).toBe('page fetched');
    expect([...(split?.fields ?? [])]).toEqual([
      ['partner', 'omega'],
      ['cursor', 'c0ffee11'],
      ['reason', 'not yet there'],
    ]);
  });

  it('leaves alone what has fields in its middle, nothing else, or none', () => {
    expect(splitFields('job=7 was imported')).toBeNull();
    expect(splitFields('job=7 rows=3')).toBeNull();
    expect(splitFields('a == b')).toBeNull();
    expect(splitFields('')).toBeNull();
  });

  it('takes a long line of signs in linear time', () => {
    expect(splitFields(`x ${'a='.repeat(8_000)}`)).toBeNull();
  });
});
