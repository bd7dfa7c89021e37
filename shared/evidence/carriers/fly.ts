import { levelOf } from '../headers/levels.ts';
import { stampAt } from '../headers/loose-stamp.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';

// 2026-01-28T04:11:54.570Z app[148e21a0b57e89] fra [info]text
const LINE =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?) (?:app|runner|proxy)\[([\w-]{1,40})\] ([a-z]{3}) \[(\w{4,8})\] ?/;

/** `fly logs`. */
export const fly: Carrier = {
  name: 'fly',
  sample:
    '2026-01-28T04:11:54.570Z app[148e21a0b57e89] fra [info][2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: false,
  peel(text) {
    const match = LINE.exec(text);
    if (match === null) return null;
    return {
      ...NOTHING_SAID,
      text: text.slice(match[0].length),
      stamp: stampAt(match[1] ?? '', 0)?.stamp ?? null,
      who: match[2] ?? null,
      level: levelOf(match[4]),
    };
  },
};
