import { KeyRound } from 'lucide-react';
import type { DatabaseSchema, SchemaEntry } from '../../../shared/contract/database-requests.ts';
import { cx } from '../../components/class-names.ts';
import { CopyButton } from '../../components/copy.tsx';
import noticeStyles from '../../components/notice.module.css';
import { SqlText } from '../../components/sql-text.tsx';
import { Table } from '../../components/table.tsx';
import styles from './object-schema.module.css';

/** How a table or view is defined: its columns, and the statements that made it and what belongs to it. */
export function ObjectSchema(props: { readonly entry: SchemaEntry; readonly schema: DatabaseSchema }) {
  const { entry, schema } = props;
  const belonging = schema.objects.filter(
    ({ type, tableName, sql }) => (type === 'index' || type === 'trigger') && tableName === entry.name && sql !== null,
  );
  const automatic = schema.objects.filter(
    ({ type, tableName, sql }) => type === 'index' && tableName === entry.name && sql === null,
  );
  return (
    <div className={styles.objectSchema}>
      {entry.problem === null ? null : (
        <p className={cx(noticeStyles.notice, noticeStyles.noticeWarning)}>
          Its columns cannot be told: {entry.problem}.
        </p>
      )}
      {entry.columns.length === 0 ? null : <Columns entry={entry} />}
      {[entry, ...belonging].map(({ name, sql }) =>
        sql === null ? null : (
          <div key={name} className={styles.statement}>
            <SqlText sql={`${sql};`} />
            <CopyButton text={`${sql};`} what="Statement" />
          </div>
        ),
      )}
      {automatic.map(({ name, columns }) => (
        <p key={name} className="secondary">
          <span className="mono">{name}</span> on {columns.map((column) => column.name).join(', ')}, made by SQLite for
          a key
        </p>
      ))}
    </div>
  );
}

function Columns({ entry }: { readonly entry: SchemaEntry }) {
  return (
    <Table>
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col">Type</th>
          <th scope="col">Default</th>
          <th scope="col">Refers to</th>
        </tr>
      </thead>
      <tbody>
        {entry.columns.map(({ name, type, notNull, defaultText, keyPlace, refersTo }) => (
          <tr key={name}>
            <th scope="row" className="mono">
              {name}{' '}
              {keyPlace > 0 ? (
                <span className={styles.keyMark} title={`primary key, column ${keyPlace}`}>
                  <KeyRound size={11} aria-label="primary key" />
                </span>
              ) : null}
            </th>
            <td className="mono">
              {type === '' ? <span className="secondary">any</span> : type}
              {notNull ? <span className="secondary"> NOT NULL</span> : null}
            </td>
            <td className="mono">{defaultText ?? <span className="secondary">–</span>}</td>
            <td className="mono">{refersTo ?? <span className="secondary">–</span>}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
