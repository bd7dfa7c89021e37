import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { analyseFiles, Scenario, verdictsOf } from './scenario.ts';

const ids = (analysis: Analysis): readonly string[] => analysis.facts.map(({ id }) => id);
const textOf = (analysis: Analysis, id: string): string => analysis.facts.find((fact) => fact.id === id)?.text ?? '';

/** A worker of a service that counts in its log, one line every half second, until it is ended after 30 s. */
function counting(lines: number, line: (index: number) => string, every = 0.5): Scenario {
  const scenario = new Scenario().boot().quietKernel().config('timeout = 30').app(0, 'INFO', 'Sync of depot 5 started');
  for (let index = 0; index < lines; index += 1) scenario.app(1 + index * every, 'INFO', line(index));
  return scenario;
}
const timedOut = (scenario: Scenario): Promise<Analysis> =>
  scenario.timeout(31).sigkill(32).replacement(32.1).analyse();

describe('a counter that runs past its own total is a loop without bounds, whatever the processor shows', () => {
  it.each([
    ['in English', (n: number) => `page ${n} of 12 walked`],
    ['in French', (n: number) => `Page ${n}/12 traitée`],
    ['in Polish, which nothing here reads', (n: number) => `przetworzono stronę ${n} z 12`],
    ['as named fields', (n: number) => `walked page=${n} total=12`],
  ])('%s', async (_name, line) => {
    const analysis = await timedOut(counting(60, (index) => line(index + 1)));
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'fits', 'worker-timeout': 'contributes' });
    expect(textOf(analysis, 'counter-past-total')).toContain('from 1 to 60 of 12');
  });

  it('also where each step past it is a warning, several times over; tries that end at their bound are none', async () => {
    const warned = (steps: number): Promise<Analysis> => {
      const scenario = new Scenario().boot().quietKernel().config('timeout = 30').app(0, 'INFO', 'Abruf 5 beginnt');
      for (let n = 1; n <= steps; n += 1)
        scenario.app(1 + n * (29.5 / steps), n > 12 ? 'WARNING' : 'INFO', `Abruf 5: Seite ${n} von 12 gelesen`);
      return timedOut(scenario);
    };
    expect(verdictsOf(await warned(60))['infinite-loop']).toBe('fits');
    expect(ids(await warned(14))).not.toContain('counter-past-total');
  });

  it('also where it waits for a peer in every round', async () => {
    const scenario = counting(60, (index) => `page ${index + 1} of 12 fetched`);
    const analysis = await timedOut(scenario.psSeries(30, () => ({ state: 'S', cpuPercent: 1, cpuSeconds: 0 })));
    expect(verdictsOf(analysis)['infinite-loop']).toBe('fits');
  });

  it('also in the night in which the clock is put back, where its stamps name no zone', async () => {
    const pad = (value: number): string => String(value).padStart(2, '0');
    const second = (index: number): string =>
      index < 2 ? `2026-10-25 02:59:${58 + index},000` : `2026-10-25 02:00:${pad(index - 2)},000`;
    const lines = [
      '[2026-10-25 02:59:50 +0200] [4700] [INFO] Starting gunicorn 23.0.0',
      '[2026-10-25 02:59:50 +0200] [4711] [INFO] Booting worker with pid: 4711',
      '2026-10-25 02:59:57,000 INFO [4711] stock: Sync of depot 5 started',
      ...Array.from({ length: 12 }, (_, index) => `${second(index)} INFO [4711] stock: page ${index + 4} of 6 walked`),
      '[2026-10-25 02:00:10 +0100] [4700] [CRITICAL] WORKER TIMEOUT (pid:4711)',
      '[2026-10-25 02:00:11 +0100] [4700] [ERROR] Worker (pid:4711) was sent SIGKILL! Perhaps out of memory?',
      '[2026-10-25 02:00:11 +0100] [4730] [INFO] Booting worker with pid: 4730',
    ];
    const analysis = await analyseFiles(new Map([['gunicorn.log', `${lines.join('\n')}\n`]]));
    expect(verdictsOf(analysis)['infinite-loop']).toBe('fits');
    expect(textOf(analysis, 'counter-past-total')).toContain('from 4 to 15 of 6');
  });

  it.each([
    ['one beyond the total, as where counting begins at 1', 13, (index: number) => `page ${index + 1} of 12 walked`],
    ['the size of a batch, which is no total', 60, (index: number) => `wrote batch ${index + 1} of 12 rows`],
    ['a share of the memory', 60, (index: number) => `memory ${80 + index} % of the pool`],
  ])('but not %s', async (_name, lines, line) => {
    const analysis = await timedOut(counting(lines, line, 28 / lines));
    expect(verdictsOf(analysis)['infinite-loop']).not.toBe('fits');
    expect(ids(analysis)).not.toContain('counter-past-total');
  });
});

