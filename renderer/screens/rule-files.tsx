import { BookOpenCheck, CornerDownRight, TriangleAlert } from 'lucide-react';
import type { RuleFileView } from '../../shared/model/views.ts';
import { Button, LinkButton } from '../components/button.tsx';
import { cx } from '../components/class-names.ts';
import pageStyles from '../components/page.module.css';
import tableStyles from '../components/table.module.css';
import { Table } from '../components/table.tsx';
import { baseName, countOf, formatCount } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import problemsStyles from './problems.module.css';
import styles from './rule-files.module.css';

/** The user's own rules: each file with what its rules matched, and what is wrong with it. */
export function RuleFiles({ files }: { readonly files: readonly RuleFileView[] }) {
  const actions = useActions();
  return (
    <section className={pageStyles.block} aria-labelledby="rules-title">
      <h3 id="rules-title" className={pageStyles.blockHeading}>
        Rules of your own
        <Button size="small" onClick={() => void actions.loadRules()}>
          <BookOpenCheck size={13} aria-hidden="true" />
          {files.length === 0 ? 'Load rule files…' : 'Load other rule files…'}
        </Button>
      </h3>
      {files.length === 0 ? (
        <p className="secondary">
          None are loaded. Files of rules (YAML) tag events and add facts to the verdict; docs/rule-files.md has
          examples.
        </p>
      ) : (
        files.map((file) => <RuleFile key={file.path} file={file} />)
      )}
    </section>
  );
}

function RuleFile({ file }: { readonly file: RuleFileView }) {
  const { showEvent } = useActions();
  const { path, rules, problems } = file;
  const matched = rules.filter(({ hitCount }) => hitCount > 0).length;
  return (
    <section className={styles.ruleFile} aria-label={`Rules of ${baseName(path)}`}>
      <h4>
        <span className="mono" title={path}>
          <bdi>{baseName(path)}</bdi>
        </span>
        <span className="secondary numeric">
          {countOf(rules.length, 'rule')}
          {rules.length === 0 ? '' : `, ${matched === 0 ? 'none' : formatCount(matched)} matched`}
          {problems.length === 0 ? '' : `, ${countOf(problems.length, 'problem')}`}
        </span>
      </h4>
      {problems.length === 0 ? null : (
        <ul>
          {problems.map(({ message }) => (
            <li key={message} className={problemsStyles.problem}>
              <TriangleAlert size={13} aria-hidden="true" />
              <span className={problemsStyles.problemMessage}>{message}</span>
            </li>
          ))}
        </ul>
      )}
      {rules.length === 0 ? null : (
        <div className={cx(tableStyles.tableFrame, styles.tableFrame)}>
          <Table aria-label={`What the rules of ${baseName(path)} matched`}>
            <thead>
              <tr>
                <th scope="col">Rule</th>
                <th scope="col" className="number">
                  Line
                </th>
                <th scope="col" className="number">
                  Matched
                </th>
                <th scope="col">First event</th>
              </tr>
            </thead>
            <tbody>
              {rules.map(({ id, title, line, hitCount, firstRow }) => (
                <tr key={`${line} ${id}`}>
                  <th scope="row" className={styles.ruleTitle}>
                    <bdi>{title}</bdi>
                  </th>
                  <td className="number">{formatCount(line)}</td>
                  <td className="number">{hitCount === 0 ? '–' : countOf(hitCount, 'event')}</td>
                  <td>
                    {firstRow === null ? (
                      <span className="secondary">none</span>
                    ) : (
                      <LinkButton
                        aria-label={`Show the first event of ${title}`}
                        onClick={() => void showEvent(firstRow)}
                      >
                        <CornerDownRight size={12} aria-hidden="true" />
                        show
                      </LinkButton>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      )}
    </section>
  );
}
