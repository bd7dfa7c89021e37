import type { EventSource, EvidenceEvent } from '../model/event.ts';
import { Speakers } from './speakers.ts';
import { spokenOfWorkers } from './supervisor-words.ts';

/**
 * Starts of gunicorn under the pid of the one before, as in a container, where that one never shut down: whatever ended it
 * ended its workers too, and those could not say so. An arbiter that ends by itself or on a signal logs "Shutting down:
 * Master"; a successor that it starts on SIGUSR2 has another pid. Source: gunicorn/arbiter.py, Arbiter.halt and reexec
 */
export function abruptRestarts(events: EventSource): readonly EvidenceEvent[] {
  const abrupt: EvidenceEvent[] = [];
  const running = new Map<string, EvidenceEvent>();
  const speakers = new Speakers(events);
  for (const event of spokenOfWorkers(events, ['arbiter-start', 'arbiter-stop'])) {
    // A worker that prints the start of a gunicorn prints that of another.
    if (speakers.isQuoted(event)) continue;
    const { pid, detail, source, unit, identifier } = event;
    if (pid === null) continue;
    const stream = [source.evidenceId, unit, identifier, pid].join(' ');
    if (event.kind === 'arbiter-stop') running.delete(stream);
    if (event.kind !== 'arbiter-start' || detail.version === undefined) continue;
    if (running.has(stream)) abrupt.push(event);
    running.set(stream, event);
  }
  return abrupt;
}
