import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RULE_LIMITS } from '../../../shared/model/rules.ts';
import { RuleRun } from '../../../shared/rules/apply-rules.ts';
import type { RuleEvent } from '../../../shared/rules/rule.ts';
import { joinRules, readRuleFile } from '../../../shared/rules/rule-file.ts';
import { tagsOfRows } from '../../../shared/rules/tags.ts';
import { readTimespan } from '../../../shared/rules/timespan.ts';
import { runs } from '../../support/properties.ts';

const EVENT: RuleEvent = {
  row: 0,
  time: 1_000_000_000,
  message: 'QueuePool limit of size 5 overflow 10 reached',
  pid: 4242,
  subject: 4242,
  unit: 'results-api.service',
  identifier: 'gunicorn',
  severity: 4,
  kind: 'log',
  source: 'journal/unit.txt',
  host: 'app-3',
};
const event = (part: Partial<RuleEvent>): RuleEvent => ({ ...EVENT, ...part });
const at = (row: number, seconds: number, message: string, subject: number | null = 4242): RuleEvent =>
  event({ row, time: EVENT.time + seconds * 1e6, message, subject });

/** Rows that each rule of a file matched. */
function applied(text: string, events: readonly RuleEvent[]): Readonly<Record<string, readonly number[]>> {
  const { rules, problems } = joinRules([readRuleFile(text, 'rules.yaml')]);
  expect(problems).toEqual([]);
  const run = new RuleRun(rules);
  for (const each of events) run.take(each);
  return Object.fromEntries(run.result().map(({ id, hits }) => [id, hits.map(({ row }) => row)]));
}

/** Whether an event passes a selection, written as YAML in one line. */
const passes = (selection: string, part: Partial<RuleEvent> = {}, condition = 'a'): boolean =>
  applied(`title: t\ndetection:\n  a: ${selection}\n  condition: ${condition}\n`, [event(part)])['t']?.length === 1;
const problemsOf = (text: string): readonly string[] =>
  joinRules([readRuleFile(text, 'rules.yaml')]).problems.map(({ message }) => message);

describe('fields', () => {
  it.each([
    ['{message|contains: queuepool LIMIT}', true],
    ['{message: queuepool limit}', false],
    ['{message: queuepool*reached}', true],
    ['{message: "*size ? overflow*"}', true],
    ['{message|startswith: QueuePool}', true],
    ['{message|startswith: limit}', false],
    ['{message|endswith: REACHED}', true],
    ['{message|contains|cased: queuepool}', false],
    ['{message|contains|all: [queuepool, overflow]}', true],
    ['{message|contains|all: [queuepool, elephant]}', false],
    ['{message|contains: [elephant, overflow]}', true],
    ["{message|re: 'size \\d+ over'}", true],
    ["{message|re: 'SIZE \\d+'}", false],
    ["{message|re|i: 'SIZE \\d+'}", true],
    ['{pid: 4242}', true],
    ['{pid: [1, 2]}', false],
    ['{pid|gte: 4243}', false],
    ['{pid|lt: 4243, severity: warning}', true],
    ['{severity|lte: err}', false],
    ['{severity|lte: 4}', true],
    ['{unit: results-api}', true],
    ['{unit: results-api.service}', true],
    ['{unit: results}', false],
    ['{kind: [log, traceback]}', true],
    ['{source|endswith: unit.txt}', true],
    ['{host: app-?}', true],
    ["{time|gt: '1970-01-01T00:16:39Z', time|lte: '1970-01-01T00:16:40Z'}", true],
    ['{identifier: null}', false],
    ['[elephant, queuepool]', true],
    ['[{pid: 1}, {host: app-3}]', true],
  ])('%s: %s', (selection, wanted) => {
    expect(passes(selection)).toBe(wanted);
  });

  it('take a star and a question mark as they are behind a backslash, and nothing for null', () => {
    expect(passes(String.raw`{message: 'a\*b'}`, { message: 'a*b' })).toBe(true);
    expect(passes(String.raw`{message: 'a\*b'}`, { message: 'axb' })).toBe(false);
    expect(passes('{unit: null}', { unit: null })).toBe(true);
  });

  it('look for wildcards as a regular expression would', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(
        letters.filter((pattern) => pattern !== ''),
        text,
        (pattern, message) => {
          const like = new RegExp(`^${pattern.replaceAll('?', '.').replaceAll('*', '.*')}$`);
          expect(passes(`{message: '${pattern}'}`, { message })).toBe(like.test(message));
        },
      ),
      { numRuns: runs(200) },
    );
  });
});

