import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseInput } from '../../../../shared/evidence/sqlite/database.ts';
import { type DatabaseHeader, parseDatabaseHeader } from '../../../../shared/evidence/sqlite/header.ts';

/** The real SQLite, to compare with. Tests that need it carry the reason in their names when it is missing. */
const probe = spawnSync('sqlite3', [':memory:', 'SELECT count(*) FROM dbstat'], { encoding: 'utf8' });
export const SHELL_MISSING = probe.status !== 0;
export const NEEDS_SHELL = SHELL_MISSING ? ' (skipped: no sqlite3 shell with dbstat in PATH)' : '';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/sqlite/', import.meta.url));

export function fixtureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FIXTURES, name)));
}

function optionalBytes(name: string): Uint8Array | null {
  try {
    return fixtureBytes(name);
  } catch {
    return null;
  }
}

/** A fixture folder's database with its WAL and journal, as intake hands them over. */
export function fixtureInput(folder: string): DatabaseInput {
  const wal = optionalBytes(`${folder}/service.db-wal`);
  const journal = optionalBytes(`${folder}/service.db-journal`);
  return databaseInput(fixtureBytes(`${folder}/service.db`), wal, journal);
}

export function databaseInput(
  main: Uint8Array,
  wal: Uint8Array | null = null,
  journal: Uint8Array | null = null,
): DatabaseInput {
  return {
    evidenceId: 'e1',
    path: 'data/service.db',
    main,
    wal: wal === null ? null : { evidenceId: 'e2', bytes: wal },
    journal: journal === null ? null : { evidenceId: 'e3', bytes: journal },
    hasShm: false,
  };
}

/** Page owners by SQLite's own dbstat, after the fixture's transaction was allowed to commit. */
export function fixturePageOwners(folder: string): ReadonlyMap<number, string> {
  const owners: unknown = JSON.parse(new TextDecoder().decode(fixtureBytes(`${folder}/page-owners.json`)));
  return new Map(Object.entries(owners ?? {}).map(([page, name]) => [Number(page), String(name)]));
}

/** Runs SQL in the shell on files in a private folder; gives standard output and the files' bytes afterwards. */
export function runShell(
  sql: string,
  files: Readonly<Record<string, Uint8Array>> = {},
  options: readonly string[] = [],
): { readonly output: string; readonly main: Uint8Array } {
  const folder = mkdtempSync(join(tmpdir(), 'inquest-sqlite-'));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    const path = join(folder, 'service.db');
    const run = spawnSync('sqlite3', [...options, path], { input: sql, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (run.status !== 0) throw new Error(`sqlite3 failed: ${run.stderr}`);
    return { output: run.stdout, main: new Uint8Array(readFileSync(path)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function headerOf(bytes: Uint8Array): DatabaseHeader {
  const result = parseDatabaseHeader(bytes);
  if (!result.ok) throw new Error(result.message);
  return result.header;
}

/** A copy with one byte changed. */
export function withByte(bytes: Uint8Array, offset: number, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  copy[offset] = change(copy[offset] ?? 0) & 0xff;
  return copy;
}

/**
 * The same log with checksums over words of the other byte order, as a machine of that order writes it (walformat, "Checksum
 * Algorithm"): written for the tests from the specification, and checked by letting SQLite read the result.
 */
export function withBigEndianChecksums(wal: Uint8Array): Uint8Array {
  const copy = wal.slice();
  const view = new DataView(copy.buffer);
  const pageSize = view.getUint32(8);
  let s0 = 0;
  let s1 = 0;
  const add = (from: number, to: number): void => {
    for (let at = from; at < to; at += 8) {
      s0 = (s0 + view.getUint32(at) + s1) >>> 0;
      s1 = (s1 + view.getUint32(at + 4) + s0) >>> 0;
    }
  };
  view.setUint32(0, 0x377f0683);
  add(0, 24);
  view.setUint32(24, s0);
  view.setUint32(28, s1);
  for (let frame = 32; frame + 24 + pageSize <= copy.length; frame += 24 + pageSize) {
    add(frame, frame + 8);
    add(frame + 24, frame + 24 + pageSize);
    view.setUint32(frame + 16, s0);
    view.setUint32(frame + 20, s1);
  }
  return copy;
}
