import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../../shared/search/parse-query.ts';
import { parseTime } from '../../../shared/search/parse-time.ts';
import { printQuery, printText } from '../../../shared/search/print-query.ts';
import type { ComparisonOperator, Query } from '../../../shared/search/query.ts';
import { CLOSED_VALUES, globTest, QUERY_FIELDS } from '../../../shared/search/query-fields.ts';
import { suggest } from '../../../shared/search/suggest.ts';
import { runs } from '../../support/properties.ts';

const text = (value: string): Query => ({ type: 'text', text: value });
function parsed(query: string): Query | null {
  const { query: read, problems } = parseQuery(query);
  expect(problems).toEqual([]);
  return read;
}
function problemOf(query: string) {
  const { problems } = parseQuery(query);
  expect(problems).toHaveLength(1);
  return problems[0];
}

describe('a query', () => {
  it('is words that all stand in the message, phrases and regular expressions', () => {
    expect(parsed('')).toBeNull();
    expect(parsed('  ')).toBeNull();
    expect(parsed('killed worker')).toEqual({ type: 'and', parts: [text('killed'), text('worker')] });
    expect(parsed('"worker timeout"')).toEqual(text('worker timeout'));
    expect(parsed('"a \\"b\\" \\\\ \\n"')).toEqual(text('a "b" \\ \\n'));
    expect(parsed('/a b[/]\\/c/i')).toEqual({ type: 'regex', source: 'a b[/]\\/c', flags: 'i' });
    for (const path of ['/var/log/syslog', '/', '//', '/var/lib', 'a/b/']) expect(parsed(path)).toEqual(text(path));
  });

  it('has fields with values, comparisons and other names', () => {
    expect(parsed('pid:23333,>=4,none')).toEqual({
      type: 'pid',
      values: [
        { comparison: '=', value: 23333 },
        { comparison: '>=', value: 4 },
        { comparison: '=', value: null },
      ],
    });
    expect(parsed('severity:<=warning')).toEqual({
      type: 'severity',
      values: [{ comparison: '<=', value: 'warning' }],
    });
    for (const same of ['level:error', 'PRIORITY:3', 'severity:=err', 'severity:ERR']) {
      expect(parsed(same)).toEqual({ type: 'severity', values: [{ comparison: '=', value: 'err' }] });
    }
    expect(parsed('unit:"my unit",b file:/var/log/x')).toEqual({
      type: 'and',
      parts: [
        { type: 'unit', values: ['my unit', 'b'] },
        { type: 'source', values: ['/var/log/x'] },
      ],
    });
    expect(parsed('kind:oom-*')).toEqual({ type: 'kind', values: ['oom-invoked', 'oom-context', 'oom-kill'] });
    expect(parsed('before:04:12')).toMatchObject({ type: 'before', time: { text: '04:12', date: null } });
    expect(parsed('at:"2026-01-28 04:12"')).toMatchObject({ type: 'at', time: { date: { day: 28 } } });
  });

  it('knows either, neither and parentheses', () => {
    expect(parsed('a b OR c')).toEqual({
      type: 'or',
      parts: [{ type: 'and', parts: [text('a'), text('b')] }, text('c')],
    });
    expect(parsed('a AND (b OR -c)')).toEqual({
      type: 'and',
      parts: [text('a'), { type: 'or', parts: [text('b'), { type: 'not', part: text('c') }] }],
    });
    expect(parsed('NOT pid:1')).toMatchObject({ type: 'not', part: { type: 'pid' } });
    expect(parsed('a - b-c or')).toEqual({ type: 'and', parts: ['a', '-', 'b-c', 'or'].map(text) });
  });

  it('takes what only looks like a field as text', () => {
    for (const word of ['04:12', '10.0.0.1:8080', 'Traceback:', 'http://host/x', 'sqlite3.Error:x', ':x']) {
      expect(parsed(word)).toEqual(text(word));
    }
  });

  it.each([
    ['pod:1', 0, 4, 'Did you mean pid:'],
    ['colour:red', 0, 7, 'Fields are pid, unit, severity'],
    ['a pid:12x', 6, 9, 'is no pid'],
    ['severity:wraning', 9, 16, 'Did you mean warning?'],
    ['kind:worker-timeot', 5, 18, 'Did you mean worker-timeout?'],
    ['before:25:00', 7, 12, 'is no time'],
    ['before:04:12,04:13', 13, 18, 'takes one time'],
    ['"open', 0, 5, 'not closed'],
    ['(a', 0, 1, 'not closed'],
    ['a)', 1, 2, 'no ( before'],
    ['()', 0, 1, 'nothing between'],
    ['a OR', 2, 4, 'both sides'],
    ['AND a', 0, 3, 'both sides'],
    ['NOT', 0, 3, 'Nothing follows'],
    ['/a(/', 0, 4, 'no regular expression'],
    ['/a/gg', 3, 5, 'flags'],
    ['""', 0, 2, 'nothing between the quotes'],
    ['pid:1,', 0, 6, 'A value is missing'],
    ['a severity:', 2, 11, 'A value is missing'],
  ])('says what is wrong with %s, and where', (query, from, to, words) => {
    expect(problemOf(query)).toMatchObject({ from, to, message: expect.stringContaining(words) });
  });

  it('ends at a depth that nobody types', () => {
    expect(problemOf('-'.repeat(5000).concat('a'))?.message).toContain('nested');
    expect(parseQuery('('.repeat(5000)).problems[0]?.message).toContain('nested');
  });

  it('has an example for every field that can be run', () => {
    for (const { name, example } of QUERY_FIELDS) expect(parsed(example)).toMatchObject({ type: name });
  });
});

