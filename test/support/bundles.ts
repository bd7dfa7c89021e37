import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { onTestFinished } from 'vitest';

/** An empty folder of its own, gone when the test has finished. Its name begins with `prefix`. */
export function tempFolder(prefix = 'evidence-'): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files below a folder by their relative paths; returns the folder. */
export function writeTree(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** One member of a tar to build: a regular file with content, or whatever the header's type says. */
export interface TarEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly type?: Header['type'];
  readonly linkname?: string;
}

/** A tar in memory. */
export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const packed = pack();
  for (const { name, content = '', type = 'file', linkname } of entries) {
    const header = {
      name,
      type,
      mtime: new Date('2026-01-28T05:00:00Z'),
      ...(linkname === undefined ? {} : { linkname }),
    };
    packed.entry(header, Buffer.from(content));
  }
  packed.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of packed) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A gzip-compressed tar in memory. */
export async function tarGzipOf(entries: readonly TarEntry[]): Promise<Buffer> {
  return gzipSync(await tarOf(entries));
}

/** Path, size, modification time and content of everything below a folder: to show that nothing was touched. */
export function snapshotOf(folder: string): Readonly<Record<string, { mtimeMs: number; content: string | null }>> {
  const snapshot: Record<string, { mtimeMs: number; content: string | null }> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isFile() ? readFileSync(path).toString('latin1') : null;
    snapshot[path] = { mtimeMs: entry.isSymbolicLink() ? 0 : statSync(path).mtimeMs, content };
  }
  return snapshot;
}
