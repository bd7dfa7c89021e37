import { cpSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Analysis, Verdict } from '../../shared/model/analysis.ts';
import { analyseFolder } from '../support/analyse-folder.ts';
import { tempFolder } from '../support/bundles.ts';
import { readTruth } from '../support/incident-truth.ts';
import { runs } from '../support/properties.ts';

/*
 * What is true of an incident stays true however its evidence was saved: under other names, twice, beside a log that has
 * nothing to do with it, without one of the files, or cut off somewhere. Verdicts stay, or become undecided; none turns round.
 */

const INCIDENTS = fileURLToPath(new URL('../incidents/', import.meta.url));
const NAMES = readdirSync(INCIDENTS).sort();

interface Staged {
  readonly folder: string;
  /** Files below it, by their paths within. */
  readonly files: readonly string[];
  readonly saved: Date;
}

function stage(name: string): Staged {
  const folder = join(tempFolder(), 'evidence');
  cpSync(join(INCIDENTS, name, 'evidence'), folder, { recursive: true });
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return { folder, files, saved: new Date(readTruth(join(INCIDENTS, name, 'truth.json')).saved) };
}

async function analysed({ folder, saved }: Staged): Promise<Analysis> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    utimesSync(join(entry.parentPath, entry.name), saved, saved);
  }
  return analyseFolder(folder);
}

const untouched = new Map<string, Promise<Analysis>>();
/** The analysis of an incident as it was saved, made once. */
function original(name: string): Promise<Analysis> {
  const known = untouched.get(name);
  if (known !== undefined) return known;
  const made = analysed(stage(name));
  untouched.set(name, made);
  return made;
}

const verdictsOf = ({ hypotheses }: Analysis): ReadonlyMap<string, Verdict> =>
  new Map(hypotheses.map(({ id, verdict }) => [id, verdict]));
const isFor = (verdict: Verdict | undefined): boolean => verdict === 'fits' || verdict === 'contributes';

/** Which hypotheses were turned round: held to explain it before and excluded now, or the other way about. */
function turned(before: Analysis, after: Analysis): readonly string[] {
  const now = verdictsOf(after);
  return [...verdictsOf(before)].flatMap(([id, verdict]) => {
    const other = now.get(id);
    const isTurned = (isFor(verdict) && other === 'ruled-out') || (verdict === 'ruled-out' && isFor(other));
    return isTurned ? [`${id}: ${verdict}, then ${other}`] : [];
  });
}

/** Whether both are about the same end. */
function isSameIncident({ incident: a }: Analysis, { incident: b }: Analysis): boolean {
  return a !== null && b !== null && a.pid === b.pid && a.end === b.end && a.mechanism === b.mechanism;
}

/** Leap years and days of the week come back. */
const ALIKE_AFTER_YEARS = 28;
const yearPattern = (year: number): RegExp => new RegExp(`(?<!\\d)${year}(?!\\d)`, 'g');

const incidentNames = fc.constantFrom(...NAMES);

