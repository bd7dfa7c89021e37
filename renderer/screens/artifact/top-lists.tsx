import { useState } from 'react';
import type { ArtifactStatistics, RankedCase, RankedSuite, TestOutcome } from '../../../shared/model/artifact.ts';
import { ShareBar } from '../../components/bars.tsx';
import buttonStyles from '../../components/button.module.css';
import { Button, LinkButton } from '../../components/button.tsx';
import pageStyles from '../../components/page.module.css';
import tableStyles from '../../components/table.module.css';
import { Table } from '../../components/table.tsx';
import { formatBytes, formatCount, formatDuration } from '../../format.ts';
import outcomesStyles from './outcomes.module.css';
import styles from './top-lists.module.css';
import { XmlLink } from './xml-link.tsx';

const FIRST_ROWS = 8;

const LISTS = ['Largest suites', 'Slowest suites', 'Largest cases', 'Slowest cases'] as const;
type ListName = (typeof LISTS)[number];

interface Row {
  readonly name: string;
  readonly group: string | null;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly seconds: number | null;
  readonly outcome: string;
  readonly isBad: boolean;
}

/** The suites and cases that are largest or slowest, each with a link to its XML. */
export function TopLists({ statistics }: { readonly statistics: ArtifactStatistics }) {
  const [chosen, setChosen] = useState<ListName>('Largest suites');
  const [isWhole, setIsWhole] = useState(false);
  const rows = rowsOf(statistics, chosen);
  const byTime = chosen.startsWith('Slowest');
  const measure = (row: Row): number => (byTime ? (row.seconds ?? 0) : row.byteLength);
  const most = Math.max(1e-9, ...rows.map(measure));
  return (
    <section className={pageStyles.block} aria-labelledby="top-title">
      <h3 id="top-title" className={pageStyles.blockHeading}>
        {chosen}
        <span className={buttonStyles.buttonRow}>
          {LISTS.map((list) => (
            <Button size="small" key={list} aria-pressed={list === chosen} onClick={() => setChosen(list)}>
              {list}
            </Button>
          ))}
        </span>
      </h3>
      {rows.length === 0 ? (
        <p className="secondary">{byTime ? 'The file states no durations.' : 'There are none.'}</p>
      ) : (
        <Table className={styles.topTable} aria-label={chosen}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Outcome</th>
              <th scope="col" className="number">
                Time
              </th>
              <th scope="col" className="number">
                Size
              </th>
              <th scope="col" className="number">
                At byte
              </th>
              <th scope="col" className={tableStyles.barColumn}>
                <span className="visually-hidden">Share of the first</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, isWhole ? rows.length : FIRST_ROWS).map((row) => (
              <tr key={row.byteOffset}>
                <th scope="row" className="mono">
                  {row.name === '' ? <span className="secondary">(no name)</span> : row.name}
                  {row.group === null ? null : <span className="secondary"> {row.group}</span>}
                </th>
                <td className={row.isBad ? outcomesStyles.outcomeBad : 'secondary'}>{row.outcome}</td>
                <td className="number">{row.seconds === null ? '–' : formatDuration(row.seconds)}</td>
                <td className="number">{formatBytes(row.byteLength)}</td>
                <td className="number">
                  <XmlLink place={{ ...row, name: row.name === '' ? 'an element without a name' : row.name }} />
                </td>
                <td className={tableStyles.barColumn}>
                  <ShareBar share={measure(row) / most} tone="quiet" />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {rows.length <= FIRST_ROWS ? null : (
        <p>
          <LinkButton onClick={() => setIsWhole(!isWhole)}>
            {isWhole ? `Only the first ${FIRST_ROWS}` : `All ${rows.length}`}
          </LinkButton>
        </p>
      )}
    </section>
  );
}

function rowsOf(statistics: ArtifactStatistics, list: ListName): readonly Row[] {
  switch (list) {
    case 'Largest suites':
      return statistics.suitesByBytes.map(suiteRow);
    case 'Slowest suites':
      return statistics.suitesBySeconds.filter(({ seconds }) => seconds > 0).map(suiteRow);
    case 'Largest cases':
      return statistics.casesByBytes.map(caseRow);
    case 'Slowest cases':
      return statistics.casesBySeconds.filter(({ seconds }) => (seconds ?? 0) > 0).map(caseRow);
  }
}

function suiteRow({ name, byteOffset, byteLength, seconds, outcomes, testcases }: RankedSuite): Row {
  const bad = outcomes.failed + outcomes.error;
  return {
    name,
    group: null,
    byteOffset,
    byteLength,
    seconds: seconds > 0 ? seconds : null,
    outcome: `${formatCount(testcases)} cases${bad > 0 ? `, ✗ ${formatCount(bad)}` : ''}`,
    isBad: bad > 0,
  };
}

const OUTCOME_MARKS: Readonly<Record<TestOutcome, string>> = {
  passed: '✓ passed',
  skipped: '– skipped',
  failed: '✗ failed',
  error: '✗ error',
};

function caseRow({ name, classname, byteOffset, byteLength, seconds, outcome }: RankedCase): Row {
  return {
    name,
    group: classname,
    byteOffset,
    byteLength,
    seconds,
    outcome: OUTCOME_MARKS[outcome],
    isBad: outcome === 'failed' || outcome === 'error',
  };
}
