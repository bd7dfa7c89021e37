import type { EventDetail, EventKind } from '../../model/event.ts';
import type { Provenance, TimeResolution } from '../../model/evidence.ts';
import {
  type EpochMicros,
  epochMicros,
  MICROS_PER_DAY,
  MICROS_PER_MILLI,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
} from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import { eventItem, problemItem } from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { wholeFileParser } from '../reading/whole-file.ts';
import { objectsOf } from './json-objects.ts';
import { SnapshotClock } from './snapshot-time.ts';
import { TextPlaces } from './text-places.ts';

const FILE_LIMIT_BYTES = 16 * 1024 * 1024;
const MOST_CHARACTERS = 4_096;

// LAST SEEN   TYPE      REASON      OBJECT          MESSAGE
const TABLE_HEADER = /^(?:NAMESPACE +)?LAST SEEN +TYPE +REASON +OBJECT +(?:SUBOBJECT +SOURCE +)?MESSAGE\b/;
// 3m12s       Warning   Unhealthy   pod/web-5f7c   Liveness probe failed: ...          3m12s (x4 over 10m)
const ROW =
  /^(?:[a-z0-9-]{1,63} +)?((?:\d{1,6}[dhms]){1,4}|<unknown>|<invalid>)(?: \(x\d+ over (?:\d+[dhms])+\))? +(Normal|Warning) +([A-Z]\w{1,80}) +(\S+\/\S+) +(\S.*?)\s*$/;

//   Warning  Unhealthy  3m12s (x4 over 10m)  kubelet  Liveness probe failed: ...          kubectl describe
const DESCRIBED =
  /^ {2}(Normal|Warning) +([A-Z]\w{1,80}) +((?:\d{1,6}[dhms]){1,4})(?: \(x\d+ over (?:\d+[dhms])+\))? +[\w-]{1,63} +(\S.*?)\s*$/;

/** What an event of the cluster says. */
interface KubeEvent {
  readonly time: EpochMicros;
  readonly resolutionMicros: number;
  readonly reason: string;
  readonly object: string;
  readonly message: string;
  readonly from: number;
  readonly length: number;
}

/**
 * `kubectl get events` as a table (with -o wide or not), -o json and -o yaml, and `kubectl events`. A table tells how long ago each was: that
 * counts from a date line above it, else from the time of the file, which is then said. Sources: Event in
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.32/, kubelet/events/event.go, kubelet/eviction/helpers.go
 */
const createKubeEventsParser: CreateParser = (context) => {
  const clock = new SnapshotClock(context);
  const parser = wholeFileParser(FILE_LIMIT_BYTES, (bytes, isBeyondLimit) => {
    const items = readEvents(new TextDecoder().decode(bytes), context, clock);
    if (!isBeyondLimit) return items;
    const message = `${context.fileName} is larger than ${FILE_LIMIT_BYTES} bytes; what follows them was left out.`;
    return [...items, problemItem('limit-exceeded', message, FILE_LIMIT_BYTES)];
  });
  const itself: TimeResolution = { offsetMinutes: null, zoneFrom: 'file', year: null, yearFrom: 'file' };
  return { ...parser, timeResolution: () => clock.timeResolution() ?? itself };
};

function readEvents(text: string, context: ParseContext, clock: SnapshotClock): readonly ParsedItem[] {
  const places = new TextPlaces(text, context);
  const objects = [...jsonEvents(text), ...yamlEvents(text)];
  const toItem = (event: KubeEvent): ParsedItem => itemOf(event, places.of(event.from, event.length));
  if (objects.length > 0) return objects.map(toItem);
  return tableEvents(text, context, clock);
}

/** Events of a table, which tells how long ago each was: that of `kubectl get events`, or what stands below `kubectl describe`. */
export function tableEvents(text: string, context: ParseContext, clock: SnapshotClock): readonly ParsedItem[] {
  const places = new TextPlaces(text, context);
  const { events, problems } = tableRows(text, context, clock);
  return [...events.map((event) => itemOf(event, places.of(event.from, event.length))), ...problems];
}

function itemOf({ time, resolutionMicros, reason, object, message }: KubeEvent, source: Provenance): ParsedItem {
  const { kind, detail } = meaningOf(reason, message);
  return eventItem({
    time,
    resolutionMicros,
    timestampDesc: 'last seen',
    kind,
    message: `${object} ${reason}: ${message}`,
    pid: null,
    // Whose word an event is: all that are about an end are of the kubelet.
    identifier: 'kubelet',
    host: null,
    severity: null,
    unit: null,
    detail,
    source,
  });
}

