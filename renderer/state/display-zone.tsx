import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { UTC, type ZoneName } from '../../shared/model/zone.ts';
import { useAppState, useBridge } from './app-context.tsx';
import {
  type HostZone,
  hostZoneOf,
  laptopZone,
  storeChoice,
  storedChoice,
  type ZoneChoice,
  zoneOf,
} from './zone-choice.ts';

export interface DisplayZone {
  readonly choice: ZoneChoice;
  /** The zone that the choice comes to. UTC where the host's was chosen and the evidence does not tell it. */
  readonly zone: ZoneName;
  readonly host: HostZone | null;
  readonly laptop: ZoneName;
  readonly choose: (choice: ZoneChoice) => void;
}

const DisplayZoneContext = createContext<DisplayZone>({
  choice: 'utc',
  zone: UTC,
  host: null,
  laptop: UTC,
  choose: () => undefined,
});

/** The zone that every time in the window is shown in. */
export function useDisplayZone(): DisplayZone {
  return useContext(DisplayZoneContext);
}

/** Typing in the search field is told when it pauses. */
const TELL_VIEW_MILLIS = 300;

/** Holds the choice of a display zone, and tells the app what is looked at, so that the case opens there again. */
export function DisplayZoneProvider({ children }: { readonly children: ReactNode }) {
  const { view, trail, restoredZone } = useAppState();
  const bridge = useBridge();
  const [choice, setChoice] = useState<ZoneChoice>(storedChoice);
  useEffect(() => {
    if (restoredZone === null) return;
    storeChoice(restoredZone.choice);
    setChoice(restoredZone.choice);
  }, [restoredZone]);
  const { tab, filter } = trail.here;
  useEffect(() => {
    if (view === null) return;
    const timer = setTimeout(() => {
      // Where a case opens next time is no reason to trouble anybody now.
      bridge.request('case.setView', { tab, query: filter.query, zone: choice }).catch(() => undefined);
    }, TELL_VIEW_MILLIS);
    return () => clearTimeout(timer);
  }, [bridge, view, tab, filter.query, choice]);
  const host = useMemo(() => hostZoneOf(view?.files ?? []), [view]);
  const value = useMemo<DisplayZone>(() => {
    const laptop = laptopZone();
    const zone = zoneOf(choice, host, laptop);
    const choose = (next: ZoneChoice): void => {
      storeChoice(next);
      setChoice(next);
    };
    return { choice, zone, host, laptop, choose };
  }, [choice, host]);
  return <DisplayZoneContext value={value}>{children}</DisplayZoneContext>;
}
