import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { folderBeside, targetProblem } from '../../../electron/files/evidence-guard.ts';
import { NotAFile, writeAtomically } from '../../../electron/files/write-atomically.ts';
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

describe('targetProblem', () => {
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
      expect(await targetProblem(at(name), evidence), name).toMatch(/belongs to the evidence of this case/);
    }
  });

  it('refuses it when the evidence itself was given by a link', async () => {
    const { at } = scene();
    symlinkSync(at('incident'), at('link-to-folder'));
    expect(await targetProblem(at('incident/deep/app.db'), [at('link-to-folder')])).toMatch(/belongs to the evidence/);
  });

  it('refuses a new file in a folder of the evidence, whatever leads there', async () => {
    const { at, evidence } = scene();
    symlinkSync(at('incident/deep'), at('link-to-deep'));
    for (const name of ['incident/report.pdf', 'incident/new/report.pdf', 'link-to-deep/report.pdf']) {
      expect(await targetProblem(at(name), evidence), name).toMatch(/would lie in .*incident, which is evidence/);
    }
  });

  it.skipIf(process.platform === 'win32')('refuses what is no regular file, and links to such', async () => {
    const { at, evidence } = scene();
    execFileSync('mkfifo', [at('pipe')]);
    symlinkSync(at('pipe'), at('link-to-pipe'));
    symlinkSync('/dev/null', at('null'));
    const server = createServer().listen(at('socket'));
    await once(server, 'listening');
    for (const [name, what] of [
      ['pipe', 'a named pipe'],
      ['link-to-pipe', 'a named pipe'],
      ['null', 'a device'],
      ['socket', 'a socket'],
    ] as const) {
      expect(await targetProblem(at(name), evidence), name).toContain(`${name} is ${what}`);
      await expect(writeAtomically(at(name), 'report'), name).rejects.toThrow(NotAFile);
    }
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    server.close();
  });

  it('tells what cannot be written before it is', async () => {
    const { at, evidence } = scene();
    expect(await targetProblem(at('worker.log/report.pdf'), evidence)).toMatch(/cannot be written: .*not a folder/);
    if (process.platform === 'linux') {
      expect(await targetProblem('/proc/none/report.pdf', evidence)).toMatch(/cannot be written/);
    }
    expect(readdirSync(at('incident-reports'))).toEqual(['old.pdf']);
  });

  it('allows new files, even beside evidence, and old ones that are none', async () => {
    const { at, evidence } = scene();
    for (const name of ['report.pdf', 'new/folder/report.pdf', 'incident-reports/old.pdf']) {
      expect(await targetProblem(at(name), evidence), name).toBeNull();
    }
  });

  it('refuses a folder as a file, and bears with evidence that is gone', async () => {
    const { at, evidence } = scene();
    expect(await targetProblem(at('incident'), evidence)).toMatch(/is a folder/);
    expect(await targetProblem(at('incident-reports/old.pdf'), [at('gone'), ...evidence])).toBeNull();
  });
});

describe('folderBeside', () => {
  it('is the folder that holds what was given', () => {
    expect(folderBeside(['/cases/incident', '/other/x.log'])).toBe('/cases');
    expect(folderBeside([])).toBeNull();
  });
});
