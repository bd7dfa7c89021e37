import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { UTC, type ZoneName } from '../../shared/model/zone.ts';
import { useAppState } from './app-context.tsx';
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

/** Holds the choice of a display zone. */
export function DisplayZoneProvider({ children }: { readonly children: ReactNode }) {
  const { view } = useAppState();
  const [choice, setChoice] = useState<ZoneChoice>(storedChoice);
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
