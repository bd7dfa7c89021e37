import { type ReactNode, useMemo, useState } from 'react';
import type { EpochMicros } from '../../shared/model/time.ts';
import { allZones, fixedOffsetMinutes, isZone, type ZoneName } from '../../shared/model/zone.ts';
import { zoneLabel } from '../format.ts';
import formDialogStyles from './form-dialog.module.css';
import searchDialogStyles from './search-dialog.module.css';
import { SearchDialog } from './search-dialog.tsx';
import styles from './zone-dialog.module.css';

/** A zone that is offered before all others, under a name of its own. */
export interface OfferedZone {
  /** What is handed to `onChoose`. */
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  /** null: it is not known, and cannot be chosen. */
  readonly zone: ZoneName | null;
}

/** Zones listed at a time: the search field narrows the four hundred that there are. */
const LISTED_ZONES = 60;

/**
 * The zones that match a search, offered ones first: those that hold every word of it. A distance from UTC (`+05:30`) is a
 * zone as well.
 */
export function matchingZones(
  offered: readonly OfferedZone[],
  query: string,
  at: EpochMicros,
): { readonly zones: readonly OfferedZone[]; readonly more: number } {
  const words = query.toLowerCase().replaceAll('_', ' ').split(/\s+/).filter(Boolean);
  const holds = (text: string): boolean => {
    const plain = text.toLowerCase().replaceAll('_', ' ');
    return words.every((word) => plain.includes(word));
  };
  const distance = query.trim().replace('−', '-').replace(/^utc/i, '');
  const fixed = fixedOffsetMinutes(distance) === null ? [] : [distance];
  const named = allZones().filter((name) => holds(name) && !offered.some(({ id }) => id.toUpperCase() === name));
  const rest = [...fixed, ...(named.length > 0 ? named : unlistedZones(query))];
  return {
    zones: [
      ...offered.filter(({ title, hint }) => holds(`${title} ${hint}`)),
      ...rest.slice(0, LISTED_ZONES).map((zone) => ({ id: zone, title: zone, hint: zoneLabel(at, zone), zone })),
    ],
    more: Math.max(0, rest.length - LISTED_ZONES),
  };
}

/** The areas of the tz database. */
const AREAS = ['Africa', 'America', 'Asia', 'Atlantic', 'Australia', 'Europe', 'Indian', 'Pacific'] as const;

/**
 * Zones that the engine knows and does not list: it lists a renamed city by one of its names only (Asia/Calcutta), and
 * understands the other.
 */
function unlistedZones(query: string): readonly ZoneName[] {
  const place = query.trim().replaceAll(' ', '_');
  if (place === '' || place.length > 40) return [];
  const proper = place.replace(
    /(^|[_/-])([a-z])/g,
    (_match, before: string, letter: string) => before + letter.toUpperCase(),
  );
  return [proper, ...AREAS.map((area) => `${area}/${proper}`)].filter((name) => name.includes('/') && isZone(name));
}

/** One field and one list: chooses a time zone by search, keys or mouse. */
export function ZoneDialog(props: {
  readonly title: string;
  readonly offered: readonly OfferedZone[];
  /** Id of the zone in force, offered or a name. */
  readonly current: string | null;
  /** When zones are told apart by their offsets. */
  readonly at: EpochMicros;
  readonly onChoose: (id: string) => void;
  readonly onClose: () => void;
  /** Above the list: what the choice is for. */
  readonly children?: ReactNode;
}) {
  const { title, offered, current, at, onChoose, onClose } = props;
  const [query, setQuery] = useState('');
  const { zones, more } = useMemo(() => matchingZones(offered, query, at), [offered, query, at]);
  return (
    <SearchDialog
      label={title}
      fieldLabel="Search time zones"
      placeholder="Search: Berlin, New York, +05:30…"
      listLabel="Time zones"
      query={query}
      onQuery={setQuery}
      hasCurrent
      itemClassName={styles.zoneItem}
      items={zones.map((zone) => ({
        id: zone.id,
        isCurrent: zone.id === current,
        isDisabled: zone.zone === null,
        content: <ZoneWords zone={zone} isCurrent={zone.id === current} />,
      }))}
      onChoose={(position) => {
        const zone = zones[position];
        if (zone === undefined || zone.zone === null) return;
        onClose();
        onChoose(zone.id);
      }}
      onClose={onClose}
      heading={
        <>
          <h2 className={formDialogStyles.dialogTitle}>{title}</h2>
          {props.children}
        </>
      }
      note={
        <>
          {zones.length === 0 ? (
            <p className={searchDialogStyles.paletteNone}>No time zone goes by that name.</p>
          ) : null}
          {more > 0 ? <p className={searchDialogStyles.paletteNone}>{more} more: type to narrow the list.</p> : null}
        </>
      }
    />
  );
}

function ZoneWords({ zone, isCurrent }: { readonly zone: OfferedZone; readonly isCurrent: boolean }) {
  return (
    <>
      <span>
        {zone.title}
        {isCurrent ? <span className="secondary"> · in use</span> : null}
      </span>
      <span className={searchDialogStyles.paletteHint}>{zone.hint}</span>
    </>
  );
}
