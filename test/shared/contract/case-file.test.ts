import { describe, expect, it } from 'vitest';
import {
  annotationsMember,
  type CaseFile,
  caseFileText,
  evidenceChanges,
  type KnownFile,
  mergedCase,
  readCaseText,
  relocated,
  workIn,
  workOf,
} from '../../../shared/contract/case-file.ts';
import type { Annotation } from '../../../shared/model/annotation.ts';
import { epochMicros } from '../../../shared/model/time.ts';

const SUM = 'a'.repeat(64);
const OTHER_SUM = 'b'.repeat(64);
const known = (path: string, sha256 = SUM, more: Partial<KnownFile> = {}): KnownFile => ({
  path,
  bytes: 10,
  modified: null,
  sha256,
  ...more,
});
const source = (path: string): CaseFile['sources'][number] => ({
  path,
  relative: null,
  kind: 'file',
  bytes: 10,
  modified: 1,
});

const CASE: CaseFile = {
  inquest: 'case/1',
  id: '01234567-89ab-cdef-0123-456789abcdef',
  title: 'unit.log',
  headline: 'Worker 101 was killed',
  changed: '2026-02-01T12:00:00.000Z',
  sources: [source('/evidence/unit.log')],
  evidence: [known('unit.log')],
  judgements: [
    {
      kind: 'overruling',
      id: 'overruling-1',
      about: [{ sha256: SUM, byteOffset: 3, byteLength: 4, line: 1 }],
      factId: 'timeout-logged',
      factText: 'A timeout was logged.',
      comment: 'Another host.',
    },
  ],
  incident: null,
  zones: { whereAssumed: 'Europe/Berlin', bySource: [{ path: 'unit.log', zone: '+01:00' }] },
  clockOffsets: [{ path: 'unit.log', micros: -4_200_000 }],
  rules: [{ name: 'own.yaml', text: 'title: x' }],
  queries: [{ database: 'app.db', view: 'committed', sql: 'SELECT 1' }],
  view: { tab: 'verdict', query: 'pid:101', zone: 'utc' },
};
const withField = (field: string, value: unknown): string => JSON.stringify({ ...CASE, [field]: value });

