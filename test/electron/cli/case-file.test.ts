import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inquest as run } from '../../../electron/cli/inquest.ts';
import type { TerminalStream } from '../../../electron/cli/terminal.ts';
import { type CaseFile, caseFileText } from '../../../shared/contract/case-file.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';

async function inquest(...args: readonly string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written): TerminalStream => ({
    write: (content) => {
      written[name] += typeof content === 'string' ? content : new TextDecoder().decode(content);
    },
  });
  const status = await run(args, { stdout: stream('stdout'), stderr: stream('stderr') });
  return { status, ...written };
}

/** A journal, and a case file beside it in which its WORKER TIMEOUT is dismissed and its clock corrected. */
function staged() {
  const folder = writeTree(tempFolder(), { 'unit.txt': timeoutJournal() });
  const sum = createHash('sha256').update(timeoutJournal()).digest('hex');
  const bytes = Buffer.byteLength(timeoutJournal());
  const lines = timeoutJournal().split('\n');
  const at = lines.findIndex((line) => line.includes('WORKER TIMEOUT'));
  const byteOffset = Buffer.byteLength(
    lines
      .slice(0, at)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const file: CaseFile = {
    inquest: 'case/1',
    id: '01234567-89ab-4def-8123-456789abcdef',
    title: 'night',
    headline: '',
    changed: '2026-02-01T12:00:00.000Z',
    sources: [{ path: '/nowhere/unit.txt', relative: 'unit.txt', kind: 'file', bytes, modified: null }],
    evidence: [{ path: 'unit.txt', bytes, modified: null, sha256: sum }],
    judgements: [
      {
        kind: 'overruling',
        id: 'overruling-1',
        about: [{ sha256: sum, byteOffset, byteLength: Buffer.byteLength(lines[at] ?? ''), line: at + 1 }],
        factId: 'timeout-logged',
        factText: 'WORKER TIMEOUT was logged.',
        comment: 'Another host.',
      },
    ],
    incident: null,
    zones: { whereAssumed: null, bySource: [] },
    clockOffsets: [{ path: 'unit.txt', micros: 3_600_000_000 }],
    rules: [],
    queries: [],
    view: { tab: 'verdict', query: '', zone: 'utc' },
  };
  const path = join(folder, 'night.inquest');
  writeFileSync(path, caseFileText(file));
  return { folder, path, file };
}

const jsonOf = (stdout: string) => caseJsonSchema.parse(JSON.parse(stdout));

describe('inquest analyze CASE.inquest', () => {
  it('reads the evidence beside it again and applies what was said of it', async () => {
    const { folder, path } = staged();
    const bare = await inquest('analyze', join(folder, 'unit.txt'), '--json', '-');
    const { status, stdout, stderr } = await inquest('analyze', path, '--json', '-');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(jsonOf(bare.stdout).overruled ?? []).toEqual([]);
    expect(jsonOf(stdout).overruled).toMatchObject([{ fact: 'timeout-logged', comment: 'Another host.' }]);
    expect(jsonOf(stdout).evidence[0]).toMatchObject({ sha256: jsonOf(bare.stdout).evidence[0]?.sha256 });
    const start = (text: string): number => Date.parse(jsonOf(text).incident?.start ?? '');
    expect(start(stdout) - start(bare.stdout)).toBe(3_600_000);
    const words = await inquest('analyze', path);
    expect(words.stdout).toMatch(/Analyst changes\s+dismissed .*WORKER TIMEOUT[\s\S]*Because: Another host\./);
  });

  it('warns of evidence that has changed since', async () => {
    const { folder, path } = staged();
    appendFileSync(join(folder, 'unit.txt'), `${timeoutJournal().split('\n')[0]}\n`);
    const { status, stderr, stdout } = await inquest('analyze', path, '--json', '-');
    expect(status).toBe(0);
    expect(stderr).toContain('has changed since the case was saved: unit.txt');
    expect(jsonOf(stdout).overruled ?? []).toEqual([]);
  });

  it('refuses evidence that has moved, and tells what to do', async () => {
    const { folder, path } = staged();
    mkdirSync(join(folder, 'away'));
    renameSync(join(folder, 'unit.txt'), join(folder, 'away', 'unit.txt'));
    const { status, stderr } = await inquest('analyze', path);
    expect(status).toBe(2);
    expect(stderr).toContain('evidence has moved: /nowhere/unit.txt');
    expect(stderr).toContain('hint: ');
  });

  it('refuses a damaged case file, other paths beside one, notes, and to write over it', async () => {
    const { folder, path } = staged();
    const text = readFileSync(path, 'utf8');
    const cases: readonly (readonly [args: readonly string[], words: string])[] = [
      [[path, join(folder, 'unit.txt')], 'by itself'],
      [[path, '--notes', join(folder, 'x.json')], 'notes of its own'],
      [[path, '--json', path], 'belongs to the evidence'],
      [[path, '--json', join(folder, 'unit.txt')], 'belongs to the evidence'],
      [[path, '--clock-offset', 'other.txt=1'], 'other.txt'],
    ];
    for (const [args, words] of cases) {
      const { status, stderr } = await inquest('analyze', ...args);
      expect(stderr).toContain(words);
      expect(status).toBe(2);
    }
    expect(readFileSync(path, 'utf8')).toBe(text);
    writeFileSync(path, text.slice(0, 300));
    expect(await inquest('analyze', path)).toMatchObject({ status: 2, stderr: expect.stringContaining('cut short') });
  });
});
