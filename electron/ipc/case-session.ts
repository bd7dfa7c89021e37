import { resolve } from 'node:path';
import type {
  AddAnswer,
  AnnotationOutcome,
  Carried,
  ClockOffset,
  ConclusionOutcome,
  OpenOutcome,
  ProfileOutcome,
  ProfileProgressEvent,
  RunningJob,
} from '../../shared/contract/ipc.ts';
import type { RuleFileText, ZoneChoices } from '../../shared/contract/worker-protocol.ts';
import type { ProfileSample } from '../../shared/model/artifact.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { JobError, Progress } from '../../shared/model/job.ts';
import type { ZoneName } from '../../shared/model/zone.ts';
import { type CaseOutline, carryOver } from '../case/carry-over.ts';
import { type OpenCase, titleOf } from '../case/open-case.ts';
import { type ProfileOrder, runProfile } from '../case/run-profile.ts';
import { missingReason } from '../files/inventory.ts';
import { visibleName } from '../files/names.ts';
import { Steering } from '../threads/steering.ts';
import { Turns } from '../threads/turns.ts';
import { UsageError } from '../threads/usage-error.ts';

export interface SessionOptions {
  /** How a case is opened: `openCase` of the case store. Rejects when `signal` aborts. */
  readonly openCase: (request: {
    readonly paths: readonly string[];
    readonly zones: ZoneChoices;
    readonly clockOffsets: readonly ClockOffsetOfPath[];
    readonly rules: readonly RuleFileText[];
    readonly onUnknownSource?: (path: string) => void;
    readonly onProgress: (progress: Progress, sample: ProfileSample | null) => void;
    readonly signal: AbortSignal;
    readonly steering: Steering;
  }) => Promise<OpenCase>;
  readonly onProgress: (progress: Progress, sample: ProfileSample | null) => void;
  readonly onProfileProgress?: (event: ProfileProgressEvent) => void;
  /** Told whenever a case has been opened or closed. */
  readonly onChange: (isOpen: boolean) => void;
  /** Told whenever another case, or the same one after a change, is the open one; null when it has been closed. */
  readonly onCase?: (current: SessionCase | null) => void;
  readonly toJobError: (error: unknown) => JobError;
}

/** The one case that the window shows, and the paths that it was opened from. */
export interface SessionCase {
  readonly openCase: OpenCase;
  readonly paths: readonly string[];
  /** What was said of the zones of its sources. */
  readonly zones: ZoneChoices;
  /** The user's own rules. */
  readonly rules: readonly RuleFileText[];
  /** Where it began; the same object for as long as it is the same case, however often it is read again. */
  readonly origin: CaseOrigin;
}

/** Where a case began: with evidence alone, or with a case file, which then says what it is to be opened with. */
export interface CaseOrigin {
  readonly restored: RestoredWork | null;
}

/** What was done in a case before, to be done to its evidence again. */
export interface RestoredWork extends TimeSettings {
  readonly kept: Pick<OpenCase, 'work' | 'chosen'>;
  /** Told of a source that a zone or a correction is for and that is not there. */
  readonly onUnknownSource: (path: string) => void;
}

/** What was said of the times of a case's sources, the user's own rules, and holds when it is read again. */
interface TimeSettings {
  readonly zones: ZoneChoices;
  readonly clockOffsets: readonly ClockOffsetOfPath[];
  readonly rules: readonly RuleFileText[];
}

interface ClockOffsetOfPath {
  readonly path: string;
  readonly micros: number;
}

const NO_TIME_SETTINGS: TimeSettings = { zones: { whereAssumed: null, bySource: [] }, clockOffsets: [], rules: [] };

/** An import under way. */
interface Import {
  readonly kind: RunningJob['kind'];
  readonly title: string;
  readonly startedMillis: number;
  /** What it was started with; what joined it is in `steering`. */
  readonly paths: readonly string[];
  /** Asked when it begins: by then everything that was said before it is in force. */
  readonly times: () => TimeSettings;
  /** The case whose work and chosen incident it keeps; null for a case of its own. */
  readonly keeps: OpenCase | null;
  /** Of a case of its own; null where it keeps another's. */
  readonly origin: CaseOrigin | null;
  /** Paths that joined it while it ran. */
  readonly joined: Set<string>;
  readonly abort: AbortController;
  readonly steering: Steering;
}

