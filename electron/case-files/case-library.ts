import { join } from 'node:path';
import { z } from 'zod';
import { type CaseFile, caseFileText } from '../../shared/contract/case-file.ts';
import { CASE_FILE_ENDING } from '../../shared/contract/case-file-name.ts';
import type { CaseListing, ListedCase } from '../../shared/contract/ipc.ts';
import { lookAt } from '../files/look-at.ts';
import { makeFolder, namesIn, readOwnFile, removeOwnFile } from '../files/own-files.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { Turns } from '../threads/turns.ts';
import { readCaseFile } from './read-case-file.ts';

/** Cases that the list names; those before them stay in the folder. */
const LISTED_CASES = 10;
const INDEX = 'index.json';
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const entrySchema = z.strictObject({
  id: z.string().regex(ID),
  title: z.string(),
  headline: z.string(),
  changed: z.iso.datetime(),
  /** Absolute paths of its evidence. */
  sources: z.array(z.string()),
  /** Where it was saved by the person; null for a case that lies here alone. */
  savedAs: z.string().nullable(),
  /** Whether a copy with changes lies in this folder. */
  hasCopy: z.boolean(),
  /** Whether the app has it open: where that is so at a start, the app was not closed in order. */
  isOpen: z.boolean(),
});
type Entry = z.infer<typeof entrySchema>;
const indexSchema = z.strictObject({ version: z.literal(1), cases: z.array(entrySchema).max(100_000) });

/** Where a case that the library knows is to be read. */
export interface CasePlace {
  readonly path: string;
  readonly savedAs: string | null;
  /** Whether it is the library's own copy. */
  readonly isCopy: boolean;
}

/**
 * The cases that Inquest knows: those that were saved, by where, and copies of those with changes that were not, in a
 * folder of the app. Writes come one after the other, each atomic; copies that the index does not know are found again.
 */
export class CaseLibrary {
  readonly folder: string;
  readonly #turns = new Turns();
  readonly #ready: Promise<void>;
  /** The latest first. */
  #entries: readonly Entry[] = [];
  /** Those that were open when the app ended out of order. */
  readonly #recovered = new Set<string>();

  constructor(folder: string) {
    this.folder = folder;
    this.#ready = this.#load();
  }

  /** What a person can open again. A saved file that is not there any more is marked. */
  async list(): Promise<CaseListing> {
    await this.#ready;
    await this.#turns.take(async () => undefined);
    const listed = this.#entries.map(
      ({ id, title, headline, changed, savedAs, hasCopy }): ListedCase => ({
        id,
        title,
        headline,
        changed,
        savedAs,
        isMissing: !hasCopy && (savedAs === null || lookAt(savedAs) === null),
      }),
    );
    const recovered = listed.filter(({ id }) => this.#recovered.has(id));
    const others = listed.filter(({ id }) => !this.#recovered.has(id));
    return {
      recovered,
      recent: others.slice(0, LISTED_CASES),
      olderCount: Math.max(0, others.length - LISTED_CASES),
      folder: this.folder,
    };
  }

  /** Where to read a case; null for an id that is not known. */
  async find(id: string): Promise<CasePlace | null> {
    await this.#ready;
    const entry = this.#entries.find((each) => each.id === id);
    if (entry === undefined) return null;
    const { savedAs, hasCopy } = entry;
    if (hasCopy) return { path: this.#copyOf(id), savedAs, isCopy: true };
    return savedAs === null ? null : { path: savedAs, savedAs, isCopy: false };
  }

  /** The title of the latest case about the same evidence, by its paths; null where there is none that can be opened. */
  async titleOfSame(paths: readonly string[]): Promise<string | null> {
    await this.#ready;
    const same = this.#entries.find(
      ({ sources, hasCopy, savedAs }) =>
        hasSame(sources, paths) && (hasCopy || (savedAs !== null && lookAt(savedAs) !== null)),
    );
    return same?.title ?? null;
  }

  /** Keeps a copy of an open case with changes. Rejects with what the file system says. */
  keep(file: CaseFile, savedAs: string | null): Promise<void> {
    return this.#change(async () => {
      await makeFolder(this.folder, 0o700);
      await writeAtomically(this.#copyOf(file.id), caseFileText(file));
      return this.#withEntry({ ...entryOf(file), savedAs, hasCopy: true, isOpen: true });
    });
  }

