import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settingText } from '../../../../shared/model/config.ts';
import { runs } from '../../../support/properties.ts';
import { bytesOf, fixture, textOf } from '../support.ts';
import { FOREIGN, FORMS } from './python-forms.ts';
import { inShort, readConfig } from './read-config.ts';

describe('real configurations', () => {
  it('leave what is not set unset', () => {
    const { config, parsed } = readConfig(fixture('gunicorn/conf-default-timeout.py.txt'));
    expect(config.timeoutSeconds).toEqual({ kind: 'not-set' });
    expect(config).toMatchObject({
      workers: { kind: 'set', value: 2, overridableBy: [] },
      workerClass: { kind: 'set', value: 'sync' },
      gracefulTimeoutSeconds: { kind: 'set', value: 30 },
      maxRequests: { kind: 'not-set' },
    });
    expect(parsed.problems).toEqual([]);
  });

  it('give the bytes of each setting', () => {
    const bytes = fixture('gunicorn/conf-timeout-120.py.txt');
    const { timeoutSeconds } = readConfig(bytes).config;
    expect(timeoutSeconds.kind).toBe('set');
    if (timeoutSeconds.kind !== 'set') return;
    const { byteOffset, byteLength, line } = timeoutSeconds.source;
    expect(textOf(bytes.subarray(byteOffset, byteOffset + byteLength))).toBe('timeout = 120');
    expect([line, timeoutSeconds.text]).toEqual([5, '120']);
  });
});

describe('the timeout of every form', () => {
  it.each([...FORMS, ...FOREIGN])('%j: %s', (program, expected) => {
    const { config, parsed } = readConfig(program);
    expect(inShort(config.timeoutSeconds)).toBe(expected === 'refused' ? 'unreadable' : expected);
    if (config.timeoutSeconds.kind === 'unreadable') expect(parsed.problems.length).toBeGreaterThan(0);
    if (config.timeoutSeconds.kind === 'not-set') expect(settingText(config.timeoutSeconds)).toBeNull();
  });
});

it('reads every setting as gunicorn takes it', () => {
  const { config } = readConfig(
    'preload_app = "True"\nworker_class = " gth" \'read\'\nthreads = "0x4"\nmax_requests = 1000\nmax_requests_jitter = "50"\nbind = ["0.0.0.0:80", "unix:/run/a.sock"]\nworkers = True\n',
  );
  expect(config).toMatchObject({
    preload: { value: true },
    workerClass: { value: 'gthread' },
    threads: { value: 4 },
    maxRequests: { value: 1000 },
    maxRequestsJitter: { value: 50 },
    bind: { value: ['0.0.0.0:80', 'unix:/run/a.sock'] },
    workers: { value: 1 },
  });
  expect(readConfig('bind = "127.0.0.1:8000"').config.bind).toMatchObject({ value: ['127.0.0.1:8000'] });
  expect(readConfig('worker_class = type("W", (), {})').config.workerClass.kind).toBe('unreadable');
});

it('takes a timeout that never comes as the largest that is calculated with, and tells how it is written', () => {
  for (const text of ['9223372036854775807', '2 ** 63 - 1', '10 ** 300']) {
    expect(readConfig(`timeout = ${text}`).config.timeoutSeconds).toMatchObject({ kind: 'set', value: 1e9, text });
  }
});

describe('what cannot be evaluated is told as written', () => {
  it.each([
    ['import multiprocessing\ntimeout = multiprocessing.cpu_count() * 2 + 1', 'multiprocessing.cpu_count() * 2 + 1', 2],
    ['import os\ntimeout = int(os.environ["T"])', 'int(os.environ["T"])', 2],
    ['timeout = 30\nfrom base import *', 'from base import *', 2],
    ['import sys\nif sys.argv:\n    timeout = 5\n', '5, or not set', 3],
    ['import os\ntimeout = 30\nif os.getenv("A"):\n    timeout = 600', '30, or 600 where A is set', 2],
    ['timeout = -5', '-5', 1],
  ])('%j', (program, text, line) => {
    const { timeoutSeconds } = readConfig(program).config;
    expect(settingText(timeoutSeconds)).toBe(text);
    expect(timeoutSeconds.kind === 'not-set' ? null : timeoutSeconds.source.line).toBe(line);
  });
});

describe('problems', () => {
  it.each([
    [
      'import os\nworkers = os.cpu_count()',
      'Line 2 of evidence.txt sets workers to something that only running it would tell;',
    ],
    ['from base import *', 'Line 1 of evidence.txt imports what may set timeout, graceful_timeout, workers,'],
    ['timeout = -5', 'sets timeout to something that only running it would tell (a value that gunicorn refuses)'],
    ['timeout = 3 if host() else 4', 'Python raises NameError'],
    ['def post_fork(server, worker):\n    timeout = 5', 'sets timeout inside a function or class, which is no setting'],
    ['timeout = 30\n  workers = 2', 'line 2 has inconsistent indentation, for which Python refuses the file'],
    ['timeout = "', 'line 1 has invalid syntax, for which Python refuses the file'],
  ])('%j', (program, message) => {
    const { problems } = readConfig(program).parsed;
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ kind: 'not-literal', message: expect.stringContaining(message) });
  });

  it('a file that Python refuses sets nothing that could be told, and leaves no default in force', () => {
    const { config } = readConfig('workers = 2\ntimeout = = 3\n');
    const kinds = Object.values(config).flatMap((setting) => (typeof setting === 'object' ? [setting.kind] : []));
    expect(new Set(kinds)).toEqual(new Set(['unreadable']));
  });
});

