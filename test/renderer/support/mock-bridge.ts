import type {
  AppEventName,
  AppEvents,
  ClockOffset,
  InquestBridge,
  OpenOutcome,
  RequestName,
  RequestOf,
  ResponseOf,
  RunningJob,
} from '../../../shared/contract/ipc.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import type { Progress, SourceProgress, SourcesProgress } from '../../../shared/model/job.ts';
import { addSeconds, epochMicros, formatIsoMicros } from '../../../shared/model/time.ts';
import type { CaseView, RawRecord, TracebackLine } from '../../../shared/model/views.ts';
import { hiddenTemplate } from '../../../shared/search/hidden-template.ts';
import { TracebackLines } from '../../../shared/timeline/traceback-lines.ts';
import { referenceEvents, referenceView } from '../../support/reference-case.ts';
import { mockAnnotations } from './mock-annotations.ts';
import { mockDatabase } from './mock-database.ts';
import { mockExcerpt, playProfile } from './mock-profiles.ts';
import { MockSearches } from './mock-searches.ts';

export interface MockOptions {
  readonly initial: 'none' | 'reference' | 'large' | 'bare';
  /** How long a search for words takes; 0 unless given. */
  readonly searchMillis?: number;
  /** How fast the mock import runs; 0 finishes at once. */
  readonly speed: number;
}

/** A bridge whose events can be sent by hand. */
export interface MockBridge extends InquestBridge {
  emit<N extends AppEventName>(name: N, payload: AppEvents[N]): void;
  /** Requests as they came, for tests. */
  readonly requests: readonly { readonly name: RequestName; readonly payload: unknown }[];
}

interface MockCase {
  readonly view: CaseView;
  readonly events: readonly EvidenceEvent[];
}

