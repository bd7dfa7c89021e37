import { levelOf } from '../headers/levels.ts';
import { stampAt } from '../headers/loose-stamp.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';

// web-1  | text          docker compose logs
// web.1.k3j2h1g0f9e8@node-a    | text          docker service logs: service, slot, task, node
const NAME = /^([A-Za-z0-9][\w.-]{0,100}?)(?:\.([a-z0-9]{20,30}))?(?:@([\w.-]{1,100}))? +\|(?: |$)/;

/** `docker compose logs` and `docker service logs`: the container's name, padded, and a bar. */
export const compose: Carrier = {
  name: 'compose',
  sample: 'web-1  | [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  // A row of a table looks the same.
  isLoose: true,
  peel(text) {
    if (text.indexOf('|') < 1 || stampAt(text, 0) !== null) return null;
    const match = NAME.exec(text);
    // `INFO | importer | text` is a logger's.
    if (match === null || levelOf(match[1]) !== null) return null;
    return {
      ...NOTHING_SAID,
      text: text.slice(match[0].length),
      who: match[1] ?? null,
      host: match[3] ?? null,
    };
  },
};
