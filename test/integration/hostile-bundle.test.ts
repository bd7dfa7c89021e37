import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, inject, test } from 'vitest';
import { caseJsonSchema } from '../../shared/contract/case-json.ts';
import { tarGzipOf, tarOf, tempFolder, writeTree } from '../support/bundles.ts';
import { keepBundle } from '../support/keep-bundle.ts';
import { unpackTarGz } from '../support/unpack.ts';
import { unprivilegedUser } from '../support/unprivileged.ts';

const INQUEST = join(inject('programs'), 'inquest.js');
const INCIDENT = new URL('../fixtures/incidents/incident-2026-02-11.tar.gz', import.meta.url);
const USER = unprivilegedUser();

/** Runs `inquest analyze PATH --json -` as a user does, who is never root. */
function analyze(path: string): Promise<{ readonly status: number; readonly json: unknown; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const cache = tempFolder('cache-');
    chmodSync(cache, 0o777);
    const env = { ...process.env, XDG_CACHE_HOME: cache };
    const args = [INQUEST, 'analyze', path, '--json', '-'];
    execFile(process.execPath, args, { ...USER, env, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      try {
        resolve({ status: error === null ? 0 : Number(error.code ?? -1), json: JSON.parse(stdout), stderr });
      } catch {
        reject(new Error(`status ${error?.code}, no JSON: ${stderr}`));
      }
    });
  });
}

/** A ZIP without a directory whose one member unpacks to far more than it states. */
function zipBomb(): Buffer {
  const zeros = Buffer.alloc(8 * 1024 * 1024);
  const data = deflateRawSync(zeros);
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04');
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(8, 8);
  header.writeUInt32LE(crc32(zeros), 14);
  header.writeUInt32LE(data.length, 18);
  header.writeUInt32LE(1000, 22);
  header.writeUInt16LE(4, 26);
  return Buffer.concat([header, Buffer.from('bomb'), data]);
}

describe('a hostile bundle around a recorded incident', () => {
  test('each trap is reported by name, and the verdict is right', async () => {
    const incident = await unpackTarGz(INCIDENT);
    const folder = writeTree(tempFolder(), Object.fromEntries(incident));
    const line = '2026-02-11T16:00:00.000001+00:00 host gunicorn[77]: ';
    const download = await tarGzipOf([
      { name: 'notes.txt', content: 'whole' },
      { name: 'more.txt', content: Array.from({ length: 9000 }, (_, at) => `line ${at * 7919}`).join('\n') },
    ]);
    writeTree(folder, {
      'traps/long-line.txt': `${line}begin\n${line}${'x'.repeat(10 * 1024 * 1024)}\n${line}end\n`,
      'traps/bomb.zip': zipBomb(),
      'traps/climb.tar': await tarOf([
        { name: '../../../etc/cron.d/job', content: 'x' },
        { name: 'fine.txt', content: 'fine' },
      ]),
      'traps/empty.log': '',
      'traps/picture.bin': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      'traps/download.tar.gz': download.subarray(0, Math.floor(download.length / 2)),
    });
    symlinkSync('/etc/passwd', join(folder, 'traps/link'));
    writeFileSync(join(folder, 'traps/secret.txt'), 'x');
    keepBundle(folder);
    chmodSync(join(folder, 'traps/secret.txt'), 0);
    chmodSync(folder, 0o755);

    const { status, json, stderr } = await analyze(folder);
    expect([status, stderr]).toEqual([0, '']);
    const { evidence, problems, incident: judged, hypotheses } = caseJsonSchema.parse(json);
    const problemsOf = (name: string) => evidence.find(({ path }) => path === `traps/${name}`)?.problems ?? [];
    const told = (name: string): string =>
      problemsOf(name)
        .map(({ kind, message }) => `${kind}: ${message}`)
        .join('\n');
    expect(told('long-line.txt')).toMatch(/line-too-long: /);
    expect(told('bomb.zip')).toMatch(/damaged-archive: .*bomb is damaged/);
    expect(told('empty.log')).toMatch(/^empty: [^\n]*$/);
    expect(told('picture.bin')).toMatch(/^unrecognised: .*PNG.*89 50 4e 47[^\n]*$/);
    expect(told('download.tar.gz')).toMatch(/damaged-archive: .*copy it again/);
    expect(evidence.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['traps/climb.tar/fine.txt', 'traps/download.tar.gz/notes.txt']),
    );
    expect(problems.map(({ path, kind }) => [path, kind])).toEqual(
      expect.arrayContaining([
        ['traps/link', 'link-refused'],
        ...(USER === null ? [] : [['traps/secret.txt', 'unreadable']]),
        ['traps/climb.tar: ../../../etc/cron.d/job', 'unsafe-path'],
      ]),
    );

    expect(judged?.mechanism).toBe('gunicorn-timeout');
    expect(Object.fromEntries(hypotheses.map(({ id, verdict }) => [id, verdict]))).toMatchObject({
      'database-lock': 'fits',
      'worker-timeout': 'contributes',
      'memory-exhaustion': 'ruled-out',
      'large-artifact': 'ruled-out',
    });
  });
});

test('a folder of nothing but traps says so, and ends with the status for nothing recognised', async () => {
  const folder = tempFolder();
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'bomb.zip'), zipBomb());
  keepBundle(folder);
  await expect(analyze(folder)).rejects.toThrow(/^status 3, [\s\S]*bomb\.zip/);
});
