import { Crosshair, MousePointerClick, Pin } from 'lucide-react';
import { memo, type ReactNode, useEffect, useRef, useState } from 'react';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { Fact } from '../../../shared/model/analysis.ts';
import { clockOffsetOf, formatClockOffset } from '../../../shared/model/clock-offset.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import { addSeconds, type EpochMicros, epochMicros } from '../../../shared/model/time.ts';
import type { CaseView, RawRecord } from '../../../shared/model/views.ts';
import type { ZoneName } from '../../../shared/model/zone.ts';
import { KIND_WORDS } from '../../../shared/wording/names.ts';
import { toJobError } from '../../bridge.ts';
import buttonStyles from '../../components/button.module.css';
import { Button, LinkButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { CopyButton } from '../../components/copy.tsx';
import noticeStyles from '../../components/notice.module.css';
import pairsStyles from '../../components/pairs.module.css';
import { SeverityMark } from '../../components/severity-mark.tsx';
import tagStyles from '../../components/tag.module.css';
import {
  formatBytes,
  formatCount,
  formatDelta,
  formatEventTime,
  formatWeight,
  zonedDate,
  zonedTimeOfDay,
  zoneLabel,
} from '../../format.ts';
import { useActions, useBridge } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import { Copies } from './copies.tsx';
import { EventMarks } from './event-marks.tsx';
import styles from './event-pane.module.css';
import { RecordView } from './record-view.tsx';
import { SameMomentButton } from './same-moment.tsx';

/** Element id of the pane, so that a key can lead into it. */
export const EVENT_DETAIL_ID = 'event-detail';
const AROUND_SECONDS = 30;

interface DetailProps {
  readonly view: CaseView;
  readonly row: number | null;
  readonly origin: { readonly time: EpochMicros; readonly name: string } | null;
  readonly onLoaded: (event: EvidenceEvent) => void;
}

type Loaded =
  | { readonly status: 'loading' }
  | { readonly status: 'loaded'; readonly record: RawRecord }
  | { readonly status: 'failed'; readonly message: string };

/** The selected event down to its bytes, what rests on it, and ways to look around it. */
export const EventPane = memo(function EventPane({ view, row, origin, onLoaded }: DetailProps) {
  const bridge = useBridge();
  const [loaded, setLoaded] = useState<Loaded>({ status: 'loading' });
  useEffect(() => {
    if (row === null) return;
    let isCurrent = true;
    bridge
      .request('events.raw', { row })
      .then((record) => {
        if (!isCurrent) return;
        setLoaded({ status: 'loaded', record });
        onLoaded(record.event);
      })
      .catch((error: unknown) => {
        if (isCurrent) setLoaded({ status: 'failed', message: toJobError(error).message });
      });
    return () => {
      isCurrent = false;
    };
  }, [bridge, row, onLoaded]);

  return (
    <aside id={EVENT_DETAIL_ID} className={styles.detail} aria-label="Selected event">
      {row === null ? (
        <NothingSelected view={view} />
      ) : loaded.status === 'failed' ? (
        <p className={cx(noticeStyles.notice, styles.notice, noticeStyles.noticeWarning)}>
          The bytes of this event could not be read: {loaded.message}
        </p>
      ) : loaded.status === 'loading' ? (
        <p className={cx(styles.detailLoading, 'secondary')}>Reading…</p>
      ) : (
        // The record before stays in sight until the next is here, dimmed: holding an arrow key must not flicker.
        <div
          className={loaded.record.event.row === row ? styles.detailBody : cx(styles.detailBody, styles.detailStale)}
        >
          <RecordDetail view={view} record={loaded.record} origin={origin} />
        </div>
      )}
    </aside>
  );
});

function NothingSelected({ view }: { readonly view: CaseView }) {
  const { showEvent } = useActions();
  const { zone } = useDisplayZone();
  const moments = view.analysis.incident?.moments ?? [];
  return (
    <div className={styles.detailBody}>
      <p className={cx(styles.detailHint, 'secondary')}>
        <MousePointerClick size={14} aria-hidden="true" />
        Select an event to see the bytes it rests on.
      </p>
      {moments.length === 0 ? null : (
        <section aria-labelledby="moments-title">
          <h3 id="moments-title" className="caption">
            Key moments{moments[0] === undefined ? '' : ` (${zoneLabel(moments[0].time, zone)})`}
          </h3>
          <ol className={styles.moments}>
            {moments.map((moment) => (
              <li key={`${moment.id} ${moment.time} ${moment.label}`}>
                <Button
                  tone="bare"
                  className={styles.moment}
                  disabled={moment.row === null}
                  onClick={() => {
                    if (moment.row !== null) void showEvent(moment.row);
                  }}
                >
                  <span className={cx(styles.momentTime, 'numeric')}>{zonedTimeOfDay(moment.time, zone, 3)}</span>
                  <span>
                    {moment.label}
                    {moment.row === null ? <span className="secondary"> (computed)</span> : null}
                  </span>
                </Button>
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

interface RecordProps {
  readonly view: CaseView;
  readonly record: RawRecord;
  readonly origin: DetailProps['origin'];
}

function RecordDetail(props: RecordProps) {
  const { view, record } = props;
  const { event } = record;
  const facts = view.analysis.facts.filter((fact) => fact.rows.includes(event.row));
  return (
    <>
      <RecordHeader {...props} />
      <p className={cx(styles.detailMessage, 'mono')}>
        {event.message}
        {event.messageCut === true ? <span className={styles.rawCut}>…</span> : null}
      </p>
      <EventMarks view={view} event={event} />
      <RecordView record={record} />
      <RecordActions {...props} />
      <RawRecordSection view={view} record={record} />
      <section aria-label="Fields">
        <h3 className="caption">Fields</h3>
        <dl className={pairsStyles.pairs}>
          {fieldsOf(event).map(({ name, value }) => (
            <Pair key={name} name={name}>
              {value}
            </Pair>
          ))}
        </dl>
      </section>
      {facts.length === 0 ? null : <RestingFacts view={view} facts={facts} />}
    </>
  );
}

function RecordHeader({ view, record, origin }: RecordProps) {
  const { event } = record;
  const { zone } = useDisplayZone();
  const clockOffset = clockOffsetOf(view.files, event.source.evidenceId);
  return (
    <header className={styles.detailHeader} data-testid="detail-header">
      <p className={cx(styles.detailTime, 'numeric')} data-testid="detail-time">
        <span className="secondary date">{zonedDate(event.time, zone)}</span>{' '}
        <strong>{formatEventTime(event.time, event.resolutionMicros, zone)}</strong>{' '}
        <span className="secondary">{zoneLabel(event.time, zone)}</span>
      </p>
      {clockOffset === 0 ? null : (
        <p className="secondary numeric">
          clock offset {formatClockOffset(clockOffset)}, as written{' '}
          {writtenTime(event, epochMicros(event.time - clockOffset), zone)}
        </p>
      )}
      {origin === null ? null : (
        <p className="secondary numeric">
          {formatDelta(event.time - origin.time)} from the {origin.name}
        </p>
      )}
      <p className={styles.detailTags}>
        <SeverityMark severity={event.severity} />
        <span className={tagStyles.tag}>{KIND_WORDS[event.kind]}</span>
        {event.pid === null ? null : <span className={cx(tagStyles.tag, 'numeric')}>pid {event.pid}</span>}
        {(record.tags ?? []).map((tag) => (
          <span key={tag} className={tagStyles.tag} title="Tag of your own rules">
            {tag}
          </span>
        ))}
      </p>
    </header>
  );
}

/** Ways to look around the event. */
function RecordActions({ view, record, origin }: RecordProps) {
  const { event } = record;
  const { move, pin } = useActions();
  const isPinned = origin?.name === 'pinned moment' && origin.time === event.time;
  return (
    <div className={buttonStyles.buttonRow}>
      {event.pid === null ? null : (
        <Button
          size="small"
          onClick={() => move({ filter: { ...EVERY_EVENT, pids: event.pid === null ? [] : [event.pid] } }, 'filter')}
        >
          Same pid
        </Button>
      )}
      <Button
        size="small"
        onClick={() =>
          move(
            {
              filter: {
                ...EVERY_EVENT,
                from: addSeconds(event.time, -AROUND_SECONDS),
                to: addSeconds(event.time, AROUND_SECONDS),
              },
            },
            'filter',
          )
        }
      >
        <Crosshair size={12} aria-hidden="true" />±{AROUND_SECONDS} s
      </Button>
      <Button size="small" aria-pressed={isPinned} onClick={() => pin(isPinned ? null : event.time)}>
        <Pin size={12} aria-hidden="true" />
        {isPinned ? 'Unpin' : 'Count from here'}
      </Button>
      <SameMomentButton view={view} event={event} />
    </div>
  );
}

/** The bytes that the event rests on, and where they stand. */
function RawRecordSection({ view, record }: { readonly view: CaseView; readonly record: RawRecord }) {
  const { event } = record;
  const { openFile } = useActions();
  const lastByte = event.source.byteOffset + Math.max(0, event.source.byteLength - 1);
  return (
    <section aria-label="Raw record">
      <div className={styles.detailSectionHeader}>
        <h3 className="caption">Raw record</h3>
        <CopyButton text={record.text} what="Raw record" />
      </div>
      <RawLines record={record} />
      <p className={styles.detailPlace}>
        <LinkButton tone="plain" className="mono" title="Show it in the file" onClick={() => openFile(event.source)}>
          {record.path}
        </LinkButton>
        <CopyButton
          text={`${record.path} line ${event.source.line ?? '-'} bytes ${event.source.byteOffset}-${lastByte}`}
          what="Place"
        />
      </p>
      <dl className={pairsStyles.pairs}>
        {event.source.line === null ? null : <Pair name="Line">{formatCount(event.source.line)}</Pair>}
        <Pair name="Bytes">
          {formatCount(event.source.byteOffset)}–{formatCount(lastByte)}{' '}
          <span className="secondary">({formatBytes(event.source.byteLength)})</span>
        </Pair>
      </dl>
      <Copies view={view} event={event} />
    </section>
  );
}

function RestingFacts({ view, facts }: { readonly view: CaseView; readonly facts: readonly Fact[] }) {
  const { showVerdict } = useActions();
  return (
    <section aria-label="Facts that rest on it">
      <h3 className="caption">Facts that rest on it</h3>
      <ul className={styles.detailFacts}>
        {facts.map((fact) => {
          const strongest = Object.entries(fact.weights).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))[0];
          return (
            <li key={fact.id}>
              <LinkButton
                tone="plain"
                onClick={() => showVerdict(strongest === undefined ? 'questions-title' : `hypothesis-${strongest[0]}`)}
              >
                {fact.text}
              </LinkButton>
              {strongest === undefined ? null : (
                <span className="secondary numeric">
                  {' '}
                  {formatWeight(strongest[1])} {titleOf(view, strongest[0])}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The time before its clock was corrected: with its date where that is another. */
function writtenTime(event: EvidenceEvent, written: EpochMicros, zone: ZoneName): string {
  const clock = formatEventTime(written, event.resolutionMicros, zone);
  const date = zonedDate(written, zone);
  return date === zonedDate(event.time, zone) ? clock : `${date} ${clock}`;
}

function titleOf(view: CaseView, id: string): string {
  return view.analysis.hypotheses.find((hypothesis) => hypothesis.id === id)?.title ?? id;
}

function Pair({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="numeric">{children}</dd>
    </div>
  );
}

/** The record between its neighbours, each line with its number where lines mean something. */
function RawLines({ record }: { readonly record: RawRecord }) {
  const first = record.event.source.line;
  const own = record.text.replace(/\n$/, '').split('\n');
  const lines = [
    ...record.before.map((text, index) => ({ text, offset: index - record.before.length, isOwn: false })),
    ...own.map((text, index) => ({ text, offset: index, isOwn: true })),
    ...record.after.map((text, index) => ({ text, offset: own.length + index, isOwn: false })),
  ];
  const box = useRef<HTMLPreElement>(null);
  // The lines before it may fill the box. Only the box is moved: the pane stays where it is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another record has another place in the box.
  useEffect(() => {
    const line = box.current?.querySelector<HTMLElement>('[data-testid=own-line]');
    if (box.current === null || line === null || line === undefined) return;
    const { top, height } = line.getBoundingClientRect();
    const { top: boxTop, height: boxHeight } = box.current.getBoundingClientRect();
    box.current.scrollTop += top - boxTop - Math.max(0, (boxHeight - height) / 2);
  }, [record]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which needs focus to work from the keyboard.
    <pre ref={box} className={styles.raw} tabIndex={0}>
      {lines.map((line) => (
        <span
          key={line.offset}
          className={line.isOwn ? cx(styles.rawLine, styles.rawOwn) : styles.rawLine}
          data-testid={line.isOwn ? 'own-line' : undefined}
        >
          <span className={styles.rawNumber} aria-hidden="true">
            {first === null ? '' : first + line.offset}
          </span>
          {line.text}
          {'\n'}
        </span>
      ))}
      {record.cut ? <span className={styles.rawCut}>… the record is longer than what is shown here</span> : null}
    </pre>
  );
}

const DETAIL_NAMES: Readonly<Record<keyof EvidenceEvent['detail'], string>> = {
  writerPid: 'written by pid',
  targetPid: 'About pid',
  signal: 'Signal',
  exitCode: 'Exit code',
  version: 'Version',
  oomScope: 'OOM scope',
  oomCgroup: 'cgroup',
  processName: 'Process',
  anonRssBytes: 'Anonymous memory',
  limitBytes: 'Limit',
  usageBytes: 'Usage',
  workerClass: 'Worker class',
  supervisor: 'Said by',
  slot: 'Worker',
  limitSeconds: 'Limit in seconds',
  elapsedSeconds: 'Ran for seconds',
  work: 'Work',
  isUnexpected: 'Unexpected',
  isStop: 'In a stop',
  unit: 'About unit',
  state: 'State',
};

/** What is known of an event beyond its message, in words; nothing that is not there. */
export function fieldsOf(event: EvidenceEvent): readonly { readonly name: string; readonly value: string }[] {
  const resolution = event.resolutionMicros >= 1_000_000 ? '1 s' : event.resolutionMicros >= 1000 ? '1 ms' : '1 µs';
  const fields: { name: string; value: string }[] = [
    { name: 'Time is', value: `${event.timestampDesc}, to ${resolution}` },
  ];
  if (event.host !== null) fields.push({ name: 'Host', value: event.host });
  if (event.identifier !== null) fields.push({ name: 'Identifier', value: event.identifier });
  if (event.unit !== null) fields.push({ name: 'Unit', value: event.unit });
  for (const [key, value] of Object.entries(event.detail)) {
    if (value === undefined) continue;
    const name = DETAIL_NAMES[key as keyof EvidenceEvent['detail']] ?? key;
    fields.push({
      name,
      value: key.endsWith('Bytes') && typeof value === 'number' ? formatBytes(value) : String(value),
    });
  }
  return fields;
}