/** The app's side of the contract in memory: filters, sorts and pages like the event store, and plays an import. */
export function createMockBridge(options: MockOptions): MockBridge {
  const listeners = new Map<AppEventName, Set<(payload: never) => void>>();
  const requests: { name: RequestName; payload: unknown }[] = [];
  let current = mockCase(options.initial);
  let cancelled = false;
  let profileCancelled = false;
  let running: RunningJob | null = null;
  let outcome: Promise<OpenOutcome> | null = null;
  const stopped = new Set<string>();
  const searches = new MockSearches(options.searchMillis ?? 0);

  const emit = <N extends AppEventName>(name: N, payload: AppEvents[N]): void => {
    for (const listener of listeners.get(name) ?? []) (listener as (payload: AppEvents[N]) => void)(payload);
  };

  const playImport = async (): Promise<OpenOutcome> => {
    cancelled = false;
    for (const step of importSteps(stopped)) {
      if (options.speed > 0) await new Promise((resolve) => setTimeout(resolve, 40 / options.speed));
      if (cancelled) return { status: 'cancelled' };
      emit('job.progress', step);
    }
    current = mockCase('reference');
    return current === null
      ? { status: 'failed', error: { kind: 'internal', message: 'no case' } }
      : { status: 'opened', view: current.view };
  };

  const play = (kind: RunningJob['kind'], title: string): Promise<OpenOutcome> => {
    const job: RunningJob = { kind, title, ageMillis: 0 };
    running = job;
    const ended = playImport().finally(() => {
      if (running === job) running = null;
    });
    outcome = ended;
    return ended;
  };

  const handlers: { [N in RequestName]: (payload: RequestOf<N>) => Promise<ResponseOf<N>> } = {
    'app.info': async () => ({ version: '0.1.0', electron: 'none', runtime: 'test-runtime', platform: 'mock' }),
    'dialog.open': async () => ['/cases/incident-2026-01-28.tar.gz'],
    'case.open': async ({ paths }) =>
      paths.some((path) => path.includes('missing'))
        ? { status: 'failed', error: { kind: 'usage', message: `${paths[0]}: no such file or folder` } }
        : play('open', paths[0] ?? ''),
    'case.add': async ({ paths }) => {
      const known = paths.filter((path) => path.includes('known'));
      const missing = paths
        .filter((path) => path.includes('missing'))
        .map((path) => ({ path, reason: 'it is not there' }));
      const added = paths.length - known.length - missing.length;
      if (missing.length === paths.length) throw new Error(`Nothing was added. ${missing[0]?.path}: it is not there.`);
      if (added === 0) return { status: 'nothing', added, known, missing };
      if (running !== null) return { status: 'joined', added, known, missing };
      void play(current === null ? 'open' : 'add', paths[0] ?? '');
      return { status: 'started', added, known, missing };
    },
    'case.carry': async ({ rows, evidenceIds }) => ({ rows, evidenceIds }),
    'job.current': async () => running,
    'job.outcome': async () => outcome,
    'job.stopSource': async ({ source }) => {
      stopped.add(source);
    },
    'case.setRules': async () => play('open', 'the evidence again'),
    'case.setZone': async ({ zone, evidenceIds }) => {
      const before = current;
      const outcome = await play('open', 'the evidence again');
      if (outcome.status !== 'opened' || before === null) return outcome;
      current = withZone(before, zone, evidenceIds);
      return { status: 'opened', view: current.view };
    },
    'case.adjustClocks': async ({ offsets }) => {
      if (current === null) return { status: 'failed', error: { kind: 'usage', message: 'No case is open.' } };
      current = withClocks(current, offsets);
      return { status: 'opened', view: current.view };
    },
    'case.openSample': () => play('open', 'the sample incident'),
    'case.current': async () => current?.view ?? null,
    'case.cancel': async () => {
      cancelled = true;
    },
    'case.close': async () => {
      current = null;
      return true;
    },
    'case.locate': async () => ({ status: 'cancelled' }),
    'case.openLocated': async () => play('open', 'the case'),
    'case.save': async () => ({ status: 'written', path: '/home/analyst/incident-2026-01-28.inquest' }),
    'case.status': async () => null,
    'case.setView': async () => undefined,
    'cases.list': async () => ({ recovered: [], recent: [], olderCount: 0, folder: '/home/analyst/.config/cases' }),
    'cases.open': async () => play('open', 'the case'),
    'cases.remove': async () => ({ recovered: [], recent: [], olderCount: 0, folder: '/home/analyst/.config/cases' }),
    'events.page': async ({ filter, sort, offset, limit }) => {
      const { rows, search } = searches.rows(current, filter, sort);
      const events = [...rows.subarray(offset, offset + limit)].flatMap((row) => current?.events[row] ?? []);
      return { total: rows.length, offset, events, search };
    },
    'events.position': async ({ row, filter, sort }) => {
      const position = searches.rows(current, filter, sort).rows.indexOf(row);
      return position < 0 ? null : position;
    },
    'events.facets': async ({ filter }) => searches.facets(current, filter),
    'events.histogram': async (request) => searches.histogram(current, request),
    'events.control': async ({ action }) => searches.control(action),
    'events.count': async ({ filter }) => searches.rows(current, filter).rows.length,
    'events.step': async ({ from, direction, filter, sort }) => {
      const rows = [...searches.rows(current, filter, sort).rows];
      const place = from === null ? -1 : rows.indexOf(from);
      const next = place + (direction === 'next' ? 1 : -1);
      const row = rows.at(next < rows.length ? next : 0);
      return row === undefined ? null : { row, hasWrapped: next < 0 || next >= rows.length };
    },
    'events.template': async ({ row }) => hiddenTemplate(current?.events[row]?.message ?? ''),
    'events.copy': async () => undefined,
    'events.raw': async ({ row }) => rawRecord(current, row),
    'events.bytes': async ({ row, of, offset, limit }) => {
      const record = rawRecord(current, row);
      const bytes = new TextEncoder().encode(of === 'message' ? record.event.message : record.text);
      return { of, offset, totalBytes: bytes.length, bytes: bytes.slice(offset, offset + limit) };
    },
    'events.save': async ({ row }) => ({ status: 'written', path: `/home/analyst/record-${row}.bin` }),
    'events.tracebacks': async ({ rows, filter, sort }) => {
      const events = current?.events ?? [];
      const lines = tracebackLines(events).filter((line) => rows.includes(line.row));
      const listed = new Set<number>(searches.rows(current, filter, sort).rows);
      return { lines, listedHeads: lines.map((line) => line.head).filter((head) => listed.has(head)) };
    },
    'profile.run': async (request) => {
      if (current === null) return { status: 'failed', error: { kind: 'usage', message: 'No case is open.' } };
      const { view } = current;
      profileCancelled = false;
      const outcome = await playProfile(
        view,
        request,
        (progress) => emit('profile.progress', progress),
        () => profileCancelled,
        options.speed > 0 ? 40 / options.speed : 0,
      );
      if (outcome.status === 'measured' && current !== null) current = { ...current, view: outcome.view };
      return outcome;
    },
    'profile.cancel': async () => {
      profileCancelled = true;
    },
    'evidence.bytes': async ({ byteOffset }) => ({
      byteOffset,
      totalBytes: 0,
      line: 1,
      bytes: new Uint8Array(0),
    }),
    'artifact.excerpt': async (request) =>
      mockExcerpt(
        current?.view.artifacts.find((each) => each.evidenceId === request.evidenceId),
        request,
      ),
    ...mockDatabase(() => current?.view.databases[0] ?? null),
    'case.chooseIncident': async ({ incidentId }) => {
      const incident = current?.view.analysis.incidents.find(({ id }) => id === incidentId);
      if (current === null || incident === undefined) return { status: 'cancelled' };
      current = { ...current, view: { ...current.view, analysis: { ...current.view.analysis, incident } } };
      return {
        status: 'concluded',
        analysis: current.view.analysis,
        judgements: current.view.judgements,
        annotations: current.view.annotations,
      };
    },
    'judgement.overrule': async ({ factId, comment }) => {
      if (current === null) return { status: 'cancelled' };
      const overruled = [{ judgementId: 'overruling-1', factId, comment }];
      const analysis = { ...current.view.analysis, overruled };
      current = { ...current, view: { ...current.view, analysis } };
      return {
        status: 'concluded',
        analysis,
        judgements: current.view.judgements,
        annotations: current.view.annotations,
      };
    },
    'judgement.observe': async () => ({ status: 'cancelled' }),
    'judgement.withdraw': async () => ({ status: 'cancelled' }),
    ...mockAnnotations(
      () => current,
      (view) => {
        if (current !== null) current = { ...current, view };
      },
    ),
    'judgement.save': async () => ({ status: 'written', path: '/home/analyst/incident.inquest-notes.json' }),
    'judgement.open': async () => ({ status: 'failed', error: { kind: 'usage', message: 'It is not JSON.' } }),
    'script.save': async ({ script }) => ({ status: 'written', path: `/home/analyst/${script}.sh` }),
    'report.export': async ({ format }) => ({ status: 'written', path: `/home/analyst/incident-2026-01-28.${format}` }),
    'clipboard.write': async () => undefined,
  };

  return {
    requests,
    emit,
    request: (name, payload) => {
      requests.push({ name, payload });
      return handlers[name](payload);
    },
    on: (name, listener) => {
      const own = listeners.get(name) ?? new Set();
      own.add(listener as (payload: never) => void);
      listeners.set(name, own);
      return () => own.delete(listener as (payload: never) => void);
    },
    pathsOf: (files) => files.map((file) => (file instanceof File ? `/dropped/${file.name}` : '')),
  };
}

