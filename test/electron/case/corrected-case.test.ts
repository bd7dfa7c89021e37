import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type OpenCase, openCase } from '../../../electron/case/open-case.ts';
import { reportOf } from '../../../electron/export/export-case.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';
import { formatIsoMicros } from '../../../shared/model/time.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { exportInputOf, writtenText } from '../../support/export-input.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';
import { AHEAD_MICROS, twoClocks } from '../../support/two-clocks.ts';

const DAY = 86_400_000_000;

const bundle = (files = twoClocks()): string => join(writeTree(tempFolder(), files), 'case');

/** Source and time of day of every event, in the order of the rows. */
function rows(opened: OpenCase): string[] {
  const nameOf = new Map(opened.evidence.files.map(({ id, path }) => [id, path.split('/').at(-1)]));
  return Array.from({ length: opened.store.count }, (_, row) => {
    const event = opened.store.event(row);
    return `${nameOf.get(event.source.evidenceId)} ${formatIsoMicros(event.time).slice(11, 26)}`;
  });
}

const idOf = (opened: OpenCase, name: string): string =>
  opened.evidence.files.find(({ path }) => path.endsWith(name))?.id ?? '';

describe('a case whose clocks are corrected', () => {
  it('moves what was dated through a source along with it, and says so of that source alone', async () => {
    const opened = await openCase({
      paths: [
        bundle({
          'case/unit.txt': [
            '2026-01-28T04:10:00.000000+0000 app-3 gunicorn[900]: [2026-01-28 04:10:00 +0000] [900] [INFO] Starting gunicorn 23.0.0',
            '2026-01-28T04:10:09.000000+0000 app-3 gunicorn[900]: [2026-01-28 04:10:09 +0000] [900] [ERROR] Worker (pid:4242) was sent SIGKILL! Perhaps out of memory?',
            '',
          ].join('\n'),
          'case/dmesg.txt':
            '[ 3501.341241] Memory cgroup out of memory: Killed process 4242 (gunicorn) total-vm:433520kB, anon-rss:409592kB, file-rss:6152kB, shmem-rss:0kB, UID:0 pgtables:880kB oom_score_adj:0\n',
        }),
      ],
    });
    const kill = 'dmesg.txt 04:10:09.000000';
    expect(rows(opened)).toContain(kill);
    const corrected = await opened.withClockOffsets(new Map([[idOf(opened, 'unit.txt'), -AHEAD_MICROS]]));
    expect(rows(corrected)).toContain('dmesg.txt 04:10:04.800000');
    const offsets = corrected
      .view()
      .files.map(({ path, clockOffsetMicros }) => [path.split('/').at(-1), clockOffsetMicros]);
    expect(Object.fromEntries(offsets)).toEqual({ 'unit.txt': -AHEAD_MICROS, 'dmesg.txt': undefined });
  });

  it('is merged and analysed anew, with facts that lead to the right rows', async () => {
    const asRead = await openCase({ paths: [bundle()] });
    expect(rows(asRead).slice(2, 5)).toEqual([
      'journal.txt 04:10:05.123456',
      'proxy.txt 04:10:09.300000',
      'journal.txt 04:10:45.000000',
    ]);
    const corrected = await asRead.withClockOffsets(new Map([[idOf(asRead, 'proxy.txt'), -AHEAD_MICROS]]));
    expect(rows(corrected)).toEqual([
      'journal.txt 04:10:00.000000',
      'journal.txt 04:10:01.000000',
      'proxy.txt 04:10:05.100000',
      'journal.txt 04:10:05.123456',
      'journal.txt 04:10:45.000000',
      'proxy.txt 04:10:45.500000',
      'journal.txt 04:10:46.000000',
      'proxy.txt 04:10:46.000000',
      'journal.txt 04:10:47.000000',
    ]);
    expect(corrected.view().files.map(({ clockOffsetMicros }) => clockOffsetMicros)).toEqual([
      undefined,
      -AHEAD_MICROS,
    ]);
    const { facts, incident } = corrected.analysis;
    expect(facts.some((fact) => fact.rows.length > 0)).toBe(true);
    for (const fact of facts) {
      for (const [index, row] of fact.rows.entries()) {
        const source = fact.sources[index];
        if (source !== undefined && fact.rows.length === fact.sources.length) {
          expect(corrected.store.event(row).source.byteOffset).toBe(source.byteOffset);
        }
      }
    }
    const timeout = incident?.moments.find(({ id }) => id === 'timeout');
    expect(corrected.store.event(timeout?.row ?? 0).kind).toBe('worker-timeout');
    // The bytes are those of before, and the one whose place was taken still reads its own.
    expect(corrected.store.raw(2).text).toContain('POST /jobs/7/import forwarded');
    expect(asRead.store.raw(3).text).toContain('POST /jobs/7/import forwarded');
    await asRead.retire();
    await corrected.dispose();
  });

  it('moves the incident with the source that it is told by, over whole days and a leap day', async () => {
    const asRead = await openCase({ paths: [bundle()] });
    // From 2026-01-28 back to 2024-02-29.
    const moved = await asRead.withClockOffsets(new Map([[idOf(asRead, 'journal.txt'), -699 * DAY]]));
    expect(formatIsoMicros(moved.analysis.incident?.end ?? asRead.store.event(0).time)).toMatch(/^2024-02-29T04:10:46/);
    expect(moved.analysis.incident).toMatchObject({ pid: 101, mechanism: 'gunicorn-timeout' });
    const back = await moved.withClockOffsets(new Map());
    expect(back.view()).toEqual(asRead.view());
    await asRead.retire();
    await moved.retire();
    await back.dispose();
  });

  it('is the identical case with corrections of nothing', async () => {
    const path = bundle();
    const plain = await openCase({ paths: [path] });
    const zero = await openCase({ paths: [path], clockOffsets: [{ path: 'proxy.txt', micros: 0 }] });
    expect(zero.view()).toEqual(plain.view());
    expect(await writtenText(zero, { name: 'json' })).toBe(await writtenText(plain, { name: 'json' }));
    await plain.dispose();
    await zero.dispose();
  });

  it('says so in the JSON, which keeps to its schema, and in the report', async () => {
    const opened = await openCase({ paths: [bundle()], clockOffsets: [{ path: 'proxy.txt', micros: -AHEAD_MICROS }] });
    const written = caseJsonSchema.parse(JSON.parse(await writtenText(opened, { name: 'json' })));
    const message = expect.stringContaining('clock corrected by −4.200000 s');
    expect(written.problems).toContainEqual({ path: 'proxy.txt', kind: 'assumed-time', message });
    expect(written.evidence.find(({ path }) => path === 'proxy.txt')?.problems).toContainEqual({
      kind: 'assumed-time',
      message,
      byteOffset: null,
    });
    expect(reportOf(exportInputOf(opened)).evidence.map(({ timeSettings }) => timeSettings)).toEqual([
      [],
      ['clock corrected by −4.200000 s'],
    ]);
    expect(await writtenText(opened, { name: 'html' })).toContain('clock corrected by −4.200000 s');
    await opened.dispose();
  });

  it('refuses a source that is not there, and says which there are', async () => {
    const path = bundle();
    await expect(openCase({ paths: [path], clockOffsets: [{ path: 'nope.txt', micros: 1 }] })).rejects.toThrow(
      /No source is named "nope.txt"[\s\S]*proxy\.txt/,
    );
    await expect(
      openCase({ paths: [path], zones: { whereAssumed: null, bySource: [{ path: 'nope.txt', zone: 'UTC' }] } }),
    ).rejects.toThrow(/nope\.txt/);
    const opened = await openCase({ paths: [path] });
    await expect(opened.withClockOffsets(new Map([['e99', 1]]))).rejects.toThrow('no source e99');
    await opened.dispose();
  });
});

