import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeAtomically } from '../../../electron/files/write-atomically.ts';
import { tempFolder } from '../../support/bundles.ts';

describe('writeAtomically', () => {
  it('writes text and bytes, and replaces what was there', async () => {
    const folder = tempFolder();
    const path = join(folder, 'report.html');
    await writeAtomically(path, 'first, and longer');
    await writeAtomically(path, new Uint8Array([0x6f, 0x6b]));
    expect(readFileSync(path, 'utf8')).toBe('ok');
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('leaves nothing behind when the target cannot be replaced', async () => {
    const folder = tempFolder();
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'inside'), { recursive: true });
    await expect(writeAtomically(path, 'x')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(readdirSync(path)).toEqual(['inside']);
  });

  it('fails with the file system’s reason where there is no folder', async () => {
    await expect(writeAtomically(join(tempFolder(), 'none', 'report.pdf'), 'x')).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('replaces a link and never writes through it', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'original'), 'evidence');
    symlinkSync(join(folder, 'original'), join(folder, 'link'));
    await writeAtomically(join(folder, 'link'), 'report');
    expect(readFileSync(join(folder, 'original'), 'utf8')).toBe('evidence');
    expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('report');
  });
});
