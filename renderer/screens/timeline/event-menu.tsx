import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { EventFilter } from '../../../shared/contract/ipc.ts';
import { addSeconds } from '../../../shared/model/time.ts';
import type { CaseView, ListedEvent } from '../../../shared/model/views.ts';
import { printQuery } from '../../../shared/search/print-query.ts';
import type { FieldQuery } from '../../../shared/search/query.ts';
import { KIND_WORDS, SEVERITY_WORDS } from '../../../shared/wording/names.ts';
import { Submenu } from '../../components/context-menu.tsx';
import { MenuItem, MenuSeparator } from '../../components/menu.tsx';
import { baseName, countOf } from '../../format.ts';
import { annotationIndex } from '../../state/annotation-index.ts';
import { useActions, useAppState, useBridge } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import { useAnnotate } from './annotate.tsx';

/** A value of an event that lists can be narrowed by. */
interface EventValue {
  readonly words: string;
  /** The filter that lets nothing else through. */
  readonly only: Partial<EventFilter>;
  /** The condition that leaves it out, as it can be typed. */
  readonly field: FieldQuery;
}

/** What an event has that others may have too. */
export function valuesOf(event: ListedEvent, view: CaseView): readonly EventValue[] {
  const { pid, kind, severity, unit, source } = event;
  const path = view.files.find((file) => file.id === source.evidenceId)?.path;
  const values: (EventValue | null)[] = [
    pid === null
      ? null
      : {
          words: `pid ${pid}`,
          only: { pids: [pid] },
          field: { type: 'pid', values: [{ comparison: '=', value: pid }] },
        },
    path === undefined
      ? null
      : {
          words: `source ${baseName(path)}`,
          only: { evidenceIds: [source.evidenceId] },
          field: { type: 'source', values: [path] },
        },
    { words: `kind ${KIND_WORDS[kind]}`, only: { kinds: [kind] }, field: { type: 'kind', values: [kind] } },
    severity === null
      ? null
      : {
          words: `severity ${SEVERITY_WORDS[severity]}`,
          only: { severities: [severity] },
          field: { type: 'severity', values: [{ comparison: '=', value: severity }] },
        },
    unit === null ? null : { words: `unit ${unit}`, only: { units: [unit] }, field: { type: 'unit', values: [unit] } },
  ];
  return values.filter((value) => value !== null);
}

/** A query with a condition that leaves something out; alternatives keep together. */
export function withoutValue(query: string, field: FieldQuery): string {
  const condition = printQuery({ type: 'not', part: field });
  if (query.trim() === '') return condition;
  return /\bOR\b/.test(query) ? `(${query}) ${condition}` : `${query} ${condition}`;
}

const AROUND: readonly { readonly seconds: number; readonly words: string }[] = [
  { seconds: 1, words: '± 1 s' },
  { seconds: 10, words: '± 10 s' },
  { seconds: 60, words: '± 1 min' },
  { seconds: 600, words: '± 10 min' },
];

/** What can be done with an event of the list, and with those that are selected with it. */
export function EventMenu(props: {
  readonly view: CaseView;
  readonly event: ListedEvent | null;
  readonly rows: ReadonlySet<number>;
  readonly onOpen: () => void;
}) {
  const { view, event } = props;
  const actions = useActions();
  const annotate = useAnnotate();
  const rows = [...props.rows];
  if (event === null) return <p className="secondary">Nothing is selected.</p>;
  const isBookmarked = rows.every((row) => annotationIndex(view.annotations).byRow.get(row)?.isBookmarked === true);
  const several = rows.length > 1 ? ` ${countOf(rows.length, 'event')}` : '';
  return (
    <>
      <FilterItems view={view} event={event} />
      <MenuSeparator />
      <MenuItem shortcut="B" onPress={() => void actions.bookmark(rows, !isBookmarked)}>
        {isBookmarked ? `Remove bookmark${rows.length > 1 ? 's' : ''}` : `Bookmark${several}`}
      </MenuItem>
      <MenuItem shortcut="T" onPress={() => annotate.tag(rows)}>
        Tag{several}…
      </MenuItem>
      <MenuItem shortcut="C" onPress={() => annotate.comment(rows)}>
        {rows.length > 1 ? 'Comment on this time range…' : 'Comment…'}
      </MenuItem>
      <MenuItem onPress={() => annotate.addEvent(event.time)}>Add an event at this time…</MenuItem>
      <MenuItem shortcut="H" onPress={() => void actions.hideLike(event.row)}>
        Hide events like this one
      </MenuItem>
      <MenuSeparator />
      <CopyItems rows={rows} />
      <MenuItem shortcut="Enter" onPress={props.onOpen}>
        Open in record view
      </MenuItem>
    </>
  );
}

function FilterItems({ view, event }: { readonly view: CaseView; readonly event: ListedEvent }) {
  const { move, tell } = useActions();
  const bridge = useBridge();
  const { trail } = useAppState();
  const { filter } = trail.here;
  const values = valuesOf(event, view);
  const sameMessage = async (): Promise<void> => {
    try {
      const template = await bridge.request('events.template', { row: event.row });
      move({ filter: { ...EVERY_EVENT, templates: [template] }, showsHidden: true }, 'filter');
    } catch {
      tell('failed', 'Events with the same message could not be found', null);
    }
  };
  return (
    <>
      <Submenu label="Filter for">
        {values.map(({ words, only }) => (
          <MenuItem key={words} onPress={() => move({ filter: { ...filter, ...only } }, 'filter')}>
            {words}
          </MenuItem>
        ))}
      </Submenu>
      <Submenu label="Filter out">
        {values.map(({ words, field }) => (
          <MenuItem
            key={words}
            onPress={() => move({ filter: { ...filter, query: withoutValue(filter.query, field) } }, 'filter')}
          >
            {words}
          </MenuItem>
        ))}
      </Submenu>
      <Submenu label="Around this time">
        {AROUND.map(({ seconds, words }) => (
          <MenuItem
            key={words}
            onPress={() =>
              move(
                {
                  filter: {
                    ...EVERY_EVENT,
                    from: addSeconds(event.time, -seconds),
                    to: addSeconds(event.time, seconds),
                  },
                },
                'filter',
              )
            }
          >
            {words}
          </MenuItem>
        ))}
      </Submenu>
      <MenuItem onPress={() => void sameMessage()}>Same message</MenuItem>
    </>
  );
}

function CopyItems({ rows }: { readonly rows: readonly number[] }) {
  const { copyEvents } = useActions();
  const { zone } = useDisplayZone();
  return (
    <Submenu label="Copy">
      <MenuItem shortcut="Ctrl+C" onPress={() => void copyEvents(rows, 'text', zone)}>
        Text
      </MenuItem>
      <MenuItem onPress={() => void copyEvents(rows, 'tsv', zone)}>TSV</MenuItem>
      <MenuItem onPress={() => void copyEvents(rows, 'json', zone)}>JSON</MenuItem>
      <MenuItem onPress={() => void copyEvents(rows, 'markdown', zone)}>Markdown</MenuItem>
    </Submenu>
  );
}