describe('a case with the zone of its stamps given', () => {
  const log = '2026-07-01 12:00:00,250 - app - INFO - summer\n2026-12-01 12:00:00,250 - app - INFO - winter\n';
  const syslog = 'Jul  1 12:00:00 vm app[7]: summer\nJul  1 12:00:01 vm app[7]: summer\n';
  const files = { 'case/app.log': log, 'case/syslog.txt': syslog };
  const times = (opened: OpenCase, name: string): string[] => {
    const id = idOf(opened, name);
    return Array.from({ length: opened.store.count }, (_, row) => opened.store.event(row))
      .filter(({ source }) => source.evidenceId === id)
      .map(({ time }) => formatIsoMicros(time));
  };

  it('reads every source whose zone nothing tells by it, and marks that as given', async () => {
    const opened = await openCase({
      paths: [bundle(files)],
      zones: { whereAssumed: 'Europe/Berlin', bySource: [] },
    });
    expect(times(opened, 'app.log')).toEqual(['2026-07-01T10:00:00.250000Z', '2026-12-01T11:00:00.250000Z']);
    const [app] = opened.evidence.files;
    expect(app?.time).toMatchObject({ zone: 'Europe/Berlin', zoneFrom: 'given' });
    expect(app?.problems.filter(({ message }) => message.includes('nothing tells their zone'))).toEqual([]);
    expect(reportOf(exportInputOf(opened)).evidence[0]?.timeSettings).toEqual([
      'stamps read as Europe/Berlin, as given',
    ]);
    await opened.dispose();
  });

  it('reads one source by its own, and leaves the others', async () => {
    const opened = await openCase({
      paths: [bundle(files)],
      zones: { whereAssumed: '-03:00', bySource: [{ path: 'app.log', zone: 'America/New_York' }] },
    });
    expect(times(opened, 'app.log')).toEqual(['2026-07-01T16:00:00.250000Z', '2026-12-01T17:00:00.250000Z']);
    expect(times(opened, 'syslog.txt').map((time) => time.slice(5, 19))).toEqual(['07-01T15:00:00', '07-01T15:00:01']);
    expect(opened.evidence.files.map(({ time }) => time?.zoneFrom)).toEqual(['given', 'given']);
    await opened.dispose();
  });

  it('does not touch stamps that carry their zone', async () => {
    const opened = await openCase({
      paths: [bundle({ 'case/journal.txt': timeoutJournal() })],
      zones: { whereAssumed: 'Asia/Tokyo', bySource: [{ path: 'journal.txt', zone: 'Asia/Tokyo' }] },
    });
    expect(formatIsoMicros(opened.store.event(0).time)).toBe('2026-01-28T04:10:00.000000Z');
    expect(opened.evidence.files[0]?.time).toMatchObject({ offsetMinutes: null, zoneFrom: 'file' });
    await opened.dispose();
  });

  it('reports stamps at the changes of the zone’s clocks', async () => {
    const night = ['01:30:00', '02:30:00', '02:10:00', '03:00:00']
      .map((clock) => `2025-10-26 ${clock},000 - app - INFO - tick\n`)
      .join('');
    const opened = await openCase({
      paths: [bundle({ 'case/app.log': night })],
      zones: { whereAssumed: 'Europe/Berlin', bySource: [] },
    });
    expect(times(opened, 'app.log').map((time) => time.slice(11, 16))).toEqual(['23:30', '00:30', '01:10', '02:00']);
    expect(opened.evidence.files[0]?.problems.map(({ message }) => message).join(' ')).toMatch(
      /2 fell into an hour that comes twice/,
    );
    await opened.dispose();
  });
});
