import { levelOf } from '../headers/levels.ts';
import { firstOf, isObject, type JsonObject, stampOfValue } from '../headers/structured.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';
import { nameOf, objectWith, textUnder } from './objects.ts';

/** Where a collector says from what it collected: Fluent Bit, Filebeat, Vector, Elastic, Splunk, stern -o json. */
const ORIGINS = [
  'kubernetes',
  'container',
  'container_name',
  'container_id',
  'containerName',
  'agent',
  'fluentd',
  '_source',
  '_raw',
] as const;

/**
 * What a collector of container logs makes of a line: the line under `log` or `message`, with where it comes from beside it.
 * An entry of Elasticsearch (`_source`) or Splunk (`result`) is unwrapped first.
 */
export const collectorJson: Carrier = {
  name: 'collector-json',
  sample:
    '{"@timestamp":"2026-01-28T04:11:54.570Z","log":"[2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8","stream":"stderr","kubernetes":{"pod_name":"web-5f7c-x2x9","container_name":"web"}}',
  isLoose: false,
  peel(text) {
    const outer = objectWith(text, ORIGINS);
    if (outer === null) return null;
    const inner = isObject(outer._source) ? outer._source : isObject(outer.result) ? outer.result : outer;
    if (!ORIGINS.some((name) => name in inner || name in outer)) return null;
    const line = textUnder(inner, 'log') ?? textUnder(inner, 'message') ?? textUnder(inner, '_raw');
    if (line === null) return null;
    return {
      ...NOTHING_SAID,
      text: line.replace(/\n+$/, ''),
      stamp: stampOfValue(firstOf(inner, ['@timestamp', 'time', 'timestamp', '_time', 'date'])),
      stream: inner.stream === 'stdout' ? 'stdout' : inner.stream === 'stderr' ? 'stderr' : null,
      who: whoOf(inner),
      host: textUnder(inner, 'kubernetes', 'host') ?? textUnder(inner, 'host', 'name') ?? textUnder(inner, 'host'),
      level: levelOf(textUnder(inner, 'level') ?? textUnder(inner, 'log', 'level') ?? undefined),
    };
  },
};

function whoOf(object: JsonObject): string | null {
  return (
    nameOf(
      textUnder(object, 'kubernetes', 'pod_name') ??
        textUnder(object, 'kubernetes', 'pod', 'name') ??
        textUnder(object, 'podName'),
      textUnder(object, 'kubernetes', 'container_name') ??
        textUnder(object, 'kubernetes', 'container', 'name') ??
        textUnder(object, 'containerName'),
    ) ??
    textUnder(object, 'container', 'name') ??
    textUnder(object, 'container_name') ??
    textUnder(object, 'container_id')
  );
}
