import { stampAt } from '../headers/loose-stamp.ts';
import { isObject, stampOfValue } from '../headers/structured.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';
import { nameOf, objectWith, textUnder } from './objects.ts';

// 2026-01-28T04:11:54Z {container="web", pod="web-5f7c-x2x9"} text          logcli
const LINE =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) \{((?:\w{1,60}="[^"]{0,253}",? ?){1,30})\} ?/;

/** Grafana Loki: lines of `logcli`, and what Grafana exports as JSON. */
export const loki: Carrier = {
  name: 'loki',
  sample:
    '{"line":"[2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8","timestamp":"1769573514570448123","fields":{"container":"web","pod":"web-5f7c-x2x9"}}',
  isLoose: false,
  peel(text) {
    const match = LINE.exec(text);
    if (match !== null) {
      const labels = match[2] ?? '';
      const label = (name: string): string | null =>
        new RegExp(`(?:^|[ ,])${name}="([^"]{1,253})"`).exec(labels)?.[1] ?? null;
      return {
        ...NOTHING_SAID,
        text: text.slice(match[0].length),
        stamp: stampAt(match[1] ?? '', 0)?.stamp ?? null,
        who: nameOf(label('pod'), label('container')) ?? label('service_name') ?? label('job'),
      };
    }
    const object = objectWith(text, ['line']);
    const line = object === null ? null : textUnder(object, 'line');
    if (object === null || line === null || !('timestamp' in object || 'date' in object)) return null;
    const labels = isObject(object.fields) ? object.fields : isObject(object.labels) ? object.labels : {};
    const nanos = textUnder(object, 'timestamp');
    return {
      ...NOTHING_SAID,
      text: line.replace(/\n+$/, ''),
      stamp: stampOfValue(nanos !== null && /^\d{16,19}$/.test(nanos) ? Number(nanos) : (nanos ?? object.date)),
      who: nameOf(textUnder(labels, 'pod'), textUnder(labels, 'container')) ?? textUnder(labels, 'service_name'),
    };
  },
};
