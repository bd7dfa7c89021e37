import { useMemo } from 'react';
import { layoutGrowth } from '../../../shared/figures/growth-figure.ts';
import type { JobInQuestion } from '../../../shared/model/database.ts';
import pageStyles from '../../components/page.module.css';
import pairsStyles from '../../components/pairs.module.css';
import { SceneView } from '../../components/scene-view.tsx';
import { Table } from '../../components/table.tsx';
import { useSize } from '../../components/use-size.ts';
import { formatCount } from '../../format.ts';
import styles from './job-block.module.css';

const STATE_WORDS: Readonly<Record<JobInQuestion['state'], string>> = {
  committed: 'Its row is there.',
  uncommitted: 'Only the open transaction has it.',
  absent: 'It is not there.',
};
const CHART_HEIGHT_PX = 190;

/** The job that was being imported, as the database has it, and how large those before it were. */
export function JobBlock({ job }: { readonly job: JobInQuestion }) {
  const { history } = job;
  return (
    <section className={pageStyles.block} aria-labelledby="job-title">
      <h3 id="job-title" className={pageStyles.blockHeading}>
        Job {job.key} <span className="secondary">{STATE_WORDS[job.state]}</span>
      </h3>
      <dl className={pairsStyles.pairs}>
        {job.identity.map(({ name, value }) => (
          <Pair key={name} name={name} value={value} />
        ))}
        {job.timestamp === null ? null : <Pair name="time" value={job.timestamp} />}
        {job.counts.map(({ name, value }) => (
          <Pair key={name} name={name} value={formatCount(value)} />
        ))}
      </dl>
      {job.imported.length === 0 ? null : <Imported job={job} />}
      {history.points.length === 0 && history.size === null ? null : <Growth job={job} />}
    </section>
  );
}

function Pair({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt className="mono">{name}</dt>
      <dd className="numeric">{value}</dd>
    </div>
  );
}

function Imported({ job }: { readonly job: JobInQuestion }) {
  const rows = (count: number | null): string => (count === null ? '–' : formatCount(count));
  return (
    <Table>
      <thead>
        <tr>
          <th scope="col">Its rows in</th>
          <th scope="col" className="number">
            Committed
          </th>
          <th scope="col" className="number">
            Not committed
          </th>
        </tr>
      </thead>
      <tbody>
        {job.imported.map((each) => (
          <tr key={each.table}>
            <th scope="row" className="mono">
              {each.table}
            </th>
            <td className="number">{rows(each.committedRows)}</td>
            <td className="number">
              {rows(each.uncommittedRows)}
              {job.expectedRows === null || each.uncommittedRows === null ? '' : ` of ${formatCount(job.expectedRows)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Growth({ job }: { readonly job: JobInQuestion }) {
  const { ref, width } = useSize<HTMLDivElement>();
  const scene = useMemo(
    () => (width === 0 ? null : layoutGrowth(job.history, job.key, { width, height: CHART_HEIGHT_PX })),
    [job, width],
  );
  const { ratio, group } = job.history;
  return (
    <figure className={styles.growth}>
      <figcaption>
        {group === null ? 'Jobs' : `${group} jobs`}, oldest first
        {ratio === null ? '' : ': '}
        {ratio === null ? null : (
          <strong>this one is {formatCount(ratio >= 10 ? Math.round(ratio) : ratio)} times the median</strong>
        )}
      </figcaption>
      <div ref={ref} className={styles.growthDrawing}>
        {scene === null ? null : <SceneView scene={scene} />}
      </div>
    </figure>
  );
}
