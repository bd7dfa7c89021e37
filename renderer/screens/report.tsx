import { Braces, FileCode2, FileText, type LucideIcon, X } from 'lucide-react';
import { useState } from 'react';
import type { Incident, Phase } from '../../shared/model/analysis.ts';
import type { CaseView } from '../../shared/model/views.ts';
import { summaryFields } from '../../shared/report/words.ts';
import { BOUND_WORDS, ENDING_WORDS } from '../../shared/wording/names.ts';
import { Button, IconButton } from '../components/button.tsx';
import { cx } from '../components/class-names.ts';
import pageStyles from '../components/page.module.css';
import pairsStyles from '../components/pairs.module.css';
import { Table } from '../components/table.tsx';
import { UtcNote } from '../components/utc-note.tsx';
import { countOf, formatBytes, formatDuration, formatInstant } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import { type ReportQueryList, useReportQueries } from '../state/use-database.ts';
import styles from './report.module.css';
import {
  AnnotationsPreview,
  ChangesPreview,
  HypothesesPreview,
  JudgementsPreview,
  MatrixPreview,
} from './report-sections.tsx';

type Format = 'pdf' | 'html' | 'json';
const FORMATS: readonly { format: Format; name: string; icon: LucideIcon; detail: string }[] = [
  { format: 'pdf', name: 'Export PDF', icon: FileText, detail: 'to hand on; the case as JSON is attached inside' },
  { format: 'html', name: 'Export HTML', icon: FileCode2, detail: 'one page that opens anywhere without a network' },
  { format: 'json', name: 'Export JSON', icon: Braces, detail: 'for scripts, schema inquest.case/2' },
];

/** What the report will hold, and the buttons that write it. */
export function ReportScreen({ view }: { readonly view: CaseView }) {
  const { exportReport } = useActions();
  const queries = useReportQueries();
  const [writing, setWriting] = useState<Format | null>(null);
  const write = async (format: Format): Promise<void> => {
    setWriting(format);
    await exportReport(format);
    setWriting(null);
  };
  return (
    <div className={cx(pageStyles.page, styles.reportPage)}>
      <aside className={styles.reportActions} aria-label="Export">
        <h2 className={pageStyles.pageHeading}>Report</h2>
        {FORMATS.map(({ format, name, icon: Icon, detail }) => (
          <div key={format} className={styles.reportAction}>
            <Button
              tone={format === 'pdf' ? 'primary' : 'plain'}
              disabled={writing !== null}
              aria-describedby={`export-${format}`}
              onClick={() => void write(format)}
            >
              <Icon size={14} aria-hidden="true" />
              {name}
            </Button>
            <p id={`export-${format}`} className="secondary">
              {writing === format ? 'Writing…' : detail}
            </p>
          </div>
        ))}
        <UtcNote of="the report" />
        <p className={cx(styles.reportNote, 'secondary')}>
          The files are written from the same case that the window shows. Nothing is sent anywhere.
        </p>
      </aside>
      <Paper view={view} queries={queries} />
    </div>
  );
}

