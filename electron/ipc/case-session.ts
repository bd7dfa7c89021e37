import type { OpenOutcome } from '../../shared/contract/ipc.ts';
import type { JobError, Progress } from '../../shared/contract/worker-protocol.ts';
import type { ProfileSample } from '../../shared/model/artifact.ts';
import type { OpenCase } from '../case-store/open-case.ts';

export interface SessionOptions {
  /** How a case is opened: `openCase` of the case store. Rejects when `signal` aborts. */
  readonly openCase: (request: {
    readonly paths: readonly string[];
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
}

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
  async open(paths: readonly string[]): Promise<OpenOutcome> {
    this.cancel();
    const opening = new AbortController();
    this.#opening = opening;
    try {
      const opened = await this.#options.openCase({
        paths,
        onProgress: (progress, sample) => {
          if (!opening.signal.aborted) this.#options.onProgress(progress, sample);
        },
        signal: opening.signal,
      });
      return await this.#adopt({ openCase: opened, paths }, opening.signal);
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
