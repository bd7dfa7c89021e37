import type { EvidenceFormat } from '../../shared/model/evidence.ts';
import {
  ENDED_STATES,
  type Progress,
  type SourceProgress,
  type SourceState,
  type SourcesProgress,
} from '../../shared/model/job.ts';
import type { FoundFile } from '../files/inventory.ts';
import { visibleName } from '../files/names.ts';
import { type AtWork, sourceKey } from './at-work.ts';
import type { RunControl } from './run-control.ts';

/** At most ten messages a second: people see no more, and the other thread has better things to do. */
const REPORT_INTERVAL_MILLIS = 100;
/** Sources listed for their size, and of those that did not end well the last ones. */
const LARGEST_LISTED = 24;
const TROUBLED_LISTED = 8;

type WorkingStage = Extract<Progress['stage'], 'unpacking' | 'hashing' | 'reading' | 'database'>;

/** For the case that the thread dies of a source. */
export interface DeathWatch {
  readonly atWork?: AtWork | null;
  readonly omitted?: ReadonlyMap<string, string>;
}

/** One source as the board keeps it. */
interface Entry {
  readonly order: number;
  readonly id: string;
  readonly bytes: number;
  path: string;
  format: EvidenceFormat | null;
  doneBytes: number;
  state: SourceState;
}

/**
 * Knows how far every source of an import has come and whether it is to be stopped, and reports both the whole and the
 * sources that matter. Its cost per chunk does not grow with the number of sources.
 */
export class SourceBoard {
  readonly #control: RunControl;
  readonly #report: (progress: Progress) => void;
  readonly #intervalMillis: number;
  readonly #entries = new Map<FoundFile, Entry>();
  /** The largest sources, the largest first. */
  readonly #largest: Entry[] = [];
  readonly #troubled: Entry[] = [];
  readonly #atWork: AtWork | null;
  readonly #omitted: ReadonlyMap<string, string>;
  #ended = 0;
  #addedPaths = 0;
  #reportedStage: Progress['stage'] | null = null;
  #reportedMillis = 0;
  /** Bytes of the archives and files being looked through for archives, and of those that are read. */
  readonly #unpacking = { doneBytes: 0, totalBytes: 0 };
  readonly #reading = { doneBytes: 0, totalBytes: 0 };

  constructor(
    control: RunControl,
    report: (progress: Progress) => void,
    intervalMillis: number = REPORT_INTERVAL_MILLIS,
    { atWork = null, omitted = new Map() }: DeathWatch = {},
  ) {
    this.#atWork = atWork;
    this.#omitted = omitted;
    this.#control = control;
    this.#report = report;
    this.#intervalMillis = intervalMillis;
  }

