import { randomUUID } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import {
  type CaseFile,
  type CaseSource,
  type CaseViewState,
  caseFileText,
  relocated,
  workIn,
  workOf,
} from '../../shared/contract/case-file.ts';
import { CASE_FILE_ENDING, isCaseFile } from '../../shared/contract/case-file-name.ts';
import type {
  CaseListing,
  CaseOpenOutcome,
  CaseStatus,
  ExportOutcome,
  MovedEvidence,
  OpenOutcome,
} from '../../shared/contract/ipc.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import { NO_WORK } from '../../shared/model/work-history.ts';
import type { CaseLibrary, CasePlace } from '../case-files/case-library.ts';
import { caseSnapshot } from '../case-files/case-snapshot.ts';
import { readCaseFile } from '../case-files/read-case-file.ts';
import { type CaseNotice, evidenceNotices, queryNotice, restoreQueries } from '../case-files/restore-case.ts';
import { caseSource, placesOf, seenFrom } from '../case-files/sources.ts';
import { fileStem } from '../export/file-names.ts';
import { folderBeside, targetProblem } from '../files/evidence-guard.ts';
import { lookAt } from '../files/look-at.ts';
import { visibleName } from '../files/names.ts';
import { isThere } from '../files/own-files.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { UsageError } from '../threads/usage-error.ts';
import type { CaseOrigin, CaseSession, SessionCase } from './case-session.ts';
import type { ShellPorts } from './shell-ports.ts';

/** A change is on disk after this time at the latest, and the time that writing takes. */
const KEEP_WITHIN_MILLIS = 500;

/** So long after a failure it is tried again. */
const KEEP_AGAIN_MILLIS = 5_000;

const FIRST_VIEW: CaseViewState = { tab: 'timeline', query: '', zone: 'utc' };

export interface KeeperOptions {
  readonly session: CaseSession;
  readonly library: CaseLibrary;
  readonly ports: Pick<
    ShellPorts,
    'askUnsaved' | 'chooseCasePath' | 'chooseMoved' | 'documentsFolder' | 'samplePath' | 'toJobError'
  >;
  readonly onStatus: (status: CaseStatus | null) => void;
}

/** The open case as something that is kept. */
interface KeptCase {
  readonly origin: CaseOrigin;
  readonly id: string;
  /** What it was opened from, where that was a case file. */
  readonly earlier: CaseFile | null;
  readonly absent: readonly CaseSource[];
  readonly failedQueries: CaseFile['queries'];
  readonly notices: readonly CaseNotice[];
  readonly savedAs: string | null;
  /** Size and time of that file when it was read or written last; null where it was not there. */
  readonly seen: string | null;
  /** What needs no keeping: the work that its file has, or with which it was opened; null: that is not known. */
  readonly safeWork: string | null;
  /** As it is now. */
  readonly now: CaseFile;
  /** Whether the library has a copy of it. */
  readonly hasCopy: boolean;
  /** Why it could not be kept; null when it is. */
  readonly problem: string | null;
}

/** A case file on its way to being opened. */
interface PendingCase {
  readonly file: CaseFile;
  /** Of each source; null where it is not known. */
  readonly places: readonly (string | null)[];
  readonly savedAs: string | null;
  readonly isCopy: boolean;
  /** As KeptCase.safeWork. */
  readonly safeWork: string | null;
}

/**
 * Keeps what is done in the window: every change of the open case goes to the library within a second, a saved case to its
 * file when the person says so, and nothing that would be lost goes without a question. Opens case files.
 */
export class CaseKeeper {
  readonly #options: KeeperOptions;
  #kept: KeptCase | null = null;
  #view: CaseViewState = FIRST_VIEW;
  #timer: NodeJS.Timeout | null = null;
  /** Whether the timer is for what could not be written before. */
  #isRetry = false;
  #pending: PendingCase | null = null;
  /** What the case that is being opened will be kept as. */
  readonly #starts = new WeakMap<CaseOrigin, Omit<KeptCase, 'now' | 'origin' | 'problem'>>();
  /** The person chose to lose the changes of the open case. */
  #isDiscarded = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** How the open case stands to its file; null when none is open. */
  status(): CaseStatus | null {
    const kept = this.#kept;
    if (kept === null) return null;
    const problem: readonly CaseNotice[] =
      kept.problem === null
        ? []
        : [{ text: 'The changes could not be kept', detail: `${kept.problem} Save the case to another place.` }];
    const { title } = kept.now;
    return { title, savedAs: kept.savedAs, isDirty: isDirty(kept), notices: [...problem, ...kept.notices] };
  }