describe('any text', () => {
  it('is read without an exception, with problems that lie within it', () => {
    const pieces = fc.constantFrom(
      ...['pid:', 'severity:', 'kind:', '<=', '1', 'warning', '"', '\\', '/', '(', ')', ' ', 'OR', 'NOT', 'AND', '-'],
      ...[',', 'before:', '04:12', 'a', '*', '[', 'é', '😀', '\ud800', '\n'],
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 20 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, fc.nat(), (typed, caret) => {
        const { query, problems } = parseQuery(typed);
        for (const { from, to } of problems) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThanOrEqual(typed.length);
        }
        const at = caret % (typed.length + 1);
        const found = suggest(typed, at, { pids: [1], units: ['a.service'], sources: ['x/y'], formats: ['dmesg'] });
        expect(found.from).toBeLessThanOrEqual(found.to);
        // What is understood of a faulty query can itself be printed and read again.
        if (query !== null) expect(parseQuery(printQuery(query))).toEqual({ query, problems: [] });
      }),
      { numRuns: runs(2000) },
    );
  });

  it('finds itself when it is printed as a term', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (wanted) => {
        expect(parsed(printText(wanted))).toEqual(text(wanted));
      }),
    );
  });
});

describe('a query printed and read again', () => {
  const name = fc.string({ minLength: 1, maxLength: 12 });
  const comparison = fc.constantFrom<ComparisonOperator>('=', '<', '<=', '>', '>=');
  const timeText = fc
    .constantFrom('04:12', '4:12:15', '04:12:15.22', '2026-01-28', '2026-01-28 04:12', '2026-01-28T04:12:15+01:00')
    .map((typed) => {
      const time = parseTime(typed);
      if (time === null) throw new Error(`${typed} is no time`);
      return time;
    });
  const leaf: fc.Arbitrary<Query> = fc.oneof(
    name.map(text),
    fc.constantFrom('a+', '[/"]', '\\/x y', '(b|c)').map((source): Query => ({ type: 'regex', source, flags: 'i' })),
    fc
      .array(fc.record({ comparison, value: fc.nat({ max: 99_999 }) }), { minLength: 1, maxLength: 3 })
      .map((values): Query => ({ type: 'pid', values })),
    fc
      .array(fc.record({ comparison, value: fc.constantFrom(...CLOSED_VALUES.severity) }), {
        minLength: 1,
        maxLength: 3,
      })
      .map((values): Query => ({ type: 'severity', values })),
    fc.array(name, { minLength: 1, maxLength: 3 }).map((values): Query => ({ type: 'unit', values })),
    fc.array(name, { minLength: 1, maxLength: 3 }).map((values): Query => ({ type: 'source', values })),
    fc.subarray([...CLOSED_VALUES.kind], { minLength: 1 }).map((values): Query => ({ type: 'kind', values })),
    fc.tuple(fc.constantFrom('before', 'after', 'at'), timeText).map(([type, time]): Query => ({ type, time })),
  );
  const { tree } = fc.letrec<{ tree: Query; and: Query; or: Query; not: Query; leaf: Query }>((tie) => {
    const parts = (...kinds: ('and' | 'or' | 'not' | 'leaf')[]) =>
      fc.array(fc.oneof({ depthSize: 'small' }, tie('leaf'), ...kinds.map((kind) => tie(kind))), {
        minLength: 2,
        maxLength: 4,
      });
    return {
      tree: fc.oneof(tie('leaf'), tie('and'), tie('or'), tie('not')),
      leaf,
      and: parts('or', 'not').map((all): Query => ({ type: 'and', parts: all })),
      or: parts('and', 'not').map((all): Query => ({ type: 'or', parts: all })),
      not: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('tree')).map((part): Query => ({ type: 'not', part })),
    };
  });

  it('is the same query', () => {
    fc.assert(
      fc.property(tree, (query) => {
        expect(parseQuery(printQuery(query))).toEqual({ query, problems: [] });
      }),
      { numRuns: runs(1000) },
    );
  });
});

describe('a pattern with stars', () => {
  it('matches as the regular expression of the same meaning does', () => {
    const letters = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 }).map((all) => all.join(''));
    const patterns = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 6 }).map((all) => all.join(''));
    fc.assert(
      fc.property(patterns, letters, (pattern, word) => {
        fc.pre(pattern.split('*').length <= 5);
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(word);
        expect(globTest(pattern)(word)).toBe(expected);
      }),
      { numRuns: runs(2000) },
    );
  });
});

describe('completion', () => {
  const data = {
    pids: [23333, 1],
    units: ['regression-tracker.service', 'odd unit.service'],
    sources: ['host/kernel.txt'],
    formats: ['dmesg'],
  } as const;
  const labels = (typed: string) => suggest(typed, typed.length, data).items.map((item) => item.label);

  it('offers fields, then their values', () => {
    expect(labels('')).toEqual(QUERY_FIELDS.map((field) => `${field.name}:`));
    expect(labels('-se')).toEqual(['severity:']);
    expect(labels('fi')).toEqual(['source:']);
    expect(labels('pid:')).toEqual(['23333', '1']);
    expect(labels('pid:1,23')).toEqual(['23333']);
    expect(labels('(unit:reg')).toEqual(['regression-tracker']);
    expect(labels('severity:<=warn')).toEqual(['<=warning']);
    expect(labels('"pid:')).toEqual([]);
    expect(labels('nothing:')).toEqual([]);
  });

  it('replaces the piece at the caret, quoted where it has to be', () => {
    const found = suggest('a unit:od b', 9, data);
    expect(found).toMatchObject({ from: 7, to: 9, items: [{ insert: '"odd unit"' }] });
    expect(suggest('a pid:23 b', 6, data)).toMatchObject({ from: 6, to: 8 });
  });
});
