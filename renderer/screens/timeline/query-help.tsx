import { CircleHelp } from 'lucide-react';
import { useId } from 'react';
import { QUERY_FIELDS } from '../../../shared/search/query-fields.ts';
import { IconButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import menuStyles from '../../components/menu.module.css';
import styles from './query-help.module.css';

const FORMS: readonly (readonly [string, string])[] = [
  ['killed worker', 'both words, in any order and any case'],
  ['"worker timeout"', 'these words in a row'],
  ['/timed? ?out/i', 'a regular expression; i: in any case'],
  ['-heartbeat', 'everything else; NOT heartbeat is the same'],
  ['a OR b', 'either; put ( ) around it to join it to more'],
];

/** A button that shows how queries are written. */
export function QueryHelp() {
  const id = useId();
  return (
    <>
      <IconButton label="How to search" title="How to search" popoverTarget={id}>
        <CircleHelp size={14} aria-hidden="true" />
      </IconButton>
      <section id={id} popover="auto" className={cx(menuStyles.menu, styles.queryHelp)} aria-label="How to search">
        <h2>Words look at the message</h2>
        <dl>
          {FORMS.map(([form, what]) => (
            <div key={form}>
              <dt className="mono">{form}</dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <h2>Fields look at the event; commas mean “any of”</h2>
        <dl>
          {QUERY_FIELDS.map(({ name, what, example }) => (
            <div key={name}>
              <dt className="mono">{example}</dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <p className="secondary">
          A time of day is that of the incident’s day. What is chosen in the lists and facets is joined to the query by
          “and”.
        </p>
      </section>
    </>
  );
}
