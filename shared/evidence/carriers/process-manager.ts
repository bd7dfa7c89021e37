import { stampAt } from '../headers/loose-stamp.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';

// 04:11:54 web.1  | text          honcho, foreman, overmind
// 0|web      | text          pm2 logs
const CLOCKED = /^(\d\d:\d\d:\d\d) ([A-Za-z][\w.-]{0,60}) +\| ?/;
const NUMBERED = /^\d{1,4}\|([A-Za-z][\w.-]{0,60}) +\| ?/;

/** Process managers that number and name what they run. */
export const processManager: Carrier = {
  name: 'process-manager',
  sample: '04:11:54 web.1  | [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: false,
  peel(text) {
    const clocked = CLOCKED.exec(text);
    if (clocked !== null) {
      return {
        ...NOTHING_SAID,
        text: text.slice(clocked[0].length),
        who: clocked[2] ?? null,
        stamp: stampAt(clocked[1] ?? '', 0)?.stamp ?? null,
      };
    }
    const numbered = NUMBERED.exec(text);
    return numbered === null
      ? null
      : { ...NOTHING_SAID, text: text.slice(numbered[0].length), who: numbered[1] ?? null };
  },
};
