import { useMemo } from 'react';
import type { Scene } from '../../shared/figures/scene.ts';
import styles from './fitted-scene.module.css';
import { SceneView } from './scene-view.tsx';
import { useSize } from './use-size.ts';

/** A picture that is laid out for the width there is. `layout` must stay the same function while the picture does. */
export function FittedScene(props: { readonly layout: (width: number) => Scene; readonly height: number }) {
  const { layout, height } = props;
  const { ref, width } = useSize<HTMLDivElement>();
  const scene = useMemo(() => (width === 0 ? null : layout(width)), [layout, width]);
  return (
    <div ref={ref} className={styles.fittedScene} style={{ minHeight: height }}>
      {scene === null ? null : <SceneView scene={scene} />}
    </div>
  );
}
