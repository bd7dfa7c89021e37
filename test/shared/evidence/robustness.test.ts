import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord } from '../../../shared/evidence/formats/decode-record.ts';
import { layoutOfFormat } from '../../../shared/evidence/formats/layout.ts';
import { FORMATS, logFormat } from '../../../shared/evidence/formats/table.ts';
import type { ParsedItem } from '../../../shared/evidence/reading/parser.ts';
import type { EvidenceFormat } from '../../../shared/model/evidence.ts';
import { runs } from '../../support/properties.ts';
import { expectSame } from '../../support/same.ts';
import { CONTEXT, contextOf, FIXTURE_FORMATS, fixture, parse, sourceOf } from './support.ts';

/** The first line of an event's message: what damage to the lines below cannot reach. */
function gist(item: ParsedItem): unknown {
  if (item.type !== 'event') return item;
  const { time, message, pid, identifier, source } = item.event;
  return { time, message: message.split('\n')[0], pid, identifier, byteOffset: source.byteOffset };
}

const gistText = (item: ParsedItem): string => JSON.stringify(gist(item));

/** Formats of which some record was read again as a plain one. */
const plainFormats = new Set<EvidenceFormat>();

/** Formats in which one record's meaning rests on bytes elsewhere in the file: a header, a boot's tie, a whole table. */
const DEPENDENT = new Set([
  'journal-short-monotonic',
  'free',
  'meminfo',
  'gunicorn-conf',
  'supervisor-conf',
  'systemd-unit',
  'df',
  'ls',
  'du',
  'top',
  'pidstat',
  'iostat',
  'container-state',
  'ecs-tasks',
  'kube-events',
  'coredumps',
  'unit-state',
  'memory-events',
  'cgroup-memory',
  'vmstat-counters',
  'pressure',
  'sar',
  'ps',
  'vmstat',
  'locks',
  'stack-dump',
  'strace',
  'open-files',
  'innodb-status',
  'server-sessions',
]);

