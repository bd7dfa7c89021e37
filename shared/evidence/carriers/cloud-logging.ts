import { levelOf } from '../headers/levels.ts';
import { isObject, stampOfValue } from '../headers/structured.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';
import { nameOf, objectWith, textUnder } from './objects.ts';

/**
 * Google Cloud Logging, as its console and `gcloud logging read --format json` export it. `severity` DEFAULT says nothing.
 * Source: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
 */
export const cloudLogging: Carrier = {
  name: 'cloud-logging',
  sample:
    '{"insertId":"a1","logName":"projects/p/logs/run.googleapis.com%2Fstderr","textPayload":"[2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8","timestamp":"2026-01-28T04:11:54.570448Z"}',
  isLoose: false,
  peel(text) {
    const object = objectWith(text, ['textPayload', 'jsonPayload', 'protoPayload']);
    if (object === null || (!('insertId' in object) && !('logName' in object) && !('resource' in object))) return null;
    const payload = isObject(object.jsonPayload) ? JSON.stringify(object.jsonPayload) : null;
    const line = textUnder(object, 'textPayload') ?? messageAlone(object.jsonPayload) ?? payload;
    if (line === null) return null;
    const logName = textUnder(object, 'logName') ?? '';
    return {
      ...NOTHING_SAID,
      text: line.replace(/\n+$/, ''),
      stamp: stampOfValue(object.timestamp) ?? stampOfValue(object.receiveTimestamp),
      stream: logName.endsWith('stderr') ? 'stderr' : logName.endsWith('stdout') ? 'stdout' : null,
      who:
        nameOf(
          textUnder(object, 'resource', 'labels', 'pod_name'),
          textUnder(object, 'resource', 'labels', 'container_name'),
        ) ??
        nameOf(
          textUnder(object, 'resource', 'labels', 'service_name') ??
            textUnder(object, 'resource', 'labels', 'module_id'),
          textUnder(object, 'labels', 'instanceId'),
        ),
      host: textUnder(object, 'labels', 'compute.googleapis.com/resource_name'),
      level: levelOf(textUnder(object, 'severity') ?? undefined),
    };
  },
};

/** What an agent made of a line that was no JSON: an object with nothing but the line. */
function messageAlone(payload: unknown): string | null {
  if (!isObject(payload)) return null;
  const names = Object.keys(payload);
  return names.length === 1 ? (textUnder(payload, 'message') ?? textUnder(payload, 'log')) : null;
}