/**
 * Holds the one open case and the one import that may be under way. A case is replaced only when the new one is ready, so
 * a cancelled or failed import leaves the old case as it was. Adding to a case is an import of all its evidence, old and
 * new, because the times of one source may depend on another.
 */
export class CaseSession {
  readonly #options: SessionOptions;
  #case: SessionCase | null = null;
  #import: Import | null = null;
  #profile: AbortController | null = null;
  /** A correction of clocks under way. */
  #correction: AbortController | null = null;
  /** Whoever takes another case in the place of the open one does so in turn: none is lost, and undo gives back what was. */
  readonly #turns = new Turns();
  #outcome: Promise<OpenOutcome> | null = null;
  /** The case before the last addition, for what the window wants to find again in the new one. */
  #before: CaseOutline | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  current(): SessionCase | null {
    return this.#case;
  }

  /** The import under way; null when there is none. */
  running(): RunningJob | null {
    if (this.#import === null) return null;
    const { kind, title, startedMillis } = this.#import;
    return { kind, title, ageMillis: performance.now() - startedMillis };
  }

  /** How the import under way ends, or the last one ended: it may do so before it is asked. Null when there was none. */
  async outcome(): Promise<OpenOutcome | null> {
    return this.#outcome;
  }

  /** Opens what was given. An import that is still under way is cancelled: the person has changed their mind. */
  open(paths: readonly string[], origin: CaseOrigin = { restored: null }): Promise<OpenOutcome> {
    this.#cancelImport();
    return this.#start('open', paths, titleOf(paths), () => origin.restored ?? NO_TIME_SETTINGS, null, origin);
  }

  /**
   * Reads the open case again with the stamps of these sources in a zone (null: of all whose zone nothing tells). The case
   * stays as it is until the new one is ready.
   */
  async setZone(zone: ZoneName, evidenceIds: readonly EvidenceId[] | null): Promise<OpenOutcome> {
    const current = this.#case;
    if (current === null) return noCase();
    const { zones, paths, openCase } = current;
    const named: { path: string; zone: ZoneName }[] = [];
    for (const id of evidenceIds ?? []) {
      const path = openCase.evidence.files.find((file) => file.id === id)?.path;
      if (path === undefined) return unknownSource(id);
      named.push({ path, zone });
    }
    const others = zones.bySource.filter((each) => !named.some(({ path }) => path === each.path));
    const changed =
      evidenceIds === null ? { ...zones, whereAssumed: zone } : { ...zones, bySource: [...others, ...named] };
    this.#cancelImport();
    const times = (): TimeSettings => ({ ...timeSettingsOf(this.#case ?? current), zones: changed });
    return this.#start('open', paths, openCase.title, times, openCase);
  }

  /** Reads the open case again with rules in the place of those before. The case stays as it is until the new one is ready. */
  async setRules(rules: readonly RuleFileText[]): Promise<OpenOutcome> {
    const current = this.#case;
    if (current === null) return noCase();
    this.#cancelImport();
    const times = (): TimeSettings => ({ ...timeSettingsOf(this.#case ?? current), rules });
    return this.#start('open', current.paths, current.openCase.title, times, current.openCase);
  }

  /** Corrects the clocks of sources; those that are not named stay. The case before is kept when this fails. */
  async adjustClocks(offsets: readonly ClockOffset[]): Promise<OpenOutcome> {
    if (this.#case === null) return noCase();
    // An import that is under way would bring back the clocks of before.
    this.#cancelImport();
    return this.#turns.take(() => this.#adjust(offsets));
  }

  async #adjust(offsets: readonly ClockOffset[]): Promise<OpenOutcome> {
    const current = this.#case;
    if (current === null) return noCase();
    const abort = new AbortController();
    this.#correction = abort;
    try {
      const merged = new Map(current.openCase.clockOffsets);
      for (const { evidenceId, micros } of offsets) merged.set(evidenceId, micros);
      const corrected = await current.openCase.withClockOffsets(merged, abort.signal);
      if (!this.#replace(current, corrected)) {
        await corrected.retire();
        return { status: 'cancelled' };
      }
      void current.openCase.retire();
      this.#before = null;
      return { status: 'opened', view: corrected.view() };
    } catch (error) {
      if (abort.signal.aborted) return { status: 'cancelled' };
      return { status: 'failed', error: this.#options.toJobError(error) };
    } finally {
      this.#correction = null;
    }
  }

  /**
   * Puts the open case in another light: other judgements, another incident, what was undone. `change` gives the case that takes its place
   * and rests on the same files; what it throws is told as a failure, and the case stays as it was. Changes come one after
   * the other, each to the case as the one before left it.
   */
  conclude(change: (openCase: OpenCase) => Promise<OpenCase>): Promise<ConclusionOutcome> {
    return this.#change(change, (openCase) => ({ status: 'concluded', ...openCase.conclusion() }));
  }

  /** The same for a change of annotations alone: what follows from the evidence is not told again. */
  annotate(change: (openCase: OpenCase) => Promise<OpenCase>): Promise<AnnotationOutcome> {
    return this.#change(change, (openCase) => ({ status: 'annotated', annotations: openCase.annotations() }));
  }

  #change<T>(
    change: (openCase: OpenCase) => Promise<OpenCase>,
    answer: (openCase: OpenCase) => T,
  ): Promise<T | { readonly status: 'failed'; readonly error: JobError }> {
    return this.#turns.take(async () => {
      const current = this.#case;
      if (current === null) return noCase();
      try {
        const openCase = await change(current.openCase);
        if (!this.#replace(current, openCase)) return noCase();
        return answer(openCase);
      } catch (error) {
        return { status: 'failed', error: this.#options.toJobError(error) };
      }
    });
  }

  /**
   * Adds to the import under way, else to the open case, else opens a case. Paths that are part of it already are not read
   * twice, unless something of the case was stopped before its end: then they read it anew. Missing ones are told and left
   * out. Throws UsageError when none of the paths exists, or evidence of the open case is no longer where it was.
   */
  add(given: readonly string[]): AddAnswer {
    const current = this.#import ?? this.#case;
    const knownPaths = new Set(
      [...(current?.paths ?? []), ...(this.#import?.joined ?? [])].map((path) => resolve(path)),
    );
    const readsAnew = this.#import === null && this.#case !== null && wasStopped(this.#case.openCase);
    const missing: { path: string; reason: string }[] = [];
    const known = new Set<string>();
    const fresh = new Set<string>();
    for (const path of given.map((each) => resolve(each))) {
      const reason = missingReason(path);
      if (reason !== null) missing.push({ path, reason });
      else if (knownPaths.has(path)) known.add(path);
      else fresh.add(path);
    }
    if (missing.length === given.length) throw new UsageError(`Nothing was added. ${listMissing(missing)}`);
    const added = [...fresh];
    const answer = { added: added.length, known: [...known], missing };
    if (added.length === 0 && !readsAnew) return { status: 'nothing', ...answer };
    if (this.#import !== null) {
      for (const path of added) this.#import.joined.add(path);
      this.#import.steering.add(added);
      return { status: 'joined', ...answer };
    }
    const open = this.#case;
    if (open === null) void this.#start('open', added, titleOf(added), () => NO_TIME_SETTINGS, null);
    else {
      const title = titleOf(added.length > 0 ? added : given);
      const times = (): TimeSettings => timeSettingsOf(this.#case ?? open);
      void this.#start('add', this.#unionWith(open, added), title, times, open.openCase);
    }
    return { status: 'started', ...answer };
  }

  /** All paths of an open case with further ones. */
  #unionWith(open: SessionCase, added: readonly string[]): readonly string[] {
    const gone = open.paths.flatMap((path) => {
      const reason = missingReason(path);
      return reason === null ? [] : [{ path, reason }];
    });
    if (gone.length > 0) {
      throw new UsageError(
        `Nothing was added: evidence of the open case is no longer where it was, and must be read together with the new. ${listMissing(gone)} Put it back and add again; the open case stays as it is.`,
      );
    }
    return [...open.paths, ...added];
  }

  #start(
    kind: RunningJob['kind'],
    paths: readonly string[],
    title: string,
    times: () => TimeSettings,
    keeps: OpenCase | null,
    origin: CaseOrigin | null = keeps === null ? { restored: null } : null,
  ): Promise<OpenOutcome> {
    const started: Import = {
      kind,
      title,
      startedMillis: performance.now(),
      paths,
      times,
      keeps,
      origin,
      joined: new Set(),
      abort: new AbortController(),
      steering: new Steering(),
    };
    this.#import = started;
    this.#outcome = this.#run(started);
    return this.#outcome;
  }

  async #run(started: Import): Promise<OpenOutcome> {
    const { signal } = started.abort;
    const end = (): void => {
      if (this.#import === started) this.#import = null;
    };
    try {
      // What is being said of the open case is about the one that comes in its place, unless that is another.
      const said = started.keeps === null ? started.times() : await this.#turns.take(started.times);
      const unknown = new Set<string>();
      const restored = started.origin?.restored ?? null;
      const opened = await this.#options.openCase({
        paths: started.paths,
        zones: said.zones,
        clockOffsets: said.clockOffsets,
        rules: said.rules,
        ...(restored === null ? {} : { onUnknownSource: (path) => unknown.add(path) }),
        onProgress: (progress, sample) => {
          if (!signal.aborted) this.#options.onProgress(progress, sample);
        },
        signal,
        steering: started.steering,
      });
      for (const path of unknown) restored?.onUnknownSource(path);
      const bySource = said.zones.bySource.filter(({ path }) => !unknown.has(path));
      const times = { ...said, zones: { ...said.zones, bySource } };
      const outcome = await this.#turns.take(() => this.#adopt(started, times, opened));
      end();
      return outcome.status === 'opened' ? { ...outcome, ...this.#follow(started) } : outcome;
    } catch (error) {
      end();
      if (signal.aborted) return { status: 'cancelled' };
      return { status: 'failed', error: this.#options.toJobError(error) };
    }
  }

  async #adopt(
    { kind, paths, keeps, origin, abort: { signal }, steering }: Import,
    times: TimeSettings,
    read: OpenCase,
  ): Promise<OpenOutcome> {
    const openCase = signal.aborted ? read : await this.#keeping(read, keeps, origin?.restored?.kept ?? null);
    if (signal.aborted) {
      await read.dispose();
      return { status: 'cancelled' };
    }
    const view = openCase.view();
    const previous = this.#case;
    // What is being measured belongs to the case that goes.
    this.cancelProfile();
    this.#case = {
      openCase,
      paths: [...paths, ...steering.taken()],
      zones: times.zones,
      rules: times.rules,
      origin: origin ?? previous?.origin ?? { restored: null },
    };
    const isRestored = origin !== null && origin.restored !== null;
    if (!isRestored && previous?.paths.every((path) => paths.includes(path)) === true) {
      openCase.reportQueries.takeOver(previous.openCase.reportQueries);
    }
    this.#before = kind === 'add' && previous !== null ? outlineOf(previous.openCase) : null;
    this.#options.onCase?.(this.#case);
    await previous?.openCase.dispose();
    this.#options.onChange(true);
    return { status: 'opened', view };
  }

  /** What was read, with the work and the incident of the case in whose place it comes. */
  async #keeping(read: OpenCase, keeps: OpenCase | null, kept: RestoredWork['kept'] | null): Promise<OpenCase> {
    if (keeps === null && kept === null) return read;
    try {
      // What was judged while it was read again counts too.
      return await read.keeping(kept ?? this.#case?.openCase ?? keeps ?? read);
    } catch (error) {
      await read.dispose();
      throw error;
    }
  }

  /** Adds what came too late for an import, right after it. */
  #follow({ steering }: Import): { readonly isFollowed?: boolean } {
    const late = steering.leftOver();
    if (late.length === 0 || this.#import !== null) return {};
    try {
      return this.add(late).status === 'started' ? { isFollowed: true } : {};
    } catch {
      // They are gone in the meantime; the case is what it would be without them.
      return {};
    }
  }

  /**
   * Where rows and files of the case before the last addition are now. What it rests on is let go with the first question:
   * the columns of a large case are not kept twice for longer than it takes.
   */
  carry(rows: readonly number[], evidenceIds: readonly string[]): Carried {
    const before = this.#before;
    this.#before = null;
    if (before === null || this.#case === null) {
      return { rows: rows.map(() => null), evidenceIds: evidenceIds.map(() => null) };
    }
    return carryOver(before, outlineOf(this.#case.openCase), rows, evidenceIds);
  }

  /** Parses an artifact again; the run becomes part of the case. A run that is under way is ended by the next one. */
  async profile(order: ProfileOrder): Promise<ProfileOutcome> {
    this.cancelProfile();
    const current = this.#case;
    if (current === null) return noCase();
    const abort = new AbortController();
    this.#profile = abort;
    const { evidenceId, mode, runs } = order;
    try {
      const profile = await runProfile(current.openCase, order, {
        signal: abort.signal,
        onProgress: (progress, sample, run) =>
          this.#options.onProfileProgress?.({ evidenceId, mode, run, runs, progress, sample }),
      });
      return await this.#turns.take(async () => {
        const measured = this.#case;
        // Another case, or none, took the place of the one that was measured; corrected clocks are the same evidence.
        if (measured?.paths !== current.paths || profile.outcome.kind === 'cancelled')
          return { status: 'cancelled', profile };
        const openCase = await measured.openCase.withProfile(evidenceId, { mode, profile });
        if (!this.#replace(measured, openCase)) return { status: 'cancelled', profile };
        return { status: 'measured', profile, view: openCase.view() };
      });
    } catch (error) {
      if (abort.signal.aborted) return { status: 'cancelled', profile: null };
      return { status: 'failed', error: this.#options.toJobError(error) };
    } finally {
      if (this.#profile === abort) this.#profile = null;
    }
  }

  /** Ends the profile that is under way. */
  cancelProfile(): void {
    this.#profile?.abort();
    this.#profile = null;
  }

  /** Takes a case with the same evidence in place of one; false when that has been closed in the meantime. */
  #replace(replaced: SessionCase, openCase: OpenCase): boolean {
    if (this.#case !== replaced) return false;
    this.#case = { ...replaced, openCase };
    this.#options.onCase?.(this.#case);
    return true;
  }

  /** Stops one source of the import under way, by its id in the progress; all others go on. */
  stopSource(source: string): void {
    this.#import?.steering.stop(source);
  }

  /**
   * Stops an import that is under way, or a correction of clocks; its outcome is then `cancelled`. What joined an import is
   * dropped with it.
   */
  cancel(): void {
    this.#cancelImport();
    this.#correction?.abort();
  }

  #cancelImport(): void {
    this.#import?.abort.abort();
    // What is given from now on must not join it.
    this.#import = null;
  }

  /** Ends whatever is under way and lets go of the case and its unpacked copies. */
  async close(): Promise<void> {
    this.cancel();
    this.cancelProfile();
    const open = this.#case;
    this.#case = null;
    this.#before = null;
    this.#outcome = null;
    if (open === null) return;
    this.#options.onCase?.(null);
    await open.openCase.dispose();
    this.#options.onChange(false);
  }
}

function timeSettingsOf({ openCase, zones, rules }: SessionCase): TimeSettings {
  const clockOffsets = openCase.evidence.files.flatMap(({ id, path }) => {
    const micros = openCase.clockOffsets.get(id);
    return micros === undefined ? [] : [{ path, micros }];
  });
  return { zones, clockOffsets, rules };
}

function noCase(): { readonly status: 'failed'; readonly error: JobError } {
  return { status: 'failed', error: { kind: 'usage', message: 'No case is open.' } };
}

function unknownSource(id: EvidenceId): OpenOutcome {
  return { status: 'failed', error: { kind: 'usage', message: `This case has no source ${id}.` } };
}

function outlineOf({ evidence, store }: OpenCase): CaseOutline {
  return { files: evidence.files, columns: store.columns };
}

/** Whether any source of a case was stopped before its end. */
function wasStopped({ evidence }: OpenCase): boolean {
  const isStop = ({ kind }: { readonly kind: string }): boolean => kind === 'stopped';
  return evidence.problems.some(isStop) || evidence.files.some((file) => file.problems.some(isStop));
}

/** How many missing paths a message names. */
const NAMED_PATHS = 5;

function listMissing(missing: readonly { readonly path: string; readonly reason: string }[]): string {
  const named = missing.slice(0, NAMED_PATHS).map(({ path, reason }) => `${visibleName(path)}: ${reason}`);
  const more = missing.length - named.length;
  return `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}
