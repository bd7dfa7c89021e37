import { TriangleAlert } from 'lucide-react';
import { useMemo, useState } from 'react';
import { formatClockOffset } from '../../shared/model/clock-offset.ts';
import type { EvidenceFile, TimeResolution } from '../../shared/model/evidence.ts';
import { MICROS_PER_MINUTE } from '../../shared/model/time.ts';
import type { CaseView } from '../../shared/model/views.ts';
import { offsetLabel, type ZoneName } from '../../shared/model/zone.ts';
import { baseName, countOf, timeResolutionWords } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import { useDisplayZone } from '../state/display-zone.tsx';
import { zoneOf } from '../state/zone-choice.ts';
import { LinkButton } from './button.tsx';
import { cx } from './class-names.ts';
import { ClockDialog } from './clock-dialog.tsx';
import formDialogStyles from './form-dialog.module.css';
import styles from './source-times.module.css';
import { ZoneDialog } from './zone-dialog.tsx';
import { momentOf, offeredZones } from './zone-switch.tsx';

/** How the times of a source were understood, and what a person can say about them: the zone of its stamps, its clock. */
export function SourceTimes({ view, file }: { readonly view: CaseView; readonly file: EvidenceFile }) {
  const [open, setOpen] = useState<'zone' | 'clock' | null>(null);
  const { time } = file;
  if (time === null) return <span className="secondary">–</span>;
  const words = timeResolutionWords(time);
  const isAssumed = isZoneAssumed(file) || (time.year !== null && time.yearFrom === 'assumed');
  const offset = file.clockOffsetMicros ?? 0;
  const name = baseName(file.path);
  return (
    <>
      <span className={isAssumed ? cx(styles.timeWords, styles.timeAssumed) : styles.timeWords}>
        {isAssumed ? <TriangleAlert size={12} aria-hidden="true" /> : null}
        {isZoneAssumed(file) ? `zone assumed: ${zoneOfStamps(time)}` : words.zone}
        {time.offsetMinutes === null ? null : (
          <LinkButton aria-label={`Set the zone of the stamps of ${name}`} onClick={() => setOpen('zone')}>
            {isZoneAssumed(file) ? 'set it' : 'change'}
          </LinkButton>
        )}
        {time.year === null ? null : <span>{words.year}</span>}
        <span className={styles.clockWords}>
          {offset === 0 ? null : <strong className="numeric">clock {formatClockOffset(offset)} </strong>}
          <LinkButton aria-label={`Correct the clock of ${name}`} onClick={() => setOpen('clock')}>
            {offset === 0 ? 'correct the clock' : 'change or take back'}
          </LinkButton>
        </span>
      </span>
      {open === 'zone' ? <SourceZoneDialog view={view} file={file} onClose={() => setOpen(null)} /> : null}
      {open === 'clock' ? <ClockDialog view={view} file={file} onClose={() => setOpen(null)} /> : null}
    </>
  );
}

/** Whether nothing told the zone of a source's stamps. */
function isZoneAssumed({ time }: EvidenceFile): boolean {
  return time !== null && time.offsetMinutes !== null && time.zoneFrom === 'assumed';
}

function zoneOfStamps({ zone, offsetMinutes }: TimeResolution): ZoneName {
  return zone ?? offsetLabel((offsetMinutes ?? 0) * MICROS_PER_MINUTE);
}

/** Asks in which zone the stamps of a source are, for it alone or for all of which nothing tells it. */
function SourceZoneDialog(props: {
  readonly view: CaseView;
  readonly file: EvidenceFile;
  readonly onClose: () => void;
}) {
  const { view, file, onClose } = props;
  const { setSourceZone } = useActions();
  const display = useDisplayZone();
  const at = momentOf(view);
  const assumed = view.files.filter(isZoneAssumed);
  const canBeAll = assumed.length > 1 && isZoneAssumed(file);
  const [isForAll, setIsForAll] = useState(false);
  // What the headline is written in is no reason to choose a zone for stamps.
  const offered = useMemo(
    () => offeredZones(display, at).map((each) => (each.id === 'utc' ? { ...each, hint: 'UTC' } : each)),
    [display, at],
  );
  return (
    <ZoneDialog
      title={`Zone of the stamps of ${isForAll ? countOf(assumed.length, 'source') : baseName(file.path)}`}
      offered={offered}
      current={file.time?.zone ?? null}
      at={at}
      onChoose={(id) => void setSourceZone(zoneOf(id, display.host, display.laptop), isForAll ? null : [file.id])}
      onClose={onClose}
    >
      <p className={cx(formDialogStyles.dialogHelp, styles.zoneDialogHelp, 'secondary')}>
        Its stamps carry no zone. The evidence is read again with what you choose; until then the case stays as it is.
      </p>
      {canBeAll ? (
        <fieldset className={cx(formDialogStyles.dialogChoice, styles.zoneDialogChoice)}>
          <legend className="visually-hidden">For which sources</legend>
          <label>
            <input type="radio" name="scope" checked={!isForAll} onChange={() => setIsForAll(false)} />
            this source
          </label>
          <label>
            <input type="radio" name="scope" checked={isForAll} onChange={() => setIsForAll(true)} />
            all {assumed.length} whose zone was assumed
          </label>
        </fieldset>
      ) : null}
    </ZoneDialog>
  );
}
