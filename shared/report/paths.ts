import type { EvidenceFile, Provenance } from '../model/evidence.ts';

/**
 * Short names of evidence files for tables: the path without the folders (and the archive) that all files share. The
 * evidence list shows every path whole.
 */
export function shortPaths(files: readonly EvidenceFile[]): ReadonlyMap<string, string> {
  const containers = new Set(files.map(({ containerId }) => containerId));
  const split = files.filter(({ id }) => !containers.has(id)).map(({ path }) => path.split('/').slice(0, -1));
  const first = split[0] ?? [];
  let shared = 0;
  while (shared < first.length && split.every((folders) => folders[shared] === first[shared])) shared++;
  return new Map(
    files.map(({ id, path }) => [id, containers.has(id) ? path : path.split('/').slice(shared).join('/')]),
  );
}

/** `journal/crash_logs.txt:12`; with the byte where lines mean nothing (`data/app.db-wal, byte 32`). */
export function sourceName(source: Provenance, paths: ReadonlyMap<string, string>): string {
  const path = paths.get(source.evidenceId) ?? source.evidenceId;
  if (source.line !== null) return `${path}:${source.line}`;
  return source.byteOffset === 0 ? path : `${path}, byte ${source.byteOffset}`;
}

/** Names of several sources without repeats: at most `limit`, then how many more. */
export function sourceNames(
  sources: readonly Provenance[],
  paths: ReadonlyMap<string, string>,
  limit = 4,
): readonly string[] {
  const names = [...new Set(sources.map((source) => sourceName(source, paths)))];
  return names.length <= limit ? names : [...names.slice(0, limit), `and ${names.length - limit} more`];
}