  list(): Promise<CaseListing> {
    return this.#options.library.list();
  }

  /** Follows the session: the open case has changed, another one is open, or none is. */
  caseChanged(current: SessionCase | null): void {
    if (current?.origin !== this.#kept?.origin) this.#leaveCase();
    if (current === null) {
      this.#tell();
      return;
    }
    const before = this.#kept;
    if (before === null) {
      const start = this.#starts.get(current.origin);
      this.#view = start?.earlier?.view ?? { ...FIRST_VIEW, zone: this.#view.zone };
      const bare = { origin: current.origin, problem: null };
      const first: Omit<KeptCase, 'now'> =
        start === undefined
          ? {
              ...bare,
              id: randomUUID(),
              earlier: null,
              absent: [],
              failedQueries: [],
              notices: [],
              savedAs: null,
              seen: null,
              safeWork: null,
              hasCopy: false,
            }
          : { ...bare, ...start };
      const now = this.#snapshot(current, first, first.earlier);
      this.#kept = { ...first, now, safeWork: start === undefined ? workOf(now) : first.safeWork };
    } else {
      this.#kept = { ...before, now: this.#snapshot(current, before, before.now) };
    }
    this.#schedule();
    this.#tell();
  }

  /** The report of the open case holds other queries. */
  touched(): void {
    const current = this.#options.session.current();
    if (current !== null && this.#kept !== null) this.caseChanged(current);
  }

  /** What is looked at is part of the case, but no change that a person is asked about. */
  setView(view: CaseViewState): void {
    this.#view = view;
    if (this.#kept === null) return;
    this.#kept = { ...this.#kept, now: { ...this.#kept.now, view } };
    this.#schedule();
  }

  /** Opens evidence as a case of its own, and tells of one about the same evidence that was worked on before. */
  async openEvidence(paths: readonly string[]): Promise<OpenOutcome> {
    const { session, library } = this.#options;
    const outcome = await this.#opening(() => session.open(paths));
    if (outcome.status === 'moved') return failed('The evidence has moved.');
    const origin = session.current()?.origin;
    if (outcome.status !== 'opened' || origin === undefined) return outcome;
    const title = await library.titleOfSame(paths.map((path) => resolve(path)));
    if (title !== null && this.#kept?.origin === origin && this.#kept.earlier === null) {
      const detail = 'Close this case and open that one from the recent cases to go on with it.';
      this.#kept = {
        ...this.#kept,
        notices: [{ text: `Earlier work on this evidence is kept: ${visibleName(title)}`, detail }],
      };
      this.#tell();
    }
    return outcome;
  }

  /** Reads a case file that a person gave, and opens it where its evidence is found. */
  openFile(given: string): Promise<CaseOpenOutcome> {
    return this.#opening(async () => {
      const path = resolve(given);
      const file = await readCaseFile(path);
      const { library } = this.#options;
      const known = await library.find(file.id);
      if (known?.isCopy === true && known.savedAs === path) return this.#begin(await readCaseFile(known.path), known);
      // A copy of a case file is a case of its own; one that was moved is not.
      const isOther = known !== null && known.savedAs !== path && (known.isCopy || isThere(known.path));
      const own = isOther ? { ...file, id: randomUUID() } : file;
      return this.#begin(own, { path, savedAs: path, isCopy: false });
    });
  }

