import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** Size of an element's content box in whole CSS pixels, kept up to date; 0 before the first layout. */
export function useSize<E extends Element>(): {
  readonly ref: RefObject<E | null>;
  readonly width: number;
  readonly height: number;
} {
  const ref = useRef<E>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  // Before the first paint, so that nothing is seen to jump.
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    setSize({ width: Math.floor(element.clientWidth), height: Math.floor(element.clientHeight) });
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const width = Math.floor(entry.contentRect.width);
      const height = Math.floor(entry.contentRect.height);
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, ...size };
}