describe.each(FIXTURE_FORMATS)('%s (%s)', (path, format) => {
  const bytes = fixture(path);
  const context = contextOf(path, bytes);
  const whole = parse(format, bytes, context);
  const wholeGists = whole.items.map((item) => ({ source: sourceOf(item), text: gistText(item) }));

  it('gives the same items whatever the chunks', () => {
    expect(whole.items.length).toBeGreaterThan(0);
    for (const chunkBytes of [1, 7]) {
      expectSame(parse(format, bytes, context, chunkBytes).items, whole.items);
    }
  });

  it('reads CR LF line ends as it reads LF', () => {
    // A change of line ends breaks the lengths of binary fields.
    if (path === 'journal-messages/export.txt') return;
    const crlf = new TextEncoder().encode(new TextDecoder().decode(bytes).replaceAll('\n', '\r\n'));
    const gists = (items: readonly ParsedItem[]): unknown[] =>
      items.flatMap((item) => (item.type === 'event' ? [[item.event.time, item.event.message, item.event.kind]] : []));
    const parsed = parse(format, crlf, context);
    expect(gists(parsed.items)).toEqual(gists(whole.items));
    expect(parsed.items.map(({ type }) => type)).toEqual(whole.items.map(({ type }) => type));
  });

  it('decodes every event again from its own bytes', () => {
    for (const event of whole.events) {
      const { byteOffset, byteLength, line } = event.source;
      const record = bytes.subarray(byteOffset, byteOffset + byteLength);
      if (record.at(-1) === 0x0a) expect.fail('a record ends before its line end');
      const again = decodeRecord(format, record, {
        ...context,
        offsetMinutes: whole.time?.offsetMinutes ?? 0,
        nearTime: event.time,
        startOffset: byteOffset,
        startLine: line ?? 1,
      });
      if (['ps', 'vmstat', 'top', 'pidstat'].includes(format)) expect(again).toBeNull();
      // Whether another source has the entry too is not known of a record alone.
      else expectSame(again, format === 'journal-cat' ? { ...event, resolutionMicros: 1_000_000 } : event);
    }
  });

  it('reads plain records again as its parser does', () => {
    const log = logFormat(format);
    const layout = layoutOfFormat(format, bytes);
    const read = log?.readPlainly?.(layout, whole.time?.offsetMinutes ?? 0);
    if (read === undefined) return;
    for (const event of whole.events.filter(({ kind }) => kind === 'log')) {
      const { byteOffset, byteLength, line } = event.source;
      const record = bytes.subarray(byteOffset, byteOffset + byteLength);
      const plain = read(record, event.time);
      if (plain === null) continue;
      plainFormats.add(format);
      const { textAt, ...said } = plain;
      const again = decodeRecord(format, record, {
        ...context,
        ...(layout === null ? {} : { layout }),
        offsetMinutes: whole.time?.offsetMinutes ?? 0,
        nearTime: event.time,
        startOffset: byteOffset,
        startLine: line ?? 1,
      });
      expect(again).not.toBeNull();
      const { time, kind, pid, severity, source, ...others } = again ?? event;
      const at = textAt === null ? {} : { textAt };
      expectSame({ ...said, ...at, timestampDesc: 'entry written', unit: null, detail: {} }, others);
    }
  });

  it('never throws on damage and keeps the records outside it', () => {
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        fc.constantFrom(1000, 13),
        (at, garbage, chunkBytes) => {
          const damaged = bytes.slice();
          damaged.set(garbage.subarray(0, bytes.length - at), at);
          const to = Math.min(bytes.length, at + garbage.length);
          const parsed = parse(format, damaged, context, chunkBytes);
          if (DEPENDENT.has(format)) return;
          const gists = new Set(parsed.items.map(gistText));
          const lost = wholeGists.filter(({ source, text }) => {
            // A record's first byte makes sense only if the line end before it is whole, and its last if the one after it is.
            const isTouched =
              source === null || (source.byteOffset - 1 < to && source.byteOffset + source.byteLength + 1 > at);
            return !isTouched && !gists.has(text);
          });
          expect(lost).toEqual([]);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('survives a cut anywhere and keeps the records before it', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        const parsed = parse(format, bytes.subarray(0, length), context);
        if (DEPENDENT.has(format)) return;
        const gists = new Set(parsed.items.map(gistText));
        const lost = wholeGists.filter(
          ({ source, text }) => source !== null && source.byteOffset + source.byteLength <= length && !gists.has(text),
        );
        expect(lost).toEqual([]);
      }),
      { numRuns: runs(40) },
    );
  });
});

it('reads any bytes with any parser without throwing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      for (const { create } of Object.values(FORMATS)) {
        if (create === null) continue;
        const parser = create(CONTEXT);
        parser.push(bytes);
        parser.end();
      }
    }),
    { numRuns: runs(200) },
  );
});

describe('rows of tables', () => {
  // One damaged row of ps or vmstat costs that row alone: headers and dates above it are whole.
  it.each(['host/ps.txt', 'host/vmstat-t.txt'] as const)('keeps the other rows of %s', (path) => {
    const format = path.includes('ps') ? 'ps' : 'vmstat';
    const bytes = fixture(path);
    const rows = parse(format, bytes).events;
    fc.assert(
      fc.property(fc.nat(rows.length - 1), fc.constantFrom('x', '-', '\u0000'), (index, char) => {
        const { byteOffset, byteLength } = rows[index]?.source ?? { byteOffset: 0, byteLength: 0 };
        const damaged = bytes.slice();
        damaged.fill(char.charCodeAt(0), byteOffset, byteOffset + byteLength);
        const parsed = parse(format, damaged);
        expect(parsed.events).toEqual(rows.filter((_row, at) => at !== index));
        expect(parsed.problems).toHaveLength(1);
        expect(parsed.problems[0]).toMatchObject({ kind: 'malformed-record', byteOffset });
      }),
      { numRuns: runs(20) },
    );
  });
});

it('reads plain records of the formats that can have millions', () => {
  expect([...plainFormats]).toEqual(
    expect.arrayContaining(['gunicorn-log', 'journal-short', 'journal-short-iso', 'journal-short-iso-precise']),
  );
});
