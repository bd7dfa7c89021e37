import type { Provenance } from '../../model/evidence.ts';
import { type EpochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import { eventItem, problemItem } from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { monthNumber, wallOf, zoneMinutes } from '../reading/stamps.ts';
import { wholeFileParser } from '../reading/whole-file.ts';
import { containerLaunchItems } from '../settings/launch-format.ts';
import { tableEvents } from './kube-events.ts';
import { SnapshotClock } from './snapshot-time.ts';
import { TextPlaces } from './text-places.ts';

const FILE_LIMIT_BYTES = 8 * 1024 * 1024;
const SIGNAL_BASE = 128;

/** One way in which the end of a container is told. */
interface Telling {
  /** Who says so, as the identifier of its events. */
  readonly by: 'docker' | 'kubelet';
  /** The whole of it, from the container's state to when it ended. */
  readonly block: RegExp;
  readonly exitCode: RegExp;
  readonly finished: RegExp;
  /** What says within it that memory was the reason. */
  readonly oom: RegExp;
}

const JSON_REST = String.raw`[^{}]{0,4000}?`;
const TELLINGS: readonly Telling[] = [
  {
    // docker inspect: "State": { "Status": "exited", "OOMKilled": true, "ExitCode": 137, "FinishedAt": "2026-01-28T04:12:15.1Z"
    by: 'docker',
    block: new RegExp(
      String.raw`"State":\s*\{${JSON_REST}"OOMKilled":\s*(?:true|false)${JSON_REST}"FinishedAt":\s*"[^"]{1,40}"`,
      'g',
    ),
    exitCode: /"ExitCode":\s*(\d{1,3})/,
    finished: /"FinishedAt":\s*"([^"]+)"/,
    oom: /"OOMKilled":\s*true/,
  },
  {
    // kubectl get pod -o json: "terminated": { "exitCode": 137, "finishedAt": "2026-01-28T04:12:15Z", "reason": "OOMKilled" }
    by: 'kubelet',
    block: /"terminated":\s*\{[^{}]{1,4000}\}/g,
    exitCode: /"exitCode":\s*(\d{1,3})/,
    finished: /"finishedAt":\s*"([^"]+)"/,
    oom: /"reason":\s*"OOMKilled"/,
  },
  {
    // kubectl get pod -o yaml, keys in the order of the alphabet
    by: 'kubelet',
    block:
      /\bterminated:[ \t]*\r?\n(?:[ \t]+(?:containerID|exitCode|finishedAt|message|reason|signal|startedAt):.*(?:\r?\n|$)){2,7}/g,
    exitCode: /\bexitCode:\s*(\d{1,3})/,
    finished: /\bfinishedAt:\s*"?([^"\s]+)/,
    oom: /\breason:\s*OOMKilled/,
  },
  {
    // kubectl describe pod
    by: 'kubelet',
    block:
      /\b(?:Last )?State:[ \t]+Terminated[ \t]*\r?\n(?:[ \t]+(?:Reason|Message|Exit Code|Signal|Started|Finished):.*(?:\r?\n|$)){2,6}/g,
    exitCode: /\bExit Code:\s*(\d{1,3})/,
    finished: /\bFinished:\s*(\S.*?)\s*$/m,
    oom: /\bReason:\s*OOMKilled/,
  },
];

/** What says so of OOM when a record is read again by itself. */
const OOM_ALONE = /^(?:"OOMKilled":\s*true|"reason":\s*"OOMKilled"|reason:\s*OOMKilled|Reason:\s*OOMKilled)$/;

// 2026-01-28T04:12:15.229Z      Wed, 28 Jan 2026 04:12:15 +0000
const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)$/;
const RFC_1123 = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}|[A-Z]{1,5})$/;

/**
 * How containers ended: `docker inspect`, `kubectl describe pod`, `kubectl get pod -o yaml` and `-o json`. Each end is an event
 * at the moment that it states, and so is the word that memory was the reason. Sources: ContainerState in
 * https://github.com/moby/moby/blob/v28.0.0/api/types/container/container.go, ContainerStateTerminated in
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.32/, describeStatus in
 * https://github.com/kubernetes/kubectl/blob/v0.32.0/pkg/describe/describe.go
 */
const createContainerStateParser: CreateParser = (context) => {
  const clock = new SnapshotClock(context);
  const parser = wholeFileParser(FILE_LIMIT_BYTES, (bytes, isBeyondLimit) => {
    const text = new TextDecoder().decode(bytes);
    // A part that is read again by itself tells nothing of the start.
    const launches = context.startOffset > 0 ? [] : containerLaunchItems(text, context.evidenceId, bytes.length);
    const items = [...readStates(text, context, clock), ...launches];
    if (!isBeyondLimit) return items;
    const message = `${context.fileName} is larger than ${FILE_LIMIT_BYTES} bytes; what follows them was left out.`;
    return [...items, problemItem('limit-exceeded', message, FILE_LIMIT_BYTES)];
  });
  return { ...parser, timeResolution: () => clock.timeResolution() };
};

