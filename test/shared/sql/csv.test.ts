import { describe, expect, it } from 'vitest';
import { csvLine } from '../../../shared/sql/csv.ts';

describe('a line of CSV', () => {
  it('keeps values exact', () => {
    const values = [null, '', 9223372036854775807n, -1.5, 'plain', 'a "b", c', new Uint8Array([1, 255])];
    expect(csvLine(values)).toBe(',"",9223372036854775807,-1.5,plain,"a ""b"", c",01ff\r\n');
  });

  it.each([
    ["=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"],
    ['+1+1', "'+1+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['＝1+1', "'＝1+1"],
  ])('lets no spreadsheet compute %j', (text, field) => {
    expect(csvLine([text])).toBe(`${field}\r\n`);
  });

  it('leaves text alone that is a number, and signs further in', () => {
    expect(csvLine(['-12.5', '+4e-3', 'a=b', 'x-1'])).toBe('-12.5,+4e-3,a=b,x-1\r\n');
  });
});
