import { createColumnHelper, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import { Bookmark, MessageSquare } from 'lucide-react';
import { useMemo } from 'react';
import type { EventSort } from '../../../shared/contract/ipc.ts';
import { splitInnerHeader } from '../../../shared/evidence/wording/classify.ts';
import type { EventKind } from '../../../shared/model/event.ts';
import type { EpochMicros } from '../../../shared/model/time.ts';
import type { CaseView, ListedEvent } from '../../../shared/model/views.ts';
import type { ZoneName } from '../../../shared/model/zone.ts';
import { KIND_WORDS } from '../../../shared/wording/names.ts';
import { cx } from '../../components/class-names.ts';
import { SeverityIcon } from '../../components/severity-mark.tsx';
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
import type { AnnotationIndex, RowMarks } from '../../state/annotation-index.ts';
import { useDisplayZone } from '../../state/display-zone.tsx';
import type { EventColumn } from '../../state/table-columns.ts';
import type { TracebackGroups } from '../../state/use-tracebacks.ts';
import styles from './event-columns.module.css';
import { type FindMatches, MarkedText } from './match-marks.tsx';
import { TracebackMark, TracebackToggle } from './traceback-mark.tsx';

/** A row of the table: an event, or a place in the list whose page is still on its way. */
export interface TableRow {
  readonly index: number;
  readonly event: ListedEvent | null;
}

export const features = tableFeatures({ rowSortingFeature });
const helper = createColumnHelper<typeof features, TableRow>();
/** The columns that the list can be ordered by, with their names in the contract. */
export const SORTABLE: Readonly<Partial<Record<EventColumn, EventSort['column']>>> = {
  severity: 'severity',
  time: 'time',
  kind: 'kind',
  source: 'source',
  pid: 'pid',
};

/** What columns are called where they are listed. */
export const COLUMN_WORDS: Readonly<Record<EventColumn, string>> = {
  severity: 'Severity',
  time: 'Time',
  kind: 'Kind',
  message: 'Message',
  source: 'Source',
  pid: 'Pid',
  delta: 'Delta',
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

/** What the cells of a table show beside the events themselves. */
export interface CellContext {
  /** Paths by the ids of sources. */
  readonly names: ReadonlyMap<string, string>;
  readonly origin: { readonly time: EpochMicros; readonly name: string } | null;
  readonly times: TimeColumn;
  readonly groups: TracebackGroups;
  readonly marks: AnnotationIndex;
  readonly find: FindMatches;
  /** Characters that the column of messages has room for. */
  readonly messageRoom: number;
  /** Whether the kind stands before the message. */
  readonly showsKind: boolean;
}

/** The columns of the table over a case's sources. */
export function columnsFor(context: CellContext, shown: readonly EventColumn[]) {
  const { names, origin, times } = context;
  const all = helper.columns([
    helper.accessor((row) => row.event?.severity, {
      id: 'severity',
      header: () => <span className="visually-hidden">Severity</span>,
      cell: ({ row }) => <IconCell event={row.original.event} marks={context.marks} />,
    }),
    helper.accessor((row) => row.event?.time, {
      id: 'time',
      header: `Time (${times.header})`,
      cell: ({ row }) => <TimeCell event={row.original.event} times={times} />,
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
      cell: ({ row }) => <MessageCell event={row.original.event} context={context} />,
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
    helper.accessor((row) => row.event?.time, {
      id: 'delta',
      header: 'Delta',
      enableSorting: false,
      cell: ({ row }) =>
        row.original.event === null || origin === null ? '' : formatDelta(row.original.event.time - origin.time),
    }),
  ]);
  return all.filter(({ id }) => shown.some((column) => column === id));
}

function IconCell({ event, marks }: { readonly event: ListedEvent | null; readonly marks: AnnotationIndex }) {
  if (event === null) return null;
  const isBookmarked = marks.byRow.get(event.row)?.isBookmarked === true;
  return (
    <span className={styles.icons}>
      {isBookmarked ? (
        <Bookmark size={13} className={styles.bookmark} role="img" aria-label="Bookmarked" />
      ) : (
        <span className={styles.noMark} />
      )}
      <SeverityIcon severity={event.severity} />
    </span>
  );
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

/** Kinds that the message itself begins with, or that say nothing. */
const SAID_BY_MESSAGE: readonly EventKind[] = ['log', 'traceback'];

function MessageCell({ event, context }: { readonly event: ListedEvent | null; readonly context: CellContext }) {
  if (event === null) return null;
  const { groups, find, messageRoom } = context;
  const line = groups.lineOf(event);
  const marks = context.marks.byRow.get(event.row);
  return (
    <>
      {line === null ? null : <TracebackMark line={line} />}
      {line === null || line.place > 0 ? null : <TracebackToggle line={line} groups={groups} />}
      {marks === undefined ? null : <OwnMarks marks={marks} />}
      {event.tags === undefined ? null : <RuleTags tags={event.tags} />}
      {context.showsKind && !SAID_BY_MESSAGE.includes(event.kind) ? (
        <span className={cx(tagStyles.tag, styles.chip, styles.kindChip)}>{KIND_WORDS[event.kind]}</span>
      ) : null}
      <MarkedText text={oneLine(event.message)} find={find} room={messageRoom} />
    </>
  );
}

/** What the analyst put beside the event. */
function OwnMarks({ marks }: { readonly marks: RowMarks }) {
  return (
    <>
      {marks.comments.length === 0 ? null : (
        <MessageSquare
          size={13}
          className={styles.comment}
          role="img"
          aria-label={`Comment: ${marks.comments.join(' / ')}`}
        />
      )}
      {marks.tags.map((tag) => (
        <span key={tag} className={cx(tagStyles.tag, styles.chip, styles.ownTag)} title={`Tag: ${tag}`}>
          {tag}
        </span>
      ))}
    </>
  );
}

function RuleTags({ tags }: { readonly tags: readonly string[] }) {
  return (
    <span data-testid="row-tags" title={`Tags of your own rules: ${tags.join(', ')}`}>
      <span className={cx(tagStyles.tag, styles.chip)}>{tags[0]}</span>
      {tags.length > 1 ? <span className={cx(tagStyles.tag, styles.chip)}>+{tags.length - 1}</span> : null}
    </span>
  );
}

/**
 * A message in one line: without the logger's own time, pid and level, which have their columns, and with a visible sign
 * for each line break. The detail pane shows it as it is.
 */
export function oneLine(message: string): string {
  return (splitInnerHeader(message)?.text ?? message).replaceAll('\n', ' ⏎ ');
}
