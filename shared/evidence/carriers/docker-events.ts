import { stampOfMicros } from '../headers/loose-stamp.ts';
import { isObject } from '../headers/structured.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';
import { objectWith, textUnder } from './objects.ts';

const NANOS_PER_MICRO = 1_000;
const MICROS_PER_SECOND = 1_000_000;

/**
 * `docker events --format json`: the same words as without a format, `container die ID (exitCode=137, ...)`. An ID may be shortened by
 * hand. Source: prettyPrintEvent in https://github.com/docker/cli/blob/v28.0.0/cli/command/system/events.go
 */
export const dockerEvents: Carrier = {
  name: 'docker-events',
  sample:
    '{"Type":"container","Action":"die","Actor":{"ID":"4f5e6a7b8c9d","Attributes":{"exitCode":"137","name":"tracker-web-1"}},"time":1769573514}',
  isLoose: false,
  peel(text) {
    const object = objectWith(text, ['Actor']);
    if (object === null) return null;
    const type = textUnder(object, 'Type');
    const action = textUnder(object, 'Action');
    const id = textUnder(object, 'Actor', 'ID');
    if (type === null || action === null || id === null || !isObject(object.Actor)) return null;
    const { Attributes: attributes } = object.Actor;
    const pairs = isObject(attributes)
      ? Object.entries(attributes)
          .map(([name, value]) => `${name}=${String(value)}`)
          .sort()
      : [];
    const { timeNano, time } = object;
    const micros =
      typeof timeNano === 'number' && timeNano > 0
        ? Math.floor(timeNano / NANOS_PER_MICRO)
        : typeof time === 'number' && time > 0
          ? time * MICROS_PER_SECOND
          : null;
    return {
      ...NOTHING_SAID,
      text: `${type} ${action} ${id}${pairs.length === 0 ? '' : ` (${pairs.join(', ')})`}`,
      stamp:
        micros === null || !Number.isSafeInteger(micros)
          ? null
          : stampOfMicros(micros, typeof timeNano === 'number' ? 1 : MICROS_PER_SECOND),
    };
  },
};
