import { expect, it } from 'vitest';
import { bytesOf, fixture, parse } from '../support.ts';

const launchOf = (bytes: Uint8Array) =>
  parse('gunicorn-print-config', bytes).items.flatMap((item) => (item.type === 'launch' ? [item.launch] : []))[0];

it('reads each setting that has a value, with its line', () => {
  const bytes = fixture('gunicorn/print-config.txt');
  expect(parse('gunicorn-print-config', bytes).problems).toEqual([]);
  const launch = launchOf(bytes);
  expect(launch).toMatchObject({ kind: 'printed settings', name: null, isConditional: false });
  const values = new Map(launch?.settings.map(({ setting, value }) => [setting, value]));
  expect([
    ...['timeout', 'workers', 'threads', 'max_requests', 'worker_class'].map((name) => values.get(name)),
  ]).toEqual(['90', '2', '2', '77', 'sync']);
  expect(values.has('proc_name')).toBe(false);
  expect(launch?.settings.find(({ setting }) => setting === 'timeout')?.source.line).toBeGreaterThan(1);
});

it('takes no setting from a line that the file ends within', () => {
  const text = 'bind                              = []\ntimeout                           = 9';
  const { problems } = parse('gunicorn-print-config', bytesOf(text));
  expect(problems.map(({ kind }) => kind)).toEqual(['truncated']);
  expect(launchOf(bytesOf(text))?.settings.map(({ setting }) => setting)).toEqual(['bind']);
});

it('reports what stands above the first setting and is none', () => {
  const { problems } = parse('gunicorn-print-config', bytesOf('Traceback\nbind    = []\ntimeout = 90\n'));
  expect(problems.map(({ kind }) => kind)).toEqual(['malformed-record']);
});
