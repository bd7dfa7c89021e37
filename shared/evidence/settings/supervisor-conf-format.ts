import type { Setting } from '../../model/config.ts';
import type { SupervisorConfig } from '../../model/supervisor-config.ts';
import type { RecordFormat } from '../reading/format.ts';
import { problemItem } from '../reading/lines.ts';
import type { CreateParser, ParsedItem } from '../reading/parser.ts';
import { wholeFileParser } from '../reading/whole-file.ts';
import type { Assigned, SettingName, SettingsReader } from './supervisors/reader.ts';
import { SETTINGS_READERS } from './supervisors/rows.ts';

/** A configuration has a few KiB. */
const FILE_LIMIT_BYTES = 256 * 1024;

/** The configuration of a supervisor: literals are read, everything else is set and unreadable. */
const createSupervisorConfParser: CreateParser = (context) =>
  wholeFileParser(FILE_LIMIT_BYTES, (bytes, isBeyondLimit): readonly ParsedItem[] => {
    const text = new TextDecoder('utf-8').decode(bytes);
    const reader = SETTINGS_READERS.find(({ recognises }) => recognises(text, context.fileName) !== null);
    if (reader === undefined || isBeyondLimit) {
      const why = isBeyondLimit ? `is larger than ${FILE_LIMIT_BYTES} bytes` : 'is of no supervisor that is known';
      return [problemItem('limit-exceeded', `${context.fileName} ${why}; its settings were not read.`, 0)];
    }
    const assigned = reader.assignments(text);
    const setting = (name: SettingName): Setting<number> => settingOf(reader, assigned, name, context.evidenceId, text);
    const config: SupervisorConfig = {
      supervisor: reader.supervisor,
      evidenceId: context.evidenceId,
      timeoutSeconds: setting('timeoutSeconds'),
      workers: setting('workers'),
      maxRequests: setting('maxRequests'),
    };
    return [{ type: 'supervisor-config', config }];
  });

function settingOf(
  { names, number }: SettingsReader,
  assigned: readonly Assigned[],
  name: SettingName,
  evidenceId: SupervisorConfig['evidenceId'],
  text: string,
): Setting<number> {
  const last = assigned.findLast((each) => names[name].includes(each.name));
  if (last === undefined) return { kind: 'not-set' };
  const source = {
    evidenceId,
    byteOffset: new TextEncoder().encode(text.slice(0, last.at)).length,
    byteLength: new TextEncoder().encode(text.slice(last.at, last.at + last.length)).length,
    line: last.line,
  };
  const value = number(last.value);
  return value === null
    ? { kind: 'unreadable', text: last.value, why: 'it is no literal', source }
    : { kind: 'set', value, overridableBy: [], text: last.value, source };
}

export const SUPERVISOR_CONF: RecordFormat = {
  holds: 'settings',
  savedAs:
    "a supervisor's settings (`uwsgi.ini`, `celeryconfig.py`, `www.conf`, `puma.rb`, `unicorn.rb`, `ecosystem.config.js`)",
  detect: {
    by: 'whole',
    reads: (text, _lines, fileName) => {
      for (const { recognises } of SETTINGS_READERS) {
        const why = recognises(text, fileName);
        if (why !== null) return why;
      }
      return null;
    },
  },
  dated: 'undated',
  printsHostZone: false,
  create: createSupervisorConfParser,
  // It holds no events.
  readAgain: null,
};
