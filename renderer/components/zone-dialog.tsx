import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { EpochMicros } from '../../shared/model/time.ts';
import { allZones, fixedOffsetMinutes, isZone, type ZoneName } from '../../shared/model/zone.ts';
import { zoneLabel } from '../format.ts';
import { cx } from './class-names.ts';
import formDialogStyles from './form-dialog.module.css';
import paletteStyles from './palette.module.css';
import { useModal } from './use-modal.ts';
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
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog);
  const listId = useId();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const { zones, more } = useMemo(() => matchingZones(offered, query, at), [offered, query, at]);
  const index = Math.min(active, Math.max(0, zones.length - 1));
  const optionId = (position: number): string => `${listId}-${position}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another search is another list.
  useEffect(() => {
    dialog.current?.querySelector('[role=option][data-active=true]')?.scrollIntoView({ block: 'nearest' });
  }, [index, query]);

  const choose = (zone: OfferedZone | undefined): void => {
    if (zone === undefined || zone.zone === null) return;
    onClose();
    onChoose(zone.id);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      choose(zones[index]);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((index + step + zones.length) % Math.max(1, zones.length));
    }
  };
  return (
    <dialog
      ref={dialog}
      className={paletteStyles.palette}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => {
        // As in the palette: a click on the dialog itself is one on its backdrop.
        if (event.target === dialog.current) onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div>
        <h2 className={formDialogStyles.dialogTitle}>{title}</h2>
        {props.children}
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={zones.length === 0 ? undefined : optionId(index)}
          aria-label="Search time zones"
          placeholder="Search: Berlin, New York, +05:30…"
          value={query}
          spellCheck={false}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
        />
        <div id={listId} role="listbox" aria-label="Time zones" className={paletteStyles.paletteList}>
          {zones.map((zone, position) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard, as in every combobox.
            <div
              key={zone.id}
              id={optionId(position)}
              role="option"
              tabIndex={-1}
              aria-selected={zone.id === current}
              aria-disabled={zone.zone === null}
              data-active={position === index}
              className={cx(paletteStyles.paletteItem, styles.zoneItem)}
              onClick={() => choose(zone)}
              onMouseMove={() => setActive(position)}
            >
              <span>
                {zone.title}
                {zone.id === current ? <span className="secondary"> · in use</span> : null}
              </span>
              <span className={paletteStyles.paletteHint}>{zone.hint}</span>
            </div>
          ))}
          {zones.length === 0 ? <p className={paletteStyles.paletteNone}>No time zone goes by that name.</p> : null}
          {more > 0 ? <p className={paletteStyles.paletteNone}>{more} more: type to narrow the list.</p> : null}
        </div>
      </div>
    </dialog>
  );
}
