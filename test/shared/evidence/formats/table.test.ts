import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FORMATS, mayTellOfEnds } from '../../../../shared/evidence/formats/table.ts';
import { EVIDENCE_FORMATS, FORMAT_WORDS } from '../../../../shared/model/evidence.ts';

const ROOT = new URL('../../../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
/** What stands between a heading or bold lead and the next. */
const between = (text: string, from: string, to: string): string => {
  const at = text.indexOf(from);
  expect(at, from).toBeGreaterThanOrEqual(0);
  return text.slice(at, text.indexOf(to, at + from.length)).replaceAll(/\s+/g, ' ');
};

describe('the table of formats', () => {
  it('has a row for every name and none besides', () => {
    expect(Object.keys(FORMATS).sort()).toEqual([...EVIDENCE_FORMATS].sort());
  });

  it('has words for every format, no two alike', () => {
    expect(new Set(Object.values(FORMAT_WORDS)).size).toBe(EVIDENCE_FORMATS.length);
  });

  it.each(EVIDENCE_FORMATS)('%s holds together', (format) => {
    const traits = FORMATS[format];
    // What can be read again is read in the first place.
    if (traits.readAgain !== null) expect(traits.create).not.toBeNull();
    if (traits.holds !== 'log') return;
    expect(traits.dated).not.toBe('undated');
    // Who has no clock of the journal's says less of an entry than who has.
    expect(traits.copyRank === 3).toBe(traits.stampedBy !== 'journal');
    // Parts of a file are only read apart where each record dates itself.
    if (traits.beginsRecord !== null) expect(traits.dated).toBe('itself');
  });
});

it('tells what is no log apart from what may tell how a process ended', () => {
  const hidesNothing = EVIDENCE_FORMATS.filter((format) => !mayTellOfEnds(format));
  // Measurements, settings and listings name nobody's killer, whatever is wrong with them.
  expect(hidesNothing).toEqual(expect.arrayContaining(['ps', 'pidstat', 'sar', 'gunicorn-conf', 'sqlite', 'empty']));
  for (const format of ['journal-native', 'audit', 'unit-state', 'kube-events', 'zip', 'unknown'] as const)
    expect(hidesNothing).not.toContain(format);
});

describe('the documents', () => {
  const read = between(textOf('README.md'), '## What it reads', '\n## ');

  it.each(EVIDENCE_FORMATS)('README says how %s is saved', (format) => {
    const { savedAs } = FORMATS[format];
    if (savedAs === null) expect(['notices', 'artifact', 'nothing']).toContain(FORMATS[format].holds);
    else expect(read).toContain(savedAs);
  });

  it('CONTRIBUTING names files that are there where it says how to add a format', () => {
    const paragraph = between(textOf('CONTRIBUTING.md'), '**A new format**', '\n**A new wording**');
    const paths = [...paragraph.matchAll(/`((?:shared|test)\/[\w./-]+)`/g)].map(([, path]) => path ?? '');
    expect(paths).toContain('shared/evidence/formats/table.ts');
    for (const path of paths) expect(existsSync(new URL(path, ROOT)), path).toBe(true);
  });
});