/** The stamps of these sources (null: of all that were assumed) marked as read in a zone; their times stay. */
function withZone(mock: MockCase, zone: string, evidenceIds: readonly string[] | null): MockCase {
  const files = mock.view.files.map((file) => {
    const isMeant = evidenceIds === null ? file.time?.zoneFrom === 'assumed' : evidenceIds.includes(file.id);
    if (!isMeant || file.time === null) return file;
    return { ...file, time: { ...file.time, offsetMinutes: 0, zone, zoneFrom: 'given' as const } };
  });
  return { ...mock, view: { ...mock.view, files } };
}

/** Events moved and merged anew as the case store does it; the analysis stays. */
function withClocks(mock: MockCase, offsets: readonly ClockOffset[]): MockCase {
  const wanted = new Map(offsets.map(({ evidenceId, micros }) => [evidenceId, micros]));
  const shift = new Map<string, number>();
  const files = mock.view.files.map((file) => {
    const { clockOffsetMicros: before = 0, ...bare } = file;
    const after = wanted.get(file.id) ?? before;
    shift.set(file.id, after - before);
    return after === 0 ? bare : { ...bare, clockOffsetMicros: after };
  });
  const events = mock.events
    .map((event) => ({ ...event, time: epochMicros(event.time + (shift.get(event.source.evidenceId) ?? 0)) }))
    .sort((one, other) => one.time - other.time)
    .map((event, row) => ({ ...event, row }));
  const points = events.map(({ row, time, kind, severity, pid, source }) => ({
    row,
    time,
    kind,
    severity,
    pid,
    evidenceId: source.evidenceId,
  }));
  return { events, view: { ...mock.view, files, points } };
}