describe('an incident saved otherwise', () => {
  it('under other names is the same', async () => {
    await fc.assert(
      fc.asyncProperty(incidentNames, async (name) => {
        const staged = stage(name);
        for (const [nth, file] of staged.files.entries()) {
          const [, ending = ''] = /(\.[^./]+)$/.exec(file) ?? [];
          // A settings file is known by its name where its content could be any program's.
          if (/\.(?:log|txt|ndjson|export)$/.test(file)) renameSync(file, join(file, '..', `saved-${nth}${ending}`));
        }
        const [before, after] = [await original(name), await analysed(staged)];
        expect(after.incident?.mechanism ?? null, name).toBe(before.incident?.mechanism ?? null);
        expect(verdictsOf(after), name).toEqual(verdictsOf(before));
      }),
      { numRuns: runs(8) },
    );
  });

  it('with one of its files twice is the same, and counts no death twice', async () => {
    await fc.assert(
      fc.asyncProperty(incidentNames, fc.nat(), async (name, which) => {
        const staged = stage(name);
        const file = staged.files[which % staged.files.length] ?? '';
        cpSync(file, `${file}.copy${/(\.[^./]+)$/.exec(file)?.[1] ?? ''}`);
        const [before, after] = [await original(name), await analysed(staged)];
        expect(after.incidents.length, name).toBe(before.incidents.length);
        expect(turned(before, after), name).toEqual([]);
      }),
      { numRuns: runs(8) },
    );
  });

  it('beside a log of another program is the same', async () => {
    await fc.assert(
      fc.asyncProperty(incidentNames, fc.integer({ min: 1, max: 400 }), async (name, lines) => {
        const staged = stage(name);
        const at = (nth: number): string => new Date(staged.saved.getTime() - (lines - nth) * 61_000).toISOString();
        // A program's own log says nothing of the zone of its host.
        const text = Array.from(
          { length: lines },
          (_, nth) => `${at(nth)} INFO anacron[${9_000 + (nth % 7)}]: job cron.daily ${nth} looked at\n`,
        );
        writeFileSync(join(staged.folder, 'anacron.log'), text.join(''));
        const [before, after] = [await original(name), await analysed(staged)];
        expect(after.incident?.mechanism ?? null, name).toBe(before.incident?.mechanism ?? null);
        expect(turned(before, after), name).toEqual([]);
      }),
      { numRuns: runs(8) },
    );
  });

  it('in another year, whose days fall alike, is the same', async () => {
    await fc.assert(
      fc.asyncProperty(incidentNames, async (name) => {
        const staged = stage(name);
        const year = staged.saved.getUTCFullYear();
        const texts = staged.files.map((file) => readFileSync(file, 'latin1'));
        // Counts from 1970 and binary files are left to those that have none of them.
        if (texts.some((text) => /\d{10}/.test(text) || text.includes('\0'))) return;
        for (const [nth, file] of staged.files.entries()) {
          const text = texts[nth] ?? '';
          writeFileSync(file, text.replaceAll(yearPattern(year), String(year + ALIKE_AFTER_YEARS)), 'latin1');
        }
        const saved = new Date(staged.saved);
        saved.setUTCFullYear(year + ALIKE_AFTER_YEARS);
        const [before, after] = [await original(name), await analysed({ ...staged, saved })];
        expect(after.incident?.mechanism ?? null, name).toBe(before.incident?.mechanism ?? null);
        expect(verdictsOf(after), name).toEqual(verdictsOf(before));
      }),
      { numRuns: runs(8) },
    );
  });

  it('without one of its files has no verdict turned round', async () => {
    await fc.assert(
      fc.asyncProperty(incidentNames, fc.nat(), async (name, which) => {
        const staged = stage(name);
        if (staged.files.length < 2) return;
        rmSync(staged.files[which % staged.files.length] ?? '');
        const [before, after] = [await original(name), await analysed(staged)];
        if (isSameIncident(before, after)) expect(turned(before, after), name).toEqual([]);
      }),
      { numRuns: runs(8) },
    );
  });

  it('cut off at its beginning or its end has no verdict turned round', async () => {
    await fc.assert(
      fc.asyncProperty(
        incidentNames,
        fc.nat(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        async (name, which, share, isHead) => {
          const staged = stage(name);
          const logs = staged.files.filter((file) => /\.(?:log|txt|ndjson|export)$/.test(file));
          const file = logs[which % Math.max(1, logs.length)];
          if (file === undefined) return;
          const lines = readFileSync(file, 'utf8').split('\n');
          const cut = Math.floor(lines.length * share);
          writeFileSync(file, (isHead ? lines.slice(cut) : lines.slice(0, cut)).join('\n'));
          const [before, after] = [await original(name), await analysed(staged)];
          if (isSameIncident(before, after)) expect(turned(before, after), name).toEqual([]);
        },
      ),
      { numRuns: runs(12) },
    );
  });
});