  /** Takes up that a case was saved, or opened from where it had been: its copy is not needed any more. */
  saved(file: CaseFile, savedAs: string): Promise<void> {
    return this.#change(async () => {
      await removeOwnFile(this.#copyOf(file.id));
      this.#recovered.delete(file.id);
      return this.#withEntry({ ...entryOf(file), savedAs, hasCopy: false, isOpen: false });
    });
  }

  /** The copy of a case was opened: it is recovered no longer. */
  async opened(id: string): Promise<void> {
    await this.#ready;
    this.#recovered.delete(id);
  }

  /** A case was closed in order. */
  closed(id: string): Promise<void> {
    return this.#change(async () => {
      if (!this.#entries.some((each) => each.id === id && each.isOpen)) return null;
      return this.#entries.map((each) => (each.id === id ? { ...each, isOpen: false } : each));
    });
  }

  /** Removes the copy of a case; a case that was saved stays listed by its file. */
  discardCopy(id: string): Promise<void> {
    return this.#change(async () => {
      await removeOwnFile(this.#copyOf(id));
      this.#recovered.delete(id);
      return this.#entries.flatMap((each) => {
        if (each.id !== id) return [each];
        return each.savedAs === null ? [] : [{ ...each, hasCopy: false, isOpen: false }];
      });
    });
  }

  /** Removes a case from the list, with its copy; a file that a person saved stays where it is. */
  forget(id: string): Promise<void> {
    return this.#change(async () => {
      await removeOwnFile(this.#copyOf(id));
      this.#recovered.delete(id);
      return this.#entries.filter((each) => each.id !== id);
    });
  }

  /** Waits until everything that was asked for has been written. */
  async settled(): Promise<void> {
    await this.#ready;
    await this.#turns.take(async () => undefined);
  }

  #copyOf(id: string): string {
    // Ids come from files: one that is no id must not lead anywhere.
    if (!ID.test(id)) throw new Error(`${id} is no id of a case`);
    return join(this.folder, `${id}${CASE_FILE_ENDING}`);
  }

  #withEntry(entry: Entry): readonly Entry[] {
    // One file is one case: another that was saved over it is gone.
    const others = this.#entries.filter(
      (each) => each.id !== entry.id && (each.hasCopy || entry.savedAs === null || each.savedAs !== entry.savedAs),
    );
    return [entry, ...others];
  }

  /** `change` gives the entries as they then are, or null where it changes nothing. */
  #change(change: () => Promise<readonly Entry[] | null>): Promise<void> {
    return this.#turns.take(async () => {
      await this.#ready;
      const changed = await change();
      if (changed === null) return;
      this.#entries = changed;
      await makeFolder(this.folder, 0o700);
      const index = { version: 1, cases: this.#entries };
      await writeAtomically(join(this.folder, INDEX), `${JSON.stringify(index, null, 2)}\n`);
    });
  }

  async #load(): Promise<void> {
    const entries = [...(await this.#readIndex())];
    const known = new Set(entries.map(({ id }) => id));
    for (const name of await namesIn(this.folder).catch(() => [])) {
      const id = name.slice(0, -CASE_FILE_ENDING.length);
      if (!name.endsWith(CASE_FILE_ENDING) || !ID.test(id) || known.has(id)) continue;
      // A copy that was written right before the end of the app, or whose index is lost.
      const file = await readCaseFile(join(this.folder, name)).catch(() => null);
      if (file?.id === id) entries.push({ ...entryOf(file), savedAs: null, hasCopy: true, isOpen: true });
    }
    const there = entries.filter(({ hasCopy, id, savedAs }) => {
      return savedAs !== null || (hasCopy && lookAt(this.#copyOf(id)) !== null);
    });
    this.#entries = there.sort((a, b) => (a.changed < b.changed ? 1 : a.changed > b.changed ? -1 : 0));
    for (const { id, isOpen, hasCopy } of this.#entries) if (isOpen && hasCopy) this.#recovered.add(id);
  }

  async #readIndex(): Promise<readonly Entry[]> {
    try {
      const value: unknown = JSON.parse((await readOwnFile(join(this.folder, INDEX))).toString('utf8'));
      return indexSchema.parse(value).cases;
    } catch {
      // The first start, or damage: the copies are found without it.
      return [];
    }
  }
}

function entryOf({ id, title, headline, changed, sources }: CaseFile): Omit<Entry, 'savedAs' | 'hasCopy' | 'isOpen'> {
  return { id, title, headline, changed, sources: sources.map(({ path }) => path) };
}

function hasSame(sources: readonly string[], paths: readonly string[]): boolean {
  const wanted = new Set(paths);
  return sources.length === wanted.size && sources.every((path) => wanted.has(path));
}
