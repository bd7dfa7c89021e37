import { createColumnHelper, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import { useMemo } from 'react';
import type { EventSort } from '../../../shared/contract/ipc.ts';
import { splitInnerHeader } from '../../../shared/evidence/wording/classify.ts';
import type { EpochMicros } from '../../../shared/model/time.ts';
import type { CaseView, ListedEvent } from '../../../shared/model/views.ts';
import type { ZoneName } from '../../../shared/model/zone.ts';
import { KIND_WORDS } from '../../../shared/wording/names.ts';
import { cx } from '../../components/class-names.ts';
import { SeverityMark } from '../../components/severity-mark.tsx';
import tagStyles from '../../components/tag.module.css';
import {
  baseName,
  changesWithin,
  formatDelta,
  formatEventTime,
  offsetSuffix,
  rangeZoneLabel,
  zonedDate,
} from '../../format.ts';
import { useDisplayZone } from '../../state/display-zone.tsx';
import type { TracebackGroups } from '../../state/use-tracebacks.ts';
import styles from './event-columns.module.css';
import { TracebackMark, TracebackToggle } from './traceback-mark.tsx';

/** A row of the table: an event, or a place in the list whose page is still on its way. */
export interface TableRow {
  readonly index: number;
  readonly event: ListedEvent | null;
}

export const features = tableFeatures({ rowSortingFeature });
const helper = createColumnHelper<typeof features, TableRow>();
export type ColumnId = 'time' | 'delta' | 'source' | 'pid' | 'severity' | 'kind' | 'message';
/** The columns that the list can be ordered by, with their names in the contract. */
export const SORTABLE: Readonly<Partial<Record<ColumnId, EventSort['column']>>> = {
  time: 'time',
  source: 'source',
  pid: 'pid',
  severity: 'severity',
  kind: 'kind',
};

/** How times are shown: their zone, and what of date and offset differs between the events of the case. */
export interface TimeColumn {
  readonly zone: ZoneName;
  readonly header: string;
  readonly showDate: boolean;
  readonly showOffset: boolean;
}

/** What the times of a case need to be told apart, in the zone that the window shows. */
export function useTimeColumn(view: CaseView): TimeColumn {
  const { zone } = useDisplayZone();
  return useMemo(() => {
    const first = view.points[0]?.time;
    const last = view.points.at(-1)?.time;
    if (first === undefined || last === undefined) return { zone, header: zone, showDate: false, showOffset: false };
    return {
      zone,
      header: rangeZoneLabel(zone, first, last),
      showDate: zonedDate(first, zone) !== zonedDate(last, zone),
      showOffset: changesWithin(zone, first, last),
    };
  }, [view, zone]);
}

/** The columns of the table over a case's sources. */
export function columnsFor(
  names: ReadonlyMap<string, string>,
  origin: { readonly time: EpochMicros; readonly name: string } | null,
  times: TimeColumn,
  groups: TracebackGroups,
) {
  return helper.columns([
    helper.accessor((row) => row.event?.time, {
      id: 'time',
      header: `Time (${times.header})`,
      cell: ({ row }) => <TimeCell event={row.original.event} times={times} />,
    }),
    helper.accessor((row) => row.event?.time, {
      id: 'delta',
      header: 'Delta',
      enableSorting: false,
      cell: ({ row }) =>
        row.original.event === null || origin === null ? '' : formatDelta(row.original.event.time - origin.time),
    }),
    helper.accessor((row) => row.event?.source.evidenceId, {
      id: 'source',
      header: 'Source',
      cell: ({ row }) => {
        const path = names.get(row.original.event?.source.evidenceId ?? '') ?? '';
        return <span title={path}>{baseName(path)}</span>;
      },
    }),
    helper.accessor((row) => row.event?.pid, {
      id: 'pid',
      header: 'Pid',
      cell: ({ row }) => row.original.event?.pid ?? '–',
    }),
    helper.accessor((row) => row.event?.severity, {
      id: 'severity',
      header: 'Severity',
      cell: ({ row }) => (
        <SeverityMark className={styles.severityInRow} severity={row.original.event?.severity ?? null} />
      ),
    }),
    helper.accessor((row) => row.event?.kind, {
      id: 'kind',
      header: 'Kind',
      cell: ({ row }) => (row.original.event === null ? '' : KIND_WORDS[row.original.event.kind]),
    }),
    helper.accessor((row) => row.event?.message, {
      id: 'message',
      header: 'Message',
      enableSorting: false,
      cell: ({ row }) => <MessageCell event={row.original.event} groups={groups} />,
    }),
  ]);
}

function TimeCell({ event, times }: { readonly event: ListedEvent | null; readonly times: TimeColumn }) {
  if (event === null) return null;
  const { zone, showDate, showOffset } = times;
  return (
    <>
      {showDate ? <span className={styles.cellDate}>{zonedDate(event.time, zone).slice(5)} </span> : null}
      {formatEventTime(event.time, event.resolutionMicros, zone)}
      {showOffset ? <span className={styles.cellDate}> {offsetSuffix(event.time, zone)}</span> : null}
    </>
  );
}

function MessageCell({ event, groups }: { readonly event: ListedEvent | null; readonly groups: TracebackGroups }) {
  if (event === null) return null;
  const line = groups.lineOf(event);
  return (
    <>
      {line === null ? null : <TracebackMark line={line} />}
      {line === null || line.place > 0 ? null : <TracebackToggle line={line} groups={groups} />}
      {event.tags === undefined ? null : (
        <span
          className={styles.rowTags}
          data-testid="row-tags"
          title={`Tags of your own rules: ${event.tags.join(', ')}`}
        >
          <span className={cx(tagStyles.tag, styles.tag)}>{event.tags[0]}</span>
          {event.tags.length > 1 ? (
            <span className={cx(tagStyles.tag, styles.tag)}>+{event.tags.length - 1}</span>
          ) : null}
        </span>
      )}
      {oneLine(event.message)}
    </>
  );
}

/**
 * A message in one line: without the logger's own time, pid and level, which have their columns, and with a visible sign
 * for each line break. The detail pane shows it as it is.
 */
function oneLine(message: string): string {
  return (splitInnerHeader(message)?.text ?? message).replaceAll('\n', ' ⏎ ');
}
