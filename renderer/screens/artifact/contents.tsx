import type { ArtifactReport, ArtifactStatistics, BytesByPart } from '../../../shared/model/artifact.ts';
import { ShareBar } from '../../components/bars.tsx';
import pageStyles from '../../components/page.module.css';
import pairsStyles from '../../components/pairs.module.css';
import tableStyles from '../../components/table.module.css';
import { Table } from '../../components/table.tsx';
import { countOf, formatBytes, formatCount, formatDuration, formatShare } from '../../format.ts';
import styles from './contents.module.css';
import outcomesStyles from './outcomes.module.css';
import { XmlLink } from './xml-link.tsx';

const PART_WORDS: readonly { readonly part: keyof BytesByPart; readonly name: string }[] = [
  { part: 'attributes', name: 'attributes' },
  { part: 'failureText', name: 'text of failures' },
  { part: 'systemOut', name: 'system-out' },
  { part: 'systemErr', name: 'system-err' },
  { part: 'properties', name: 'properties' },
  { part: 'otherText', name: 'other text and indents' },
  { part: 'markup', name: 'tags and the rest' },
];

/** What the bytes are. */
export function BytesByPartTable({ statistics }: { readonly statistics: ArtifactStatistics }) {
  const parts = PART_WORDS.map(({ part, name }) => ({ name, bytes: statistics.bytesByPart[part] })).filter(
    ({ bytes }) => bytes > 0,
  );
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const most = Math.max(1, ...parts.map(({ bytes }) => bytes));
  return (
    <section className={pageStyles.block} aria-labelledby="parts-title">
      <h3 id="parts-title" className={pageStyles.blockHeading}>
        Bytes by part
        <span className="secondary">
          {statistics.cdataBytes > 0 ? `${formatBytes(statistics.cdataBytes)} of text in CDATA sections` : ''}
        </span>
      </h3>
      <Table aria-labelledby="parts-title">
        <tbody>
          {parts.map(({ name, bytes }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{formatBytes(bytes)}</td>
              <td className="number">{formatShare(bytes, total)}</td>
              <td className={tableStyles.barColumn}>
                <ShareBar share={bytes / most} tone="quiet" />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}

/** What the file says of itself, against what is in it. */
export function Declared({ artifact }: { readonly artifact: ArtifactReport }) {
  const { declared, misdeclared } = artifact.statistics;
  const rows = [
    { name: 'tests', declared: declared.tests, counted: artifact.testcases },
    { name: 'failures', declared: declared.failures, counted: artifact.failed },
    { name: 'errors', declared: declared.errors, counted: artifact.errors },
    { name: 'skipped', declared: declared.skipped, counted: artifact.skipped },
  ];
  return (
    <section className={pageStyles.block} aria-labelledby="declared-title">
      <h3 id="declared-title" className={pageStyles.blockHeading}>
        Declared and counted
        <span className="secondary">
          {misdeclared.suites > 0 ? `${countOf(misdeclared.suites, 'suite')} declare another number of tests` : ''}
        </span>
      </h3>
      <Table aria-labelledby="declared-title">
        <thead>
          <tr>
            <th scope="col">Of the file</th>
            <th scope="col" className="number">
              Declared
            </th>
            <th scope="col" className="number">
              Counted
            </th>
            <th scope="col">
              <span className="visually-hidden">Whether they agree</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <td className="number">{row.declared === null ? '–' : formatCount(row.declared)}</td>
              <td className="number">{formatCount(row.counted)}</td>
              <td
                className={
                  row.declared === null || row.declared === row.counted ? 'secondary' : outcomesStyles.outcomeBad
                }
              >
                {row.declared === null ? 'not declared' : row.declared === row.counted ? '✓' : '✗ differs'}
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">time</th>
            <td className="number">{declared.seconds === null ? '–' : formatDuration(declared.seconds)}</td>
            <td className="number">{formatDuration(artifact.durationSeconds)}</td>
            <td className="secondary">{declared.seconds === null ? 'not declared' : 'sum of the test cases'}</td>
          </tr>
        </tbody>
      </Table>
      {misdeclared.examples.length === 0 ? null : (
        <ul className={pageStyles.plainList}>
          {misdeclared.examples.map((suite) => (
            <li key={suite.byteOffset}>
              <span className="mono">{suite.name}</span> declares {formatCount(suite.declared)}, holds{' '}
              {formatCount(suite.counted)}, at byte <XmlLink place={suite} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Test cases that are there more than once. */
export function Duplicates({ statistics }: { readonly statistics: ArtifactStatistics }) {
  const { cases, complete, examples } = statistics.duplicates;
  const { reruns } = statistics;
  return (
    <section className={pageStyles.block} aria-labelledby="duplicates-title">
      <h3 id="duplicates-title" className={pageStyles.blockHeading}>
        Duplicates
        <span className="secondary">{complete ? '' : 'too many names to compare all: there may be more'}</span>
      </h3>
      <p className="secondary">
        {cases === 0
          ? 'No two test cases have the same classname and name.'
          : `${countOf(cases, 'test case')} with the classname and name of one before.`}
        {reruns.attempts === 0
          ? ''
          : ` ${countOf(reruns.attempts, 'attempt')} of reruns are told of: ${formatCount(reruns.flakyCases)} flaky, ${formatCount(reruns.rerunCases)} run again.`}
      </p>
      {examples.length === 0 ? null : (
        <Table aria-labelledby="duplicates-title">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" className="number">
                Times
              </th>
              <th scope="col" className="number">
                First at byte
              </th>
            </tr>
          </thead>
          <tbody>
            {examples.slice(0, SHOWN_DUPLICATES).map(({ classname, name, count, byteOffset }) => (
              <tr key={byteOffset}>
                <th scope="row" className="mono">
                  {name} <span className="secondary">{classname}</span>
                </th>
                <td className="number">{formatCount(count)}</td>
                <td className="number">
                  <XmlLink place={{ byteOffset, byteLength: 0, name: name === '' ? 'a case without a name' : name }} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

const SHOWN_DUPLICATES = 8;

/** What kind of document it is. */
export function DocumentFacts({ artifact }: { readonly artifact: ArtifactReport }) {
  const { statistics } = artifact;
  const { encoding, entities, dialect, longestText } = statistics;
  const rows: readonly (readonly [string, string] | null)[] = [
    ['Root', statistics.root ?? 'none'],
    dialect === null ? null : ['Written by', `${dialect.name}: ${dialect.sign}`],
    [
      'Encoding',
      `${encoding.name}${encoding.declared === null ? ', not declared' : encoding.declared === encoding.name ? '' : `, declared as ${encoding.declared}`}${encoding.byteOrderMark ? ', with a byte order mark' : ''}`,
    ],
    ['Elements', `${formatCount(statistics.elements)} with ${countOf(statistics.attributes, 'attribute')}`],
    [
      'References',
      `${formatCount(entities.predefined)} to XML’s own entities, ${formatCount(entities.characters)} to characters${entities.other > 0 ? `, ${formatCount(entities.other)} to others, never expanded` : ''}`,
    ],
    statistics.hasDoctype ? ['Document type', 'declared, and not followed'] : null,
    statistics.namespaces.length === 0 ? null : ['Namespaces', statistics.namespaces.join(', ')],
  ];
  return (
    <section className={pageStyles.block} aria-labelledby="document-title">
      <h3 id="document-title" className={pageStyles.blockHeading}>
        The document
      </h3>
      <dl className={pairsStyles.pairs}>
        {rows
          .filter((row) => row !== null)
          .map(([name, value]) => (
            <div key={name} className={styles.pairRow}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        {longestText === null ? null : (
          <div className={styles.pairRow}>
            <dt>Longest text</dt>
            <dd>
              {formatBytes(artifact.longestTextBytes)} in <span className="mono">{longestText.element}</span>, at byte{' '}
              <XmlLink place={{ ...longestText, name: 'the longest text' }} />
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
