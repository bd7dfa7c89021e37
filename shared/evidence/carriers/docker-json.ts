import { stampOfValue } from '../headers/structured.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';
import { nameOf, objectWith, textUnder } from './objects.ts';

/** Docker's json-file driver. A line without a line feed at its end goes on in the next record. Source: daemon/logger/jsonfilelog */
export const dockerJson: Carrier = {
  name: 'docker-json',
  sample:
    '{"log":"[2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8\\n","stream":"stderr","time":"2026-01-28T04:11:54.570448123Z"}',
  isLoose: false,
  peel(text) {
    const object = objectWith(text, ['log']);
    const log = object === null ? null : (object.log ?? null);
    if (object === null || typeof log !== 'string' || typeof object.time !== 'string') return null;
    if (typeof object.stream !== 'string' && Object.keys(object).length > 3) return null;
    return {
      ...NOTHING_SAID,
      text: log.replace(/\r?\n$/, ''),
      stamp: stampOfValue(object.time),
      stream: object.stream === 'stdout' ? 'stdout' : object.stream === 'stderr' ? 'stderr' : null,
      who: nameOf(textUnder(object, 'attrs', 'name') ?? textUnder(object, 'attrs', 'tag')),
      isPart: !log.endsWith('\n') && log.length >= PART_CHARACTERS,
    };
  },
};

/** The driver parts lines of 16 KiB; a shorter one without a line feed was written so. */
const PART_CHARACTERS = 8 * 1024;
