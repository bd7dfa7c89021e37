import { UTC } from '../../shared/model/zone.ts';
import { useDisplayZone } from '../state/display-zone.tsx';
import { cx } from './class-names.ts';
import styles from './utc-note.module.css';

/** Beside sentences of the analysis, while the window shows times in another zone: theirs stay UTC, as in the report. */
export function UtcNote({ of }: { readonly of: string }) {
  const { zone } = useDisplayZone();
  if (zone === UTC) return null;
  return (
    <p className={cx(styles.utcSentences, 'secondary')}>
      Times in {of} are UTC, whatever zone the window shows: two people then read the same words.
    </p>
  );
}
