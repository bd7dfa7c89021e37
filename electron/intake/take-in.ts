import { Unpacker } from '../archives/unpack.ts';
import { type FoundFile, Listing, listGiven, missingReason } from '../files/inventory.ts';
import type { IntakeLimits } from '../files/limits.ts';
import { visibleName } from '../files/names.ts';
import type { CaseProblems } from '../files/problem-list.ts';
import { failureReason } from '../files/read-only.ts';
import { Spool } from '../files/spool.ts';
import { type DatabaseGroup, groupDatabases, type Identified, identify } from './identify.ts';
import type { IntakeFile } from './intake-file.ts';
import { shownPaths } from './shown-paths.ts';
import type { SourceBoard } from './source-progress.ts';

/**
 * Turns given paths into files of the case: lists, unpacks and identifies them. What is given later goes on where the first
 * paths ended: with the same limits, further ids, and no file twice.
 */
export class TakeIn {
  readonly #limits: IntakeLimits;
  readonly #problems: CaseProblems;
  readonly #board: SourceBoard;
  readonly #entries = { count: 0 };
  readonly #listing = new Listing();
  readonly #unpacker: Unpacker;
  readonly #givenPaths: string[] = [];
  /** All files so far; a file's index is its place here. */
  readonly files: IntakeFile[] = [];
  /** The databases among them, with what lies beside each. */
  groups: readonly DatabaseGroup[] = [];

  constructor(spoolDirectory: string, limits: IntakeLimits, problems: CaseProblems, board: SourceBoard) {
    this.#limits = limits;
    this.#problems = problems;
    this.#board = board;
    this.#unpacker = new Unpacker({
      limits,
      spool: new Spool(spoolDirectory),
      entries: this.#entries,
      problems,
      files: 0,
      report: (file, readBytes) => board.unpacking(file, readBytes),
      begin: (file) => board.begin(file),
    });
  }

  /** Takes in the paths that a case begins with. Throws MissingInput when one of them does not exist. */
  async given(paths: readonly string[]): Promise<void> {
    this.#givenPaths.push(...paths);
    const listed = listGiven(paths, this.#limits, this.#entries, this.#problems, this.#listing);
    this.#unpacker.countGiven(listed.length);
    this.#board.startUnpacking(listed);
    const found: FoundFile[] = [];
    for (const file of listed) {
      // What is stopped before its turn is not even looked into.
      const expanded = this.#board.isStopped(file) ? [file] : await this.#unpacker.expand(file);
      for (const each of expanded) {
        found.push(each);
        this.#board.add(each);
        if (each.archive !== null) this.#board.end(each);
      }
      if (expanded.length === 0) this.#board.end(file, 'failed');
      this.#board.unpacked(file);
    }
    this.#board.rest();
    this.#identify(found);
  }

  /** Takes in what was added later; returns the paths that were there. A missing one is a problem of the case. */
  async added(paths: readonly string[]): Promise<readonly string[]> {
    const present = paths.filter((path) => {
      const missing = missingReason(path);
      if (missing !== null) this.#problems.add(visibleName(path), 'unreadable', `It cannot be read: ${missing}.`);
      return missing === null;
    });
    await this.given(present);
    this.#board.countAdded(present.length);
    return present;
  }

  #identify(found: readonly FoundFile[]): void {
    const firstNew = this.files.length;
    for (const file of found) {
      const told = this.#told(file);
      if (told === null) continue;
      const index = this.files.length;
      this.files.push({
        found: file,
        index,
        id: `e${index + 1}`,
        path: '',
        format: told.format,
        told,
        records: file.members,
        time: null,
      });
    }
    const sources = this.files.map((file) => file.found);
    // Anew over all files: an added -wal belongs to a database that was there before, and an added name may be taken.
    const formats = this.files.map((file) => file.format);
    this.groups = groupDatabases(sources, formats);
    const paths = shownPaths(sources, this.#givenPaths);
    for (const file of this.files) {
      file.format = formats[file.index] ?? file.format;
      file.path = paths[file.index] ?? file.path;
      if (file.index >= firstNew) this.#board.identified(file.found, file.path, file.format);
    }
  }

  #told(file: FoundFile): Identified | null {
    try {
      return identify(file);
    } catch (thrown) {
      this.#problems.add(visibleName(file.name), 'unreadable', `It cannot be read: ${failureReason(thrown)}.`);
      this.#board.end(file, 'failed');
      return null;
    }
  }
}