/**
 * The node's problem detector passes on the kernel's words, the kubelet tells of an OOM on the host, and it evicts what runs where
 * the node is short of memory.
 */
function meaningOf(reason: string, message: string): { readonly kind: EventKind; readonly detail: EventDetail } {
  const byKernel = /Killed process (\d{1,10}) \(([^)]{1,64})\)/.exec(message);
  const onHost = /victim process: ([^,]{1,64}), pid: (\d{1,10})/.exec(message);
  const [processName, pid] = byKernel === null ? [onHost?.[1], onHost?.[2]] : [byKernel[2], byKernel[1]];
  if ((reason === 'OOMKilling' || reason === 'SystemOOM') && pid !== undefined && processName !== undefined) {
    const oomScope = /Memory cgroup/.test(message) ? 'cgroup' : 'host';
    return { kind: 'oom-kill', detail: { oomScope, targetPid: Number(pid), processName } };
  }
  if (reason === 'Evicted' && /\blow on resource: memory\b/.test(message)) {
    return { kind: 'platform-oom', detail: { oomScope: 'host' } };
  }
  return { kind: 'log', detail: {} };
}

/** Objects of -o json, which `kubectl` indents; `eventTime` stands alone in those of newer controllers. */
function jsonEvents(text: string): readonly KubeEvent[] {
  const found: KubeEvent[] = [];
  if (!/^\s*\{/.test(text)) return found;
  for (const { from, to, depth } of objectsOf(text).objects) {
    // An event alone, or one of a list.
    if (depth > 1) continue;
    const slice = text.slice(from, to);
    if (!/"(?:involvedObject|regarding)"\s*:/.test(slice)) continue;
    const value = parsed(slice);
    const reason = value === null ? null : textOf(value.reason);
    if (value === null || reason === null) continue;
    const time = timeOf(value.lastTimestamp) ?? timeOf(value.eventTime) ?? timeOf(value.firstTimestamp);
    const about = objectIn(value.involvedObject) ?? objectIn(value.regarding);
    if (time === null || about === null) continue;
    found.push({
      time,
      resolutionMicros: MICROS_PER_SECOND,
      reason,
      object: `${(textOf(about.kind) ?? 'object').toLowerCase()}/${textOf(about.name) ?? '?'}`,
      message: textOf(value.message) ?? textOf(value.note) ?? '',
      from,
      length: to - from,
    });
  }
  return found;
}

/** Items of -o yaml, each from its dash on, with keys in the order of the alphabet. */
function yamlEvents(text: string): readonly KubeEvent[] {
  if (!/^ *involvedObject:/m.test(text)) return [];
  const found: KubeEvent[] = [];
  for (const match of text.matchAll(
    /(?:^|(?<=\n))- (?:apiVersion|action|count|eventTime|firstTimestamp): [\s\S]*?(?=\n- |\n\S|$(?![\s\S]))/g,
  )) {
    const block = match[0].replaceAll('\r\n', '\n');
    const field = (name: string): string | null => {
      const value = new RegExp(`^ {2}${name}:[ \\t]*(\\S.*(?:\\n {4}\\S.*)*)$`, 'm').exec(block)?.[1];
      return value === undefined ? null : unquoted(value.replace(/\s*\n\s+/g, ' '));
    };
    const about = /^ {2}involvedObject:\s*\n((?: {4}\S.*\n?)*)/m.exec(block)?.[1] ?? '';
    const time = timeOf(field('lastTimestamp')) ?? timeOf(field('eventTime') ?? /^- eventTime: (\S+)/.exec(block)?.[1]);
    const reason = field('reason');
    if (time === null || reason === null) continue;
    const kind = /^ +kind: (\S+)/m.exec(about)?.[1] ?? 'object';
    found.push({
      time,
      resolutionMicros: MICROS_PER_SECOND,
      reason,
      object: `${kind.toLowerCase()}/${/^ +name: (\S+)/m.exec(about)?.[1] ?? '?'}`,
      message: field('message') ?? '',
      from: match.index,
      length: match[0].length,
    });
  }
  return found;
}

const unquoted = (text: string): string =>
  /^'.*'$/.test(text) ? text.slice(1, -1).replaceAll("''", "'") : /^".*"$/.test(text) ? text.slice(1, -1) : text;

const UNITS: Readonly<Record<string, number>> = {
  d: MICROS_PER_DAY,
  h: 60 * MICROS_PER_MINUTE,
  m: MICROS_PER_MINUTE,
  s: MICROS_PER_SECOND,
};

function readRow(line: string): (Pick<KubeEvent, 'reason' | 'object' | 'message'> & { readonly age: string }) | null {
  const row = ROW.exec(line);
  if (row !== null) {
    const [, age = '', , reason = '', object = '', message = ''] = row;
    return { age, reason, object, message };
  }
  const described = DESCRIBED.exec(line);
  if (described === null) return null;
  const [, , reason = '', age = '', message = ''] = described;
  return { age, reason, object: 'pod', message };
}

/** Events are kept for an hour: a file that was written longer after the middle of all other evidence is a copy. */
const FURTHEST_MICROS = 7 * MICROS_PER_DAY;

/** The time of the file, where it can be that of the command. */
function savedAt({ savedAt: saved, nearTime }: ParseContext): EpochMicros | null {
  if (saved === undefined) return null;
  return nearTime !== null && Math.abs(saved - nearTime) > FURTHEST_MICROS ? null : saved;
}

function tableRows(
  text: string,
  context: ParseContext,
  clock: SnapshotClock,
): { readonly events: readonly KubeEvent[]; readonly problems: readonly ParsedItem[] } {
  const events: KubeEvent[] = [];
  let rows = 0;
  let at = 0;
  const saved = savedAt(context);
  let isAssumed = false;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r+$/, '').slice(0, MOST_CHARACTERS);
    const from = at;
    at += raw.length + 1;
    const row = readRow(line);
    if (row === null) {
      clock.takeDateLine(line);
      continue;
    }
    rows += 1;
    const { age, reason, object, message } = row;
    const parts = [...age.matchAll(/(\d+)([dhms])/g)];
    const unit = UNITS[parts.at(-1)?.[2] ?? ''];
    const isReread = context.startOffset > 0;
    const now = clock.time ?? saved;
    if (unit === undefined || (!isReread && now === null)) continue;
    const micros = parts.reduce((sum, [, number, name]) => sum + Number(number) * (UNITS[name ?? ''] ?? 0), 0);
    const time = isReread ? context.nearTime : now === null ? null : epochMicros(now - micros);
    if (time === null) continue;
    if (!isReread && clock.time === null) isAssumed = true;
    events.push({ time, resolutionMicros: unit, reason, object, message, from, length: line.length });
  }
  const problems: ParsedItem[] = [];
  if (isAssumed) {
    const said = `${context.fileName} tells how long ago its events were: that was counted from the time of the file itself; kubectl get events -o json has their times.`;
    problems.push(problemItem('assumed-time', said, null));
  }
  if (rows > events.length) {
    const left = rows - events.length;
    const said = `${left === 1 ? 'One event' : `${left} events`} of ${context.fileName} cannot be placed in time; kubectl get events -o json has their times.`;
    problems.push(problemItem('malformed-record', said, null));
  }
  return { events, problems };
}

type Fields = Readonly<Record<string, unknown>>;

const objectIn = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function parsed(text: string): Fields | null {
  try {
    return objectIn(JSON.parse(text));
  } catch {
    return null;
  }
}

/** `2026-01-28T04:12:15Z`, or with microseconds. */
function timeOf(value: unknown): EpochMicros | null {
  const text = typeof value === 'string' ? unquoted(value) : '';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text)) return null;
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? null : epochMicros(millis * MICROS_PER_MILLI);
}

// "involvedObject": {          involvedObject:
const OBJECT_LINE =
  /^\s*(?:"involvedObject": ?\{|involvedObject:\s*$)|^\{.{0,200}"kind": ?"Event".{0,4000}"involvedObject"/;

export const KUBE_EVENTS: RecordFormat = {
  holds: 'ends',
  savedAs: '`kubectl get events -o json`',
  detect: {
    by: 'header',
    sign: {
      sample: 'LAST SEEN   TYPE      REASON      OBJECT          MESSAGE',
      why: 'lists events of Kubernetes',
      reads: (line) => TABLE_HEADER.test(line) || OBJECT_LINE.test(line),
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createKubeEventsParser,
  readAgain: () => createKubeEventsParser,
};
