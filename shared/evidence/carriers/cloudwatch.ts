import { stampAt } from '../headers/loose-stamp.ts';
import { stampOfValue } from '../headers/structured.ts';
import { type Carried, type Carrier, NOTHING_SAID } from './carrier.ts';
import { objectWith, textUnder } from './objects.ts';

// 2026-01-28T04:11:54.570000+00:00 ecs/web/0a1b2c3d4e5f text          aws logs tail
const TAIL =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?\+00:00) ([A-Za-z0-9][\w.#$-]*(?:\/[\w.$[\]#-]+)+|[0-9a-f]{32}|i-[0-9a-f]{8,17})(?: |$)/;

/** Amazon CloudWatch Logs: an event of `get-log-events` or `filter-log-events`, and a line of `aws logs tail`. */
export const cloudwatch: Carrier = {
  name: 'cloudwatch',
  sample:
    '{"timestamp":1769573514570,"message":"[2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8","ingestionTime":1769573515000}',
  isLoose: false,
  peel(text) {
    const tail = TAIL.exec(text);
    if (tail !== null) {
      return {
        ...NOTHING_SAID,
        text: text.slice(tail[0].length),
        stamp: stampAt(tail[1] ?? '', 0)?.stamp ?? null,
        who: tail[2] ?? null,
      };
    }
    return peelEvent(text);
  },
};

function peelEvent(text: string): Carried | null {
  const object = objectWith(text, ['ingestionTime', 'logStreamName', 'eventId', '@message']);
  if (object === null) return null;
  const message = textUnder(object, 'message') ?? textUnder(object, '@message');
  if (message === null) return null;
  return {
    ...NOTHING_SAID,
    text: message.replace(/\n+$/, ''),
    stamp: stampOfValue(object.timestamp ?? object['@timestamp']),
    who: textUnder(object, 'logStreamName') ?? textUnder(object, '@logStream'),
  };
}
