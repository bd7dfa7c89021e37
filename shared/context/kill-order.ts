import type { EvidenceEvent } from '../model/event.ts';
import { addSeconds } from '../model/time.ts';
import type { FactContext } from './context.ts';

/** Between an order and the arbiter's word of the end lies a second or two. */
const ORDER_SECONDS = 15;
const MOST_LINES = 5_000;
const WHO_LOGS_COMMANDS = /^(?:sudo|su|doas|audit|auditd|bash|sh|zsh|snoopy|pkexec)$/;
//   jana : TTY=pts/0 ; PWD=/home/jana ; USER=root ; COMMAND=/usr/bin/kill -9 7101
const KILL_COMMAND = /(?:^|[\s=/"'])(?:kill|pkill|killall|skill)\s+[^\n]{0,120}/;
const SIGKILL = /\s-(?:9|s\s*(?:9|(?:SIG)?KILL)|(?:SIG)?KILL|-signal[= ](?:9|(?:SIG)?KILL))\b/;
const BY_NAME = /\b(?:pkill|killall|skill)\b/;

/**
 * The logged command that sent SIGKILL to the incident's worker, where sudo, a shell that logs or the audit daemon tells of it: one
 * that names the pid, or one that kills by name. Null where none does.
 */
export function killOrder({ record, ownEvents }: FactContext): EvidenceEvent | null {
  const death = record?.death ?? null;
  if (death === null) return null;
  const from = addSeconds(death.end.time, -ORDER_SECONDS);
  const lines = ownEvents.between(from, addSeconds(death.end.time, 1), MOST_LINES, ['log']);
  return (
    lines.findLast((event) => (death.pid === null || event.pid !== death.pid) && isOrder(event, death.pid)) ?? null
  );
}

function isOrder(event: EvidenceEvent, pid: number | null): boolean {
  if (event.identifier === null || !WHO_LOGS_COMMANDS.test(event.identifier)) return false;
  const command = KILL_COMMAND.exec(event.message.slice(0, 4_096))?.[0];
  if (command === undefined || !SIGKILL.test(command)) return false;
  return BY_NAME.test(command)
    ? /gunicorn|python/i.test(command)
    : pid !== null && new RegExp(`\\s${pid}(?!\\d)`).test(command);
}