describe('a counter that grows towards its total is work, and tells how long it needed', () => {
  it.each([
    ['in English', (n: number) => `${n} of 30000 rows written`],
    ['in Dutch', (n: number) => `regel ${n} van 30000 weggeschreven`],
  ])('%s', async (_name, line) => {
    const busy = counting(60, (index) => line((index + 1) * 100)).psSeries(30, (second) => ({
      state: 'R',
      cpuPercent: 99,
      cpuSeconds: Math.max(0, second),
    }));
    const analysis = await timedOut(busy);
    expect(verdictsOf(analysis)['infinite-loop']).toBe('ruled-out');
    expect(textOf(analysis, 'counter-towards-total')).toContain('6,000 of 30,000 at 200 a second');
    expect(textOf(analysis, 'counter-towards-total')).toContain('another 2 min');
  });

  it('that stands decides nothing, and says when it stood', async () => {
    const analysis = await timedOut(counting(10, (index) => `${(index + 1) * 100} of 30000 rows written`));
    expect(verdictsOf(analysis)['infinite-loop']).toBe('inconclusive');
    expect(textOf(analysis, 'counter-stopped')).toContain('1,000 of 30,000');
    expect(textOf(analysis, 'counter-stopped')).toContain('stood still for 25.5 s');
  });

  it('that counts attempts is a wait and no progress', async () => {
    const analysis = await timedOut(counting(14, (index) => `Versuch ${index + 1} von 40: Datenbank gesperrt`, 2));
    expect(ids(analysis)).not.toContain('counter-towards-total');
  });
});

describe('the same lines again and again', () => {
  const again = (index: number): string => `reading block ${100 + (index % 3)}`;

  it('are a loop where the worker computes', async () => {
    const busy = counting(58, again).psSeries(30, (second) => ({
      state: 'R',
      cpuPercent: 99,
      cpuSeconds: Math.max(0, second),
    }));
    const analysis = await timedOut(busy);
    expect(verdictsOf(analysis)['infinite-loop']).toBe('fits');
    expect(textOf(analysis, 'repeats-itself')).toContain('the same 3 lines');
  });

  it('are a loop where they go on for long, also where each of them looks like the start of work', async () => {
    const analysis = await timedOut(counting(58, () => 'Processing article SKU-4711-A'));
    expect(verdictsOf(analysis)['infinite-loop']).toBe('fits');
    const items = await timedOut(counting(58, (index) => `Processing article SKU-${4711 + index}-A`));
    expect(verdictsOf(items)['infinite-loop']).toBe('inconclusive');
  });

  it('are read with the fields behind the sentence', async () => {
    const worker = (more: (index: number) => string): Promise<Analysis> => {
      const scenario = new Scenario().boot().config('timeout = 30');
      for (let index = 0; index < 58; index += 1) {
        const second = 1 + index * 0.5;
        const stamp = new Date(Date.UTC(2026, 2, 14, 2, 30) + second * 1000).toISOString();
        scenario.stderr(second, `${stamp} [info     ] page fetched                   ${more(index)} rows=500`);
      }
      return timedOut(scenario);
    };
    expect(verdictsOf(await worker(() => 'cursor=c0ffee11'))['infinite-loop']).toBe('fits');
    expect(verdictsOf(await worker((index) => `cursor=c0ffee${11 + index}`))['infinite-loop']).toBe('inconclusive');
    expect(verdictsOf(await worker((index) => `page=${index + 1}/12`))['infinite-loop']).toBe('fits');
  });

  it('are none where it waits, and undecided where nobody looked', async () => {
    const idle = counting(58, again).psSeries(30, () => ({ state: 'S', cpuPercent: 1, cpuSeconds: 0 }));
    expect(verdictsOf(await timedOut(idle))['infinite-loop']).toBe('ruled-out');
    expect(verdictsOf(await timedOut(counting(58, again)))['infinite-loop']).toBe('inconclusive');
  });
});

