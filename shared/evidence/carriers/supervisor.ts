import type { LooseStamp } from '../headers/loose-stamp.ts';
import { stampAt } from '../headers/loose-stamp.ts';

/** The lines of a program that supervisord logs below a line of its own. */
export interface SupervisorBlock {
  readonly program: string;
  readonly stream: 'stdout' | 'stderr';
  readonly stamp: LooseStamp | null;
}

// 2026-01-28 04:11:54,570 DEBG 'gunicorn' stderr output:
// Source: supervisor 4.2, dispatchers.py, POutputDispatcher._log, at loglevel=debug
const HEAD = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (?:DEBG|TRAC|BLAT) '([^']{1,200})' (stdout|stderr) output:\s*$/;
const OWN_LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?:CRIT|ERRO|WARN|INFO|DEBG|TRAC|BLAT) /;

/** The block that a line of supervisord's debug log begins; null for any other line. */
export function beginsBlock(text: string): SupervisorBlock | null {
  const match = text.charCodeAt(text.length - 1) === 0x3a ? HEAD.exec(text) : null;
  if (match === null) return null;
  const [, stamp = '', program = '', stream] = match;
  return { program, stream: stream === 'stdout' ? 'stdout' : 'stderr', stamp: stampAt(stamp, 0)?.stamp ?? null };
}

/** Whether supervisord itself says a line, which ends a block. */
export function isSupervisorsOwn(text: string): boolean {
  return OWN_LINE.test(text);
}