describe('bytes', () => {
  const placeOf = (bytes: Uint8Array): string => {
    const { timeoutSeconds } = readConfig(bytes).config;
    if (timeoutSeconds.kind !== 'set') return timeoutSeconds.kind;
    const { byteOffset, byteLength, line } = timeoutSeconds.source;
    return `${textOf(bytes.subarray(byteOffset, byteOffset + byteLength))} on line ${line}`;
  };
  it.each([
    ['\uFEFF# Zeitüberschreitung\r\ntimeout = 99\r\n', 'timeout = 99 on line 2'],
    ['# 秒 \u{1F552}\nname = "ü"; timeout = 45', 'timeout = 45 on line 2'],
    ['a = 1\rtimeout = 7\r', 'timeout = 7 on line 2'],
    ['a = """\r\n\r\n"""\r\nif a:\r\n\ttimeout = 8\r\n', 'timeout = 8 on line 5'],
  ])('%j', (text, place) => {
    expect(placeOf(bytesOf(text))).toBe(place);
  });

  it('reads the encoding that a comment names', () => {
    const text = '# coding: latin-1\nname = "é"\ntimeout = 41';
    expect(placeOf(Uint8Array.from(text, (char) => char.charCodeAt(0)))).toBe('timeout = 41 on line 3');
    expect(placeOf(Uint8Array.from('name = "é"\ntimeout = 41', (char) => char.charCodeAt(0)))).toBe('unreadable');
    expect(placeOf(bytesOf('# coding: utf-16\ntimeout = 41'))).toBe('unreadable');
    expect(placeOf(bytesOf('timeout = 41\n\0'))).toBe('unreadable');
  });
});

describe('limits', () => {
  const within = (program: string, milliseconds = 8_000): string => {
    const start = performance.now();
    const { config } = readConfig(program);
    expect(performance.now() - start).toBeLessThan(milliseconds);
    return inShort(config.timeoutSeconds);
  };
  it.each([
    ['timeout = len("a" * 10**9)', 'unreadable'],
    ['timeout = 9**9**9', 'unreadable'],
    ['timeout = 1 << 10**9', 'unreadable'],
    ['timeout = 1\nfor i in range(10**9):\n    timeout = 5', '5 | 1'],
    ['timeout = 1\nfor i in range(10**9):\n    timeout += 5', 'unreadable'],
    ['timeout = 1\nwhile True:\n    timeout += 1', 'unreadable'],
    ['def f(n):\n    return f(n + 1)\ntimeout = f(0)', 'unreadable'],
    ['x = [1]\nfor i in range(40):\n    x += x\ntimeout = 1', 'unreadable'],
    ['x = "a"\nfor i in range(40):\n    x = x + x\ntimeout = 1', '1'],
    ['x = []\nfor i in range(100):\n    x = [x, x]\ntimeout = 1', '1'],
    ['x = 3\nfor i in range(100):\n    x = x * x\ntimeout = 1', '1'],
    [`timeout = ${'('.repeat(5_000)}1${')'.repeat(5_000)}`, 'unreadable'],
    [`timeout = ${'-'.repeat(50_000)}1`, 'unreadable'],
    [`timeout = ${'1 + '.repeat(20_000)}1`, 'unreadable'],
    [`timeout = ${'['.repeat(60_000)}`, 'unreadable'],
    ['timeout = 3\nexec("exec(\'timeout = 4\')")', '4'],
    ['x = "exec(x)"\nexec(x)\ntimeout = 3', 'unreadable'],
    ['"{:>999999999}".format(1)\ntimeout = 3', '3'],
    ['timeout = "%99999999d" % 3', 'unreadable'],
    [`import socket\n${'if socket.gethostname():\n    timeout = 5\n'.repeat(40)}`, 'unreadable'],
    [`import os\n${'x = int(os.environ.get("X", "1"))\n'.repeat(500)}timeout = 5`, '5'],
    [`timeout = 5\n${'# a comment\n'.repeat(30_000)}`, 'unreadable'],
  ])('of work, growth and nesting: %#', (program, expected) => {
    expect(within(program)).toBe(expected);
  });

  it('what a file that is given up does not mention is not set', () => {
    const { config } = readConfig('timeout = 1\nwhile True:\n    timeout += 1');
    expect([config.timeoutSeconds.kind, config.workers.kind]).toEqual(['unreadable', 'not-set']);
    const { config: open } = readConfig('while True:\n    globals()["a"] = 1');
    expect(open.workers.kind).toBe('unreadable');
  });

  it('many conditions are followed, each on its own', () => {
    const conditions = [1, 2, 3, 4, 5, 6, 7].map((n) => `if os.environ.get("A${n}"):\n    timeout = ${n}\n`).join('');
    expect(within(`import os\ntimeout = 30\n${conditions}`)).toBe('30 | 1 | 2 | 3 | 4 | 5 | 6 | 7');
  });
});

it('reads anything without throwing', () => {
  const parts = [
    ...[
      'timeout',
      ' = ',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'''",
      '\\',
      '\n',
      '  ',
      '\t',
      '-',
      '**',
      '9',
      'int',
      ' if ',
      ':',
    ],
    ...[
      'os.environ.get',
      'globals()',
      '["',
      '"]',
      ',',
      '#',
      'for ',
      ' in ',
      'def ',
      'class ',
      'lambda ',
      'import ',
      'from ',
      '*',
    ],
    ...[
      'exec(',
      'not ',
      ' and ',
      ':=',
      'try:',
      'except',
      'with ',
      ' as ',
      'match ',
      'case ',
      'f"{',
      '}"',
      '@',
      '.',
      '\0',
      'é',
    ],
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 40 }), (chosen) => {
      expect(readConfig(chosen.join('')).config.evidenceId).toBe('e1');
    }),
    { numRuns: runs(1_500) },
  );
});