describe('a way that comes back to where it began', () => {
  const nodes = ['4', '9', '17'];
  const step = (index: number): string => `${nodes[index % 3]} -> ${nodes[(index + 1) % 3]}`;

  it.each([
    ['as it stands', (index: number) => `junction ${step(index)}`],
    [
      'whatever is counted on it',
      (index: number) => `level ${index * 40}: ${step(index)}, ${index * 41_000} rows held`,
    ],
    ['in names with numbers', (index: number) => `Ч-${step(index).replace('-> ', '→ Ч-')}`],
  ])('again and again is a loop, %s', async (_name, line) => {
    const analysis = await timedOut(counting(58, line));
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'fits', 'worker-timeout': 'contributes' });
    expect(textOf(analysis, 'goes-in-circle')).toContain('circle of 3 steps, 19 times');
  });

  it.each([
    ['where it leads on', 58, (index: number) => `junction ${index} -> ${index + 1}`],
    ['where it came round a few times only', 24, step],
    ['where it is counted towards a total', 58, (index: number) => `stop ${index + 1} of 400: ${step(index)}`],
    [
      'where states come round for every item',
      58,
      (index: number) => `${['FETCH -> PARSE', 'PARSE -> STORE', 'STORE -> FETCH'][index % 3]}`,
    ],
    [
      'where another item is told of in every round',
      58,
      (index: number) => (index % 3 === 2 ? `item ${index} stored` : `stage ${index % 3 === 0 ? '1 -> 2' : '2 -> 1'}`),
    ],
    ['where it is taken at random', 58, (index: number) => `junction ${(index * 7) % 11} -> ${((index + 1) * 5) % 13}`],
  ])('but not %s', async (_name, lines, line) => {
    const analysis = await timedOut(counting(lines, line));
    expect(ids(analysis)).not.toContain('goes-in-circle');
  });
});

describe('a wait for a peer at the abort', () => {
  const TRACE = [
    'Traceback (most recent call last):',
    '  File "/srv/app/queue.py", line 12, in drain',
    '    channel.get()',
    '  File "/usr/lib/python3.11/socket.py", line 706, in readinto',
    '    return self._sock.recv_into(b)',
    '  File "/srv/venv/lib/python3.11/site-packages/gunicorn/workers/base.py", line 203, in handle_abort',
    '    sys.exit(1)',
    'SystemExit: 1',
  ];
  const aborted = (scenario: Scenario): Promise<Analysis> =>
    TRACE.reduce(
      (traced, line) => traced.stderr(31.1, line),
      scenario.timeout(31).gunicorn(31.05, 4242, 'ERROR', 'Error handling request /drain'),
    )
      .gunicorn(31.2, 4242, 'INFO', 'Worker exiting (pid: 4242)')
      .replacement(32)
      .analyse();

  it('is one round of a loop whose tries nothing bounds', async () => {
    const scenario = counting(0, String);
    for (let index = 0; index < 58; index += 1)
      scenario.app(1 + index / 2, 'WARNING', `message 5f31c, delivery ${index + 1}: not valid`);
    const analysis = await aborted(scenario);
    expect(ids(analysis)).toContain('waited-for-peer');
    expect(verdictsOf(analysis)['infinite-loop']).toBe('fits');
  });

  it('excludes a loop where nothing of the kind is logged', async () => {
    const analysis = await aborted(counting(4, (index) => `message ${index * 31} taken`));
    expect(ids(analysis)).toContain('waited-for-peer');
    expect(verdictsOf(analysis)['infinite-loop']).toBe('ruled-out');
  });
});

describe('parts of a whole that was announced', () => {
  const pages =
    (announced: string, part: (n: number) => string) =>
    (lines: number): Promise<Analysis> => {
      const scenario = new Scenario().boot().quietKernel().config('timeout = 30').app(0, 'INFO', announced);
      for (let n = 1; n <= lines; n += 1) scenario.app(n * 0.5, 'INFO', part(n));
      return timedOut(scenario);
    };

  it.each([
    ['in English', pages('Sync of depot 5 started: 412 records', (n) => `depot 5, page ${n}: 100 records, 0 new`)],
    ['in French', pages('Moissonnage du dépôt 5, 412 notices', (n) => `Dépôt 5, page ${n} : 100 notices, jeton a!100`)],
    ['in Czech', pages('Stahuji sklad 5: 412 položek', (n) => `Sklad 5, strana ${n}: 100 položek uloženo`)],
  ])('that are more than it bound nothing, %s', async (_name, analysed) => {
    const analysis = await analysed(58);
    expect(textOf(analysis, 'parts-past-whole')).toContain('58 parts of 100, 5,800 together');
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'fits', 'worker-timeout': 'contributes' });
  });

  it.each([
    ['fewer parts', pages('Sync of depot 5 started: 9000 records', (n) => `depot 5, page ${n}: 100 records, 0 new`)],
    ['the sum so far', pages('Sync of depot 5 started: 412 records', (n) => `depot 5, page ${n}: ${n * 7} records`)],
    ['another thing', pages('Sync of depot 5 started: 412 shelves', (n) => `depot 5, page ${n}: 100 records, 0 new`)],
  ])('%s are no loop', async (_name, analysed) => {
    const analysis = await analysed(58);
    expect(ids(analysis)).not.toContain('parts-past-whole');
    expect(verdictsOf(analysis)['infinite-loop']).not.toBe('fits');
  });
});
