import { ChartGantt, type LucideIcon, PanelLeft, PanelRight } from 'lucide-react';
import { type RefObject, useCallback, useMemo, useState } from 'react';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { IconButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { formatCount } from '../../format.ts';
import { hiddenTemplates } from '../../state/annotation-index.ts';
import { useAppState, useDeltaOrigin } from '../../state/app-context.tsx';
import { useEventSelection } from '../../state/event-selection.ts';
import { listFilter } from '../../state/navigation.ts';
import { Annotating } from './annotate.tsx';
import { AnnotationPane } from './annotation-pane.tsx';
import { useTimeColumn } from './event-columns.tsx';
import { EventGrid } from './event-grid.tsx';
import { EVENT_DETAIL_ID, EventPane } from './event-pane.tsx';
import { FacetPane } from './facets.tsx';
import { FilterBar } from './filter-bar.tsx';
import { ColumnMenu } from './grid-head.tsx';
import { HiddenBar } from './hidden-bar.tsx';
import { SameMomentBar } from './same-moment.tsx';
import type { SearchReport } from './search-status.tsx';
import styles from './timeline.module.css';
import { TimelineChart } from './timeline-chart.tsx';
import { useColumnLayout } from './use-column-layout.ts';
import { useEventKeys, useEventSteps } from './use-event-keys.ts';

/** Below this width the pane of facets would leave too little for the picture and the table. */
const ROOM_FOR_FACETS_PX = 1_240;

interface TimelineProps {
  readonly view: CaseView;
  readonly searchField: RefObject<HTMLInputElement | null>;
}

/** The incident in time: the picture, the events under it, their sources at the left and the selected one at the right. */
export function TimelineScreen(props: TimelineProps) {
  if (props.view.eventCount === 0) return <NoTimes />;
  return (
    <Annotating view={props.view}>
      <Timeline {...props} />
    </Annotating>
  );
}

function Timeline({ view, searchField }: TimelineProps) {
  const { trail, flash } = useAppState();
  const place = trail.here;
  const origin = useDeltaOrigin();
  const [total, setTotal] = useState<number | null>(null);
  const [report, setReport] = useState<SearchReport | null>(null);
  /** The selected event, once its bytes were read; points are thinned and need not hold it. */
  const [selected, setSelected] = useState<EvidenceEvent | null>(null);
  const [showsFacets, setShowsFacets] = useState(() => window.innerWidth >= ROOM_FOR_FACETS_PX);
  const [showsDetail, setShowsDetail] = useState(true);
  const [side, setSide] = useState<SideTab>('event');
  const { annotations } = view;
  const filter = useMemo(() => listFilter(place, hiddenTemplates({ annotations })), [place, annotations]);
  const selection = useEventSelection();
  const steps = useEventSteps(view);
  useEventKeys(view, selection, steps);
  const times = useTimeColumn(view);
  const layout = useColumnLayout(times);
  const openRecord = useCallback((): void => {
    setShowsDetail(true);
    setSide('event');
    // The pane may still have to be drawn.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`#${EVENT_DETAIL_ID} button`)?.focus());
  }, []);
  return (
    <div
      className={cx(
        styles.timelineScreen,
        showsFacets ? styles.withFacets : undefined,
        showsDetail ? styles.withDetail : undefined,
      )}
    >
      <h2 className="visually-hidden">Timeline</h2>
      {showsFacets ? <FacetPane view={view} filter={place.filter} counted={filter} /> : null}
      <div className={styles.timelineCentre}>
        <TimelineChart
          view={view}
          filter={place.filter}
          range={place.range}
          selectedTime={selected !== null && selected.row === place.selectedRow ? selected.time : null}
          origin={origin}
          leading={
            <PaneToggle label="Sources and facets" icon={PanelLeft} isShown={showsFacets} onChange={setShowsFacets} />
          }
          trailing={
            <PaneToggle label="Selected event" icon={PanelRight} isShown={showsDetail} onChange={setShowsDetail} />
          }
        />
        <SameMomentBar view={view} />
        <FilterBar
          view={view}
          place={place}
          total={total}
          report={report}
          searchField={searchField}
          steps={steps}
          hasFacets={showsFacets}
          trailing={<ColumnMenu layout={layout} />}
        />
        <HiddenBar view={view} place={place} />
        <EventGrid
          {...{ view, filter, selection, flash, origin, times, layout }}
          sort={place.sort}
          query={place.filter.query}
          selectedRow={place.selectedRow}
          onTotal={setTotal}
          onSearch={setReport}
          onOpen={openRecord}
        />
      </div>
      {showsDetail ? (
        <SidePane view={view} tab={side} onTab={setSide}>
          <EventPane view={view} row={place.selectedRow} origin={origin} onLoaded={setSelected} />
        </SidePane>
      ) : null}
    </div>
  );
}

type SideTab = 'event' | 'annotations';
const SIDE_PANEL_ID = 'timeline-side';

/** The selected event, or everything that was put beside the evidence. */
function SidePane(props: {
  readonly view: CaseView;
  readonly tab: SideTab;
  readonly onTab: (tab: SideTab) => void;
  readonly children: React.ReactNode;
}) {
  const { view, tab } = props;
  const count = view.annotations.entries.length;
  return (
    <div className={styles.side}>
      <Tabs<SideTab>
        label="Beside the timeline"
        tabs={[
          { value: 'event', title: 'Event' },
          { value: 'annotations', title: count === 0 ? 'Annotations' : `Annotations (${formatCount(count)})` },
        ]}
        current={tab}
        onChoose={props.onTab}
        idPrefix="side-"
        panelId={SIDE_PANEL_ID}
        className={styles.sideTabs}
        tabClassName={styles.sideTab}
      />
      <div id={SIDE_PANEL_ID} role="tabpanel" aria-labelledby={`side-${tab}`} className={styles.sidePanel}>
        {tab === 'event' ? props.children : <AnnotationPane view={view} />}
      </div>
    </div>
  );
}

function NoTimes() {
  return (
    <EmptyState icon={ChartGantt} title="Nothing in this evidence carries a time">
      <p>Add the journal of the unit and of the kernel, as text or as JSON, for the hour around the incident:</p>
      <pre className="mono">{'journalctl -u UNIT -o short-iso-precise\njournalctl -k -o short-iso-precise'}</pre>
      <p>gunicorn’s own log, ps and vmstat snapshots with dates show on the timeline too.</p>
    </EmptyState>
  );
}

/** Shows or hides a pane beside the timeline. */
function PaneToggle(props: {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly isShown: boolean;
  readonly onChange: (isShown: boolean) => void;
}) {
  const { label, icon: Icon, isShown } = props;
  return (
    <IconButton label={label} title={label} aria-pressed={isShown} onClick={() => props.onChange(!isShown)}>
      <Icon size={15} aria-hidden="true" />
    </IconButton>
  );
}
