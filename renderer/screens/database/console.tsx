import {
  CircleAlert,
  Download,
  FileCheck2,
  FilePlus2,
  GitBranch,
  LockKeyhole,
  OctagonX,
  Play,
  Square,
} from 'lucide-react';
import { useCallback, useRef, useState, useSyncExternalStore } from 'react';
import { MOST_RESULT_ROWS, TIME_LIMITS_SECONDS } from '../../../shared/contract/database-limits.ts';
import type { DatabaseTarget, SqlPlace } from '../../../shared/contract/database-requests.ts';
import type { DatabaseReport } from '../../../shared/model/database.ts';
import type { SqlResult } from '../../../shared/model/sql-result.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { CSV_TITLE } from '../../../shared/sql/csv.ts';
import { Button, LinkButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { Field } from '../../components/field.tsx';
import { Working } from '../../components/working.tsx';
import { countOf, formatCount } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { useSqlConsole } from '../../state/console-draft.ts';
import type { ConsoleAnswer, SecondsLimit, SqlConsole } from '../../state/sql-console.ts';
import { type ReportQueryList, useReportQueries, useSchema } from '../../state/use-database.ts';
import styles from './console.module.css';
import { DataGrid, MOST_SHOWN_COLUMNS } from './data-grid.tsx';
import { QueryPlan } from './query-plan.tsx';
import { SqlEditor, type SqlEditorHandle } from './sql-editor.tsx';
import { VIEW_NAMES } from './view-names.ts';

const LIMIT_WORDS: Readonly<Record<SecondsLimit, string>> = { 10: '10 s', 60: '1 min', 600: '10 min' };

/** Statements over a copy of the database in memory, which nothing that is typed can change. */
export function ConsolePane(props: {
  readonly view: CaseView;
  readonly database: DatabaseReport;
  readonly target: DatabaseTarget;
}) {
  const { database, target } = props;
  const console = useSqlConsole(database.evidenceId);
  const { running, answer } = useSyncExternalStore(console.subscribe, console.snapshot, console.snapshot);
  const schema = useSchema(target);
  const editor = useRef<SqlEditorHandle>(null);
  const report = useReportQueries();
  const ask = (kind: ConsoleAnswer['kind']): void => {
    void console.ask(kind, target, editor.current?.selection() ?? { from: console.cursor, to: console.cursor });
  };
  return (
    <div className={styles.console}>
      <SqlEditor
        ref={editor}
        text={console.text}
        cursor={console.cursor}
        schema={schema.status === 'read' ? schema.schema : null}
        place={placeOf(answer)}
        history={() => console.history()}
        onChange={(text, cursor) => {
          console.text = text;
          console.cursor = cursor;
        }}
        onRun={() => ask('result')}
        onStop={() => void console.stop()}
      />
      <ConsoleBar console={console} onAsk={ask} onTake={(text) => editor.current?.replace(text)} />
      {running === null ? null : (
        <Working words={running.kind === 'result' ? 'Running' : 'Planning'} sinceMillis={running.sinceMillis} />
      )}
      <div className={cx(styles.consoleAnswer, running === null ? undefined : styles.isOld)}>
        {answer === null ? (
          <p className={cx(styles.consoleHint, 'secondary')}>
            The result appears here: at most {formatCount(MOST_RESULT_ROWS)} rows, all of them as CSV.
          </p>
        ) : (
          <Answer
            answer={answer}
            report={report}
            onShow={(place) => editor.current?.show({ from: answer.from + place.from, to: answer.from + place.to })}
          />
        )}
      </div>
    </div>
  );
}

/** What is done with the statement. */
function ConsoleBar(props: {
  readonly console: SqlConsole;
  readonly onAsk: (kind: ConsoleAnswer['kind']) => void;
  readonly onTake: (text: string) => void;
}) {
  const { console, onAsk } = props;
  const { running, limitSeconds } = useSyncExternalStore(console.subscribe, console.snapshot, console.snapshot);
  return (
    <div className={styles.consoleBar} data-testid="console-bar">
      {running === null ? (
        <Button tone="primary" size="small" className={styles.consoleRun} onClick={() => onAsk('result')}>
          <Play size={12} aria-hidden="true" />
          Run <kbd>Ctrl ↵</kbd>
        </Button>
      ) : (
        <Button size="small" onClick={() => void console.stop()}>
          <Square size={11} aria-hidden="true" />
          Stop <kbd>Esc</kbd>
        </Button>
      )}
      <Button
        size="small"
        disabled={running !== null}
        onClick={() => onAsk('plan')}
        title="EXPLAIN QUERY PLAN: how SQLite would carry the statement out, without running it"
      >
        <GitBranch size={12} aria-hidden="true" />
        Plan
      </Button>
      <Field className={styles.consoleLimit} label="stops after" look="secondary">
        <select
          value={limitSeconds}
          onChange={(event) => {
            const next = TIME_LIMITS_SECONDS.find((each) => String(each) === event.target.value);
            if (next !== undefined) console.setLimit(next);
          }}
        >
          {TIME_LIMITS_SECONDS.map((each) => (
            <option key={each} value={each}>
              {LIMIT_WORDS[each]}
            </option>
          ))}
        </select>
      </Field>
      <History console={console} onTake={props.onTake} />
      <p className={cx(styles.readOnly, 'secondary')}>
        <LockKeyhole size={11} aria-hidden="true" />A copy in memory is read; nothing typed here changes the case or the
        evidence.
      </p>
    </div>
  );
}

/** Where the last statement failed, in the text of the console. */
function placeOf(answer: ConsoleAnswer | null): SqlPlace | null {
  if (answer === null || answer.outcome.status === 'done' || answer.outcome.status === 'stopped') return null;
  const { place } = answer.outcome;
  return place === null ? null : { from: answer.from + place.from, to: answer.from + place.to };
}

function History({ console, onTake }: { readonly console: SqlConsole; readonly onTake: (text: string) => void }) {
  const entries = console.history();
  if (entries.length === 0) return null;
  return (
    <Field className={styles.consoleHistory} label="Statements that were run" look="hidden">
      <select
        value=""
        title="Statements that were run (Ctrl+Up, Ctrl+Down)"
        onChange={(event) => {
          const sql = entries[Number(event.target.value)];
          if (sql !== undefined) onTake(sql);
        }}
      >
        <option value="" disabled>
          History
        </option>
        {entries
          .map((sql, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an entry is its place in the history.
            <option key={index} value={index}>
              {sql.replace(/\s+/g, ' ').slice(0, 80)}
            </option>
          ))
          .toReversed()}
      </select>
    </Field>
  );
}

function Answer(props: {
  readonly answer: ConsoleAnswer;
  readonly report: ReportQueryList;
  readonly onShow: (place: SqlPlace) => void;
}) {
  const { answer, onShow } = props;
  const { outcome } = answer;
  switch (outcome.status) {
    case 'stopped':
      return (
        <div className={styles.consoleMessage} role="alert">
          <Square size={14} aria-hidden="true" />
          <p>{outcome.message}</p>
        </div>
      );
    case 'refused':
    case 'failed': {
      const Icon = outcome.status === 'refused' ? OctagonX : CircleAlert;
      const { place } = outcome;
      return (
        <div className={cx(styles.consoleMessage, styles.consoleFailure)} role="alert">
          <Icon size={15} aria-hidden="true" />
          <div>
            <p>
              {outcome.status === 'failed' ? <strong>SQLite: </strong> : null}
              {outcome.message}
            </p>
            {place === null ? null : (
              <LinkButton onClick={() => onShow(place)}>{placeWords(answer.sql, place)}</LinkButton>
            )}
          </div>
        </div>
      );
    }
    case 'done':
      return answer.kind === 'plan' ? (
        <QueryPlan steps={answer.outcome.status === 'done' ? answer.outcome.result : []} />
      ) : answer.outcome.status === 'done' ? (
        <Result key={answer.outcome.result.id} answer={answer} result={answer.outcome.result} report={props.report} />
      ) : null;
  }
}

/** `at "jobs", line 2, column 8`, counted within the statement. */
function placeWords(sql: string, { from, to }: SqlPlace): string {
  const before = sql.slice(0, from).split('\n');
  const text = sql.slice(from, to);
  const named = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `at “${named}”, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function Result(props: {
  readonly answer: ConsoleAnswer;
  readonly result: SqlResult;
  readonly report: ReportQueryList;
}) {
  const { answer, result, report } = props;
  const { saveCsv } = useActions();
  const [isAdded, setIsAdded] = useState(false);
  const rowAt = useCallback((index: number) => result.rows[index] ?? null, [result]);
  return (
    <section className={styles.result} aria-label="Result">
      <header className={styles.resultBar}>
        <p className="numeric">
          <strong>
            {result.cut === null ? countOf(result.rows.length, 'row') : `First ${countOf(result.rows.length, 'row')}`}
          </strong>{' '}
          <span className="secondary">
            {cutWords(result)}
            {(result.millis / 1_000).toFixed(2)} s · {VIEW_NAMES[answer.target.view].toLowerCase()}
            {result.columns.length > MOST_SHOWN_COLUMNS
              ? ` · the first ${MOST_SHOWN_COLUMNS} of ${formatCount(result.columns.length)} columns`
              : ''}
          </span>
        </p>
        <Button size="small" disabled={isAdded} onClick={() => void report.add(result.id).then(setIsAdded)}>
          {isAdded ? <FileCheck2 size={12} aria-hidden="true" /> : <FilePlus2 size={12} aria-hidden="true" />}
          {isAdded ? 'In the report' : 'Add to report'}
        </Button>
        <Button
          size="small"
          title={CSV_TITLE}
          onClick={() => void saveCsv({ ...answer.target, of: { sql: answer.sql, seconds: 600 } })}
        >
          <Download size={12} aria-hidden="true" />
          CSV
        </Button>
      </header>
      {result.rows.length === 0 ? (
        <p className={cx(styles.consoleHint, 'secondary')}>
          No row. {result.columns.length > 0 ? `Columns: ${result.columns.slice(0, 20).join(', ')}` : ''}
        </p>
      ) : (
        <DataGrid
          label="Result"
          columns={result.columns}
          rowCount={result.rows.length}
          rowAt={rowAt}
          sample={result.rows.slice(0, 60)}
          version={result.id}
        />
      )}
    </section>
  );
}

function cutWords({ cut }: SqlResult): string {
  if (cut === null) return '';
  return cut === 'rows' ? 'there are more · ' : 'there are more, but their text fills the limit · ';
}
