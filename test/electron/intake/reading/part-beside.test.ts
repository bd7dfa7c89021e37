import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { EntryKeyTable } from '../../../../electron/events/entry-keys.ts';
import { EventTable } from '../../../../electron/events/event-table.ts';
import type { FoundFile } from '../../../../electron/files/inventory.ts';
import { INTAKE_LIMITS } from '../../../../electron/files/limits.ts';
import { FileProblems } from '../../../../electron/files/problem-list.ts';
import { EvidenceSink } from '../../../../electron/intake/events/evidence-sink.ts';
import { type StartPart, startPartWorker } from '../../../../electron/intake/reading/part-beside.ts';
import { readFile } from '../../../../electron/intake/reading/read-evidence.ts';
import { readPart } from '../../../../electron/intake/reading/read-part.ts';
import { hasRecordStarts } from '../../../../shared/evidence/formats/record-start.ts';
import { FORMATS } from '../../../../shared/evidence/formats/table.ts';
import type { EvidenceFormat } from '../../../../shared/model/evidence.ts';
import { bytesOf, CONTEXT, FIXTURE_FORMATS, fixture } from '../../../shared/evidence/support.ts';
import { tempFolder } from '../../../support/bundles.ts';
import { isoPreciseLine, timeoutJournal } from '../../../support/journal-lines.ts';
import { runs } from '../../../support/properties.ts';

let path = '';
beforeEach(() => {
  path = join(tempFolder(), 'x');
});

function foundFile(bytes: Uint8Array): FoundFile {
  const absolutePath = path;
  writeFileSync(absolutePath, bytes);
  return {
    ...{ given: 0, givenItself: true, name: 'x', absolutePath, bytes: statSync(absolutePath).size, modified: null },
    ...{ stamp: null, container: null, sha256: null, hashedBytes: null, archive: null, members: 0 },
    problems: new FileProblems(100),
  };
}

interface How {
  readonly start: StartPart;
  readonly hasKeys?: boolean;
  readonly readChunkBytes?: number;
  readonly stopsAt?: number;
}

/** All that comes of reading a file. */
function read(format: EvidenceFormat, bytes: Uint8Array, how: How) {
  const file = foundFile(bytes);
  const sink = new EvidenceSink(new EventTable());
  if (how.hasKeys === true) sink.keys = new EntryKeyTable();
  const { create } = FORMATS[format];
  if (create === null) throw new Error(`no parser for ${format}`);
  const limits = { ...INTAKE_LIMITS, partFromBytes: 1, readChunkBytes: how.readChunkBytes ?? 1 << 16 };
  let told = 0;
  const report = (readBytes: number): boolean => {
    expect(readBytes).toBeGreaterThanOrEqual(told);
    told = readBytes;
    return readBytes < (how.stopsAt ?? Number.POSITIVE_INFINITY);
  };
  const reading = readFile(file, 3, { format, create, context: CONTEXT }, sink, limits, report, how.start);
  const keys = sink.keys?.first(sink.table.count) ?? null;
  const { problems, sha256, hashedBytes } = file;
  const tie = sink.uptimeTies.find([{ ...OOM, uptimeMicros: 5_000_000 }]);
  return {
    reading,
    keys,
    problems,
    sha256,
    hashedBytes,
    tie,
    boot: sink.bootClocks.zeroOf(null),
    told,
    columns: sink.table.finish(),
  };
}

const ALONE: StartPart = () => null;

/** Reads the part in this thread, with what could be handed to another; counts those that were good. */
function besideIn(counted: { good: number }): StartPart {
  return (request) => ({
    from: request.from,
    hasBegun: true,
    abandon: () => {},
    finish(report) {
      const part = structuredClone(readPart(structuredClone(request), report));
      if (part !== null) counted.good += 1;
      return part;
    },
  });
}

const OOM = {
  kind: 'oom-kill',
  message:
    'Out of memory: Killed process 101 (gunicorn) total-vm:4000000kB, anon-rss:2000000kB, file-rss:0kB, shmem-rss:0kB, UID:998 pgtables:8000kB oom_score_adj:0',
  detail: { targetPid: 101, processName: 'gunicorn' },
} as const;

const WITH_RECORD_STARTS = FIXTURE_FORMATS.filter(([, format]) => hasRecordStarts(format));

