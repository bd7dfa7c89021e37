import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GunicornConfig } from '../../../../shared/model/config.ts';
import { runs } from '../../../support/properties.ts';
import { bytesOf, fixture, parse, textOf } from '../support.ts';

function read(text: string) {
  const bytes = bytesOf(text);
  const parsed = parse('gunicorn-conf', bytes);
  const configs = parsed.items.flatMap((item) => (item.type === 'gunicorn-config' ? [item.config] : []));
  const config = configs[0] as GunicornConfig;
  expect(configs).toHaveLength(1);
  return { config, problems: parsed.problems, bytes };
}

describe('real configurations', () => {
  it('leaves what is not set unset', () => {
    const { config, problems } = read(textOf(fixture('gunicorn/conf-default-timeout.py.txt')));
    expect(config.timeoutSeconds).toBeNull();
    expect(config).toMatchObject({
      workers: { value: 2, certainty: 'literal' },
      workerClass: { value: 'sync' },
      gracefulTimeoutSeconds: { value: 30 },
      maxRequests: null,
    });
    expect(problems).toEqual([]);
  });

  it('gives the bytes of each setting', () => {
    const { config, bytes } = read(textOf(fixture('gunicorn/conf-timeout-120.py.txt')));
    const { byteOffset = 0, byteLength = 0, line } = config.timeoutSeconds?.source ?? {};
    expect(textOf(bytes.subarray(byteOffset, byteOffset + byteLength))).toBe('timeout = 120');
    expect(line).toBe(5);
  });
});

describe('values', () => {
  it.each([
    ['timeout = 120  # seconds', 120, 'literal'],
    ['timeout=0', 0, 'literal'],
    ['timeout = (2 * 60)', 120, 'literal'],
    ['timeout = 1_0 + 5 - 3 * 2 ** 1', 9, 'literal'],
    ['timeout = 7 // 2', 3, 'literal'],
    ['timeout = 2.5', 2.5, 'literal'],
    ['timeout = 0x1e', 30, 'literal'],
    ['timeout: int = 45', 45, 'literal'],
    ['timeout = "120"', 120, 'literal'],
    ['timeout = int(os.environ.get("GUNICORN_TIMEOUT", "120"))', 120, 'environment-default'],
    ["timeout = int(os.environ.get('T', 120,))", 120, 'environment-default'],
    ['timeout = os.getenv("X", 120)', 120, 'environment-default'],
    ['timeout = int(os.getenv("X", default="90"))', 90, 'environment-default'],
    ['timeout = int(os.environ.get("X") or 60)', 60, 'environment-default'],
    ['timeout = int(environ.get("X", "1")) * 60', 60, 'environment-default'],
    ['timeout = \\\n  33', 33, 'literal'],
    ['timeout = int(\n    "44",\n)', 44, 'literal'],
    ['T = 55\ntimeout = T', 55, 'literal'],
    ['timeout = graceful_timeout = 66', 66, 'literal'],
    ['timeout = 5\ntimeout = 77', 77, 'literal'],
    ['bind = "x"; timeout = 88', 88, 'literal'],
    ['\uFEFFtimeout = 99\r\n', 99, 'literal'],
    ['timeout = 30\nif os.environ.get("DEBUG"):\n    timeout = 0', 30, 'environment-default'],
  ])('%j', (text, value, certainty) => {
    expect(read(text).config.timeoutSeconds).toMatchObject({ value, certainty });
  });

  it('reads strings, booleans and concatenation', () => {
    const { config } = read(
      'preload_app = True\nworker_class = "gth" \'read\'\nthreads = 4\nmax_requests = 1000\nmax_requests_jitter = 50\n',
    );
    expect(config).toMatchObject({
      preload: { value: true },
      workerClass: { value: 'gthread' },
      threads: { value: 4 },
      maxRequests: { value: 1000 },
      maxRequestsJitter: { value: 50 },
    });
  });
});

describe('what is not literal is reported and not guessed', () => {
  it.each([
    ['workers = multiprocessing.cpu_count() * 2 + 1', 'workers'],
    ['timeout = int(os.environ["T"])', 'timeout'],
    ['timeout = os.environ.get("T")', 'timeout'],
    ['timeout = 30 if DEBUG else 60', 'timeout'],
    ['timeout = f"{30}"', 'timeout'],
    ['timeout = -5', 'timeout'],
    ['timeout = 30\ntimeout += 5', 'timeout'],
    ['timeout = 30\ntimeout = compute()', 'timeout'],
    ['timeout = 1 / 0', 'timeout'],
    ['if DEBUG: timeout = 5', 'timeout'],
    ['if DEBUG:\n    pass\nelse:\n    timeout = 5', 'timeout'],
    ['def post_fork(server, worker):\n    timeout = 5', 'timeout'],
    ['from base import *', 'imports'],
  ])('%j', (text, word) => {
    const { config, problems } = read(text);
    expect(config.timeoutSeconds).toBeNull();
    expect(config.workers).toBeNull();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ kind: 'not-literal', message: expect.stringContaining(word) });
  });

  it('a function does not touch the setting of the file', () => {
    const { config } = read('timeout = 30\ndef f():\n    timeout = 5\nworkers = 3\n');
    expect(config).toMatchObject({ timeoutSeconds: { value: 30, certainty: 'literal' }, workers: { value: 3 } });
  });
});

it.each([
  '# timeout = 5',
  '"""\ntimeout = 5\n"""',
  "note = 'timeout = 5'",
  'note = """a\\"""\ntimeout = 5\n"""',
  'options = {\n"timeout": 5,\n}',
  'call(\ntimeout = 5\n)',
  'worker.timeout = 5',
  'timeout == 5',
  'timeouts = 5',
  'my_timeout = 5',
])('%j sets nothing', (text) => {
  const { config, problems } = read(text);
  expect(config.timeoutSeconds).toBeNull();
  expect(problems).toEqual([]);
});

it('reads anything without throwing', () => {
  const parts = [
    'timeout',
    ' = ',
    '(',
    ')',
    '"',
    "'''",
    '\\',
    '\n',
    '  ',
    '-',
    '**',
    '9',
    'int',
    'os.environ.get',
    ',',
    'if',
    ':',
    '#',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 40 }), (chosen) => {
      const { config } = read(chosen.join(''));
      expect(config.evidenceId).toBe('e1');
    }),
    { numRuns: runs(500) },
  );
  expect(read(`timeout = ${'('.repeat(5000)}1${')'.repeat(5000)}`).problems).toHaveLength(1);
  expect(read(`timeout = ${'-'.repeat(50_000)}1`).problems).toHaveLength(1);
});