describe('a case file', () => {
  it('reads back what was written', () => {
    expect(readCaseText(caseFileText(CASE))).toEqual(CASE);
  });

  it('has annotations only where there are some, of a version that is known', () => {
    const record = {
      place: { sha256: SUM, byteOffset: 3, byteLength: 4, line: 1 },
      time: epochMicros(1_000_000),
      message: 'x',
    };
    const entries: Annotation[] = [
      { kind: 'bookmark', id: 'bookmark-1', record },
      { kind: 'tag', id: 'tag-1', record, tag: 'lead' },
      { kind: 'comment', id: 'comment-1', record, text: 'Odd.' },
      {
        kind: 'range',
        id: 'range-1',
        from: { time: record.time, place: record.place },
        to: { time: record.time, place: null },
        text: 'Silence.',
      },
      { kind: 'event', id: 'event-1', time: record.time, text: 'The customer called.' },
      { kind: 'hidden', id: 'hidden-1', template: 'batch *' },
    ];
    expect(annotationsMember([])).toEqual({});
    const annotated: CaseFile = { ...CASE, ...annotationsMember(entries) };
    expect(readCaseText(caseFileText(annotated))).toEqual(annotated);
    expect(workIn(readCaseText(caseFileText(annotated))).annotations).toEqual(entries);
    expect(workIn(CASE).annotations).toEqual([]);
    expect(workOf(annotated)).not.toBe(workOf(CASE));
    expect(() => readCaseText(withField('annotations', { version: 2, entries: [] }))).toThrow(
      'annotations of a newer version',
    );
    const wrong: unknown[] = [
      [entries[0], entries[0]],
      [{ ...entries[1], tag: 'a,b' }],
      [{ ...entries[2], text: ' ' }],
      [{ ...entries[4], row: 1 }],
    ];
    for (const each of wrong) {
      expect(() => readCaseText(withField('annotations', { version: 1, entries: each }))).toThrow(
        'not a valid case file',
      );
    }
  });

  it('is not written where it could not be read again', () => {
    const rules = Array.from({ length: 51 }, () => ({ name: 'own.yaml', text: 'title: x' }));
    expect(() => caseFileText({ ...CASE, rules })).toThrow('beyond a limit: rules');
  });

  it('is refused when it is cut at any byte', () => {
    const text = caseFileText(CASE).trimEnd();
    for (let length = 0; length < text.length; length += 1) {
      expect(() => readCaseText(text.slice(0, length))).toThrow('cut short');
    }
  });

  it('of a newer version is told as one, and anything else as none', () => {
    expect(() => readCaseText(withField('inquest', 'case/2'))).toThrow('saved by a newer version of Inquest (case/2');
    for (const other of ['{}', '[]', 'null', '7', '"case/1"', withField('inquest', 'case/x')]) {
      expect(() => readCaseText(other)).toThrow('not a case file');
    }
  });

  it('is refused with the place of what is wrong', () => {
    const wrong: readonly (readonly [field: string, value: unknown])[] = [
      ['id', '../../etc/passwd'],
      ['sources', []],
      ['sources', [source('/evidence/\0')]],
      ['sources', [{ ...source('/a'), kind: 'device' }]],
      ['evidence', [known('unit.log', 'A'.repeat(64))]],
      ['evidence', [known('unit.log', SUM, { bytes: -1 })]],
      ['judgements', [CASE.judgements[0], CASE.judgements[0]]],
      ['judgements', [{ ...CASE.judgements[0], comment: '' }]],
      ['zones', { whereAssumed: 'Mars/Base', bySource: [] }],
      ['clockOffsets', [{ path: 'unit.log', micros: 1e300 }]],
      ['rules', Array.from({ length: 51 }, () => CASE.rules[0])],
      ['queries', Array.from({ length: 1_001 }, () => CASE.queries[0])],
      ['view', { ...CASE.view, tab: 'start' }],
      ['view', { ...CASE.view, zone: 'Mars/Base' }],
      ['changed', 'yesterday'],
    ];
    for (const [field, value] of wrong) {
      expect(() => readCaseText(withField(field, value)), field).toThrow(new RegExp(`valid case file.*${field}`));
    }
  });

  it('takes no field that it does not know, nor a prototype', () => {
    expect(() => readCaseText(withField('command', 'rm'))).toThrow('valid case file');
    const text = caseFileText(CASE).replace('{', '{"__proto__": {"polluted": true},');
    expect(() => readCaseText(text)).toThrow('valid case file');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('workOf', () => {
  it('differs for each thing that a person did, and for nothing else', () => {
    const same: Partial<CaseFile>[] = [
      { changed: '2027-01-01T00:00:00.000Z' },
      { view: { ...CASE.view, tab: 'report' } },
      { headline: '' },
      { evidence: [] },
      { clockOffsets: [...CASE.clockOffsets].reverse() },
    ];
    for (const change of same) expect(workOf({ ...CASE, ...change })).toBe(workOf(CASE));
    const other: Partial<CaseFile>[] = [
      { judgements: [] },
      { incident: [] },
      { zones: { whereAssumed: null, bySource: [] } },
      { clockOffsets: [] },
      { rules: [] },
      { queries: [] },
      { sources: [source('/elsewhere/unit.log')] },
    ];
    for (const change of other) expect(workOf({ ...CASE, ...change })).not.toBe(workOf(CASE));
  });
});

describe('mergedCase', () => {
  it('keeps what belongs to sources that were away', () => {
    const earlier: CaseFile = {
      ...CASE,
      sources: [...CASE.sources, source('/evidence/kernel.log')],
      evidence: [...CASE.evidence, known('kernel.log', OTHER_SUM)],
      zones: { whereAssumed: null, bySource: [...CASE.zones.bySource, { path: 'kernel.log', zone: 'UTC' }] },
      clockOffsets: [...CASE.clockOffsets, { path: 'kernel.log', micros: 5 }],
    };
    expect(mergedCase(CASE, earlier, [source('/evidence/kernel.log')])).toEqual({
      ...earlier,
      zones: { ...earlier.zones, whereAssumed: 'Europe/Berlin' },
    });
  });

  it('lets go of files that are gone from sources that were read, and of what was taken back', () => {
    const earlier = { ...CASE, evidence: [...CASE.evidence, known('gone.log', OTHER_SUM)] };
    const now = { ...CASE, judgements: [], clockOffsets: [] };
    expect(mergedCase(now, earlier, [])).toEqual(now);
  });
});

describe('evidenceChanges', () => {
  it('tells changed from missing, and follows bytes to another name', () => {
    const saved = [known('same.log'), known('changed.log', OTHER_SUM), known('gone.log', 'c'.repeat(64))];
    const now = [known('same.log'), known('changed.log', 'd'.repeat(64))];
    expect(evidenceChanges(saved, now)).toEqual({ changed: ['changed.log'], missing: ['gone.log'] });
    expect(evidenceChanges(saved, [...saved.slice(0, 2), known('renamed.log', 'c'.repeat(64))])).toEqual({
      changed: [],
      missing: [],
    });
  });

  it('calls no file changed of which only a part was read', () => {
    const part = known('large.log', OTHER_SUM, { hashedBytes: 5 });
    expect(evidenceChanges([known('large.log')], [part])).toEqual({ changed: [], missing: [] });
    expect(evidenceChanges([known('large.log')], [{ ...part, bytes: 11 }]).changed).toEqual(['large.log']);
  });
});

describe('relocated', () => {
  it('puts what was said of a renamed archive under its new name', () => {
    const archived: CaseFile = {
      ...CASE,
      sources: [source('/old/bundle.tar.gz'), source('/old/other.log')],
      evidence: [known('bundle.tar.gz'), known('bundle.tar.gz/unit.log', OTHER_SUM), known('bundle.tar.gzip')],
      clockOffsets: [{ path: 'bundle.tar.gz/unit.log', micros: 1 }],
    };
    const moved = relocated(archived, 0, source('C:\\new\\copy.tar.gz'));
    expect(moved.sources.map((each) => each.path)).toEqual(['C:\\new\\copy.tar.gz', '/old/other.log']);
    expect(moved.evidence.map((each) => each.path)).toEqual(['copy.tar.gz', 'copy.tar.gz/unit.log', 'bundle.tar.gzip']);
    expect(moved.clockOffsets).toEqual([{ path: 'copy.tar.gz/unit.log', micros: 1 }]);
    expect(moved.judgements).toEqual(archived.judgements);
  });
});
