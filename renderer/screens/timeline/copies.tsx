import type { EvidenceEvent } from '../../../shared/model/event.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { CopyButton } from '../../components/copy.tsx';
import { sourceInFull, sourceName } from '../../components/source-link.tsx';
import { countOf } from '../../format.ts';
import styles from './copies.module.css';

/** Where else the same journal entry stands; nothing for an entry that is in one file only. */
export function Copies({ view, event }: { readonly view: CaseView; readonly event: EvidenceEvent }) {
  const copies = event.copies ?? [];
  if (copies.length === 0) return null;
  return (
    <details className={styles.copies} open={copies.length <= 3}>
      <summary>The same entry stands in {countOf(copies.length, 'other file')}</summary>
      <ul>
        {copies.map((copy) => {
          const place = sourceInFull(view, copy);
          return (
            <li key={`${copy.evidenceId} ${copy.byteOffset}`}>
              <span className="mono" title={place}>
                {sourceName(view, copy)}
              </span>
              <CopyButton text={place} what="Place" />
            </li>
          );
        })}
      </ul>
    </details>
  );
}
