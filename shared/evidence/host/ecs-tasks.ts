import type { EventDetail, EventKind } from '../../model/event.ts';
import type { Provenance } from '../../model/evidence.ts';
import { type EpochMicros, epochMicros, MICROS_PER_MILLI, MICROS_PER_SECOND } from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import { eventItem, problemItem } from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { wholeFileParser } from '../reading/whole-file.ts';
import { objectsOf, type PlacedObject } from './json-objects.ts';
import { TextPlaces } from './text-places.ts';

const FILE_LIMIT_BYTES = 8 * 1024 * 1024;
/** A container with its networks has a few hundred characters, a task some thousand. */
const OBJECT_LIMIT_CHARACTERS = 256 * 1024;
const SIGNAL_BASE = 128;
const BYTES_PER_MIB = 1024 ** 2;

/** ECS's word for a container that its memory ended: `OutOfMemoryError: Container killed due to memory usage`. */
const KILLED_FOR_MEMORY = /^OutOfMemory/i;
const EXIT_CODE_ALONE = /^"exitCode"\s*:\s*(\d{1,3})$/;
const REASON_ALONE = /^"stoppedReason"\s*:\s*"((?:[^"\\]|\\.){1,2000})"$/;

type Fields = Readonly<Record<string, unknown>>;

type Placed = Pick<PlacedObject, 'from' | 'to'>;

/**
 * Stopped tasks of Amazon ECS: `aws ecs describe-tasks`, and the same as EventBridge delivers it. How each container ended is an
 * event, and so is why ECS stopped the task. Sources: Task and Container in
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/, "Stopped tasks error messages" in the Developer Guide
 */
const createEcsTasksParser: CreateParser = (context) => {
  const parser = wholeFileParser(FILE_LIMIT_BYTES, (bytes, isBeyondLimit) => {
    const items = readTasks(new TextDecoder().decode(bytes), context);
    if (!isBeyondLimit) return items;
    const message = `${context.fileName} is larger than ${FILE_LIMIT_BYTES} bytes; what follows them was left out.`;
    return [...items, problemItem('limit-exceeded', message, FILE_LIMIT_BYTES)];
  });
  return {
    ...parser,
    timeResolution: () => ({ offsetMinutes: null, zoneFrom: 'file', year: null, yearFrom: 'file' }),
  };
};

function readTasks(text: string, context: ParseContext): readonly ParsedItem[] {
  const places = new TextPlaces(text, context);
  if (context.startOffset > 0) return readAlone(text, context.nearTime, places.of(0, text.length));
  const { objects, isWhole } = objectsOf(text);
  const containers = objects.filter((each) => /"exitCode"\s*:/.test(text.slice(each.from, each.to)));
  const items: ParsedItem[] = [];
  for (const task of objects) {
    const fields = fieldsOf(text, task);
    if (fields === null || typeof fields.taskArn !== 'string' || !Array.isArray(fields.containers)) continue;
    const time = endOf(fields);
    if (time === null) continue;
    for (const place of containers) {
      if (place === task || place.from < task.from || place.to > task.to) continue;
      items.push(...containerItems(text, place, time, places));
    }
    const reason = /"stoppedReason"\s*:\s*"(?:[^"\\]|\\.){1,2000}"/.exec(text.slice(task.from, task.to));
    if (reason === null) continue;
    const source = places.of(task.from + reason.index, reason[0].length);
    items.push(...reasonItems(reason[0], timeOf(fields.stoppingAt) ?? time, source));
  }
  if (!isWhole) {
    const message = `${context.fileName} ends before its JSON does; what it says of the last task may be missing.`;
    items.push(problemItem('truncated', message, null));
  }
  return items;
}

/** One record by itself, whose time is known. */
function readAlone(text: string, time: EpochMicros | null, source: Provenance): readonly ParsedItem[] {
  if (time === null) return [];
  const code = EXIT_CODE_ALONE.exec(text)?.[1];
  if (code !== undefined) return [exitItem(text, Number(code), time, source)];
  if (REASON_ALONE.test(text)) return reasonItems(text, time, source);
  return containerItems(text, { from: 0, to: text.length }, time, { of: () => source });
}

