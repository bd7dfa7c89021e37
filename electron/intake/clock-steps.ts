import { epochMicros, formatTimeOfDay, MICROS_PER_SECOND } from '../../shared/model/time.ts';
import type { EventTable } from '../events/event-table.ts';
import type { FoundFile } from '../files/inventory.ts';
import { EvidenceReader } from '../files/read-only.ts';

/** Entries of several threads and processes stand this much out of order at most. */
const JITTER_MICROS = MICROS_PER_SECOND;
/** Places of one file at which its times go back that are looked into: a log that runs backwards has as many as entries. */
const MOST_PLACES = 256;
/** Entries before and behind such a place among which the step is told of. */
const ENTRIES_AROUND = 6;
const MOST_BYTES = 64 * 1024;

/**
 * What tells that the clock was set, not that entries are out of order. Sources: systemd 252 manager.c (manager_dispatch_time_change_fd)
 * and journald-server.c, chrony 4.3 reference.c, ntp 4.2.8 ntp_loopfilter.c and ntpdate.c
 */
const TOLD =
  /\bTime has been changed\b|\bTime jumped backwards, rotating\b|\bSystem clock (?:was stepped|wrong) by -\d|\btime reset -\d|\bstep time server \S+ offset -\d|\b(?:adjusting|adjusted) system time\b|\bclock step(?:ped)?\b/i;
// System clock was stepped by -47.302210 seconds      time reset -47.302210 s      step time server 10.0.0.2 offset -47.302210 sec
const AMOUNT = /\b(?:stepped by|time reset|offset) -(\d{1,9}(?:\.\d{1,9})?) ?s/i;

/**
 * Settles the times of a file in the middle of which the clock was put back: its entries keep their order, those from before the
 * step are moved by what is told of it, else by the least that it can have been. What is printed after the step stays as it is,
 * since a clock is set to be right. A file whose times go back without a word of a step is left as it is.
 *
 * @param firstEvent the first of the file's events in the table, whose last they are
 */
export function settleClockSteps(file: FoundFile, table: EventTable, firstEvent: number): void {
  const places = placesGoingBack(table, firstEvent);
  if (places.length === 0 || places.length > MOST_PLACES) return;
  let reader: EvidenceReader;
  try {
    reader = new EvidenceReader(file.absolutePath);
  } catch {
    return;
  }
  try {
    // From the last on: what lies before the first of two steps is moved by both.
    for (const { event, latest } of places.toReversed()) {
      const told = toldAround(reader, table, firstEvent, event);
      if (told === null) continue;
      const time = table.timeOf(event);
      const least = latest - time;
      const micros = told.micros !== null && told.micros >= least ? told.micros : least;
      table.move(firstEvent, event, -micros);
      const seconds = (micros / MICROS_PER_SECOND).toFixed(1);
      const by = told.micros === micros ? seconds : `at least ${seconds}`;
      file.problems.add({
        kind: 'assumed-time',
        message: `The clock was put back by ${by} s, to ${formatTimeOfDay(epochMicros(time))} UTC: the entries before that are placed so much earlier than they are printed, in their order. What lasted across it lasted ${told.micros === micros ? 'so long' : 'that long at least'}.`,
        byteOffset: table.byteOffsetOf(event),
      });
    }
  } finally {
    reader.close();
  }
}

/** Events that are earlier than one before them by more than jitter, with the latest time until then. */
function placesGoingBack(table: EventTable, firstEvent: number): readonly { event: number; latest: number }[] {
  const places: { event: number; latest: number }[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (let event = firstEvent; event < table.count; event++) {
    const time = table.timeOf(event);
    if (time >= latest - JITTER_MICROS) {
      latest = Math.max(latest, time);
      continue;
    }
    places.push({ event, latest });
    if (places.length > MOST_PLACES) break;
    // The next step is one from here.
    latest = time;
  }
  return places;
}

function toldAround(
  reader: EvidenceReader,
  table: EventTable,
  firstEvent: number,
  event: number,
): { readonly micros: number | null } | null {
  const first = Math.max(firstEvent, event - ENTRIES_AROUND);
  const last = Math.min(table.count - 1, event + ENTRIES_AROUND);
  const from = table.byteOffsetOf(first);
  const to = table.byteOffsetOf(last) + table.byteLengthOf(last);
  if (to <= from) return null;
  const text = new TextDecoder('utf-8').decode(reader.at(from, Math.min(to - from, MOST_BYTES)));
  if (!TOLD.test(text)) return null;
  const amount = AMOUNT.exec(text)?.[1];
  return { micros: amount === undefined ? null : Math.round(Number(amount) * MICROS_PER_SECOND) };
}
