import { levelOf } from '../headers/levels.ts';
import { firstOf, stampOfValue } from '../headers/structured.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';
import { nameOf, objectWith, textUnder } from './objects.ts';

/** Under which names Azure keeps a line: App Service, Container Apps, and the tables of Log Analytics for these and for AKS. */
const LINES = ['resultDescription', 'ResultDescription', 'Log', 'Log_s', 'LogMessage', 'LogEntry'] as const;

/**
 * What Azure makes of a container's line as JSON: diagnostic logs of App Service (AppServiceConsoleLogs), `az containerapp logs show`,
 * and rows of ContainerAppConsoleLogs_CL, ContainerLogV2 and ContainerLog. Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables
 */
export const azure: Carrier = {
  name: 'azure',
  sample:
    '{"TimeStamp":"2026-01-28T04:11:54.57044+00:00","Log":"[2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8"}',
  isLoose: false,
  peel(text) {
    const object = objectWith(text, LINES);
    if (object === null) return null;
    const name = LINES.find((each) => typeof object[each] === 'string');
    const stamp = stampOfValue(firstOf(object, ['time', 'TimeStamp', 'TimeGenerated', 'time_t']));
    if (name === undefined || stamp === null) return null;
    const stream =
      textUnder(object, 'Stream_s') ?? textUnder(object, 'LogSource') ?? textUnder(object, 'LogEntrySource');
    return {
      ...NOTHING_SAID,
      text: String(object[name]).replace(/\n+$/, ''),
      stamp,
      stream: stream === 'stdout' || stream === 'stderr' ? stream : null,
      who:
        nameOf(
          textUnder(object, 'PodName') ?? textUnder(object, 'ContainerGroupName_s'),
          textUnder(object, 'ContainerName') ?? textUnder(object, 'ContainerName_s'),
        ) ??
        textUnder(object, 'containerId') ??
        textUnder(object, 'ContainerId') ??
        textUnder(object, 'ContainerID') ??
        textUnder(object, 'ContainerId_s'),
      host: textUnder(object, 'Computer') ?? textUnder(object, 'Host'),
      // All that comes by stderr is called an error.
      level:
        stream === null && name === 'resultDescription' ? null : levelOf(textUnder(object, 'LogLevel') ?? undefined),
    };
  },
};
