import { splitInnerHeader } from '../evidence/wording/inner-header.ts';

/** `CRITICAL: WORKER TIMEOUT (pid:23333)`: without the time and pid that the service's logger repeats after the journal. */
export function withoutRepeats(message: string): string {
  const inner = splitInnerHeader(message);
  if (inner === null) return message;
  const header = [inner.level, inner.logger].filter((part) => part !== null).join(' ');
  return header === '' ? inner.text : `${header}: ${inner.text}`;
}