  /** Opens a case of the library. */
  openListed(id: string): Promise<CaseOpenOutcome> {
    return this.#opening(async () => {
      const place = await this.#options.library.find(id);
      if (place === null) throw new UsageError('This case is not in the list any more.');
      return this.#begin(await readCaseFile(place.path), place);
    });
  }

  /** Asks where a source of the case file that is being opened lies now. */
  async locate(index: number): Promise<CaseOpenOutcome> {
    try {
      const source = this.#pending?.file.sources[index];
      if (source === undefined) throw new UsageError('No case is being opened.');
      const place = await this.#options.ports.chooseMoved(source.kind, visibleName(basename(source.path)));
      const pending = this.#pending;
      if (pending === null) throw new UsageError('No case is being opened.');
      if (place !== null) {
        const located = seenFrom(caseSource(place, null), null);
        const file = relocated(pending.file, index, located);
        this.#pending = { ...pending, file, places: pending.places.map((each, at) => (at === index ? place : each)) };
      }
      return movedOf(this.#pending ?? pending);
    } catch (error) {
      return { status: 'failed', error: this.#options.ports.toJobError(error) };
    }
  }

  /** Opens the case file whose sources have been located. What is not there is kept for another time. */
  async openLocated(): Promise<OpenOutcome> {
    const outcome = await this.#opening(async () => {
      const pending = this.#pending;
      if (pending === null) throw new UsageError('No case is being opened.');
      return this.#open(pending);
    });
    return outcome.status === 'moved' ? failed('The evidence has moved again.') : outcome;
  }

  /**
   * Asks before changes of a saved case, or of one that could not be kept, would be lost, and saves them if told to. True when the case may be left; what is
   * left is then closed or replaced by the caller.
   */
  async leave(): Promise<boolean> {
    if (this.#kept?.savedAs === null) await this.flush();
    const kept = this.#kept;
    if (kept === null || !this.#isAtRisk(kept)) return true;
    const answer = await this.#options.ports.askUnsaved(kept.now.title);
    if (answer === 'cancel') return false;
    this.#isDiscarded = answer === 'discard';
    if (answer === 'discard') return true;
    const saved = await this.save(false);
    if (saved.status === 'failed') throw new UsageError(`The case was not saved. ${saved.error.message}`);
    return saved.status === 'written';
  }

  /** Whether leaving the case needs an answer first. */
  mustAsk(): boolean {
    const kept = this.#kept;
    if (kept === null || this.#isDiscarded) return false;
    // What waits to be written may turn out not to be writable.
    return this.#isAtRisk(kept) || (kept.savedAs === null && this.#timer !== null);
  }

  /** Whether leaving the case loses something: changes that its file does not have, or that could not be kept. */
  #isAtRisk(kept: KeptCase): boolean {
    return isDirty(kept) && (kept.savedAs !== null || kept.problem !== null);
  }

  /** The case is not left after all: what was to be discarded is kept again. */
  stay(): void {
    this.#isDiscarded = false;
  }

  /** Writes the case to its file; asks where to if it has none, or if `as` says so. Never rejects. */
  async save(as: boolean): Promise<ExportOutcome> {
    const current = this.#options.session.current();
    const kept = this.#kept;
    if (current === null || kept === null) return failed('No case is open.');
    const { ports, library } = this.#options;
    try {
      const path =
        kept.savedAs === null || as ? await ports.chooseCasePath(this.#suggested(kept, current)) : kept.savedAs;
      if (path === null) return { status: 'cancelled' };
      const target = isCaseFile(path) ? path : `${path}${CASE_FILE_ENDING}`;
      const problem = await targetProblem(target, current.paths);
      if (problem !== null) return failed(problem);
      const latest = this.#kept;
      if (latest === null || latest.origin !== kept.origin)
        return failed('The case was closed before it could be saved.');
      const seen = seenAt(target);
      if (!as && latest.savedAs === target && seen !== null && seen !== latest.seen)
        return failed(`${visibleName(target)} was changed by another program. Save the case as another file.`);
      // What is saved beside another file of it is another case: both stay in the list.
      const id = latest.savedAs === null || latest.savedAs === target ? latest.id : randomUUID();
      const folder = dirname(target);
      const title = basename(target).slice(0, -CASE_FILE_ENDING.length);
      const sources = latest.now.sources.map((source) => seenFrom(source, folder));
      const file: CaseFile = { ...latest.now, id, title, sources, changed: new Date().toISOString() };
      await writeAtomically(target, caseFileText(file));
      if (id !== latest.id && latest.hasCopy) await library.discardCopy(latest.id);
      await library.saved(file, target);
      // What was done while it was being written is still to be saved.
      if (this.#kept?.origin === latest.origin) {
        const now = { ...this.#kept.now, id, title };
        this.#kept = {
          ...this.#kept,
          id,
          now,
          savedAs: target,
          seen: seenAt(target),
          safeWork: workOf(file),
          hasCopy: false,
          problem: null,
        };
        this.#schedule();
        this.#tell();
      }
      return { status: 'written', path: target };
    } catch (error) {
      return { status: 'failed', error: ports.toJobError(error) };
    }
  }

  /** Removes what the library keeps of a case; see the request of that name. */
  async remove(id: string, what: 'copy' | 'entry'): Promise<CaseListing> {
    const { library } = this.#options;
    if (this.#kept?.id === id) throw new UsageError('This case is open. Close it first.');
    await (what === 'copy' ? library.discardCopy(id) : library.forget(id));
    return library.list();
  }

  /** Puts everything on disk that waits for it. */
  async flush(): Promise<void> {
    this.#keepNow();
    await this.#options.library.settled();
  }

  /** As flush, for the end of the app: what is open is closed in order. */
  async close(): Promise<void> {
    this.#leaveCase();
    await this.#options.library.settled();
  }

  /** Opens something in place of the open case. Never rejects. */
  async #opening(open: () => Promise<CaseOpenOutcome>): Promise<CaseOpenOutcome> {
    try {
      if (!(await this.leave())) return { status: 'cancelled' };
      // It may be the open case that is opened again.
      await this.flush();
      const outcome = await open();
      if (outcome.status !== 'opened') this.stay();
      return outcome;
    } catch (error) {
      this.stay();
      return { status: 'failed', error: this.#options.ports.toJobError(error) };
    }
  }

  async #begin(read: CaseFile, { path, savedAs, isCopy }: CasePlace): Promise<CaseOpenOutcome> {
    const places = placesOf(read, path, isCopy);
    // Evidence that was handed on together with its case file lies elsewhere without anything having been done.
    const file = withPlaces(read, places);
    const safeWork = isCopy && savedAs !== null ? await workAt(savedAs) : workOf(file);
    const pending: PendingCase = { file, places, savedAs, isCopy, safeWork };
    this.#pending = pending;
    return places.includes(null) ? movedOf(pending) : this.#open(pending);
  }

  async #open({ file, savedAs, isCopy, safeWork, places }: PendingCase): Promise<OpenOutcome> {
    const { session, library } = this.#options;
    const paths = places.filter((place) => place !== null);
    if (paths.length === 0) throw new UsageError('None of the evidence of this case was found. Locate it first.');
    const absent = file.sources.filter((_source, at) => places[at] === null);
    const unknownSources: string[] = [];
    const origin: CaseOrigin = {
      restored: {
        zones: file.zones,
        clockOffsets: file.clockOffsets,
        rules: file.rules,
        kept: { work: { ...NO_WORK, ...workIn(file) }, chosen: file.incident },
        onUnknownSource: (path) => unknownSources.push(path),
      },
    };
    // Its statements are run once it is open; until then they count as those that were not.
    const seen = savedAs === null ? null : seenAt(savedAs);
    const start = { id: file.id, earlier: file, absent, notices: [], savedAs, seen, safeWork, hasCopy: isCopy };
    this.#starts.set(origin, { ...start, failedQueries: file.queries });
    const outcome = await session.open(paths, origin);
    if (outcome.status !== 'opened') return outcome;
    this.#pending = null;
    const current = session.current();
    if (current?.origin !== origin || this.#kept?.origin !== origin) return outcome;
    await library.opened(file.id);
    if (savedAs !== null && !isCopy) await library.saved(file, savedAs);
    const failedQueries = await restoreQueries(current.openCase, file.queries);
    const notices = [...evidenceNotices(file, current.openCase, absent, unknownSources), ...queryNotice(failedQueries)];
    if (this.#kept?.origin === origin) this.#kept = { ...this.#kept, failedQueries, notices };
    this.touched();
    return { ...outcome, restored: file.view };
  }

  /** The case as it is; where no more was done than `before` has, it was changed when that was. */
  #snapshot(current: SessionCase, kept: Omit<KeptCase, 'now'>, before: CaseFile | null): CaseFile {
    const { id, earlier, absent, failedQueries, savedAs } = kept;
    const title = savedAs === null ? current.openCase.title : basename(savedAs).slice(0, -CASE_FILE_ENDING.length);
    const identity = { id, title, view: this.#view, earlier, absent, failedQueries };
    const now = caseSnapshot(current, identity, savedAs === null ? null : dirname(savedAs));
    return before !== null && workOf(before) === workOf(now) ? { ...now, changed: before.changed } : now;
  }

  #suggested({ now, savedAs }: KeptCase, { paths }: SessionCase): string {
    if (savedAs !== null) return savedAs;
    const { ports } = this.#options;
    // The sample lies with the program, where people neither look for documents nor may always write.
    const folder = paths.includes(ports.samplePath()) ? null : folderBeside(paths);
    return join(folder ?? ports.documentsFolder(), `${fileStem(now.title)}${CASE_FILE_ENDING}`);
  }

  /** The open case is not open any more: its last changes are kept, or let go of where that was chosen. */
  #leaveCase(): void {
    const kept = this.#kept;
    const { library } = this.#options;
    if (kept === null) return;
    if (this.#isDiscarded || (kept.savedAs !== null && !isDirty(kept))) {
      this.#clearTimer();
      if (kept.hasCopy) this.#note(kept, library.discardCopy(kept.id));
    } else this.#keepNow();
    this.#isDiscarded = false;
    this.#note(kept, library.closed(kept.id));
    this.#kept = null;
  }

  /** Only changes are kept: a case that was merely looked at leaves nothing behind. */
  #schedule(): void {
    const kept = this.#kept;
    if (kept === null || (!kept.hasCopy && !isDirty(kept))) return;
    // Another change is not to wait for the next try at the one before.
    if (this.#isRetry) this.#clearTimer();
    this.#timer ??= setTimeout(() => this.#keepNow(), KEEP_WITHIN_MILLIS);
  }

  #keepNow(): void {
    const kept = this.#kept;
    const waits = this.#timer !== null;
    this.#clearTimer();
    if (!waits || kept === null) return;
    const hadCopy = kept.hasCopy;
    this.#kept = { ...kept, hasCopy: true };
    this.#note(kept, this.#options.library.keep(kept.now, kept.savedAs), () => {
      // A full disk may have room again.
      if (this.#timer !== null) return;
      this.#timer = setTimeout(() => this.#keepNow(), KEEP_AGAIN_MILLIS);
      this.#isRetry = true;
    });
    if (!hadCopy) this.#tell();
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isRetry = false;
  }

  /** Tells what the file system says of a copy, and that it works again. */
  #note({ origin }: KeptCase, written: Promise<void>, onFailure: () => void = () => {}): void {
    const told = (problem: string | null): void => {
      if (this.#kept?.origin !== origin || this.#kept.problem === problem) return;
      this.#kept = { ...this.#kept, problem };
      this.#tell();
    };
    written.then(
      () => told(null),
      (error: unknown) => {
        if (this.#kept?.origin === origin) onFailure();
        told(`${wordsOf(error)}.`);
      },
    );
  }

  #tell(): void {
    this.#options.onStatus(this.status());
  }
}

