import { FileCode2, ZoomOut } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useId, useMemo, useState } from 'react';
import {
  type FileMap,
  fileMapHeight,
  layoutFileMap,
  type PlacedTile,
  tileFigures,
  tileName,
} from '../../../shared/figures/file-map-figure.ts';
import type { ByteSpan, MapTile } from '../../../shared/figures/file-map-tiles.ts';
import {
  type MapPath,
  type MapStep,
  stopOf,
  tileBeside,
  wholePath,
  zoomOut,
  zoomTo,
} from '../../../shared/figures/file-map-zoom.ts';
import type { ArtifactReport, SuiteNode } from '../../../shared/model/artifact.ts';
import { Button, LinkButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { type Hover, HoverTooltip } from '../../components/hover-tooltip.tsx';
import pageStyles from '../../components/page.module.css';
import { SceneView } from '../../components/scene-view.tsx';
import { useSize } from '../../components/use-size.ts';
import { countOf } from '../../format.ts';
import styles from './file-map-view.module.css';
import { useGlide } from './use-glide.ts';
import { useShowXml } from './xml-link.tsx';

const STEPS: Readonly<Record<string, MapStep>> = {
  ArrowRight: 'next',
  ArrowLeft: 'previous',
  ArrowDown: 'in',
  ArrowUp: 'out',
  Home: 'first',
  End: 'last',
};

/**
 * The file from its first byte to its last, by its suites. A suite that is chosen fills the map, so that those in it can be
 * told apart however small they are; the way back stands above it.
 */
export function FileMapView({ artifact, root }: { readonly artifact: ArtifactReport; readonly root: SuiteNode }) {
  const { ref, width } = useSize<HTMLDivElement>();
  const [hover, setHover] = useState<(Hover & { readonly tile: PlacedTile }) | null>(null);
  const id = useId();
  const way = useMapWay(artifact, root, width, () => setHover(null));
  const { path, map, settled, chosen, active } = way;

  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const tile = tileAt(event.target, map?.tiles ?? []);
    const box = event.currentTarget.getBoundingClientRect();
    setHover(
      tile === null ? null : { tile, title: tileName(tile), x: event.clientX - box.left, y: event.clientY - box.top },
    );
  };
  const ring = active === null ? undefined : map?.tiles.find((tile) => isTile(tile, active));
  return (
    <section className={pageStyles.block} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`} className={pageStyles.blockHeading}>
        Map of the file
        <span className="secondary">{countOf(artifact.suites, 'suite')}, each as wide as its bytes</span>
      </h3>
      <div className={styles.mapBar}>
        <MapCrumbs path={path} onChoose={way.back} />
        <Button size="small" disabled={path.length === 1} onClick={() => way.back(zoomOut(path))}>
          <ZoomOut size={13} aria-hidden="true" />
          Zoom out
        </Button>
      </div>
      <div
        ref={ref}
        className={styles.mapStage}
        style={{ minHeight: fileMapHeight(root) }}
        role="tree"
        tabIndex={0}
        aria-label="Suites of the file"
        aria-describedby={`${id}-keys`}
        aria-activedescendant={chosen === null ? undefined : `${id}-tile`}
        onKeyDown={way.onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setHover(null)}
        onClick={(event) => {
          const tile = tileAt(event.target, map?.tiles ?? []);
          if (tile !== null) way.zoomInto(tile);
        }}
      >
        {map === null ? null : <MapPicture map={map} />}
        {ring === undefined ? null : (
          <div
            className={styles.mapRing}
            style={{ left: ring.x, top: ring.y, width: ring.width, height: ring.height }}
            aria-hidden="true"
          />
        )}
        {chosen === null ? null : <TreeItem id={`${id}-tile`} tile={chosen} tiles={settled} />}
        {hover === null ? null : (
          <HoverTooltip hover={hover} stageWidth={width}>
            <p>{tileFigures(hover.tile)}</p>
          </HoverTooltip>
        )}
      </div>
      {chosen === null ? null : <TileDetail tile={chosen} onShow={() => way.showXml(chosen)} />}
      <p id={`${id}-keys`} className={cx(pageStyles.finePrint, 'secondary')}>
        A click or Enter zooms into a suite, Esc or Backspace back out; arrow keys go from one to the next.
      </p>
    </section>
  );
}

/** Where in the file a person is: what fills the map, what is chosen in it, and the ways in and out. */
function useMapWay(artifact: ArtifactReport, root: SuiteNode, width: number, onLeave: () => void) {
  const show = useShowXml();
  const [path, setPath] = useState<MapPath>(() => wholePath(root, artifact.bytes));
  const [active, setActive] = useState<MapTile | null>(null);
  const stop = stopOf(path);
  const span = useGlide(stop.span);
  const map = useMemo(
    () => (width === 0 ? null : layoutFileMap(root, artifact.bytes, width, { span, depth: stop.depth })),
    [root, artifact.bytes, width, span, stop.depth],
  );
  // Where it will have come to rest: keys go on from there.
  const settled = useMemo(
    () => (width === 0 ? [] : layoutFileMap(root, artifact.bytes, width, stop).tiles),
    [root, artifact.bytes, width, stop],
  );
  const filling = settled.find((tile) => isSame(tile, stop.span, stop.depth)) ?? null;
  const chosen = active ?? filling ?? settled[0] ?? null;

  const tileIn = (to: MapPath, matches: (tile: MapTile) => boolean): MapTile | null =>
    layoutFileMap(root, artifact.bytes, Math.max(1, width), stopOf(to)).tiles.find(matches) ?? null;
  const showXml = ({ byteOffset, byteLength, name, suites }: MapTile): void =>
    show({ byteOffset, byteLength, name: name === '' ? tileName({ name: 'a suite without a name', suites }) : name });
  const zoomInto = (tile: MapTile): void => {
    onLeave();
    // There is nothing in it that a closer look would show.
    if (tile.depth > 0 && isSame(tile, stop.span, stop.depth)) {
      showXml(tile);
      return;
    }
    const to = zoomTo(path, root, tile);
    setPath(to);
    // Of suites that shared a tile, the first is chosen: together they have none any more.
    setActive(tile.node === null ? tileIn(to, ({ depth }) => depth === tile.depth) : tile);
  };
  const back = (to: MapPath): void => {
    const left = path[to.length];
    onLeave();
    setPath(to);
    // What was left stays chosen.
    setActive(left === undefined ? null : tileIn(to, (tile) => isSame(tile, left.span, left.depth)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step !== undefined && chosen !== null) {
      // From what fills the map, sideways is nowhere: the first key goes to what is in it.
      const inward = active === null && (step === 'next' || step === 'in');
      const next = tileBeside(settled, chosen, inward ? 'in' : step);
      if (next !== null) setActive(next);
    } else if ((event.key === 'Enter' || event.key === ' ') && chosen !== null) zoomInto(chosen);
    else if ((event.key === 'Escape' || event.key === 'Backspace') && path.length > 1) back(zoomOut(path));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { path, map, settled, chosen, active, showXml, zoomInto, back, onKeyDown };
}

function tileAt(target: EventTarget, tiles: readonly PlacedTile[]): PlacedTile | null {
  const at = target instanceof Element ? target.getAttribute('data-at') : null;
  return at === null ? null : (tiles.find(({ byteOffset }) => byteOffset === Number(at)) ?? null);
}

function TileDetail({ tile, onShow }: { readonly tile: MapTile; readonly onShow: () => void }) {
  return (
    <div className={styles.mapDetail}>
      <p>
        <strong className={cx(styles.mapDetailName, 'mono')} title={tileName(tile)}>
          <bdi>{tileName(tile)}</bdi>
        </strong>
        <span className="secondary numeric">{tileFigures(tile)}</span>
      </p>
      <Button size="small" onClick={onShow}>
        <FileCode2 size={13} aria-hidden="true" />
        Show its XML
      </Button>
    </div>
  );
}

function isSame({ byteOffset, byteLength, depth }: MapTile, span: ByteSpan, row: number): boolean {
  return depth === row && byteOffset === span.from && byteOffset + byteLength === span.to;
}

function isTile(tile: MapTile, other: MapTile): boolean {
  return tile.depth === other.depth && tile.byteOffset === other.byteOffset && tile.byteLength === other.byteLength;
}

/** What is told of it stands beside it, as a tree. */
function MapPicture({ map }: { readonly map: FileMap }) {
  return (
    <div aria-hidden="true">
      <SceneView scene={map.scene} titles="own" />
    </div>
  );
}

/** The chosen tile to screen readers, with its place among its neighbours. */
function TreeItem(props: { readonly id: string; readonly tile: MapTile; readonly tiles: readonly MapTile[] }) {
  const { id, tile, tiles } = props;
  const row = tiles.filter(({ depth }) => depth === tile.depth);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree around it has the focus and the keys.
    <div
      id={id}
      role="treeitem"
      className="visually-hidden"
      aria-selected="true"
      aria-level={tile.depth + 1}
      aria-setsize={row.length}
      aria-posinset={row.findIndex(({ byteOffset }) => byteOffset === tile.byteOffset) + 1}
    >
      {tileName(tile)}, {tileFigures(tile)}
    </div>
  );
}

/** The way to what fills the map. */
function MapCrumbs({ path, onChoose }: { readonly path: MapPath; readonly onChoose: (path: MapPath) => void }) {
  const [first, ...rest] = path;
  return (
    <nav aria-label="Place in the map">
      <ol className={styles.mapCrumbs}>
        {path.map(({ name, span }, index) => (
          <li key={`${span.from} ${span.to}`}>
            {index === path.length - 1 ? (
              <span className="mono" aria-current="location" title={name}>
                <bdi>{name}</bdi>
              </span>
            ) : (
              <LinkButton className="mono" title={name} onClick={() => onChoose([first, ...rest.slice(0, index)])}>
                <bdi>{name}</bdi>
              </LinkButton>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
