import type { ImportedEvidence, Progress } from '../../shared/contract/worker-protocol.ts';
import type { ArtifactReport, ProfileSample } from '../../shared/model/artifact.ts';
import type { CaseProblem, EvidenceFile } from '../../shared/model/evidence.ts';
import { baseName } from '../intake/names.ts';
import { profileArtifact } from '../workers/profile-client.ts';
import { JobCancelled, JobFailure } from '../workers/run-job.ts';
import type { Steering } from '../workers/steering.ts';
import { EVERY_EVENT } from './event-filter.ts';
import type { EventStore } from './event-store.ts';
import type { Measurements } from './measurements.ts';
import { ProfileProgress } from './profile-progress.ts';

/** Artifacts that are parsed and measured; others are listed with a problem that says so. */
const PROFILED_ARTIFACTS = 8;
/** Names that are looked for in the log, each at the price of reading it through. */
const NAMES_LOOKED_FOR = 8;
const MESSAGES_PER_NAME = 500;

export interface ProfiledArtifacts {
  readonly artifacts: readonly ArtifactReport[];
  readonly problems: readonly CaseProblem[];
}

/**
 * Profiles the XML files of a case, one after the other so that each is measured alone. JUnit comes before other XML; with
 * more than can be profiled, those whose name a log mentions come first, then the largest. A profile that fails is a
 * problem of the case; cancelling passes through.
 */
export async function profileArtifacts(
  imported: ImportedEvidence,
  store: EventStore,
  options: {
    readonly onProgress?: (progress: Progress, sample: ProfileSample | null) => void;
    readonly signal?: AbortSignal;
    /** Stops single profiles. */
    readonly steering?: Steering;
    readonly measurements: Measurements;
    /** Replaces what was kept of an earlier measurement. */
    readonly measureAgain: boolean;
  },
): Promise<ProfiledArtifacts> {
  const artifacts: ArtifactReport[] = [];
  const problems: CaseProblem[] = [];
  const ranked = rankArtifacts(imported.files, store);
  const progress = new ProfileProgress(ranked.slice(0, PROFILED_ARTIFACTS).filter((file) => !isStopped(file)));
  const stopped = new Set<string>();
  let stopCurrent: ((source: string) => void) | null = null;
  const detach = options.steering?.attach((command) => {
    // What is added now came too late for this import.
    if (command.type !== 'stop') return;
    stopped.add(command.source);
    stopCurrent?.(command.source);
  });
  try {
    for (const [rank, file] of ranked.entries()) {
      const location = imported.locations[imported.files.indexOf(file)] ?? null;
      if (location === null) continue;
      if (rank >= PROFILED_ARTIFACTS) {
        const message = `Not parsed and measured: ${PROFILED_ARTIFACTS} XML files of this case were. Give it alone to see it.`;
        problems.push({ path: file.path, kind: 'limit-exceeded', message });
        continue;
      }
      if (isStopped(file)) continue;
      const source = progress.sourceId(file);
      const stop = new AbortController();
      stopCurrent = (each) => {
        if (each === source) stop.abort();
      };
      if (stopped.has(source)) stop.abort();
      progress.set(file, 'profiling');
      try {
        const request = {
          evidenceId: file.id,
          path: file.path,
          absolutePath: location.absolutePath,
          bytes: file.bytes,
        };
        const artifact = await profileArtifact(request, {
          onProgress: (step: Progress, sample: ProfileSample) =>
            options.onProgress?.(progress.over(step, file), sample),
          signal: AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]),
        });
        artifacts.push(await withKeptMeasurement(artifact, file.sha256, options));
        progress.set(file, 'done');
      } catch (thrown) {
        const wasStopped = thrown instanceof JobCancelled && options.signal?.aborted !== true;
        if (!wasStopped && !(thrown instanceof JobFailure)) throw thrown;
        progress.set(file, wasStopped ? 'stopped' : 'failed');
        problems.push(
          wasStopped
            ? {
                path: file.path,
                kind: 'stopped',
                message: `Its profile was stopped on request; there is none. ${AGAIN}`,
              }
            : { path: file.path, kind: 'unreadable', message: `It could not be profiled: ${thrown.message}` },
        );
      }
    }
  } finally {
    detach?.();
  }
  return { artifacts, problems };
}

const AGAIN = 'Add the file again to profile it.';

/** A file that was not read to its end has its problem already, and no hash that its measurement could be kept under. */
function isStopped(file: EvidenceFile): boolean {
  return file.problems.some((problem) => problem.kind === 'stopped');
}

/** The first measurement of these bytes on this machine stands until it is taken again: see Measurements. */
async function withKeptMeasurement(
  artifact: ArtifactReport,
  sha256: string,
  options: { readonly measurements: Measurements; readonly measureAgain: boolean },
): Promise<ArtifactReport> {
  const kept = options.measureAgain ? null : await options.measurements.recall(sha256);
  if (kept !== null) return { ...artifact, stream: kept };
  await options.measurements.remember(sha256, artifact.stream);
  return artifact;
}

function rankArtifacts(files: readonly EvidenceFile[], store: EventStore): EvidenceFile[] {
  const xml = files.filter((file) => file.format === 'junit-xml' || file.format === 'xml');
  const bySize = (a: EvidenceFile, b: EvidenceFile): number =>
    Number(b.format === 'junit-xml') - Number(a.format === 'junit-xml') || b.bytes - a.bytes;
  xml.sort(bySize);
  if (xml.length <= PROFILED_ARTIFACTS) return xml;
  const messages = messagesNaming(xml, store);
  const tails = new Map(xml.map((file) => [file, longestTailIn(messages, file.path)]));
  return xml.sort((a, b) => (tails.get(b) ?? 0) - (tails.get(a) ?? 0) || bySize(a, b));
}

/** The latest messages that name any of these files. */
function messagesNaming(files: readonly EvidenceFile[], store: EventStore): string[] {
  const names = new Set(files.map((file) => baseName(file.path)));
  return [...names]
    .slice(0, NAMES_LOOKED_FOR)
    .flatMap((name) =>
      store
        .page({ ...EVERY_EVENT, text: name }, { column: 'time', descending: true }, 0, MESSAGES_PER_NAME)
        .events.map((event) => event.message),
    );
}

/**
 * How many of a path's last segments some message has in a row: for `run/logs/vpn/14/results.xml` and a log that says
 * `Parsing logs/vpn/14/results.xml` four. Jobs keep their artifacts under the same name in folders of their own.
 */
export function longestTailIn(messages: readonly string[], path: string): number {
  const segments = path.split('/');
  let found = 0;
  for (let length = 1; length <= segments.length; length++) {
    const tail = segments.slice(-length).join('/');
    if (!messages.some((message) => hasPathTail(message, tail))) break;
    found = length;
  }
  return found;
}

/** Whether a tail stands in a message from the beginning of one of its path segments on. */
function hasPathTail(message: string, tail: string): boolean {
  for (let at = message.indexOf(tail); at >= 0; at = message.indexOf(tail, at + 1)) {
    if (at === 0 || !/[\w.-]/.test(message.charAt(at - 1))) return true;
  }
  return false;
}
