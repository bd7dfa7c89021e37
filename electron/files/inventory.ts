import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ArchiveFormat } from '../../shared/evidence/formats/archives.ts';
import type { EpochMicros } from '../../shared/model/time.ts';
import type { IntakeLimits } from './limits.ts';
import { visibleName } from './names.ts';
import { type CaseProblems, FileProblems } from './problem-list.ts';
import { type FileStamp, failureReason, modifiedMicros, stampOf } from './read-only.ts';

/** What was asked for is not there; the message names it. */
export class MissingInput extends Error {
  override readonly name = 'MissingInput';
}

/** A file on its way to becoming evidence: found on disk or unpacked to the spool. */
export interface FoundFile {
  /** Index of the given path that it came from. */
  readonly given: number;
  /** Whether it is that path, not something below it. */
  readonly givenItself: boolean;
  /** Path relative to what was given, `/`-separated, as the file system or archive spells it. */
  readonly name: string;
  readonly absolutePath: string;
  readonly bytes: number;
  readonly modified: EpochMicros | null;
  /** Null for a spooled file, which nobody but Inquest writes. */
  readonly stamp: FileStamp | null;
  readonly container: FoundFile | null;
  /** Known for spooled files and for archives once they have been read through. */
  sha256: string | null;
  /** Null while `sha256` is that of the whole file, else how many of its first bytes it is of. */
  hashedBytes: number | null;
  /** What kind of container it turned out to be, and how many members were taken from it. */
  archive: ArchiveFormat | null;
  members: number;
  readonly problems: FileProblems;
}

/** How many folder entries and archive members have been looked at, over everything given. */
export interface EntryCounter {
  count: number;
}

/** What has been listed for a case before, so that what is added later goes on from there. */
export class Listing {
  /** Given paths so far; the next one gets this index. */
  givens = 0;
  /** Absolute paths of all files. */
  readonly seen = new Set<string>();
}

/** Why a given path cannot be listed, in a few words; null when there is something at it. */
export function missingReason(path: string): string | null {
  try {
    lstatSync(resolve(path));
    return null;
  } catch (thrown) {
    return failureReason(thrown);
  }
}

/**
 * Lists the regular files of what was given: files as they are, folders walked in the order of their names. Links are never
 * followed, devices never opened; both are reported. A file that `listing` knows already is left out. Throws MissingInput
 * for a path that does not exist.
 */
export function listGiven(
  paths: readonly string[],
  limits: IntakeLimits,
  entries: EntryCounter,
  problems: CaseProblems,
  listing: Listing = new Listing(),
): FoundFile[] {
  const found: FoundFile[] = [];
  const { seen } = listing;
  for (const path of paths) {
    const absolutePath = resolve(path);
    const missing = missingReason(path);
    if (missing !== null) throw new MissingInput(`${visibleName(path)} cannot be read: ${missing}.`);
    const given = listing.givens;
    listing.givens += 1;
    for (const file of walk({ given, absolutePath, name: '', depth: 0 }, limits, entries, problems)) {
      // The same file given twice, or beside the folder that holds it, is one piece of evidence.
      if (seen.has(file.absolutePath)) continue;
      if (seen.size >= limits.files) {
        problems.add(visibleName(file.name), 'limit-exceeded', tooManyFiles(limits));
        return found;
      }
      seen.add(file.absolutePath);
      found.push(file);
    }
  }
  return found;
}

/** Why no further file is taken in. */
export function tooManyFiles(limits: IntakeLimits): string {
  return `More than ${limits.files} evidence files; this one and those after it were left out. Give the folder in parts.`;
}

interface Place {
  readonly given: number;
  readonly absolutePath: string;
  readonly name: string;
  readonly depth: number;
}

function* walk(
  place: Place,
  limits: IntakeLimits,
  entries: EntryCounter,
  problems: CaseProblems,
): Generator<FoundFile, void> {
  const shown = visibleName(place.name === '' ? basename(place.absolutePath) : place.name);
  let stats: ReturnType<typeof statsOf>;
  try {
    stats = statsOf(place.absolutePath);
    if (stats.isSymbolicLink()) {
      const target = visibleName(readlinkSync(place.absolutePath));
      problems.add(shown, 'link-refused', `A symbolic link to ${target}, not followed. Give its target itself.`);
      return;
    }
  } catch (thrown) {
    problems.add(shown, 'unreadable', `It cannot be read: ${failureReason(thrown)}.`);
    return;
  }
  if (stats.isDirectory()) {
    yield* walkFolder(place, shown, limits, entries, problems);
  } else if (stats.isFile()) {
    const stamp = stampOf(stats);
    yield {
      given: place.given,
      givenItself: place.name === '',
      name: place.name === '' ? basename(place.absolutePath) : place.name,
      absolutePath: place.absolutePath,
      bytes: stamp.bytes,
      modified: modifiedMicros(stamp),
      stamp,
      container: null,
      sha256: null,
      hashedBytes: null,
      archive: null,
      members: 0,
      problems: new FileProblems(limits.problems),
    };
  } else {
    problems.add(shown, 'link-refused', 'A device, socket or named pipe, not opened. Copy what it gives to a file.');
  }
}

function* walkFolder(
  folder: Place,
  shown: string,
  limits: IntakeLimits,
  entries: EntryCounter,
  problems: CaseProblems,
): Generator<FoundFile, void> {
  if (folder.depth >= limits.folderDepth) {
    const message = `Folders more than ${limits.folderDepth} deep are not entered. Give this folder itself.`;
    problems.add(shown, 'limit-exceeded', message);
    return;
  }
  let children: Dirent[];
  try {
    children = readdirSync(folder.absolutePath, { withFileTypes: true });
  } catch (thrown) {
    problems.add(shown, 'unreadable', `The folder cannot be listed: ${failureReason(thrown)}.`);
    return;
  }
  // By code unit, not by locale: the same folder gives the same case on every machine.
  children.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const child of children) {
    entries.count += 1;
    if (entries.count > limits.entries) {
      problems.add(shown, 'limit-exceeded', `More than ${limits.entries} entries; what follows was left out.`);
      return;
    }
    const name = folder.name === '' ? child.name : `${folder.name}/${child.name}`;
    const absolutePath = join(folder.absolutePath, child.name);
    yield* walk({ given: folder.given, absolutePath, name, depth: folder.depth + 1 }, limits, entries, problems);
  }
}

function statsOf(absolutePath: string) {
  return lstatSync(absolutePath, { bigint: true });
}
