import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, inject, it, vi } from 'vitest';
import { tempFolder } from '../../support/bundles.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';

const PROGRAM = join(inject('programs'), 'inquest.js');

/** `inquest analyze -`, as soon as it has begun to copy what comes on standard input, which does not end. */
async function readingForEver(temporary: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [PROGRAM, 'analyze', '-'], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin?.write(timeoutJournal());
  await vi.waitFor(
    () => {
      const [folder = ''] = readdirSync(temporary);
      expect(readFileSync(join(temporary, folder, 'stdin'), 'utf8')).not.toBe('');
    },
    { timeout: 20_000, interval: 20 },
  );
  return child;
}

async function endOf(child: ChildProcess): Promise<readonly unknown[]> {
  return once(child, 'exit');
}

describe('standard input', () => {
  it('is waited for where it comes in pieces', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'analyze', '-', '--json', '-'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let json = '';
    child.stdout.on('data', (piece: Buffer) => {
      json += piece.toString();
    });
    const journal = timeoutJournal();
    for (const piece of [journal.slice(0, 100), journal.slice(100)]) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      child.stdin.write(piece);
    }
    child.stdin.end();
    expect(await endOf(child)).toEqual([0, null]);
    expect(json).toContain(`"bytes": ${journal.length}`);
  }, 30_000);
});

describe.skipIf(process.platform === 'win32')('a command that a signal ends', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s: exits with %i, and leaves no copies',
    async (signal, status) => {
      const temporary = tempFolder();
      const child = await readingForEver(temporary);
      child.kill(signal);
      expect(await endOf(child)).toEqual([status, null]);
      expect(readdirSync(temporary)).toEqual([]);
    },
    30_000,
  );

  it('leaves no copies where a second one does not let it end by itself', async () => {
    const temporary = tempFolder();
    const child = await readingForEver(temporary);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    await endOf(child);
    expect(readdirSync(temporary)).toEqual([]);
  }, 30_000);

  it('SIGKILL: its copies go with the next start', async () => {
    const temporary = tempFolder();
    const child = await readingForEver(temporary);
    child.kill('SIGKILL');
    await endOf(child);
    expect(readdirSync(temporary)).toHaveLength(1);
    const log = join(tempFolder(), 'unit.txt');
    writeFileSync(log, timeoutJournal());
    const next = spawn(process.execPath, [PROGRAM, 'analyze', log], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: 'ignore',
    });
    expect(await endOf(next)).toEqual([0, null]);
    expect(readdirSync(temporary)).toEqual([]);
  }, 60_000);
});
