import { ChevronDown, ChevronRight, TriangleAlert } from 'lucide-react';
import { Fragment, useState } from 'react';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import type { CaseView } from '../../shared/model/views.ts';
import { FORMAT_WORDS, PROBLEM_WORDS } from '../../shared/wording/names.ts';
import { LinkButton } from '../components/button.tsx';
import { cx } from '../components/class-names.ts';
import { CopyButton } from '../components/copy.tsx';
import pageStyles from '../components/page.module.css';
import sourceTimesStyles from '../components/source-times.module.css';
import { SourceTimes } from '../components/source-times.tsx';
import tableStyles from '../components/table.module.css';
import { Table } from '../components/table.tsx';
import { countOf, formatBytes, formatCount } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import type { FilePlace } from '../state/app-state.ts';
import styles from './evidence.module.css';
import problemsStyles from './problems.module.css';
import { RuleFiles } from './rule-files.tsx';

/** A file within another stands further in; from the third level on all alike. */
const DEPTH_CLASSES = [undefined, styles.depth1, styles.depth2, styles.depth3] as const;

/** What was given: every file with its hash, what was read from it, how its times were understood, what was wrong. */
export function EvidenceScreen({ view }: { readonly view: CaseView }) {
  const bytes = view.files.filter((file) => file.containerId === null).reduce((sum, file) => sum + file.bytes, 0);
  // What is wrong with a file of rules stands beside it.
  const problems = view.problems.filter(({ path, message }) =>
    view.ruleFiles.every((file) => file.path !== path || file.problems.every((problem) => problem.message !== message)),
  );
  const problemCount = view.files.reduce((sum, file) => sum + file.problemCount, 0) + view.problems.length;
  return (
    <div className={pageStyles.page}>
      <header className={pageStyles.pageHeader}>
        <h2 className={pageStyles.pageHeading}>Evidence</h2>
        <p className="secondary numeric">
          {countOf(view.files.length, 'file')} · {formatBytes(bytes)} given · {countOf(view.eventCount, 'event')} ·{' '}
          {problemCount === 0 ? 'no problems' : countOf(problemCount, 'problem')}
        </p>
      </header>
      {problems.length === 0 ? null : (
        <section className={styles.caseProblems} aria-label="Problems of the case">
          <h3 className="caption">Could not be taken in, in whole or in part</h3>
          <ul>
            {problems.map((problem) => (
              <li key={`${problem.path} ${problem.kind} ${problem.message}`} className={problemsStyles.problem}>
                <TriangleAlert size={13} aria-hidden="true" />
                <span>
                  <strong>{PROBLEM_WORDS[problem.kind]}</strong> <span className="mono">{problem.path}</span>
                  <span className={problemsStyles.problemMessage}>{problem.message}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className={cx(tableStyles.tableFrame, styles.tableFrame)}>
        <Table className={styles.evidenceTable} aria-label="Evidence files">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Format</th>
              <th scope="col" className="number">
                Size
              </th>
              <th scope="col" className="number">
                Records
              </th>
              <th scope="col">SHA-256</th>
              <th scope="col">Times</th>
              <th scope="col">Problems</th>
            </tr>
          </thead>
          <tbody>
            {view.files.map((file) => (
              <FileRows key={file.id} view={view} file={file} />
            ))}
          </tbody>
        </Table>
      </div>
      <RuleFiles files={view.ruleFiles} />
    </div>
  );
}

function depthOf(file: EvidenceFile, files: readonly EvidenceFile[]): number {
  let depth = 0;
  let container = file.containerId;
  // Archives nest to a limited depth; the bound keeps a circular list from hanging the window.
  while (container !== null && depth < 8) {
    depth += 1;
    const parent = files.find((each) => each.id === container);
    container = parent?.containerId ?? null;
  }
  return depth;
}

/** A byte of a file as a place, without a record that it belongs to. */
function wholePlace({ id }: EvidenceFile, byteOffset: number): FilePlace {
  return { evidenceId: id, byteOffset, byteLength: 0, line: null };
}

function FileRows({ view, file }: { readonly view: CaseView; readonly file: EvidenceFile }) {
  const { files } = view;
  const [isOpen, setIsOpen] = useState(false);
  const container = files.find((each) => each.id === file.containerId);
  const shownPath =
    container !== undefined && file.path.startsWith(`${container.path}/`)
      ? file.path.slice(container.path.length + 1)
      : file.path;
  const slash = shownPath.lastIndexOf('/');
  const problemsId = `problems-${file.id}`;
  const { openFile } = useActions();
  return (
    <Fragment>
      <tr>
        <th
          scope="row"
          className={cx(styles.filePath, DEPTH_CLASSES[Math.min(3, depthOf(file, files))])}
          title={file.path}
        >
          <span className="mono">
            <span className={styles.pathFolder}>{slash < 0 ? '' : shownPath.slice(0, slash + 1)}</span>
            {files.some(({ containerId }) => containerId === file.id) ? (
              <bdi>{shownPath.slice(slash + 1)}</bdi>
            ) : (
              <LinkButton tone="plain" title="Show the file" onClick={() => openFile(wholePlace(file, 0))}>
                <bdi>{shownPath.slice(slash + 1)}</bdi>
              </LinkButton>
            )}
          </span>
        </th>
        <td className={file.format === 'unknown' ? 'unknown' : undefined}>{FORMAT_WORDS[file.format]}</td>
        <td className="number" title={`${formatCount(file.bytes)} bytes`}>
          {formatBytes(file.bytes)}
        </td>
        <td className="number">
          {file.records === 0 ? '–' : formatCount(file.records)}
          {file.unreadLines === undefined ? null : (
            <span className="secondary"> ({countOf(file.unreadLines, 'line')} unread)</span>
          )}
        </td>
        <td>
          <Hash file={file} />
        </td>
        <td>
          <SourceTimes view={view} file={file} />
        </td>
        <td>
          {file.problemCount === 0 ? (
            <span className="secondary">none</span>
          ) : (
            <LinkButton aria-expanded={isOpen} aria-controls={problemsId} onClick={() => setIsOpen(!isOpen)}>
              {isOpen ? <ChevronDown size={13} aria-hidden="true" /> : <ChevronRight size={13} aria-hidden="true" />}
              {countOf(file.problemCount, 'problem')}
            </LinkButton>
          )}
        </td>
      </tr>
      {isOpen ? (
        <tr id={problemsId} className={styles.problemRows}>
          <td colSpan={7}>
            <ul>
              {file.problems.map((problem) => (
                <li key={`${problem.kind} ${problem.byteOffset} ${problem.message}`} className={problemsStyles.problem}>
                  <TriangleAlert size={13} aria-hidden="true" />
                  <span>
                    <strong>{PROBLEM_WORDS[problem.kind]}</strong>{' '}
                    {problem.byteOffset === null ? null : (
                      <LinkButton
                        tone="file"
                        title="Show it in the file"
                        onClick={() => openFile(wholePlace(file, problem.byteOffset ?? 0))}
                      >
                        at byte {formatCount(problem.byteOffset)}
                      </LinkButton>
                    )}
                    <span className={problemsStyles.problemMessage}>{problem.message}</span>
                  </span>
                </li>
              ))}
            </ul>
            {file.problemCount > file.problems.length ? (
              <p className="secondary">
                and {countOf(file.problemCount - file.problems.length, 'more problem')} of the same file, which are
                counted but not listed
              </p>
            ) : null}
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}

/** A file's SHA-256; of one whose reading ended early, how much of it that is the sum of. */
function Hash({ file }: { readonly file: EvidenceFile }) {
  if (file.hashedBytes === 0) return <span className="secondary">not hashed</span>;
  return (
    <>
      <span className={styles.hash}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the full hash must be reachable by keyboard too. */}
        <span className={cx(styles.hashShort, 'mono')} tabIndex={0}>
          {file.sha256.slice(0, 12)}…<span className={cx(styles.hashFull, 'mono')}>{file.sha256}</span>
        </span>
        <CopyButton text={file.sha256} what="SHA-256" />
      </span>
      {file.hashedBytes === undefined ? null : (
        <span className={cx(styles.hashPart, sourceTimesStyles.timeAssumed)}>
          of the first {formatBytes(file.hashedBytes)} only
        </span>
      )}
    </>
  );
}
