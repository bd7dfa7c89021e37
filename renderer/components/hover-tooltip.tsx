import { type ReactNode, useLayoutEffect, useRef } from 'react';
import styles from './hover-tooltip.module.css';

/** Where the pointer is over a picture, and what lies under it. Pixels count from the stage's corner. */
export interface Hover {
  readonly x: number;
  readonly y: number;
  readonly title: string | null;
}

const GAP_PX = 14;

/** A card beside the pointer, on the side where there is room. */
export function HoverTooltip(props: {
  readonly hover: Hover;
  readonly stageWidth: number;
  readonly children: ReactNode;
}) {
  const { hover, stageWidth } = props;
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const card = ref.current;
    if (card === null) return;
    const fitsRight = hover.x + GAP_PX + card.offsetWidth < stageWidth;
    const left = fitsRight ? hover.x + GAP_PX : Math.max(4, hover.x - GAP_PX - card.offsetWidth);
    card.style.translate = `${Math.round(left)}px ${Math.round(Math.max(4, hover.y - card.offsetHeight - 6))}px`;
  });
  return (
    <div ref={ref} className={styles.chartTooltip} role="presentation">
      {hover.title === null ? null : <p className={styles.tooltipTitle}>{hover.title}</p>}
      {props.children}
    </div>
  );
}
