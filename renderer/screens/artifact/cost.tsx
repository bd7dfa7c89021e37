import { useCallback } from 'react';
import { layoutProfile } from '../../../shared/figures/profile-figure.ts';
import type { ArtifactReport, ParseOutcome, ParseProfile } from '../../../shared/model/artifact.ts';
import { cx } from '../../components/class-names.ts';
import { FittedScene } from '../../components/fitted-scene.tsx';
import pageStyles from '../../components/page.module.css';
import { Table } from '../../components/table.tsx';
import { formatBytes, formatCount, formatDuration } from '../../format.ts';
import styles from './cost.module.css';
import { Measure } from './measure.tsx';

const PROFILE_HEIGHT_PX = 300;

/** What the bytes cost to parse: measured here along the file, estimated for Python, and measured again on demand. */
export function Cost({ artifact }: { readonly artifact: ArtifactReport }) {
  const layout = useCallback(
    (width: number) => layoutProfile(artifact, { width, height: PROFILE_HEIGHT_PX }),
    [artifact],
  );
  return (
    <section className={pageStyles.block} aria-labelledby="profile-title">
      <h3 id="profile-title" className={pageStyles.blockHeading}>
        Cost of parsing
        <span className="secondary numeric">
          peak heap {formatBytes(artifact.stream.peakHeapBytes)}, resident memory up by{' '}
          {formatBytes(artifact.stream.peakRssBytes)}
        </span>
      </h3>
      <FittedScene layout={layout} height={PROFILE_HEIGHT_PX} />
      <Measure artifact={artifact} />
      <CostTable artifact={artifact} />
    </section>
  );
}

function CostTable({ artifact }: { readonly artifact: ArtifactReport }) {
  const { runs, estimates } = artifact;
  const source = estimates[0]?.source;
  return (
    <>
      <Table className={styles.costTable} aria-label="Cost by parser">
        <thead>
          <tr>
            <th scope="col">Parser</th>
            <th scope="col" className="number">
              Time
            </th>
            <th scope="col" className="number">
              Processor
            </th>
            <th scope="col" className="number">
              Throughput
            </th>
            <th scope="col" className="number">
              Memory on top
            </th>
            <th scope="col" className="number">
              Collections
            </th>
            <th scope="col">How it is known</th>
          </tr>
        </thead>
        <tbody>
          <ProfileRow name="Inquest, stream" profile={artifact.stream} bytes={artifact.bytes} />
          {artifact.tree === null ? null : (
            <ProfileRow name="Inquest, tree" profile={artifact.tree} bytes={artifact.bytes} />
          )}
          {estimates.map((estimate) => (
            <tr key={estimate.parser}>
              <th scope="row">{estimate.parser}</th>
              <td className="number">{formatDuration(estimate.seconds)}</td>
              <td className="number">–</td>
              <td className="number">{formatBytes(artifact.bytes / Math.max(1e-6, estimate.seconds))}/s</td>
              <td className="number">{formatBytes(estimate.peakRssBytes)}</td>
              <td className="number">–</td>
              <td className="secondary">estimated</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {source === undefined ? null : (
        <p className={cx(pageStyles.finePrint, 'secondary')}>Python’s cost is {source}.</p>
      )}
      {runs.length === 0 ? null : (
        <details className={styles.runs}>
          <summary>{runs.length === 1 ? 'The run' : `The ${runs.length} runs`} asked for</summary>
          <ol className={pageStyles.plainList}>
            {runs.map(({ mode, profile }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity but their order.
              <li key={index} className="numeric">
                {mode},{' '}
                {profile.memoryLimitBytes === null ? 'no limit' : `limit ${formatBytes(profile.memoryLimitBytes)}`}:{' '}
                {formatDuration(profile.seconds)}, memory up by {formatBytes(profile.peakRssBytes)},{' '}
                {outcomeWords(profile.outcome)}
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function outcomeWords(outcome: ParseOutcome): string {
  switch (outcome.kind) {
    case 'finished':
      return 'finished';
    case 'damaged':
      return `to the damage at byte ${formatCount(outcome.atBytes)}`;
    case 'memory-limit':
      return `memory limit reached at byte ${formatCount(outcome.atBytes)}`;
    case 'cancelled':
      return `cancelled at byte ${formatCount(outcome.atBytes)}`;
  }
}

function ProfileRow(props: { readonly name: string; readonly profile: ParseProfile; readonly bytes: number }) {
  const { name, profile, bytes } = props;
  const parsed = profile.outcome.kind === 'finished' ? bytes : profile.outcome.atBytes;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="number">{formatDuration(profile.seconds)}</td>
      <td className="number">{formatDuration(profile.cpuSeconds)}</td>
      <td className="number">{profile.seconds > 0 ? `${formatBytes(parsed / profile.seconds)}/s` : '–'}</td>
      <td className="number">{formatBytes(profile.peakRssBytes)}</td>
      <td className="number">
        {formatCount(profile.gc.count)}, {formatDuration(profile.gc.pauseMillis / 1000)}
      </td>
      <td className="secondary">
        measured here{profile.outcome.kind === 'finished' ? '' : `, ${outcomeWords(profile.outcome)}`}
      </td>
    </tr>
  );
}
