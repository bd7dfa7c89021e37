import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evidenceProblem, folderBeside } from '../../../electron/files/evidence-guard.ts';
import { tempFolder } from '../../support/bundles.ts';

/** A file and a folder of evidence, and something that is none. */
function scene() {
  const folder = tempFolder();
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('worker.log'), 'evidence');
  mkdirSync(at('incident/deep'), { recursive: true });
  writeFileSync(at('incident/deep/app.db'), 'evidence');
  mkdirSync(at('incident-reports'));
  writeFileSync(at('incident-reports/old.pdf'), 'a report');
  return { at, evidence: [at('worker.log'), at('incident')] };
}

describe('evidenceProblem', () => {
  it('refuses every way to a file of the evidence', async () => {
    const { at, evidence } = scene();
    symlinkSync(at('worker.log'), at('link.log'));
    linkSync(at('worker.log'), at('hard.log'));
    symlinkSync(at('incident'), at('link-to-folder'));
    for (const name of [
      'worker.log',
      'incident/../worker.log',
      'link.log',
      'hard.log',
      'incident/deep/app.db',
      'link-to-folder/deep/app.db',
    ]) {
      expect(await evidenceProblem(at(name), evidence), name).toMatch(/belongs to the evidence of this case/);
    }
  });

  it('refuses it when the evidence itself was given by a link', async () => {
    const { at } = scene();
    symlinkSync(at('incident'), at('link-to-folder'));
    expect(await evidenceProblem(at('incident/deep/app.db'), [at('link-to-folder')])).toMatch(
      /belongs to the evidence/,
    );
  });

  it('allows new files, even beside evidence, and old ones that are none', async () => {
    const { at, evidence } = scene();
    for (const name of ['report.pdf', 'incident/report.pdf', 'incident-reports/old.pdf']) {
      expect(await evidenceProblem(at(name), evidence), name).toBeNull();
    }
  });

  it('refuses a folder as a file, and bears with evidence that is gone', async () => {
    const { at, evidence } = scene();
    expect(await evidenceProblem(at('incident'), evidence)).toMatch(/is a folder/);
    expect(await evidenceProblem(at('incident-reports/old.pdf'), [at('gone'), ...evidence])).toBeNull();
  });
});

describe('folderBeside', () => {
  it('is the folder that holds what was given', () => {
    expect(folderBeside(['/cases/incident', '/other/x.log'])).toBe('/cases');
    expect(folderBeside([])).toBeNull();
  });
});