describe.each(WITH_RECORD_STARTS)('%s (%s) in two parts', (name, format) => {
  const bytes = fixture(name);

  test('is what it is in one, in chunks of any size, with keys and without', () => {
    for (const hasKeys of [false, true]) {
      const whole = read(format, bytes, { start: ALONE, hasKeys });
      for (const readChunkBytes of [1, 100, 1 << 16]) {
        const counted = { good: 0 };
        expect(read(format, bytes, { start: besideIn(counted), hasKeys, readChunkBytes })).toEqual(whole);
      }
    }
  });

  test('is so when damaged and cut anywhere', () => {
    const counted = { good: 0 };
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.uint8Array({ maxLength: 12 }),
        fc.nat(bytes.length),
        fc.nat(400),
        (at, garbage, from, cut) => {
          const damaged = bytes.slice();
          damaged.set(garbage.subarray(0, damaged.length - at), at);
          const part = damaged.subarray(Math.min(from, damaged.length >> 1), damaged.length - (cut % damaged.length));
          expect(read(format, part, { start: besideIn(counted) })).toEqual(read(format, part, { start: ALONE }));
        },
      ),
      { numRuns: runs(40) },
    );
  });
});

test('some fixture of each format is read in two parts', () => {
  const good = new Set<EvidenceFormat>();
  for (const [name, format] of WITH_RECORD_STARTS) {
    const counted = { good: 0 };
    read(format, fixture(name), { start: besideIn(counted) });
    if (counted.good > 0) good.add(format);
  }
  expect(good).toEqual(new Set(WITH_RECORD_STARTS.map(([, format]) => format)));
});

const FORMAT = 'journal-short-iso-precise';
const lines = (count: number): string =>
  Array.from({ length: count }, (_, line) =>
    isoPreciseLine(line * 1000, 'gunicorn', 101, `Imported ${line} rows`),
  ).join('\n');

describe('a log in two parts', () => {
  test('hands over what dates other files', () => {
    const text = `${lines(500)}\n${timeoutJournal()}${isoPreciseLine(600_000, 'kernel', 0, OOM.message).replace('[0]', '')}\n${lines(3)}\n`;
    const counted = { good: 0 };
    const parted = read(FORMAT, bytesOf(text), { start: besideIn(counted) });
    expect(counted.good).toBe(1);
    expect(parted.tie).not.toBeNull();
    expect(parted).toEqual(read(FORMAT, bytesOf(text), { start: ALONE }));
  });

  test('is read in one go where a line of the rest is to be reported', () => {
    const text = bytesOf(`${lines(500)}\nwhat is this\n${lines(20)}\n`);
    const counted = { good: 0 };
    const parted = read(FORMAT, text, { start: besideIn(counted) });
    expect(counted.good).toBe(0);
    expect(parted.problems.list[0]?.message).toContain('Line 501 ');
    expect(parted).toEqual(read(FORMAT, text, { start: ALONE }));
  });

  test('keeps what lies before the place where it is stopped', () => {
    const text = bytesOf(`${lines(500)}\n`);
    const counted = { good: 0 };
    const { reading, problems, hashedBytes } = read(FORMAT, text, {
      start: besideIn(counted),
      readChunkBytes: 1000,
      stopsAt: text.length - 2000,
    });
    expect(counted.good).toBe(0);
    expect(problems.has('stopped')).toBe(true);
    expect(hashedBytes).toBeGreaterThan(text.length / 2);
    expect(hashedBytes).toBeLessThan(text.length * 0.6);
    expect(reading.records).toBeGreaterThan(250);
    expect(reading.records).toBeLessThan(300);
  });

  test('may be read by a worker', () => {
    const text = bytesOf(`${lines(500)}\n`);
    let isUsed = false;
    const start: StartPart = (request) => {
      const part = startPartWorker(request);
      if (part === null) throw new Error('a machine with one core reads nothing in parts');
      const nothing = new Int32Array(new SharedArrayBuffer(4));
      for (let look = 0; look < 1000 && !part.hasBegun; look++) Atomics.wait(nothing, 0, 0, 10);
      return {
        from: part.from,
        hasBegun: part.hasBegun,
        abandon: part.abandon,
        finish(report) {
          const reading = part.finish(report);
          isUsed = reading !== null;
          return reading;
        },
      };
    };
    expect(read(FORMAT, text, { start })).toEqual(read(FORMAT, text, { start: ALONE }));
    expect(isUsed).toBe(true);
  });
});
