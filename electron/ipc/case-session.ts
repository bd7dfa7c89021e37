import type { ClockOffset, OpenOutcome } from '../../shared/contract/ipc.ts';
import type { JobError, Progress, ZoneChoices } from '../../shared/contract/worker-protocol.ts';
import type { ProfileSample } from '../../shared/model/artifact.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { ZoneName } from '../../shared/model/zone.ts';
import type { ClockOffsets } from '../case-store/clock-offsets.ts';
import type { OpenCase } from '../case-store/open-case.ts';

export interface SessionOptions {
  /** How a case is opened: `openCase` of the case store. Rejects when `signal` aborts. */
  readonly openCase: (request: {
    readonly paths: readonly string[];
    readonly zones: ZoneChoices;
    readonly clockOffsets: readonly { readonly path: string; readonly micros: number }[];
    readonly onProgress: (progress: Progress, sample: ProfileSample | null) => void;
    readonly signal: AbortSignal;
  }) => Promise<OpenCase>;
  readonly onProgress: (progress: Progress, sample: ProfileSample | null) => void;
  /** Told whenever a case has been opened or closed. */
  readonly onChange: (isOpen: boolean) => void;
  readonly toJobError: (error: unknown) => JobError;
}

/** The one case that the window shows, and the paths that it was opened from. */
export interface SessionCase {
  readonly openCase: OpenCase;
  readonly paths: readonly string[];
  /** What was said of the zones of its sources. */
  readonly zones: ZoneChoices;
}

const NO_ZONES: ZoneChoices = { whereAssumed: null, bySource: [] };

/**
 * Holds the one open case and the one opening that may be under way. A case is replaced only when the new one is ready, so
 * a cancelled or failed opening leaves the old case as it was.
 */
export class CaseSession {
  readonly #options: SessionOptions;
  #case: SessionCase | null = null;
  #opening: AbortController | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  current(): SessionCase | null {
    return this.#case;
  }

  /** Opens what was given. An opening that is still under way is cancelled: the person has changed their mind. */
  open(paths: readonly string[]): Promise<OpenOutcome> {
    return this.#open(paths, NO_ZONES, new Map());
  }

  /**
   * Reads the open case again with the stamps of these sources in a zone (null: of all whose zone nothing tells). The case
   * stays as it is until the new one is ready.
   */
  async setZone(zone: ZoneName, evidenceIds: readonly EvidenceId[] | null): Promise<OpenOutcome> {
    const current = this.#case;
    if (current === null) return noCase();
    const { zones, paths, openCase } = current;
    if (evidenceIds === null) return this.#open(paths, { ...zones, whereAssumed: zone }, openCase.clockOffsets);
    const named: { path: string; zone: ZoneName }[] = [];
    for (const id of evidenceIds) {
      const path = openCase.evidence.files.find((file) => file.id === id)?.path;
      if (path === undefined) return unknownSource(id);
      named.push({ path, zone });
    }
    const others = zones.bySource.filter((each) => !named.some(({ path }) => path === each.path));
    return this.#open(paths, { ...zones, bySource: [...others, ...named] }, openCase.clockOffsets);
  }

  /** Corrects the clocks of sources; those that are not named stay. The case before is kept when this fails. */
  adjustClocks(offsets: readonly ClockOffset[]): OpenOutcome {
    const current = this.#case;
    if (current === null) return noCase();
    // An opening that is under way would bring back the clocks of before.
    this.cancel();
    try {
      const merged = new Map(current.openCase.clockOffsets);
      for (const { evidenceId, micros } of offsets) merged.set(evidenceId, micros);
      const openCase = current.openCase.withClockOffsets(merged);
      const view = openCase.view();
      this.#case = { ...current, openCase };
      // Only its store: the unpacked copies are those of the case that takes its place.
      current.openCase.store.close();
      return { status: 'opened', view };
    } catch (error) {
      return { status: 'failed', error: this.#options.toJobError(error) };
    }
  }

  async #open(paths: readonly string[], zones: ZoneChoices, offsets: ClockOffsets): Promise<OpenOutcome> {
    const files = this.#case?.openCase.evidence.files ?? [];
    const clockOffsets = [...offsets].flatMap(([id, micros]) => {
      const path = files.find((file) => file.id === id)?.path;
      return path === undefined ? [] : [{ path, micros }];
    });
    this.cancel();
    const opening = new AbortController();
    this.#opening = opening;
    try {
      const opened = await this.#options.openCase({
        paths,
        zones,
        clockOffsets,
        onProgress: (progress, sample) => {
          if (!opening.signal.aborted) this.#options.onProgress(progress, sample);
        },
        signal: opening.signal,
      });
      return await this.#adopt({ openCase: opened, paths, zones }, opening.signal);
    } catch (error) {
      if (opening.signal.aborted) return { status: 'cancelled' };
      return { status: 'failed', error: this.#options.toJobError(error) };
    } finally {
      if (this.#opening === opening) this.#opening = null;
    }
  }

  async #adopt(opened: SessionCase, signal: AbortSignal): Promise<OpenOutcome> {
    if (signal.aborted) {
      await opened.openCase.dispose();
      return { status: 'cancelled' };
    }
    const view = opened.openCase.view();
    const previous = this.#case;
    this.#case = opened;
    await previous?.openCase.dispose();
    this.#options.onChange(true);
    return { status: 'opened', view };
  }

  /** Stops an opening that is under way; its `open` then returns `cancelled`. */
  cancel(): void {
    this.#opening?.abort();
  }

  /** Ends whatever is under way and lets go of the case and its unpacked copies. */
  async close(): Promise<void> {
    this.cancel();
    const open = this.#case;
    this.#case = null;
    if (open === null) return;
    await open.openCase.dispose();
    this.#options.onChange(false);
  }
}

function noCase(): OpenOutcome {
  return { status: 'failed', error: { kind: 'usage', message: 'No case is open.' } };
}

function unknownSource(id: EvidenceId): OpenOutcome {
  return { status: 'failed', error: { kind: 'usage', message: `This case has no source ${id}.` } };
}
