import type { FactContext } from './context.ts';

// badness 1204, VmRSS 11874 MiB      Victim: PID: 4711, Name: gunicorn, UID: 997, RSS: 5120 MiB      Source: earlyoom kill.c, nohang
const RSS = /\b(?:VmRSS|RSS):? (\d{1,9}) MiB\b/;

/** The RSS of the process that a guard of memory killed, in MiB by the guard's own line; null where it does not state it. */
export function statedRss({ record }: FactContext): number | null {
  const stated = RSS.exec(record?.death?.killer?.message ?? '')?.[1];
  return stated === undefined ? null : Number(stated);
}
