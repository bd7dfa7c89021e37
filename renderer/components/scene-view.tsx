import { memo, useId } from 'react';
import type { Scene, SceneNode } from '../../shared/figures/scene.ts';
import styles from './scene-view.module.css';

/** Colours are CSS variables set from the palettes in tokens.css, so that light and dark need no new layout. */
function paint(name: string | undefined): string {
  return name === undefined ? 'none' : `var(--scene-${name})`;
}

/**
 * A picture as SVG elements. Nodes that lead to an event carry `data-row`; they are no tab stops, since the same events are
 * reached by keyboard in the table below the picture.
 */
export const SceneView = memo(function SceneView(props: {
  readonly scene: Scene;
  readonly className?: string;
  /** `own`: whoever shows the picture shows titles itself, from `data-title`; else the browser does, after its delay. */
  readonly titles?: 'native' | 'own';
}) {
  const { scene, titles = 'native' } = props;
  const idPrefix = useId();
  const clips = new Map<string, { id: string; clip: NonNullable<SceneNode['clip']> }>();
  for (const node of scene.nodes) {
    if (node.clip === undefined) continue;
    const key = clipKey(node.clip);
    if (!clips.has(key)) clips.set(key, { id: `${idPrefix}c${clips.size}`, clip: node.clip });
  }
  return (
    <svg
      className={props.className ?? styles.scene}
      width={scene.width}
      height={scene.height}
      viewBox={`0 0 ${scene.width} ${scene.height}`}
      role="img"
      aria-label={scene.description}
    >
      <defs>
        {[...clips.values()].map(({ id, clip }) => (
          <clipPath key={id} id={id}>
            <rect x={clip.x} y={clip.y} width={clip.width} height={clip.height} />
          </clipPath>
        ))}
      </defs>
      {scene.nodes.map((node, index) => {
        const clipId = node.clip === undefined ? undefined : clips.get(clipKey(node.clip))?.id;
        return (
          <SceneShape
            // biome-ignore lint/suspicious/noArrayIndexKey: a scene is laid out anew as a whole; its nodes have no identity.
            key={index}
            node={node}
            ownTitle={titles === 'own'}
            clipPath={clipId === undefined ? undefined : `url(#${clipId})`}
          />
        );
      })}
    </svg>
  );
});

function clipKey(clip: NonNullable<SceneNode['clip']>): string {
  return `${clip.x},${clip.y},${clip.width},${clip.height}`;
}

function SceneShape(props: {
  readonly node: SceneNode;
  readonly ownTitle: boolean;
  readonly clipPath: string | undefined;
}) {
  const { node, ownTitle, clipPath } = props;
  const title = node.title === undefined || ownTitle ? null : <title>{node.title}</title>;
  const common = {
    clipPath,
    'data-row': node.row,
    'data-at': node.at,
    'data-title': ownTitle ? node.title : undefined,
  };
  switch (node.type) {
    case 'rect':
      return (
        <rect
          {...common}
          x={node.x}
          y={node.y}
          width={node.width}
          height={node.height}
          rx={node.radius}
          fill={paint(node.fill)}
          stroke={paint(node.stroke)}
        >
          {title}
        </rect>
      );
    case 'line':
      return (
        <line
          {...common}
          x1={node.x1}
          y1={node.y1}
          x2={node.x2}
          y2={node.y2}
          stroke={paint(node.stroke)}
          strokeWidth={node.width ?? 1}
          strokeDasharray={node.dash}
        >
          {title}
        </line>
      );
    case 'path':
      return (
        <path
          {...common}
          d={node.d}
          fill={paint(node.fill)}
          stroke={paint(node.stroke)}
          strokeWidth={node.width ?? 1}
          strokeDasharray={node.dash}
        >
          {title}
        </path>
      );
    case 'circle':
      return (
        <circle {...common} cx={node.cx} cy={node.cy} r={node.r} fill={paint(node.fill)} stroke={paint(node.stroke)}>
          {title}
        </circle>
      );
    case 'text':
      return (
        <text
          {...common}
          x={node.x}
          y={node.y}
          fill={paint(node.fill)}
          fontSize={node.size}
          fontWeight={node.weight === 'bold' ? 600 : 400}
          textAnchor={node.anchor ?? 'start'}
        >
          {node.text}
          {title}
        </text>
      );
  }
}
