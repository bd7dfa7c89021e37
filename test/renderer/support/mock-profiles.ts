import type { ProfileOutcome, ProfileProgressEvent, RequestOf } from '../../../shared/contract/ipc.ts';
import type { ArtifactReport, ParseProfile } from '../../../shared/model/artifact.ts';
import type { ArtifactExcerpt, CaseView } from '../../../shared/model/views.ts';
import { parseProfile, sample } from '../../support/profiles.ts';

/** Bytes that a tree holds for each of the document, as the mock has it. */
const TREE_RATIO = 6;
const STEPS = 20;
const BASE_BYTES = 96e6;

/** Plays a profile that was asked for: progress, then its outcome; a limit below what it takes ends it there. */
export async function playProfile(
  view: CaseView,
  request: RequestOf<'profile.run'>,
  emit: (progress: ProfileProgressEvent) => void,
  isCancelled: () => boolean,
  stepMillis: number,
): Promise<ProfileOutcome> {
  const artifact = view.artifacts.find((each) => each.evidenceId === request.evidenceId);
  if (artifact === undefined) return { status: 'failed', error: { kind: 'usage', message: 'no such artifact' } };
  const { evidenceId, mode, runs, memoryLimitBytes } = request;
  const ratio = mode === 'tree' ? TREE_RATIO : 0;
  const seconds = artifact.stream.seconds * (mode === 'tree' ? 2.1 : 1);
  const whole = Array.from({ length: STEPS + 1 }, (_, step) => {
    const bytes = Math.round((artifact.bytes * step) / STEPS);
    const held = 20e6 + bytes * ratio;
    return sample({ bytes, seconds: (seconds * step) / STEPS, heapBytes: held, rssBytes: BASE_BYTES + held });
  });
  const fits = whole.filter(({ heapBytes }) => memoryLimitBytes === null || heapBytes <= memoryLimitBytes);
  for (const each of fits) {
    if (isCancelled()) return { status: 'cancelled', profile: null };
    const progress = {
      stage: 'profiling',
      item: artifact.path,
      doneBytes: each.bytes,
      totalBytes: artifact.bytes,
    } as const;
    emit({ evidenceId, mode, run: runs, runs, progress, sample: each });
    if (stepMillis > 0) await new Promise((resolve) => setTimeout(resolve, stepMillis));
  }
  const last = fits.at(-1) ?? sample();
  const profile = parseProfile({
    seconds: last.seconds,
    samples: fits,
    peakHeapBytes: last.heapBytes,
    peakRssBytes: last.heapBytes,
    memoryLimitBytes,
    outcome:
      memoryLimitBytes !== null && fits.length < whole.length
        ? { kind: 'memory-limit', limitBytes: memoryLimitBytes, atBytes: last.bytes, of: 'heap' }
        : { kind: 'finished' },
  });
  return { status: 'measured', profile, view: withRun(view, artifact, mode, profile) };
}

function withRun(view: CaseView, artifact: ArtifactReport, mode: 'stream' | 'tree', profile: ParseProfile): CaseView {
  const measured: ArtifactReport = {
    ...artifact,
    ...(mode === 'tree' ? { tree: profile } : {}),
    runs: [...artifact.runs, { mode, profile }],
  };
  return { ...view, artifacts: view.artifacts.map((each) => (each === artifact ? measured : each)) };
}

/** Text that could stand at that byte. */
export function mockExcerpt(
  artifact: ArtifactReport | undefined,
  request: RequestOf<'artifact.excerpt'>,
): ArtifactExcerpt {
  const totalBytes = artifact?.bytes ?? 0;
  const lines = Array.from(
    { length: Math.max(1, Math.ceil(request.limit / 90)) },
    (_, index) =>
      `    <testcase classname="vpn.group${index % 11}" name="test_rekey_${request.byteOffset + index}" time="0.1"/>\n`,
  );
  const text = lines.join('').slice(0, request.limit);
  const line = 2 + Math.floor(request.byteOffset / 264);
  return { byteOffset: request.byteOffset, byteLength: text.length, totalBytes, line, text };
}