function lineOf(event: EvidenceEvent): string {
  return `${formatIsoMicros(event.time).replace('Z', '+0000')} ${event.host ?? 'vm'} ${event.identifier ?? 'gunicorn'}[${event.pid ?? 0}]: ${event.message}`;
}

function rawRecord(mock: MockCase | null, row: number): RawRecord {
  const event = mock?.events[row];
  if (mock === null || event === undefined) throw new Error(`there is no event ${row}`);
  return {
    event,
    path: mock.view.files.find((file) => file.id === event.source.evidenceId)?.path ?? event.source.evidenceId,
    before: mock.events.slice(Math.max(0, row - 3), row).map(lineOf),
    text: lineOf(event),
    after: mock.events.slice(row + 1, row + 4).map(lineOf),
    cut: false,
    messageBytes: new TextEncoder().encode(event.message).length,
    isText: true,
  };
}

/** Lines of tracebacks among events, the slow and plain way. */
function tracebackLines(events: readonly EvidenceEvent[]): readonly TracebackLine[] {
  return events.flatMap((head) => {
    if (head.kind !== 'traceback') return [];
    const reader = new TracebackLines(head.message);
    const rows = [head.row];
    for (const event of events.slice(head.row + 1)) {
      if (event.pid !== head.pid || event.source.evidenceId !== head.source.evidenceId) continue;
      if (!reader.accepts(event.message)) break;
      rows.push(event.row);
    }
    return rows.length < 2 ? [] : rows.map((row, place) => ({ row, head: head.row, place, lines: rows.length }));
  });
}

function mockCase(name: MockOptions['initial']): MockCase | null {
  switch (name) {
    case 'none':
      return null;
    case 'reference':
      return { view: referenceView(), events: referenceEvents() };
    case 'large':
      return largeCase();
    case 'bare':
      return bareCase();
  }
}

const LARGE_EVENTS = 60_000;