describe('conditions', () => {
  const told = (condition: string): boolean =>
    applied(
      `title: t\ndetection:\n  sel_a: {pid: 4242}\n  sel_b: {pid: 1}\n  other: {host: app-3}\n  condition: ${condition}\n`,
      [EVENT],
    )['t']?.length === 1;

  it.each([
    ['sel_a', true],
    ['not sel_a', false],
    ['sel_a and sel_b', false],
    ['sel_a or sel_b and sel_b', true],
    ['(sel_a or sel_b) and sel_b', false],
    ['not (sel_b or not other)', true],
    ['1 of sel_*', true],
    ['all of sel_*', false],
    ['all of them', false],
    ['1 of them and not sel_b', true],
    ['any of sel_b', false],
  ])('%s: %s', (condition, wanted) => {
    expect(told(condition)).toBe(wanted);
  });

  it('hold for the service that a rule is for, and no other', () => {
    const rule = (service: string): string =>
      `title: t\nlogsource: {product: linux, service: ${service}}\ndetection: {a: {pid: 4242}, condition: a}\n`;
    expect(applied(rule('results-api'), [EVENT])['t']).toEqual([0]);
    expect(applied(rule('gunicorn'), [EVENT])['t']).toEqual([0]);
    expect(applied(rule('sshd'), [EVENT])['t']).toEqual([]);
  });
});

const STEPS = `title: first\ndetection: {a: {message: one}, condition: a}
---
title: second\ndetection: {a: {message: two}, condition: a}
---
`;

describe('sequences', () => {
  const sequence = `${STEPS}title: both\ncorrelation: {type: temporal_ordered, rules: [first, second], group-by: [subject], timespan: 10s}\n`;
  const rows = (...events: readonly RuleEvent[]): readonly number[] | undefined => applied(sequence, events)['both'];

  it('match in order, within the timespan, in one group', () => {
    expect(rows(at(0, 0, 'one'), at(1, 10, 'two'))).toEqual([0, 1]);
    expect(rows(at(0, 0, 'one'), at(1, 11, 'two'))).toEqual([]);
    expect(rows(at(0, 0, 'two'), at(1, 1, 'one'))).toEqual([]);
    expect(rows(at(0, 0, 'one', 1), at(1, 1, 'two', 2))).toEqual([]);
    expect(rows(at(0, 0, 'one', null), at(1, 1, 'two', null))).toEqual([]);
  });

  it('take the latest beginning, and begin anew when complete', () => {
    expect(rows(at(0, 0, 'one'), at(1, 8, 'one'), at(2, 15, 'two'), at(3, 16, 'two'))).toEqual([1, 2]);
    expect(rows(at(0, 0, 'one'), at(1, 1, 'two'), at(2, 2, 'one'), at(3, 3, 'two'))).toEqual([0, 1, 2, 3]);
  });

  it('do not take one event for two steps', () => {
    const twice = `${STEPS}title: twice\ncorrelation: {type: temporal_ordered, rules: [first, first], timespan: 10s}\n`;
    expect(applied(twice, [at(0, 0, 'one')])['twice']).toEqual([]);
    expect(applied(twice, [at(0, 0, 'one'), at(1, 1, 'one')])['twice']).toEqual([0, 1]);
  });
});

describe('counts', () => {
  it('match from so many events within the timespan on', () => {
    const count = `${STEPS}title: many\ncorrelation: {type: event_count, rules: first, timespan: 10s, condition: {gte: 3}}\n`;
    const many = (...seconds: readonly number[]) =>
      applied(
        count,
        seconds.map((second, row) => at(row, second, 'one')),
      )['many'];
    expect(many(0, 5, 10)).toEqual([0, 1, 2]);
    expect(many(0, 5, 11)).toEqual([]);
    expect(many(0, 20, 21, 22, 23)).toEqual([1, 2, 3]);
  });

  it.each([
    ['30s', 30e6],
    ['5m', 300e6],
    ['2h', 7_200e6],
    ['1d', 86_400e6],
    ['0s', null],
    ['5', null],
    ['-5m', null],
    ['999999d', null],
  ])('read %s', (text, micros) => {
    expect(readTimespan(text)).toBe(micros);
  });
});

