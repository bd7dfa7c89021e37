import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { CaseFile, CaseSource } from '../../shared/contract/case-file.ts';
import { lookAt } from '../files/look-at.ts';

/** A source as it is written into a case file that lies in `folder`; null: one that is not beside its evidence. */
export function caseSource(path: string, folder: string | null): CaseSource {
  const absolutePath = resolve(path);
  const seen = lookAt(absolutePath);
  return {
    path: absolutePath,
    relative: folder === null ? null : wayFrom(folder, absolutePath),
    kind: seen?.kind ?? 'file',
    bytes: seen?.bytes ?? null,
    modified: seen?.modified ?? null,
  };
}

/** The source with the way to it from a folder. */
export function seenFrom(source: CaseSource, folder: string | null): CaseSource {
  return { ...source, relative: folder === null ? null : wayFrom(folder, source.path) };
}

function wayFrom(folder: string, path: string): string | null {
  const way = relative(folder, path);
  return way === '' || isAbsolute(way) ? null : way.split(sep).join('/');
}

/**
 * Where the sources of a case file are now, in their order; null where none is. The way from the file comes first, since
 * a case is handed on together with its evidence, but not before a file of the size that was saved.
 *
 * `isOwn`: Inquest wrote it on this machine. In one that came from elsewhere a path to another host is not followed: to
 * look there would already be a message to it.
 */
export function placesOf(file: CaseFile, casePath: string, isOwn: boolean): readonly (string | null)[] {
  const folder = dirname(resolve(casePath));
  return file.sources.map((source) => {
    const candidates = [source.relative === null ? null : resolve(folder, source.relative), source.path]
      .filter((path) => path !== null)
      .filter((path) => isAbsolute(path) && (isOwn || !/^[\\/]{2}/.test(path)));
    const there = candidates.flatMap((path) => {
      const seen = lookAt(path);
      return seen === null ? [] : [{ path, isAlike: seen.kind === source.kind && seen.bytes === source.bytes }];
    });
    return (there.find(({ isAlike }) => isAlike) ?? there[0])?.path ?? null;
  });
}