/** The reference case between tens of thousands of access lines, with damage, and several incidents, artifacts, databases. */
function largeCase(): MockCase {
  const base = referenceView();
  const notable = referenceEvents();
  const start = addSeconds(base.analysis.incident?.start ?? epochMicros(0), -6 * 3600);
  const filler: EvidenceEvent[] = [];
  const sample = notable[0];
  if (sample === undefined) throw new Error('the reference case has no events');
  for (let index = 0; index < LARGE_EVENTS; index += 1) {
    filler.push({
      ...sample,
      time: addSeconds(start, index * 0.4 + ((index * 7919) % 100) / 300),
      kind: index % 997 === 0 ? 'database-locked' : 'log',
      severity: index % 997 === 0 ? 'warning' : index % 1499 === 0 ? 'err' : 'info',
      pid: 23_330 + (index % 9),
      detail: {},
      message:
        index % 997 === 0
          ? 'sqlite3.OperationalError: database is locked'
          : `10.0.${index % 200}.7 - - "GET /api/jobs/${index % 40}/results?page=${index % 13} HTTP/1.1" 200 ${1200 + (index % 9000)} "-" "ci-agent/4.2"`,
    });
  }
  const merged = [...notable, ...filler].sort((one, other) => one.time - other.time);
  const newRows = new Map<number, number>();
  let byteOffset = 0;
  const events = merged.map((event, row) => {
    if (notable.includes(event)) newRows.set(event.row, row);
    const byteLength = event.message.length + 60;
    const moved = { ...event, row, source: { ...event.source, byteOffset, byteLength, line: row + 1 } };
    byteOffset += byteLength;
    return moved;
  });
  const renumber = (row: number): number => newRows.get(row) ?? row;
  const { analysis } = base;
  const moveFact = <F extends { readonly rows: readonly number[] }>(fact: F): F => ({
    ...fact,
    rows: fact.rows.map(renumber),
  });
  const incident =
    analysis.incident === null
      ? null
      : {
          ...analysis.incident,
          moments: analysis.incident.moments.map((moment) => ({
            ...moment,
            row: moment.row === null ? null : renumber(moment.row),
          })),
        };
  const earlier =
    incident === null
      ? []
      : [
          {
            ...incident,
            id: 'i0',
            pid: 23_331,
            operation: null,
            mechanism: 'external-sigkill' as const,
            start: addSeconds(incident.start, -9_000),
            end: addSeconds(incident.end, -9_000),
          },
        ];
  const thinned = events.filter((event, index) => event.kind !== 'log' || index % 4 === 0);
  const artifact = base.artifacts[0];
  const database = base.databases[0];
  return {
    events,
    view: {
      ...base,
      title: 'host-7 night shift',
      eventCount: events.length,
      files: base.files.map((file, index) =>
        index === 1
          ? {
              ...file,
              problemCount: 214,
              problems: [
                {
                  kind: 'malformed-record',
                  message: 'A record has no time; it was skipped and reading went on at the next line.',
                  byteOffset: 91_222,
                },
                {
                  kind: 'truncated',
                  message: 'The last record is cut short. Collect the journal again if the end matters.',
                  byteOffset: 8_123_000,
                },
              ],
              time: { offsetMinutes: 120, zoneFrom: 'assumed', year: 2026, yearFrom: 'other-source' },
            }
          : file,
      ),
      problems: [
        ...base.problems,
        {
          path: 'host-7.tar.gz/../../etc/passwd',
          kind: 'unsafe-path',
          message: 'The member points outside the archive and was not unpacked.',
        },
      ],
      artifacts:
        artifact === undefined
          ? []
          : [
              artifact,
              {
                ...artifact,
                path: 'host-7/older.xml',
                damage: {
                  message: 'unexpected end of the document',
                  line: 1_204_113,
                  column: 18,
                  byteOffset: 41_000_112,
                },
              },
            ],
      databases:
        database === undefined
          ? []
          : [
              database,
              {
                ...database,
                path: 'host-7/other.db',
                integrity: '*** in database main ***\nPage 14: btreeInitPage() returns error code 11',
                wal: null,
              },
            ],
      analysis: {
        ...analysis,
        incident,
        incidents: [...earlier, ...(incident === null ? [] : [incident])],
        facts: analysis.facts.map(moveFact),
        hypotheses: analysis.hypotheses.map((hypothesis) => ({
          ...hypothesis,
          for: hypothesis.for.map((each) => ({ ...each, fact: moveFact(each.fact) })),
          against: hypothesis.against.map((each) => ({ ...each, fact: moveFact(each.fact) })),
        })),
      },
      points: thinned.map(({ row, time, kind, severity, pid, source }) => ({
        row,
        time,
        kind,
        severity,
        pid,
        evidenceId: source.evidenceId,
      })),
    },
  };
}

/** A case that holds one unreadable file: every screen has to say what is missing. */
function bareCase(): MockCase {
  const base = referenceView();
  const file = base.files[0];
  return {
    events: [],
    view: {
      ...base,
      title: 'notes.bin',
      files:
        file === undefined
          ? []
          : [
              {
                ...file,
                path: 'notes.bin',
                format: 'unknown',
                containerId: null,
                records: 0,
                time: null,
                problemCount: 1,
                problems: [
                  {
                    kind: 'unrecognised',
                    message: 'No known format. It is listed and hashed, and nothing else.',
                    byteOffset: null,
                  },
                ],
              },
            ],
      problems: [],
      eventCount: 0,
      points: [],
      artifacts: [],
      databases: [],
      processes: [],
      vmstat: [],
      hostMemory: [],
      analysis: {
        ...base.analysis,
        incidents: [],
        incident: null,
        headline: 'No worker’s death was found in this evidence.',
        summary: {
          ...base.analysis.summary,
          happened: 'No worker’s death was found in this evidence.',
          cause: 'No log or journal was given.',
          factor: null,
          ruledOut: null,
          unexplained: null,
          action: 'Collect the journal of the unit and of the kernel.',
        },
        config: null,
        facts: [],
        hypotheses: base.analysis.hypotheses.map((hypothesis) => ({
          ...hypothesis,
          verdict: 'inconclusive' as const,
          score: 0.2,
          reason: 'There is no evidence that would tell.',
          for: [],
          against: [],
          missing: [
            { what: 'The journal of the unit', command: 'journalctl -u regression-tracker -o short-iso-precise' },
          ],
        })),
        questions: base.analysis.questions.map((question) => ({ ...question, answer: null, facts: [] })),
        expectedFindings: base.analysis.expectedFindings.map((finding) => ({
          ...finding,
          observed: null,
          holds: null,
        })),
        recommendations: [],
        artifactIndex: null,
        databaseIndex: null,
        course: null,
        artifactIsNamed: false,
      },
    },
  };
}

