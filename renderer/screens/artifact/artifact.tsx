import { FileChartColumn } from 'lucide-react';
import { useState } from 'react';
import type { ArtifactReport } from '../../../shared/model/artifact.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { StackBar } from '../../components/bars.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Figure, FigureRow, FileChoice } from '../../components/figures.tsx';
import noticeStyles from '../../components/notice.module.css';
import pageStyles from '../../components/page.module.css';
import { formatBytes, formatCount, formatDuration, formatShare } from '../../format.ts';
import { useActions, useAppState } from '../../state/app-context.tsx';
import { ComparisonBlock } from './comparison-block.tsx';
import { BytesByPartTable, Declared, DocumentFacts, Duplicates } from './contents.tsx';
import { Cost } from './cost.tsx';
import { Damage } from './damage.tsx';
import { Distributions } from './distributions.tsx';
import { FileMapView } from './file-map-view.tsx';
import { TopLists } from './top-lists.tsx';
import { WhatIfSection } from './what-if.tsx';
import { ShowXml, type XmlPlace } from './xml-link.tsx';
import { XmlViewer } from './xml-viewer.tsx';

/** The artifact that was being imported: what is in it, what it costs to parse, and what that explains. */
export function ArtifactScreen({ view }: { readonly view: CaseView }) {
  const { trail, caseNumber } = useAppState();
  const { move } = useActions();
  const [place, setPlace] = useState<XmlPlace | null>(null);
  const { artifactIndex, artifactIsNamed, course } = view.analysis;
  const index = Math.min(trail.here.artifactIndex ?? artifactIndex ?? 0, Math.max(0, view.artifacts.length - 1));
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
  const isInQuestion = index === artifactIndex;
  const { statistics } = artifact;
  return (
    <ShowXml value={setPlace}>
      <div className={pageStyles.page}>
        <header className={pageStyles.pageHeader}>
          <h2 className={pageStyles.pageHeading}>Artifact</h2>
          <FileChoice
            label="Artifact file"
            paths={view.artifacts.map((each) => each.path)}
            chosen={index}
            inQuestion={artifactIndex}
            {...(artifactIsNamed ? { because: 'named by the log' } : {})}
            onChoose={(chosen) => move({ artifactIndex: chosen }, 'filter')}
          />
        </header>
        {artifact.damage === null ? null : <Damage artifact={artifact} damage={artifact.damage} />}
        <KeyFigures artifact={artifact} />
        {artifact.isJUnit ? null : (
          <p className={noticeStyles.notice}>This is XML, but not JUnit: only its size and its cost mean something.</p>
        )}
        {isInQuestion ? <ComparisonBlock view={view} /> : null}
        {isInQuestion && course !== null ? <WhatIfSection key={caseNumber} course={course} /> : null}
        <Cost artifact={artifact} />
        {artifact.isJUnit ? (
          <>
            <Outcomes artifact={artifact} />
            {statistics.map === null || statistics.map.children.length === 0 ? null : (
              <FileMapView key={artifact.evidenceId} artifact={artifact} root={statistics.map} />
            )}
            <TopLists statistics={statistics} />
            <Distributions statistics={statistics} />
          </>
        ) : null}
        <div className={pageStyles.twoColumns}>
          <div>
            <BytesByPartTable statistics={statistics} />
            <DocumentFacts artifact={artifact} />
          </div>
          {artifact.isJUnit ? (
            <div>
              <Declared artifact={artifact} />
              <Duplicates statistics={statistics} />
            </div>
          ) : null}
        </div>
        {place === null ? null : <XmlViewer artifact={artifact} place={place} onClose={() => setPlace(null)} />}
      </div>
    </ShowXml>
  );
}

function KeyFigures({ artifact }: { readonly artifact: ArtifactReport }) {
  const { stream } = artifact;
  return (
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
        value={formatDuration(stream.seconds)}
        detail={stream.seconds > 0 ? `${formatBytes(artifact.bytes / stream.seconds)}/s, as a stream` : ''}
      />
    </FigureRow>
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
    <section className={pageStyles.block} aria-labelledby="outcomes-title">
      <h3 id="outcomes-title" className={pageStyles.blockHeading}>
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