  /** A source that was found; it waits. Knows it already: nothing happens. */
  add(found: FoundFile): void {
    if (this.#entries.has(found)) return;
    const order = this.#entries.size;
    const entry: Entry = {
      order,
      id: `s${order + 1}`,
      bytes: found.bytes,
      path: visibleName(found.name),
      format: null,
      doneBytes: 0,
      state: 'waiting',
    };
    this.#entries.set(found, entry);
    const place = this.#largest.findIndex((each) => each.bytes < entry.bytes);
    if (place >= 0) this.#largest.splice(place, 0, entry);
    else if (this.#largest.length < LARGEST_LISTED) this.#largest.push(entry);
    if (this.#largest.length > LARGEST_LISTED) this.#largest.pop();
  }

  /** How many paths were added while the import ran. */
  countAdded(paths: number): void {
    this.#addedPaths += paths;
  }

  /** The sources that are looked through for archives next; their bytes are the whole of that stage. */
  startUnpacking(listed: readonly FoundFile[]): void {
    for (const found of listed) this.add(found);
    this.#unpacking.doneBytes = 0;
    this.#unpacking.totalBytes = sumOfBytes(listed);
  }

  /** An archive, of which so many bytes were unpacked; returns false when it is to be stopped. */
  unpacking(found: FoundFile, doneBytes: number): boolean {
    this.add(found);
    const done = this.#unpacking.doneBytes + (found.container === null ? doneBytes : 0);
    return this.#at(found, 'unpacking', doneBytes, done, this.#unpacking.totalBytes);
  }

  /** One of the sources of `startUnpacking` has been looked through. */
  unpacked(found: FoundFile): void {
    this.#unpacking.doneBytes += found.bytes;
  }

  /** What a source turned out to be. One that is not read any further (an archive) has its bytes counted no more. */
  identified(found: FoundFile, path: string, format: EvidenceFormat): void {
    this.add(found);
    const entry = this.#entries.get(found);
    if (entry === undefined) return;
    entry.path = path;
    entry.format = format;
    if (found.archive === null) this.#reading.totalBytes += found.bytes;
  }

  /** A file, of which so many bytes were read; returns false when it is to be stopped. */
  reading(found: FoundFile, stage: WorkingStage, doneBytes: number): boolean {
    const { totalBytes } = this.#reading;
    return this.#at(found, stage, doneBytes, Math.min(totalBytes, this.#reading.doneBytes + doneBytes), totalBytes);
  }

  /** Nothing more is read of this file. */
  read(found: FoundFile): void {
    if (found.archive === null) this.#reading.doneBytes += found.bytes;
    this.end(found);
  }

  /** A source has ended, well or not: its problems tell. */
  end(found: FoundFile, state: SourceState = endOf(found)): void {
    const entry = this.#entries.get(found);
    if (entry === undefined || ENDED_STATES.has(entry.state)) return;
    entry.state = state;
    this.#ended += 1;
    if (state === 'done') entry.doneBytes = entry.bytes;
    else {
      this.#troubled.push(entry);
      if (this.#troubled.length > TROUBLED_LISTED) this.#troubled.shift();
    }
  }

  /** A source is at work from now on. Returns why it is left out, because it ended the thread before; null where it is not. */
  begin(found: FoundFile): string | null {
    const key = sourceKey(found);
    const omission = this.#omitted.get(key) ?? null;
    if (this.#atWork !== null) this.#atWork.key = omission === null ? key : '';
    return omission;
  }

  /** No source is at work: what happens now is due to none. */
  rest(): void {
    if (this.#atWork !== null) this.#atWork.key = '';
  }

  /** Whether a source is not to be read at all; looks for commands. */
  isStopped(found: FoundFile): boolean {
    this.#control.look(performance.now());
    return this.#control.isStopped(this.#entries.get(found)?.id ?? '');
  }

  #at(found: FoundFile, stage: WorkingStage, sourceBytes: number, doneBytes: number, totalBytes: number): boolean {
    const nowMillis = performance.now();
    this.#control.look(nowMillis);
    const entry = this.#entries.get(found);
    if (entry === undefined) return true;
    entry.state = stage === 'unpacking' ? 'unpacking' : 'reading';
    entry.doneBytes = Math.min(entry.bytes, sourceBytes);
    if (stage !== this.#reportedStage || nowMillis - this.#reportedMillis >= this.#intervalMillis) {
      this.#reportedStage = stage;
      this.#reportedMillis = nowMillis;
      this.#report({ stage, item: entry.path, doneBytes, totalBytes, sources: this.#snapshot(entry) });
    }
    return !this.#control.isStopped(entry.id);
  }

  #snapshot(active: Entry): SourcesProgress {
    const listed = new Set<Entry>([active, ...this.#troubled, ...this.#largest]);
    return {
      total: this.#entries.size,
      ended: this.#ended,
      addedPaths: this.#addedPaths,
      listed: [...listed]
        .sort((a, b) => a.order - b.order)
        .map(({ order: _, ...source }): SourceProgress => ({ ...source })),
    };
  }
}

function endOf(found: FoundFile): SourceState {
  if (found.problems.has('stopped')) return 'stopped';
  return found.problems.has('unreadable') ? 'failed' : 'done';
}

function sumOfBytes(files: readonly FoundFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}
