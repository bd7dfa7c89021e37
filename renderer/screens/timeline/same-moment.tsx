import { Link2, X } from 'lucide-react';
import { useState } from 'react';
import { splitInnerHeader } from '../../../shared/evidence/wording/classify.ts';
import { clockOffsetOf, formatClockOffset } from '../../../shared/model/clock-offset.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import formDialogStyles from '../../components/form-dialog.module.css';
import { FormDialog } from '../../components/form-dialog.tsx';
import { baseName, formatEventTime, zonedDate, zoneLabel } from '../../format.ts';
import { useActions, useAppState } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import styles from './same-moment.module.css';

const SHOWN_MESSAGE = 90;

function sourceOf(view: CaseView, event: EvidenceEvent): string {
  return baseName(view.files.find((file) => file.id === event.source.evidenceId)?.path ?? event.source.evidenceId);
}

function shortMessage(event: EvidenceEvent): string {
  const message = (splitInnerHeader(event.message)?.text ?? event.message).split('\n')[0] ?? '';
  return message.length > SHOWN_MESSAGE ? `${message.slice(0, SHOWN_MESSAGE)}…` : message;
}

/** In the detail pane: begins the picking of two entries that are the same moment, and ends it with the second. */
export function SameMomentButton({ view, event }: { readonly view: CaseView; readonly event: EvidenceEvent }) {
  const { sameMoment } = useAppState();
  const { markMoment } = useActions();
  const [isConfirming, setIsConfirming] = useState(false);
  if (sameMoment === null || sameMoment.row === event.row) {
    return (
      <Button
        size="small"
        aria-pressed={sameMoment !== null}
        title="Two entries of two sources that tell of one moment show how far their clocks are apart"
        onClick={() => markMoment(sameMoment === null ? event : null)}
      >
        <Link2 size={12} aria-hidden="true" />
        Same moment as…
      </Button>
    );
  }
  const isSameSource = sameMoment.source.evidenceId === event.source.evidenceId;
  return (
    <>
      <Button
        tone="primary"
        size="small"
        disabled={isSameSource}
        title={isSameSource ? 'Pick an entry of another source: one source has one clock' : undefined}
        onClick={() => setIsConfirming(true)}
      >
        <Link2 size={12} aria-hidden="true" />
        This is the same moment
      </Button>
      {isConfirming ? (
        <SameMomentDialog view={view} first={sameMoment} second={event} onClose={() => setIsConfirming(false)} />
      ) : null}
    </>
  );
}

/** Above the table while the second entry is being picked. */
export function SameMomentBar({ view }: { readonly view: CaseView }) {
  const { sameMoment } = useAppState();
  const { markMoment } = useActions();
  const { zone } = useDisplayZone();
  if (sameMoment === null) return null;
  return (
    <div className={styles.momentBar} role="status">
      <Link2 size={13} aria-hidden="true" />
      <span className={styles.momentBarWords}>
        Select the entry of another source that is the same moment as{' '}
        <strong className="numeric">
          {formatEventTime(sameMoment.time, sameMoment.resolutionMicros, zone)} {sourceOf(view, sameMoment)}
        </strong>{' '}
        <span className="mono">{shortMessage(sameMoment)}</span>
      </span>
      <Button tone="quiet" size="small" onClick={() => markMoment(null)}>
        <X size={12} aria-hidden="true" />
        Cancel
      </Button>
    </div>
  );
}

/** What both sources' clocks come to when one of two entries is taken to be right. */
export function correctionOf(
  view: CaseView,
  right: EvidenceEvent,
  wrong: EvidenceEvent,
): { readonly moved: number; readonly micros: number } {
  const moved = right.time - wrong.time;
  return { moved, micros: clockOffsetOf(view.files, wrong.source.evidenceId) + moved };
}

function SameMomentDialog(props: {
  readonly view: CaseView;
  readonly first: EvidenceEvent;
  readonly second: EvidenceEvent;
  readonly onClose: () => void;
}) {
  const { view, first, second, onClose } = props;
  const { adjustClocks } = useActions();
  // The entry that was marked first is the one that the other is set by, unless a person says otherwise.
  const [right, setRight] = useState<'first' | 'second'>('first');
  const [keep, move] = right === 'first' ? [first, second] : [second, first];
  const { moved, micros } = correctionOf(view, keep, move);
  const name = sourceOf(view, move);
  const resolution = Math.max(first.resolutionMicros, second.resolutionMicros);
  const onSubmit = (): void => {
    onClose();
    const what = `The clock of ${name} is corrected by ${formatClockOffset(micros)}`;
    void adjustClocks([{ evidenceId: move.source.evidenceId, micros }], what);
  };
  return (
    <FormDialog
      label="Correct a clock by two entries of one moment"
      title="Two entries of one moment"
      submit="Correct the clock"
      canSubmit={moved !== 0}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <fieldset className={cx(formDialogStyles.dialogChoice, formDialogStyles.dialogChoiceTall)}>
        <legend>Whose clock is right?</legend>
        <MomentChoice view={view} event={first} isRight={right === 'first'} onChoose={() => setRight('first')} />
        <MomentChoice view={view} event={second} isRight={right === 'second'} onChoose={() => setRight('second')} />
      </fieldset>
      <p className={formDialogStyles.dialogHelp} aria-live="polite">
        {moved === 0 ? (
          'Both entries already stand at the same moment: nothing is moved.'
        ) : (
          <>
            Every time of <strong>{name}</strong> is moved by{' '}
            <strong className="numeric">{formatClockOffset(moved)}</strong>
            {micros === moved ? '' : `; its correction is then ${formatClockOffset(micros)} in all`}.
            {resolution > 1
              ? ` Exact to ${resolution >= 1_000_000 ? 'a second' : 'a millisecond'}, as their stamps are.`
              : ''}
          </>
        )}
      </p>
    </FormDialog>
  );
}

function MomentChoice(props: {
  readonly view: CaseView;
  readonly event: EvidenceEvent;
  readonly isRight: boolean;
  readonly onChoose: () => void;
}) {
  const { view, event, isRight, onChoose } = props;
  const { zone } = useDisplayZone();
  return (
    <label>
      <input type="radio" name="right" checked={isRight} onChange={onChoose} />
      <span>
        <strong>{sourceOf(view, event)}</strong>{' '}
        <span className="numeric">
          {zonedDate(event.time, zone)} {formatEventTime(event.time, event.resolutionMicros, zone)}{' '}
          {zoneLabel(event.time, zone)}
        </span>
        <span className={cx(formDialogStyles.dialogMessage, 'mono')}>{shortMessage(event)}</span>
      </span>
    </label>
  );
}