function* importSteps(stopped: ReadonlySet<string>): Generator<AppEvents['job.progress']> {
  const stages: readonly { stage: Progress['stage']; item: string; total: number | null }[] = [
    { stage: 'unpacking', item: 'incident-2026-01-28.tar.gz', total: 2_931_884 },
    { stage: 'hashing', item: 'logs/7.0/vpn/14/test-results.xml', total: 59_261_760 },
    { stage: 'reading', item: 'journal-unit.txt', total: 59_323_200 },
    { stage: 'database', item: 'regression.db', total: null },
    { stage: 'profiling', item: 'logs/7.0/vpn/14/test-results.xml', total: 59_261_760 },
    { stage: 'analysing', item: 'facts and hypotheses', total: null },
  ];
  for (const { stage, item, total } of stages) {
    const steps = stage === 'profiling' ? 60 : 8;
    for (let step = 1; step <= steps; step += 1) {
      const doneBytes = Math.round(((total ?? 1_000_000) * step) / steps);
      const sources = stage === 'analysing' ? {} : { sources: mockSources(item, stage, step / steps, stopped) };
      yield {
        progress: { stage, item, doneBytes, totalBytes: total, ...sources },
        sample:
          stage === 'profiling'
            ? {
                bytes: doneBytes,
                seconds: step * 0.011 + Math.sin(step / 5) * 0.004,
                cpuSeconds: step * 0.011,
                heapBytes: 6e6 + ((step * 1.7e6) % 11e6),
                externalBytes: 1.2e6,
                rssBytes: 92e6 + step * 2e5,
              }
            : null,
      };
    }
  }
}

const MOCK_SOURCES: readonly Pick<SourceProgress, 'path' | 'format' | 'bytes'>[] = [
  { path: 'incident-2026-01-28.tar.gz', format: 'tar-gzip', bytes: 2_931_884 },
  { path: 'logs/7.0/vpn/14/test-results.xml', format: 'junit-xml', bytes: 59_261_760 },
  { path: 'journal-unit.txt', format: 'journal-short-iso-precise', bytes: 61_440 },
  { path: 'regression.db', format: 'sqlite', bytes: 1_048_576 },
  { path: 'regression.db-wal', format: 'sqlite-wal', bytes: 0 },
];

/** The sources as the app would tell them while `item` has been worked on by `share`. */
function mockSources(
  item: string,
  stage: Progress['stage'],
  share: number,
  stopped: ReadonlySet<string>,
): SourcesProgress {
  const at = MOCK_SOURCES.findIndex(({ path }) => path === item);
  const active = stage === 'unpacking' || stage === 'profiling' ? stage : 'reading';
  const listed = MOCK_SOURCES.map((source, index): SourceProgress => {
    const id = `s${index + 1}`;
    if (stopped.has(id)) return { ...source, id, state: 'stopped', doneBytes: 0 };
    if (index === at) return { ...source, id, state: active, doneBytes: Math.round(source.bytes * share) };
    return index < at
      ? { ...source, id, state: 'done', doneBytes: source.bytes }
      : { ...source, id, state: 'waiting', doneBytes: 0 };
  });
  return { total: 1_204, ended: Math.max(0, at), addedPaths: at > 1 ? 2 : 0, listed };
}
