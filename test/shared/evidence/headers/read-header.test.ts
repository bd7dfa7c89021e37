import { describe, expect, it } from 'vitest';
import { readCommonHeader } from '../../../../shared/evidence/headers/common-header.ts';
import { learnHabits } from '../../../../shared/evidence/headers/header-habits.ts';
import { LOOSE_STAMP_SAMPLES, stampAt } from '../../../../shared/evidence/headers/loose-stamp.ts';
import { readHeader } from '../../../../shared/evidence/headers/read-header.ts';
import { readTextHeader } from '../../../../shared/evidence/headers/text-header.ts';
import { learnLayout } from '../../../../shared/evidence/logs/log-layout.ts';

const T = '2026-01-28 04:10:22,070';
const TEXT = 'Importing job 14';

describe('a header is taken apart', () => {
  it.each<[line: string, pid: number | null, level: string | null, logger: string | null]>([
    [`[2026-01-28 04:10:22 +0000] [7] [CRITICAL] ${TEXT}`, 7, 'CRITICAL', null],
    [`[2026-01-28 04:10:22] [7] [INFO] app.jobs: ${TEXT}`, 7, 'INFO', 'app.jobs'],
    [`2012-05-20 16:39:46 [23845] [INFO] ${TEXT}`, 23845, 'INFO', null],
    [`[CRITICAL] ${TEXT}`, null, 'CRITICAL', null],
    [`${T} - app.jobs - INFO - ${TEXT}`, null, 'INFO', 'app.jobs'],
    [`INFO:app.jobs:${TEXT}`, null, 'INFO', 'app.jobs'],
    [`INFO:     ${TEXT}`, null, 'INFO', null],
    [`INFO ${T} views 7 140123456 ${TEXT}`, 7, 'INFO', 'views'],
    [`${T} [7] INFO importer: ${TEXT}`, 7, 'INFO', 'importer'],
    [`${T} INFO importer [7]: ${TEXT}`, 7, 'INFO', 'importer'],
    [`${T} | INFO     | importer:run:33 - ${TEXT}`, null, 'INFO', 'importer'],
    [`2026-01-28T04:10:22.070Z [info     ] ${TEXT}        [suites] worker=3`, null, 'INFO', 'suites'],
    [`[${T}: INFO/ForkPoolWorker-1] ${TEXT}`, null, 'INFO', null],
    [`${T} 7 INFO tracker odoo.jobs: ${TEXT}`, 7, 'INFO', 'odoo.jobs'],
    [`I, [2026-01-28T04:10:22.070123 #7]  INFO -- : ${TEXT}`, 7, 'INFO', null],
    [`I0128 04:10:22.070123       7 jobs.py:33] ${TEXT}`, 7, 'INFO', null],
    [`importer[7]: ${TEXT}`, 7, null, 'importer'],
    [`${T} [pantry/ERROR] ${TEXT}`, null, 'ERROR', 'pantry'],
    [`${T} - one - two        -  [INFO    ] - ${TEXT}`, null, 'INFO', 'two'],
    [`04:10:22 [INFO] planner.runner - ${TEXT}`, null, 'INFO', 'planner.runner'],
    [`${T}|7|INFO|importer|${TEXT}`, 7, 'INFO', 'importer'],
    [`level=info pid=7 logger=importer msg="${TEXT}"`, 7, 'INFO', 'importer'],
    [`{"asctime":"${T}","levelname":"INFO","name":"tours","process":7,"message":"${TEXT}"}`, 7, 'INFO', 'tours'],
  ])('%s', (line, pid, level, logger) => {
    expect(readHeader(line)).toMatchObject({ pid, level, logger, text: TEXT });
  });

  it.each([
    'Traceback (most recent call last):',
    '  File "/srv/app.py", line 12, in run',
    'ValueError: no such job: 3',
    'During handling of the above exception, another exception occurred:',
    '10.0.0.1 - - [28/Jan/2026:04:10:22 +0000] "GET / HTTP/1.1" 200 2',
    '[3/10] step',
    'child_exit 12',
    'post_fork 12',
    '12 rows',
  ])('%j has none', (line) => {
    expect(readHeader(line)).toBeNull();
  });

  it('in one step, where it is a common one, as by the scan', () => {
    for (const line of [`[2026-01-28 04:10:22 -0330] [7] [ERROR] ${TEXT}`, `${T} - app.jobs - INFO - ${TEXT}`]) {
      const { text, ...fields } = readCommonHeader(line) ?? {};
      // A sentence that ends in a mark is left to the scan.
      expect(readTextHeader(line.replace(TEXT, `(${TEXT})`))).toEqual({ ...fields, text: `(${text})` });
    }
  });
});

describe('a stamp', () => {
  it.each(LOOSE_STAMP_SAMPLES)('%s is read whole', (sample) => {
    expect(stampAt(sample, 0)?.end).toBe(sample.length);
  });
});