function readStates(text: string, context: ParseContext, clock: SnapshotClock): readonly ParsedItem[] {
  const place = new TextPlaces(text, context);
  const alone = OOM_ALONE.test(text) && context.nearTime !== null;
  if (alone && context.nearTime !== null) {
    const by = text.startsWith('"OOM') ? 'docker' : 'kubelet';
    return [oomItem(by, context.nearTime, text, place.of(0, text.length))];
  }
  const events = EVENTS_BELOW.test(text) || context.startOffset > 0 ? tableEvents(text, context, clock) : [];
  return [...readEnds(text, clock, place), ...events];
}

// Events:
//   Type     Reason     Age                From     Message
const EVENTS_BELOW = /^Events:\s*\n +Type +Reason +Age +From +Message/m;

function readEnds(text: string, clock: SnapshotClock, place: TextPlaces): readonly ParsedItem[] {
  const found = TELLINGS.flatMap((telling) => [...text.matchAll(telling.block)].map((match) => ({ telling, match })));
  return found
    .sort((a, b) => a.match.index - b.match.index)
    .flatMap(({ telling, match }) => {
      const block = match[0].trimEnd();
      const time = readTime(telling.finished.exec(block)?.[1] ?? '', clock);
      const exitCode = Number(telling.exitCode.exec(block)?.[1] ?? Number.NaN);
      if (time === null || Number.isNaN(exitCode)) return [];
      const items = [endItem(telling.by, time, exitCode, block, place.of(match.index, block.length))];
      const oom = telling.oom.exec(block);
      if (oom !== null) items.push(oomItem(telling.by, time, oom[0], place.of(match.index + oom.index, oom[0].length)));
      return items;
    });
}

function readTime(text: string, clock: SnapshotClock): EpochMicros | null {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, , zone] = iso;
    // Docker writes 0001-01-01 for what has not ended.
    if (Number(year) < 1970) return null;
    return clock.resolve(wallOf(year, month, day, hour, minute, second), zoneMinutes(zone ?? ''));
  }
  const rfc = RFC_1123.exec(text);
  if (rfc === null) return null;
  const [, day, month, year, hour, minute, second, zone] = rfc;
  const number = monthNumber(month ?? '');
  if (number === null) return null;
  return clock.resolve(wallOf(year, String(number), day, hour, minute, second), zoneMinutes(zone ?? ''));
}

type Source = Provenance;

function endItem(by: Telling['by'], time: EpochMicros, exitCode: number, block: string, source: Source): ParsedItem {
  // A shell's way of telling a signal, which runtimes share.
  const signal = exitCode > SIGNAL_BASE ? exitCode - SIGNAL_BASE : null;
  const words = block.replace(/\s+/g, ' ');
  return item(by, time, 'systemd-process-exited', words, signal === null ? { exitCode } : { exitCode, signal }, source);
}

function oomItem(by: Telling['by'], time: EpochMicros, words: string, source: Source): ParsedItem {
  return item(by, time, 'systemd-oom', words.replace(/\s+/g, ' '), { state: 'oom-kill' }, source);
}

function item(
  by: Telling['by'],
  time: EpochMicros,
  kind: 'systemd-process-exited' | 'systemd-oom',
  message: string,
  detail: Readonly<Record<string, number | string>>,
  source: Source,
): ParsedItem {
  return eventItem({
    time,
    resolutionMicros: MICROS_PER_SECOND,
    timestampDesc: 'container ended',
    kind,
    message,
    pid: null,
    identifier: by,
    host: null,
    severity: null,
    unit: null,
    detail,
    source,
  });
}

// "OOMKilled": false,          Last State:     Terminated          terminated:          "terminated": {
const STATE_LINE =
  /^\s*(?:"OOMKilled": (?:true|false),?\s*$|\[?\{.{0,4000}"State":\s*\{.{0,1000}"OOMKilled":|(?:Last )?State:\s+(?:Terminated|Running|Waiting)\s*$|terminated:\s*$|"terminated":\s*\{)/;

export const CONTAINER_STATE: RecordFormat = {
  holds: 'ends',
  savedAs: '`docker inspect CONTAINER`',
  detect: {
    by: 'header',
    sign: {
      sample: '            "OOMKilled": true,',
      why: 'tells the state of a container',
      reads: (line) => STATE_LINE.test(line),
    },
  },
  dated: 'itself',
  printsHostZone: false,
  create: createContainerStateParser,
  readAgain: () => createContainerStateParser,
};