function containerItems(
  text: string,
  place: Placed,
  time: EpochMicros,
  places: Pick<TextPlaces, 'of'>,
): readonly ParsedItem[] {
  const fields = fieldsOf(text, place);
  const code = fields?.exitCode;
  if (fields === null || typeof code !== 'number' || !Number.isInteger(code) || code < 0 || code > 255) return [];
  const whole = places.of(place.from, place.to - place.from);
  const name = typeof fields.name === 'string' ? fields.name : 'container';
  const reason = typeof fields.reason === 'string' ? fields.reason : null;
  const message = `${name}: exitCode ${code}${reason === null ? '' : `, ${reason}`}`;
  if (reason === null || !KILLED_FOR_MEMORY.test(reason)) return [exitItem(message, code, time, whole)];
  const limit = Number(fields.memory);
  const detail: EventDetail = {
    oomScope: 'cgroup',
    ...(Number.isInteger(limit) && limit > 0 ? { limitBytes: limit * BYTES_PER_MIB } : {}),
  };
  const exit = /"exitCode"\s*:\s*\d{1,3}/.exec(text.slice(place.from, place.to));
  const oom = item('platform-oom', message, detail, time, whole);
  if (exit === null) return [oom];
  return [oom, exitItem(exit[0], code, time, places.of(place.from + exit.index, exit[0].length))];
}

/** A status above 128 is how a runtime tells a signal. */
function exitItem(message: string, code: number, time: EpochMicros, source: Provenance): ParsedItem {
  const detail = code > SIGNAL_BASE ? { exitCode: code, signal: code - SIGNAL_BASE } : { exitCode: code };
  return item('container-exited', message, detail, time, source);
}

function reasonItems(text: string, time: EpochMicros, source: Provenance): readonly ParsedItem[] {
  const reason = REASON_ALONE.exec(text)?.[1];
  return reason === undefined ? [] : [item('log', `Task stopped: ${reason}`, {}, time, source)];
}

function item(
  kind: EventKind,
  message: string,
  detail: EventDetail,
  time: EpochMicros,
  source: Provenance,
): ParsedItem {
  return eventItem({
    time,
    resolutionMicros: MICROS_PER_MILLI,
    timestampDesc: 'container ended',
    kind,
    message,
    pid: null,
    identifier: 'ecs',
    host: null,
    severity: null,
    unit: null,
    detail,
    source,
  });
}

/**
 * When its containers ended: `executionStoppedAt` says so. A task whose own container ended is stopped upon that; one that is asked
 * to stop ends later.
 */
function endOf(task: Fields): EpochMicros | null {
  const ownEnd = task.stopCode === 'EssentialContainerExited' ? timeOf(task.stoppingAt) : null;
  return timeOf(task.executionStoppedAt) ?? ownEnd ?? timeOf(task.stoppedAt);
}

/** `2026-01-28T04:12:15.229000+00:00`; version 1 of the command line prints seconds since 1970. */
function timeOf(value: unknown): EpochMicros | null {
  if (typeof value === 'number') {
    return Number.isFinite(value) && value > 0 && value < 1e11
      ? epochMicros(Math.round(value * 1_000) * MICROS_PER_MILLI)
      : null;
  }
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value))
    return null;
  const millis = Date.parse(value);
  return Number.isNaN(millis) ? null : epochMicros((millis * MICROS_PER_SECOND) / 1_000);
}

function fieldsOf(text: string, { from, to }: Placed): Fields | null {
  if (to - from > OBJECT_LIMIT_CHARACTERS) return null;
  try {
    const value: unknown = JSON.parse(text.slice(from, to));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

// "taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/4f1e2d3c",
const TASK_LINE = /"taskArn"\s*:\s*"arn:aws[\w-]{0,10}:ecs:/;

export const ECS_TASKS: RecordFormat = {
  holds: 'ends',
  savedAs: '`aws ecs describe-tasks`',
  detect: {
    by: 'header',
    sign: {
      sample: '            "taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/4f1e2d3c4b5a69788796a5b4c3d2e1f0",',
      why: 'tells of tasks of ECS',
      reads: (line) => TASK_LINE.test(line.slice(0, OBJECT_LIMIT_CHARACTERS)),
    },
  },
  dated: 'itself',
  printsHostZone: false,
  create: createEcsTasksParser,
  readAgain: () => createEcsTasksParser,
};
