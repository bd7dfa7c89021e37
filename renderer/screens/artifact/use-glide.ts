import { easeCubicOut, interpolateNumber, timer } from 'd3';
import { useEffect, useRef, useState } from 'react';
import type { ByteSpan } from '../../../shared/figures/file-map-tiles.ts';

const GLIDE_MILLIS = 240;

/** A stretch of bytes that glides to where it shall be, so that the eye can follow; at once for who wants no motion. */
export function useGlide(target: ByteSpan): ByteSpan {
  const [shown, setShown] = useState(target);
  const latest = useRef(shown);
  latest.current = shown;
  const { from, to } = target;
  useEffect(() => {
    const start = latest.current;
    if (start.from === from && start.to === to) return;
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) {
      setShown({ from, to });
      return;
    }
    const fromAt = interpolateNumber(start.from, from);
    const toAt = interpolateNumber(start.to, to);
    const running = timer((elapsed) => {
      const share = easeCubicOut(Math.min(1, elapsed / GLIDE_MILLIS));
      setShown(share < 1 ? { from: fromAt(share), to: toAt(share) } : { from, to });
      if (share >= 1) running.stop();
    });
    return () => running.stop();
  }, [from, to]);
  return shown;
}
