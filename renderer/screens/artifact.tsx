import { FileChartColumn, TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import type { CaseView } from '../../shared/contract/ipc.ts';
import { layoutProfile } from '../../shared/figures/profile-figure.ts';
import type { ArtifactReport } from '../../shared/model/artifact.ts';
import { ShareBar, StackBar } from '../components/bars.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Figure, FigureRow, FileChoice } from '../components/figures.tsx';
import { SceneView } from '../components/scene-view.tsx';
import { useSize } from '../components/use-size.ts';
import { countOf, formatBytes, formatCount, formatDuration, formatShare } from '../format.ts';
import { useActions, useAppState } from '../state/app-context.tsx';

/** The artifact that was being imported: what is in it, and what it costs to parse. */
export function ArtifactScreen({ view }: { readonly view: CaseView }) {
  const { trail } = useAppState();
  const { move } = useActions();
  const index = Math.min(
    trail.here.artifactIndex ?? view.analysis.artifactIndex ?? 0,
    Math.max(0, view.artifacts.length - 1),
  );
  const artifact = view.artifacts[index];
  if (artifact === undefined) {
    return (
      <EmptyState icon={FileChartColumn} title="No artifact in this case">
        <p>
          Add the JUnit XML file that was being imported. It is read once as a stream, so that size is no matter:
          counts, largest suites, and time and memory along its bytes.
        </p>
        <p>The log often names it; without the file, whether it was too large stays open.</p>
      </EmptyState>
    );
  }
  return (
    <div className="page">
      <header className="page-header">
        <h2 className="page-heading">Artifact</h2>
        <FileChoice
          label="Artifact file"
          paths={view.artifacts.map((each) => each.path)}
          chosen={index}
          inQuestion={view.analysis.artifactIndex}
          onChoose={(chosen) => move({ artifactIndex: chosen }, 'filter')}
        />
      </header>
      {artifact.damage === null ? null : (
        <p className="notice notice-warning" role="note">
          <TriangleAlert size={15} aria-hidden="true" />
          <span>
            <strong>The document is damaged.</strong> {artifact.damage.message} at line{' '}
            {formatCount(artifact.damage.line)}, column {formatCount(artifact.damage.column)} (byte{' '}
            {formatCount(artifact.damage.byteOffset)}). Everything before that place is counted.
          </span>
        </p>
      )}
      <FigureRow>
        <Figure name="Size" value={formatBytes(artifact.bytes)} detail={`${formatCount(artifact.bytes)} bytes`} />
        <Figure name="Lines" value={formatCount(artifact.lines)} detail={`depth ${artifact.maxDepth}`} />
        {artifact.isJUnit ? (
          <>
            <Figure name="Test cases" value={formatCount(artifact.testcases)} detail={declared(artifact)} />
            <Figure name="Suites" value={formatCount(artifact.suites)} />
            <Figure name="Longest text" value={formatBytes(artifact.longestTextBytes)} detail="in one element" />
          </>
        ) : null}
        <Figure
          name="Parsed here in"
          value={formatDuration(artifact.stream.seconds)}
          detail={
            artifact.stream.seconds > 0 ? `${formatBytes(artifact.bytes / artifact.stream.seconds)}/s, as a stream` : ''
          }
        />
      </FigureRow>
      {artifact.isJUnit ? (
        <Outcomes artifact={artifact} />
      ) : (
        <p className="notice">This is XML, but not JUnit: only its size and its cost mean something.</p>
      )}
      <Profile artifact={artifact} />
      {artifact.largestSuites.length === 0 ? null : <LargestSuites artifact={artifact} />}
    </div>
  );
}

function declared(artifact: ArtifactReport): string {
  if (artifact.declaredTests === null) return 'the file declares no number';
  return artifact.declaredTests === artifact.testcases
    ? 'as the file declares'
    : `the file declares ${formatCount(artifact.declaredTests)}`;
}

function Outcomes({ artifact }: { readonly artifact: ArtifactReport }) {
  const outcome = (value: number): string => `${formatCount(value)} (${formatShare(value, artifact.testcases)})`;
  return (
    <section className="block" aria-labelledby="outcomes-title">
      <h3 id="outcomes-title" className="block-heading">
        Outcomes{' '}
        <span className="secondary numeric">
          {artifact.durationSeconds > 0 ? `${formatDuration(artifact.durationSeconds)} of test time` : ''}
        </span>
      </h3>
      <StackBar
        label="Outcomes of the test cases"
        parts={[
          { name: 'passed', value: artifact.passed, text: outcome(artifact.passed), tone: 'ok' },
          { name: 'failed', value: artifact.failed, text: outcome(artifact.failed), tone: 'danger' },
          { name: 'errors', value: artifact.errors, text: outcome(artifact.errors), tone: 'warning' },
          { name: 'skipped', value: artifact.skipped, text: outcome(artifact.skipped), tone: 'faint' },
        ]}
      />
    </section>
  );
}

const PROFILE_HEIGHT_PX = 290;

function Profile({ artifact }: { readonly artifact: ArtifactReport }) {
  const { ref, width } = useSize<HTMLDivElement>();
  const scene = useMemo(
    () => (width === 0 ? null : layoutProfile(artifact, { width, height: PROFILE_HEIGHT_PX })),
    [artifact, width],
  );
  return (
    <section className="block" aria-labelledby="profile-title">
      <h3 id="profile-title" className="block-heading">
        Cost of parsing
        <span className="secondary numeric">
          peak heap {formatBytes(artifact.stream.peakHeapBytes)}, resident memory up by{' '}
          {formatBytes(artifact.stream.peakRssBytes)}
        </span>
      </h3>
      <div ref={ref} className="profile-chart">
        {scene === null ? null : <SceneView scene={scene} />}
      </div>
      {artifact.tree === null ? null : (
        <p className="secondary">
          As a whole tree: {formatDuration(artifact.tree.seconds)}, resident memory up by{' '}
          {formatBytes(artifact.tree.peakRssBytes)}.
        </p>
      )}
    </section>
  );
}

function LargestSuites({ artifact }: { readonly artifact: ArtifactReport }) {
  const most = Math.max(1, ...artifact.largestSuites.map((suite) => suite.byteLength));
  return (
    <section className="block" aria-labelledby="suites-title">
      <h3 id="suites-title" className="block-heading">
        Largest suites <span className="secondary">{countOf(artifact.suites, 'suite')} in all</span>
      </h3>
      <table className="plain-table" aria-labelledby="suites-title">
        <thead>
          <tr>
            <th scope="col">Suite</th>
            <th scope="col" className="number">
              Test cases
            </th>
            <th scope="col" className="number">
              Size
            </th>
            <th scope="col" className="number">
              At byte
            </th>
            <th scope="col" className="bar-column">
              <span className="visually-hidden">Share</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {artifact.largestSuites.map((suite) => (
            <tr key={`${suite.name} ${suite.byteOffset}`}>
              <th scope="row" className="mono suite-name">
                {suite.name}
              </th>
              <td className="number">{formatCount(suite.testcases)}</td>
              <td className="number">{formatBytes(suite.byteLength)}</td>
              <td className="number">{formatCount(suite.byteOffset)}</td>
              <td className="bar-column">
                <ShareBar share={suite.byteLength / most} tone="quiet" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