/** Whether something was done that the file of the case does not have. */
function isDirty({ savedAs, safeWork, hasCopy, now }: KeptCase): boolean {
  const isChanged = workOf(now) !== safeWork;
  return savedAs === null ? isChanged || hasCopy : isChanged;
}

/** The work in a file that a person saved; null where it cannot be read any more. */
async function workAt(path: string): Promise<string | null> {
  try {
    const file = await readCaseFile(path);
    return workOf(withPlaces(file, placesOf(file, path, false)));
  } catch {
    return null;
  }
}

/** Size and time of a file; null where there is none. */
function seenAt(path: string): string | null {
  const seen = lookAt(path);
  return seen === null ? null : `${seen.bytes}:${seen.modified}`;
}

function withPlaces(file: CaseFile, places: readonly (string | null)[]): CaseFile {
  return { ...file, sources: file.sources.map((source, at) => ({ ...source, path: places[at] ?? source.path })) };
}

function movedOf({ file, places }: PendingCase): MovedEvidence {
  return {
    status: 'moved',
    title: file.title,
    sources: file.sources.map(({ kind, path }, at) => ({ kind, path, place: places[at] ?? null })),
  };
}

function failed(message: string): { readonly status: 'failed'; readonly error: { kind: 'usage'; message: string } } {
  return { status: 'failed', error: { kind: 'usage', message } };
}
