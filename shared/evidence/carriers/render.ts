import { stampAt } from '../headers/loose-stamp.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';

// Jan 28 04:11:54 AM [x2x9z] text          Jan 28 04:11:54 AM  text
const LINE = /^(\p{L}{3} [ \d]?\d) (\d\d):(\d\d:\d\d) ([AP])M(?: {1,2}\[([a-z0-9]{4,12})\])?(?: {1,2}|$)/u;

/** Render's log view, which has no year and a clock of twelve hours. */
export const render: Carrier = {
  name: 'render',
  sample: 'Jan 28 04:11:54 AM [x2x9z] [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: false,
  peel(text) {
    const match = LINE.exec(text);
    if (match === null) return null;
    const hour = (Number(match[2]) % 12) + (match[4] === 'P' ? 12 : 0);
    const written = `${match[1]} ${String(hour).padStart(2, '0')}:${match[3]}`;
    return {
      ...NOTHING_SAID,
      text: text.slice(match[0].length),
      stamp: stampAt(written, 0)?.stamp ?? null,
      who: match[5] ?? null,
    };
  },
};