/** The report's contents on a sheet, shortened: an idea of what will be written, in its order. */
function Paper({ view, queries }: { readonly view: CaseView; readonly queries: ReportQueryList }) {
  const { analysis } = view;
  const { incident } = analysis;
  return (
    <article className={styles.paper} aria-label="Preview of the report">
      <p className={styles.paperKind}>Incident report</p>
      <h3 className={styles.paperTitle}>{analysis.headline}</h3>
      {analysis.summary.caveats.map((caveat) => (
        <p key={caveat} className="secondary">
          {caveat}
        </p>
      ))}
      {incident === null ? null : <IncidentPairs incident={incident} />}
      <PaperSection title="Summary">
        <dl className={pairsStyles.pairs}>
          {summaryFields(analysis).map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </PaperSection>
      <PaperSection title="Timeline">
        {incident === null ? <p>No incident was found.</p> : <PhaseTable incident={incident} />}
      </PaperSection>
      <PaperSection title="Hypotheses">
        <HypothesesPreview view={view} />
      </PaperSection>
      <MatrixPreview view={view} />
      <JudgementsPreview view={view} />
      <AnnotationsPreview view={view} />
      <ChangesPreview view={view} />
      {queries.queries.length === 0 ? null : <QueryList queries={queries} />}
      <PaperSection title="Also in the report">
        <Counts view={view} />
      </PaperSection>
    </article>
  );
}

function IncidentPairs({ incident }: { readonly incident: Incident }) {
  return (
    <dl className={cx(pairsStyles.pairs, styles.paperPairs)}>
      <div>
        <dt>Worker</dt>
        <dd>
          {incident.pid === null ? 'unknown pid' : `pid ${incident.pid}`}
          {incident.unit === null ? '' : ` of ${incident.unit}`}
          {incident.host === null ? '' : ` on ${incident.host}`}
        </dd>
      </div>
      <div>
        <dt>Operation</dt>
        <dd>{incident.operation ?? 'not told by the log'}</dd>
      </div>
      <div>
        <dt>Start</dt>
        <dd className="mono">
          {BOUND_WORDS[incident.startIsBound ?? 'exact']}
          {formatInstant(incident.start)}
        </dd>
      </div>
      <div>
        <dt>End</dt>
        <dd className="mono">{formatInstant(incident.end)}</dd>
      </div>
      <div>
        <dt>Mechanism</dt>
        <dd>{ENDING_WORDS[incident.mechanism]}</dd>
      </div>
    </dl>
  );
}

function PhaseTable({ incident }: { readonly incident: Incident }) {
  return (
    <Table className={styles.plainTable}>
      <tbody>
        {phasesInOrder(incident).map((phase) => (
          <tr key={`${phase.name} ${phase.from}`}>
            <th scope="row" className={phase.depth === 1 ? styles.depth1 : undefined}>
              {phase.label}
            </th>
            <td className="mono">{formatInstant(phase.from, 3)}</td>
            <td className="number">
              {formatDuration(phase.seconds)}
              {phase.finished || phase.depth === 0 ? '' : ', unfinished'}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function QueryList({ queries }: { readonly queries: ReportQueryList }) {
  return (
    <PaperSection title="Queries">
      <ul className={cx(pageStyles.plainList, styles.reportQueries)}>
        {queries.queries.map(({ id, sql, rowCount, isCut }) => (
          <li key={id}>
            <div>
              <code>{sql}</code>
              <span className="secondary numeric">
                {isCut ? 'more than ' : ''}
                {countOf(rowCount, 'row')}
              </span>
            </div>
            <IconButton
              label="Remove this query from the report"
              title="Remove this query from the report"
              onClick={() => void queries.remove(id)}
            >
              <X size={13} aria-hidden="true" />
            </IconButton>
          </li>
        ))}
      </ul>
    </PaperSection>
  );
}

/** What the report holds further, by its numbers. */
function Counts({ view }: { readonly view: CaseView }) {
  const { analysis } = view;
  return (
    <ul className={pageStyles.plainList}>
      <li>
        {countOf(analysis.questions.length, 'question')},{' '}
        {countOf(analysis.questions.filter((question) => question.answer !== null).length, 'answered', 'answered')}
      </li>
      <li>
        {countOf(analysis.expectedFindings.length, 'expected finding')},{' '}
        {countOf(analysis.expectedFindings.filter((finding) => finding.holds === true).length, 'holds', 'hold')}
      </li>
      <li>
        {countOf(view.artifacts.length, 'artifact profile')} and {countOf(view.databases.length, 'database report')}
      </li>
      <li>
        Chain of custody: {countOf(view.files.length, 'file')} with SHA-256,{' '}
        {formatBytes(view.files.reduce((sum, file) => sum + (file.containerId === null ? file.bytes : 0), 0))}
      </li>
    </ul>
  );
}

/** Each phase followed by the steps inside it. */
function phasesInOrder(incident: Incident): readonly Phase[] {
  return incident.phases.toSorted((one, other) => one.from - other.from || one.depth - other.depth);
}

function PaperSection({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section className={styles.paperSection}>
      <h4>{title}</h4>
      {children}
    </section>
  );
}
