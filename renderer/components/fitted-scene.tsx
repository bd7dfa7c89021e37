import { useMemo } from 'react';
import type { Scene } from '../../shared/figures/scene.ts';
import { SceneView } from './scene-view.tsx';
import { useSize } from './use-size.ts';

/** A picture that is laid out for the width there is. `layout` must stay the same function while the picture does. */
export function FittedScene(props: {
  readonly layout: (width: number) => Scene;
  readonly height: number;
  /** What a click on a node of the picture leads to: its byte of the artifact. */
  readonly onByte?: (byteOffset: number) => void;
}) {
  const { layout, height, onByte } = props;
  const { ref, width } = useSize<HTMLDivElement>();
  const scene = useMemo(() => (width === 0 ? null : layout(width)), [layout, width]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: what the picture leads to stands in the tables beside it, where the keyboard reaches it.
    <div
      ref={ref}
      className={onByte === undefined ? 'fitted-scene' : 'fitted-scene fitted-scene-links'}
      style={{ minHeight: height }}
      onClick={(event) => {
        const at = event.target instanceof Element ? event.target.getAttribute('data-at') : null;
        if (at !== null) onByte?.(Number(at));
      }}
    >
      {scene === null ? null : <SceneView scene={scene} />}
    </div>
  );
}
