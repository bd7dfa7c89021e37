import { ChartGantt, type LucideIcon, PanelLeft, PanelRight } from 'lucide-react';
import { type RefObject, useMemo, useState } from 'react';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { IconButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { useAppState, useDeltaOrigin } from '../../state/app-context.tsx';
import { effectiveFilter } from '../../state/navigation.ts';
import { EventGrid } from './event-grid.tsx';
import { EventPane } from './event-pane.tsx';
import { FacetPane } from './facets.tsx';
import { FilterBar } from './filter-bar.tsx';
import { SameMomentBar } from './same-moment.tsx';
import type { SearchReport } from './search-status.tsx';
import styles from './timeline.module.css';
import { TimelineChart } from './timeline-chart.tsx';

/** Below this width the pane of facets would leave too little for the picture and the table. */
const ROOM_FOR_FACETS_PX = 1_240;

/** The incident in time: the picture, the events under it, their sources at the left and the selected one at the right. */
export function TimelineScreen(props: {
  readonly view: CaseView;
  readonly searchField: RefObject<HTMLInputElement | null>;
}) {
  const { view } = props;
  const { trail, flash } = useAppState();
  const place = trail.here;
  const origin = useDeltaOrigin();
  const [total, setTotal] = useState<number | null>(null);
  const [report, setReport] = useState<SearchReport | null>(null);
  /** The selected event, once its bytes were read; points are thinned and need not hold it. */
  const [selected, setSelected] = useState<EvidenceEvent | null>(null);
  const [showsFacets, setShowsFacets] = useState(() => window.innerWidth >= ROOM_FOR_FACETS_PX);
  const [showsDetail, setShowsDetail] = useState(true);
  const filter = useMemo(() => effectiveFilter(place), [place]);

  if (view.eventCount === 0) return <NoTimes />;
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
          filter={place.filter}
          onlyVisibleRange={place.onlyVisibleRange}
          total={total}
          report={report}
          searchField={props.searchField}
        />
        <EventGrid
          view={view}
          filter={filter}
          sort={place.sort}
          selectedRow={place.selectedRow}
          flash={flash}
          origin={origin}
          onTotal={setTotal}
          onSearch={setReport}
        />
      </div>
      {showsDetail ? <EventPane view={view} row={place.selectedRow} origin={origin} onLoaded={setSelected} /> : null}
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
