import { History, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { CaseListing, ListedCase } from '../../shared/contract/ipc.ts';
import { epochMicros } from '../../shared/model/time.ts';
import type { ZoneName } from '../../shared/model/zone.ts';
import { Button, IconButton } from '../components/button.tsx';
import { cx } from '../components/class-names.ts';
import formDialogStyles from '../components/form-dialog.module.css';
import { FormDialog } from '../components/form-dialog.tsx';
import { countOf, formatInstant } from '../format.ts';
import { useActions, useAppState } from '../state/app-context.tsx';
import { useDisplayZone } from '../state/display-zone.tsx';
import styles from './kept-cases.module.css';

interface Removal {
  readonly kept: ListedCase;
  readonly what: 'copy' | 'entry';
}

/** Cases that can be opened again: what a crash left behind, and those that were worked on last. */
export function KeptCases() {
  const { listCases, openListed, removeListed } = useActions();
  const { job } = useAppState();
  const [listing, setListing] = useState<CaseListing | null>(null);
  const [removal, setRemoval] = useState<Removal | null>(null);
  const isIdle = job === null;
  useEffect(() => {
    // What opening changed in the list is there when it has ended.
    if (isIdle) void listCases().then(setListing);
  }, [listCases, isIdle]);
  if (listing === null) return null;
  const remove = ({ kept, what }: Removal): void => {
    setRemoval(null);
    void removeListed(kept.id, what).then((next) => setListing(next ?? listing));
  };
  // Of a case that a person saved, its place in the list is all that goes.
  const askToRemove = (kept: ListedCase): void => {
    const asked: Removal = { kept, what: 'entry' };
    if (kept.isMissing) remove(asked);
    else setRemoval(asked);
  };
  return (
    <>
      {listing.recovered.map((kept) => (
        <Recovered
          key={kept.id}
          kept={kept}
          onOpen={() => void openListed(kept.id, kept.title)}
          onDiscard={() => setRemoval({ kept, what: 'copy' })}
        />
      ))}
      {listing.recent.length === 0 ? null : (
        <section className={styles.recent} aria-labelledby="recent-title">
          <h2 id="recent-title">Recent cases</h2>
          <ul>
            {listing.recent.map((kept) => (
              <RecentCase
                key={kept.id}
                kept={kept}
                onOpen={() => void openListed(kept.id, kept.title)}
                onRemove={() => askToRemove(kept)}
              />
            ))}
          </ul>
          {listing.olderCount === 0 ? null : (
            <p className={styles.older}>
              {countOf(listing.olderCount, 'older case')} not listed here. Unsaved ones are in {listing.folder}.
            </p>
          )}
        </section>
      )}
      {removal === null ? null : (
        <RemoveDialog removal={removal} onRemove={() => remove(removal)} onClose={() => setRemoval(null)} />
      )}
    </>
  );
}

function Recovered(props: { readonly kept: ListedCase; readonly onOpen: () => void; readonly onDiscard: () => void }) {
  const { kept } = props;
  const { zone } = useDisplayZone();
  return (
    <section className={styles.recovered} aria-label={`Recovered: ${kept.title}`} data-testid="recovered">
      <History size={18} aria-hidden="true" />
      <div className={styles.words}>
        <b>Recovered: {kept.title}</b>
        {kept.headline === '' ? null : <span>{kept.headline}</span>}
        <span className={styles.small}>Last changed {changedAt(kept, zone)}</span>
      </div>
      <Button tone="primary" onClick={props.onOpen}>
        Open case
      </Button>
      <Button onClick={props.onDiscard}>Discard changes…</Button>
    </section>
  );
}

function RecentCase(props: { readonly kept: ListedCase; readonly onOpen: () => void; readonly onRemove: () => void }) {
  const { kept, onOpen, onRemove } = props;
  const { zone } = useDisplayZone();
  return (
    <li>
      <Button tone="bare" className={styles.open} disabled={kept.isMissing} onClick={onOpen} title={kept.headline}>
        <span className={styles.title}>{kept.title}</span>
        <span className={cx(styles.time, 'numeric')}>{changedAt(kept, zone)}</span>
        <span className={styles.place}>
          {kept.isMissing ? <span className={styles.missing}>File not found. </span> : null}
          {kept.savedAs ?? (kept.headline === '' ? 'Not saved to a file' : `Not saved to a file. ${kept.headline}`)}
        </span>
      </Button>
      <IconButton label={`Remove ${kept.title} from the list`} onClick={onRemove}>
        <X size={14} aria-hidden="true" />
      </IconButton>
    </li>
  );
}

/** Nothing that a person did goes without being asked. */
function RemoveDialog(props: {
  readonly removal: Removal;
  readonly onRemove: () => void;
  readonly onClose: () => void;
}) {
  const { kept, what } = props.removal;
  const isLost = what === 'copy' || kept.savedAs === null;
  const verb = what === 'copy' ? 'Discard changes' : isLost ? 'Delete case' : 'Remove from list';
  const words =
    kept.savedAs === null
      ? 'What was dismissed and noted in this case is deleted. The evidence is not touched. This cannot be undone.'
      : what === 'copy'
        ? `The changes that were not saved are deleted. ${kept.savedAs} stays as it is. This cannot be undone.`
        : `${kept.savedAs} stays where it is.`;
  return (
    <FormDialog
      label={verb}
      title={`${verb}: ${kept.title}`}
      submit={verb}
      canSubmit
      onSubmit={props.onRemove}
      onClose={props.onClose}
    >
      <p className={formDialogStyles.dialogHelp}>{words}</p>
    </FormDialog>
  );
}

function changedAt({ changed }: ListedCase, zone: ZoneName): string {
  return formatInstant(epochMicros(Date.parse(changed) * 1_000), 0, zone);
}
