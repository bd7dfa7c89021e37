import { ChevronDown } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import type { CaseView } from '../../shared/model/views.ts';
import { fixedOffsetMinutes, UTC, type ZoneName } from '../../shared/model/zone.ts';
import { baseName, zoneLabel } from '../format.ts';
import { type DisplayZone, useDisplayZone } from '../state/display-zone.tsx';
import type { HostZone } from '../state/zone-choice.ts';
import { Button } from './button.tsx';
import { type OfferedZone, ZoneDialog } from './zone-dialog.tsx';
import styles from './zone-switch.module.css';

/** When the case plays, so that zones are compared by their offsets of then. */
export function momentOf(view: CaseView): EpochMicros {
  return view.analysis.incident?.end ?? view.points[0]?.time ?? epochMicros(0);
}

/** Whether a zone has a name besides its distance from UTC. */
function isNamed(zone: ZoneName): boolean {
  return zone !== UTC && fixedOffsetMinutes(zone) === null;
}

function offsetHint(zone: ZoneName, at: EpochMicros): string {
  const label = zoneLabel(at, zone);
  return `${isNamed(zone) ? `${zone}, ` : ''}${label}`;
}

/** `UTC+01:00, printed by journal.txt`: the host's zone and who says so. */
export function hostZoneHint(host: HostZone | null, at: EpochMicros): string {
  if (host === null) return 'the evidence does not tell it';
  const how = host.how === 'printed' ? 'printed by' : 'given for';
  return `${offsetHint(host.zone, at)}, ${how} ${baseName(host.from)}`;
}

/** The zones that are offered first wherever one is chosen. */
export function offeredZones({ host, laptop }: DisplayZone, at: EpochMicros): readonly OfferedZone[] {
  return [
    { id: 'utc', title: 'UTC', hint: 'as the report and the headline', zone: UTC },
    { id: 'host', title: 'The host’s zone', hint: hostZoneHint(host, at), zone: host?.zone ?? null },
    { id: 'laptop', title: 'This machine’s zone', hint: offsetHint(laptop, at), zone: laptop },
  ];
}

/** Shows the zone that every time in the window is in, and changes it. */
export function ZoneSwitch({ view }: { readonly view: CaseView }) {
  const display = useDisplayZone();
  const [isOpen, setIsOpen] = useState(false);
  const at = momentOf(view);
  const offered = useMemo(() => offeredZones(display, at), [display, at]);
  const { choice, zone } = display;
  const offset = zoneLabel(at, zone);
  const words = isNamed(zone) ? zone : offset;
  const who = choice === 'host' ? (display.host === null ? 'host’s zone unknown, ' : 'host: ') : '';
  return (
    <>
      <Button
        tone="bare"
        className={styles.zoneButton}
        aria-haspopup="dialog"
        aria-label={`Display zone: ${who}${words}. Change`}
        title={`Times are shown in ${isNamed(zone) ? `${zone} (${offset} at the time of the case)` : offset}. Change the display zone`}
        onClick={() => setIsOpen(true)}
      >
        {who}
        {words}
        <ChevronDown size={12} aria-hidden="true" />
      </Button>
      {isOpen ? (
        <ZoneDialog
          title="Show times in"
          offered={offered}
          current={choice}
          at={at}
          onChoose={display.choose}
          onClose={() => setIsOpen(false)}
        />
      ) : null}
    </>
  );
}