describe('a file shows what one line leaves open', () => {
  it('a number that is never the same is no process', () => {
    const lines = Array.from({ length: 40 }, (_, index) => `${T} INFO [${100 + index}] done`);
    const habits = learnHabits(lines);
    expect(habits.numberIsPid).toBe(false);
    expect(readHeader(lines[0] ?? '', habits)).toMatchObject({ pid: null, text: '[100] done' });
    const few = Array.from({ length: 40 }, (_, index) => `${T} INFO [${100 + (index % 3)}] done`);
    expect(learnHabits(few).numberIsPid).toBe(true);
  });

  it('a number behind the level that comes again and again is the process', () => {
    const line = (pid: number, nth: number): string => `${T} INFO ${pid} tracking looking up parcel ${nth}`;
    const lines = Array.from({ length: 40 }, (_, nth) => line(7 + (nth % 2), nth));
    const habits = learnHabits(lines);
    expect(habits).toMatchObject({ bareNumberIsPid: true });
    expect(readHeader(line(8, 14), habits)).toMatchObject({ pid: 8, level: 'INFO' });
    const counts = Array.from({ length: 40 }, (_, nth) => `${T} INFO ${300 + nth * 7} rows imported`);
    expect(learnHabits(counts).bareNumberIsPid).toBe(false);
  });
});

describe('what the headers of a file mean is learnt', () => {
  const lines = Array.from({ length: 12 }, (_, at) => `INFO ${8 + (at % 2)} tracking Looking up parcel ${100 + at}`);
  const time = (at: number): string => `2026-01-28T04:10:${10 + at}Z`;
  const csv = ['@timestamp,@message', ...lines.map((line, at) => `${time(at)},${line}`)].join('\n');
  const entries = lines.map((line, at) => ({
    insertId: `a${at}`,
    logName: 'projects/p/logs/x',
    textPayload: line,
    timestamp: time(at),
  }));
  const objects = lines.map((line, at) => JSON.stringify({ timestamp: time(at), message: line }));

  it.each([
    ['lines', lines.join('\n')],
    ['rows of a table', csv],
    ['a JSON document', JSON.stringify(entries, null, 2)],
    ['JSON lines, whose messages a logger of text headed', objects.join('\n')],
  ])('from %s', (_, text) => {
    expect(learnLayout(`${text}\n`).habits.bareNumberIsPid).toBe(true);
  });

  it('so that the number is the process there too', () => {
    const { habits } = learnLayout(objects.join('\n'));
    expect(readHeader(objects[0] ?? '', habits)).toMatchObject({ pid: 8, level: 'INFO' });
  });
});

describe('a table without a level', () => {
  const boots = ['411', '412'].map(
    (pid) => `[2026-04-26 00:00:01 +0100] [${pid}] [INFO] Booting worker with pid: ${pid}`,
  );

  it.each(['|', ';'])('has fields between %j, where the same few values stand there', (sign) => {
    const line = (pid: number, nth: number): string =>
      [`2026-04-26 05:${10 + nth}:02,000`, pid, 'rega.comandos', `humidade do talhão ${nth} lida`].join(sign);
    const habits = learnHabits([...boots, ...Array.from({ length: 12 }, (_, nth) => line(411 + (nth % 2), nth))]);
    expect(readHeader(line(412, 17), habits)).toMatchObject({
      pid: 412,
      level: null,
      logger: 'rega.comandos',
      text: 'humidade do talhão 17 lida',
    });
  });

  it('is none where what stands there is of the text', () => {
    const line = (nth: number): string =>
      `2026-04-26 05:${10 + nth}:02,000|${900 + nth}|pump-${nth}|opened at ${nth} bar`;
    const habits = learnHabits([...boots, ...Array.from({ length: 12 }, (_, nth) => line(nth))]);
    expect(readHeader(line(3), habits)).toMatchObject({ pid: null, logger: null, text: '903|pump-3|opened at 3 bar' });
  });
});

describe('levels in other languages', () => {
  it.each([
    ['BİLGİ filo.plan: Sefer planı 311', 'INFO', 'filo.plan', 'Sefer planı 311'],
    ['2026-01-28 04:10:22,070 ОШИБКА app.jobs: файл 14', 'ERROR', 'app.jobs', 'файл 14'],
    ['2026-01-28 04:10:22,070 - app.jobs - FEHLER - Datei 14', 'ERROR', 'app.jobs', 'Datei 14'],
    ['[2026-01-28 04:10:22,070] [7] [警告] app.jobs: 14', 'WARNING', 'app.jobs', '14'],
  ])('%s', (line, level, logger, text) => {
    expect(readHeader(line)).toMatchObject({ level, logger, text });
  });

  it('are no levels within a sentence', () => {
    expect(readHeader('Fehler in Datei 14')).toBe(null);
    expect(readHeader('Hinweis zur Datei 14')).toBe(null);
  });
});

it('a name with a number behind a stamp is the logger with its process, where a level follows', () => {
  expect(readHeader('2024-07-04 03:00:00.000 midasala/1411 INFO pöntun 3307: sæti læst')).toMatchObject({
    pid: 1411,
    logger: 'midasala',
    level: 'INFO',
    text: 'pöntun 3307: sæti læst',
  });
  expect(readHeader('2024-07-04 03:00:00.000 reports/1411 INFORMED of a change')).toMatchObject({ pid: null });
});