describe('a file of rules', () => {
  it('that is the example has no problem, and tags what it says', () => {
    const { rules, problems } = joinRules([
      readRuleFile(readFileSync(join(import.meta.dirname, '../../../samples/rules.yaml'), 'utf8'), 'rules.yaml'),
    ]);
    expect(problems).toEqual([]);
    expect(rules.find(({ id }) => id === 'import-given-up')).toMatchObject({
      type: 'temporal_ordered',
      groupBy: ['subject'],
    });
    const run = new RuleRun(rules);
    run.take(at(0, 0, 'Started importing VPN job 14', 23333));
    run.take(event({ row: 1, time: EVENT.time + 9e7, kind: 'worker-timeout', pid: 25321, subject: 23333 }));
    run.take(at(2, 91, 'healthcheck slow'));
    const tags = tagsOfRows({ rules: run.result(), problems: [] });
    expect(tags.get(0)).toEqual(['import', 'import-given-up', 'warning']);
    expect(tags.get(1)).toContain('import-given-up');
    expect(tags.has(2)).toBe(false);
  });

  it('says where each mistake is, and keeps the rest', () => {
    const good = 'title: good\ndetection: {a: {pid: 1}, condition: a}\n---\n';
    for (const [text, line, words] of [
      ['title: [', 4, 'Flow'],
      ['title: x\ndetection:\n  a:\n    colour: red\n  condition: a\n', 7, 'no field "colour"'],
      ['title: x\ndetection:\n  a:\n    pid|near: 1\n  condition: a\n', 7, 'no modifier "near"'],
      ['title: x\ndetection:\n  a: {message|re: "("}\n  condition: a\n', 6, 'regular expression'],
      ['title: x\ndetection:\n  a: {pid: 1}\n  condition: b and a\n', 7, 'no selection "b"'],
      ['title: x\ndetection:\n  a: {pid: 1}\n  condition: a and (a\n', 7, 'parenthesis'],
      ['title: x\ndetection:\n  a: {pid: 1}\n  condition: a a\n', 7, 'out of place'],
      ['title: x\ndetection:\n  a: {severity: loud}\n  condition: a\n', 6, 'no severity "loud"'],
      ['title: x\n', 4, 'needs a detection'],
      ['detection: {a: {pid: 1}, condition: a}\n', 4, 'title'],
      ['title: x\ncorrelation: {type: temporal_ordered, rules: [good, lost], timespan: 5m}\n', 4, '"lost"'],
      ['title: x\ncorrelation:\n  type: temporal_ordered\n  rules: [good, good]\n  timespan: soon\n', 8, 'no timespan'],
      ['title: x\ncorrelation: {type: event_count, rules: good, timespan: 5m}\n', 5, 'condition'],
      ['title: good\ndetection: {a: {pid: 1}, condition: a}\n', 4, 'another rule'],
      [
        'title: x\ndetection: {a: {pid: 1}, condition: a}\nfact:\n  text: t\n  basis: b\n  weights:\n    database-lock: 9\n',
        10,
        'fact.weights.database-lock',
      ],
    ] as const) {
      const { rules, problems } = joinRules([readRuleFile(good + text, 'r.yaml')]);
      expect(
        rules.map(({ id }) => id),
        text,
      ).toEqual(['good']);
      expect(problems[0]?.path).toBe('r.yaml');
      expect(problems[0]?.message, text).toMatch(new RegExp(`^Line ${line}\\b`));
      expect(problems[0]?.message, text).toContain(words);
    }
  });

  it('is refused beyond its limits, and bombs do not go off', () => {
    expect(problemsOf('#'.repeat(RULE_LIMITS.fileBytes + 1))[0]).toContain('1 MiB');
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${`*${'abcdefg'.charAt(index)},`.repeat(9)}x]`)
      .join('\n')}\n`;
    expect(problemsOf(bomb)[0]).toMatch(/alias/i);
    expect(problemsOf(`title: x\ndetection: {a: {pid: 1}, condition: "${'('.repeat(1_000)}a"}`)[0]).toContain('deep');
  });

  it('is not taken apart beyond its limits, whatever a megabyte of it consists of', () => {
    const keys = Array.from({ length: 70_000 }, (_, key) => `  k${key}: v`).join('\n');
    for (const [text, words] of [
      [`title: x\ndetection:\n ${'a:'}\n${keys}\n condition: a\n`, '1,024 keys'],
      ['['.repeat(400_000) + ']'.repeat(400_000), '64 collections'],
      ['- '.repeat(400_000), '64 collections'],
      ['"'.repeat(1_000_000), '200,000 pieces'],
      ['---\n'.repeat(250_000), '1,000 documents'],
    ] as const) {
      const began = performance.now();
      const { rules, problems } = readRuleFile(text, 'r.yaml');
      expect(rules).toEqual([]);
      expect(problems).toEqual([
        { path: 'r.yaml', kind: 'limit-exceeded', message: expect.stringContaining(`at most ${words}`) },
      ]);
      expect(performance.now() - began, words).toBeLessThan(5_000);
    }
  });

  it('never makes the reader fail', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'title: dtcion{}[]|&*-\n\'"#a1'), maxLength: 80 }), (text) => {
        expect(() => joinRules([readRuleFile(text, 'r.yaml')])).not.toThrow();
      }),
      { numRuns: runs(100) },
    );
  });
});
