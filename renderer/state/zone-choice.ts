import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { MICROS_PER_MINUTE } from '../../shared/model/time.ts';
import { isZone, offsetLabel, UTC, type ZoneName } from '../../shared/model/zone.ts';

/** What a person chose to see times in: UTC, the zone of the host that the evidence is of, this machine's, or one by name. */
export type ZoneChoice = 'utc' | 'host' | 'laptop' | ZoneName;

/** The zone of the host, and the evidence that tells it. */
export interface HostZone {
  readonly zone: ZoneName;
  /** Path of the source. */
  readonly from: string;
  /** `printed`: its stamps carry it; `given`: whoever analyses said so of its stamps. */
  readonly how: 'printed' | 'given';
}

const STORAGE_KEY = 'inquest.zone';

/** The choice that was made in this window or an earlier one. */
export function storedChoice(): ZoneChoice {
  const stored = localStorage.getItem(STORAGE_KEY);
  return stored !== null && isChoice(stored) ? stored : 'utc';
}

/** Keeps a choice, which outlives the window as the appearance does. */
export function storeChoice(choice: ZoneChoice): void {
  localStorage.setItem(STORAGE_KEY, choice);
}

function isChoice(text: string): text is ZoneChoice {
  return text === 'utc' || text === 'host' || text === 'laptop' || isZone(text);
}

/** The zone that a choice comes to. */
export function zoneOf(choice: ZoneChoice, host: HostZone | null, laptop: ZoneName): ZoneName {
  if (choice === 'utc') return UTC;
  if (choice === 'host') return host?.zone ?? UTC;
  return choice === 'laptop' ? laptop : choice;
}

/** The zone of this machine. */
export function laptopZone(): ZoneName {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  // An engine without zone data names none.
  return timeZone !== undefined && isZone(timeZone) ? timeZone : UTC;
}

/**
 * The zone of the host as the evidence tells it: that of a journal or syslog before that of any other file, what was given
 * by name before what stamps print, since a name has rules for summer and winter. Null when nothing tells it.
 */
export function hostZoneOf(files: readonly EvidenceFile[]): HostZone | null {
  const isOfHost = ({ format }: EvidenceFile): boolean => format.startsWith('journal-') || format.startsWith('syslog-');
  const ranked = [...files.filter(isOfHost), ...files.filter((file) => !isOfHost(file))];
  for (const file of ranked) {
    const { time, path } = file;
    if (time?.zoneFrom === 'given' && time.zone !== undefined) return { zone: time.zone, from: path, how: 'given' };
    if (file.printedOffsetMinutes !== undefined) {
      return { zone: fixedZone(file.printedOffsetMinutes), from: path, how: 'printed' };
    }
    if (time?.zoneFrom === 'given' && time.offsetMinutes !== null) {
      return { zone: fixedZone(time.offsetMinutes), from: path, how: 'given' };
    }
  }
  return null;
}

/** `+01:00`, `UTC`: the name of a zone that is a distance from UTC. */
function fixedZone(offsetMinutes: number): ZoneName {
  const label = offsetLabel(offsetMinutes * MICROS_PER_MINUTE);
  return label === 'UTC' ? UTC : label.replace('UTC', '').replace('−', '-');
}

/** The zone that times are shown in now, for who is no part of the page: see useDisplayZone. */
export function displayZoneNow(files: readonly EvidenceFile[]): ZoneName {
  return zoneOf(storedChoice(), hostZoneOf(files), laptopZone());
}
