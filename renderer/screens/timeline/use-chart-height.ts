import { useEffect, useRef, useState } from 'react';

/** Height of the picture as a share of the window's; the table gets the rest. */
const HEIGHT_SHARE = 0.34;
const LEAST_HEIGHT_PX = 200;
/** Below this every row of labels counts: moments that explain least are left to the list of key moments. */
const LOW_HEIGHT_PX = 260;

function wantedHeight(): number {
  return Math.max(LEAST_HEIGHT_PX, Math.round(window.innerHeight * HEIGHT_SHARE));
}

/** Height wanted for the picture, and the height to keep: labels that come and go while zooming must not move the table. */
export function useChartHeight(): {
  readonly wanted: number;
  readonly isLow: boolean;
  readonly grownTo: (sceneHeight: number) => number;
} {
  const [wanted, setWanted] = useState(wantedHeight);
  const tallest = useRef(0);
  useEffect(() => {
    const onResize = (): void => {
      tallest.current = 0;
      setWanted(wantedHeight());
    };
    window.addEventListener('resize', onResize);
    return () => window.removeEventListener('resize', onResize);
  }, []);
  return {
    wanted,
    isLow: wanted < LOW_HEIGHT_PX,
    grownTo: (sceneHeight) => {
      tallest.current = Math.max(tallest.current, sceneHeight);
      return tallest.current;
    },
  };
}
