import { stampAt } from '../headers/loose-stamp.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';

// Jan 28 04:11:54 tracker app/web.1 text          Papertrail, of a Heroku drain
// 2026-01-28T04:11:54.570448+00:00 app[web.1]: text          heroku logs
const PAPERTRAIL = /^(\p{L}{3,8}\.? [ \d]\d \d\d:\d\d:\d\d) ([\w.-]{1,253}) ((?:app|heroku)\/[\w.-]{1,64}):?(?: |$)/u;
const HEROKU =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) (app|heroku)\[([a-z][\w.-]{0,63})\]:(?: |$)/;

/** Heroku's logs, straight or by way of Papertrail: the dyno is the one whose pids they are. */
export const papertrail: Carrier = {
  name: 'papertrail',
  sample:
    '2026-01-28T04:11:54.570448+00:00 app[web.1]: [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: false,
  peel(text) {
    const heroku = HEROKU.exec(text);
    if (heroku !== null) {
      return {
        ...NOTHING_SAID,
        text: text.slice(heroku[0].length),
        stamp: stampAt(heroku[1] ?? '', 0)?.stamp ?? null,
        who: heroku[2] === 'app' ? (heroku[3] ?? null) : `heroku/${heroku[3]}`,
      };
    }
    const match = PAPERTRAIL.exec(text);
    if (match === null) return null;
    return {
      ...NOTHING_SAID,
      text: text.slice(match[0].length),
      stamp: stampAt(match[1] ?? '', 0)?.stamp ?? null,
      host: match[2] ?? null,
      who: match[3]?.replace(/^app\//, '') ?? null,
    };
  },
};
