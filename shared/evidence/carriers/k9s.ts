import { stampAt } from '../headers/loose-stamp.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';

// web-5f7c9d8b6-x2x9z:web text          2026-01-28T04:11:54.570448123Z web-5f7c9d8b6-x2x9z:web text
const PREFIX =
  /^(?:(\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)) +)?([a-z0-9][a-z0-9.-]{1,200}-[a-z0-9]{1,10}):([a-z][a-z0-9-]{0,62})(?: |$)/;

/** What k9s saves of its view of logs. Source: internal/dao/log_item.go of https://github.com/derailed/k9s */
export const k9s: Carrier = {
  name: 'k9s',
  sample: 'web-5f7c9d8b6-x2x9z:web [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: true,
  peel(text) {
    const match = PREFIX.exec(text);
    if (match === null) return null;
    return {
      ...NOTHING_SAID,
      text: text.slice(match[0].length),
      who: `${match[2]}/${match[3]}`,
      stamp: stampAt(match[1] ?? '', 0)?.stamp ?? null,
    };
  },
};
