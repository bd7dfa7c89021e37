import type { FactId } from './fact-id.ts';

/** What can hold a worker up without being one of the hypotheses, and what its facts say in few words; the nearest first. */
const HELD_UP = [
  {
    facts: ['clock-stepped-deadline'],
    what: 'the clock was put forward, and this gunicorn reads its heartbeats by it',
  },
  { facts: ['hang-at-exit'], what: 'it hung while it exited, after its work' },
  { facts: ['network-storage'], what: 'a file server did not answer' },
  { facts: ['kernel-disk-error', 'disk-bound', 'worker-in-disk-wait'], what: 'the disk was slow or failing' },
  { facts: ['kernel-stall'], what: 'the host itself stood still' },
  { facts: ['cpu-stolen'], what: 'the hypervisor let the host hardly run' },
  { facts: ['waited-for-client'], what: 'a client had not sent all of its request' },
  { facts: ['waited-for-peer'], what: 'a peer on the network did not answer' },
  { facts: ['ended-while-downloading'], what: 'a download did not end' },
  { facts: ['idle-at-timeout'], what: 'it had no request at hand, so the host or the arbiter stood still' },
] as const satisfies readonly { readonly facts: readonly FactId[]; readonly what: string }[];

/** The facts that say so; where one is, nothing has to be asked of where the worker was. */
export const HELD_UP_FACTS: ReadonlySet<string> = new Set(HELD_UP.flatMap(({ facts }) => facts));

/** A peer that answers is waited for between its answers: the log shows that work went on, so it is not what held it up. */
const ANSWERS = new Set<string>(['waited-for-peer', 'ended-while-downloading']);
const WENT_ON = [
  'counter-towards-total',
  'counter-past-total',
  'parts-past-whole',
  'repeats-itself',
  'tries-without-end',
  'goes-in-circle',
] as const;

/** What held the worker up, in few words, where that is none of the hypotheses; null where nothing says so. */
export function heldUpFromOutside(has: (...ids: readonly FactId[]) => boolean): string | null {
  const wentOn = has(...WENT_ON);
  const found = HELD_UP.find(({ facts }) => facts.some((id) => has(id) && !(wentOn && ANSWERS.has(id))));
  return found?.what ?? null;
}

/** Whether a call to the network was what did not end: one that others followed did. */
export function waitedForPeer(has: (...ids: readonly FactId[]) => boolean): boolean {
  return has('waited-for-peer', 'ended-while-downloading') && !has(...WENT_ON);
}
