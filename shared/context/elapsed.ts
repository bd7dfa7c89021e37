import type { EvidenceEvent } from '../model/event.ts';
import { addSeconds, type EpochMicros, secondsBetween } from '../model/time.ts';
import type { FactContext } from './context.ts';

/** A step of the clock that the log tells of: by how many seconds (forward is positive), or null where it does not say. */
export interface ClockStep {
  readonly event: EvidenceEvent;
  readonly seconds: number | null;
}

// System clock was stepped by 312.402210 seconds        Source: chrony, reference.c
// step time server 10.0.0.2 offset +312.402 sec         Source: ntpdate; ntpd: time reset +312.402 s
const STEPPED_BY =
  /\bSystem clock was stepped by (-?\d+(?:\.\d+)?) seconds\b|\b(?:step time server \S+ offset|time reset) ([+-]?\d+(?:\.\d+)?) s/i;
// Time has been changed                                 Source: systemd, src/core/manager.c, for any step
const CHANGED = /^(?:Time has been changed|Time jumped (?:backwards|forwards))\b/i;
const SLACK_SECONDS = 2;
const MOST_LINES = 5_000;

/** Steps of the clock within a stretch, in their order; one that is told twice (chrony, then systemd) is one. */
export function clockSteps({ evidence }: FactContext, from: EpochMicros, to: EpochMicros): readonly ClockStep[] {
  const steps: ClockStep[] = [];
  const events = evidence.events.between(addSeconds(from, -SLACK_SECONDS), to, MOST_LINES, [
    'log',
    'systemd-unit',
    'kernel',
  ]);
  for (const event of events) {
    const by = STEPPED_BY.exec(event.message.slice(0, 200));
    if (by !== null) steps.push({ event, seconds: Number(by[1] ?? by[2]) });
    else if (CHANGED.test(event.message)) steps.push({ event, seconds: null });
  }
  const told = steps.filter(({ seconds }) => seconds !== null);
  return told.length > 0 ? told : steps;
}

/**
 * How long the operation had run when its work ended, in seconds of a clock that goes evenly; null where no operation is
 * shown, where the line that begins it has no time of its own, or where the clock was stepped meanwhile by nobody knows how much.
 */
export function elapsedSeconds(context: FactContext, until: EpochMicros | null = context.workEnd): number | null {
  const operation = context.record?.operation ?? null;
  if (operation === null || until === null || !operation.startIsKnown) return null;
  let stepped = 0;
  for (const { seconds } of clockSteps(context, operation.start, until)) {
    if (seconds === null) return null;
    stepped += seconds;
  }
  return Math.max(0, secondsBetween(operation.start, until) - stepped);
}
