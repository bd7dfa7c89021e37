import { cpSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inquest } from '../../electron/cli/inquest.ts';
import { tempFolder } from '../support/bundles.ts';
import { type Outcome, readTruth, wrongOf } from '../support/incident-truth.ts';
import { keepBundle } from '../support/keep-bundle.ts';

const INCIDENTS = fileURLToPath(new URL('../incidents/', import.meta.url));

/** Copies the evidence to a folder whose name tells nothing, last changed when it was saved: git keeps no such times. */
function stage(name: string, saved: string): string {
  const folder = join(tempFolder(), 'evidence');
  cpSync(join(INCIDENTS, name, 'evidence'), folder, { recursive: true });
  const time = new Date(saved);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    utimesSync(join(entry.parentPath, entry.name), time, time);
  }
  keepBundle(folder);
  return folder;
}

/** What the command line says of a folder, and the case that it writes. */
async function analyse(folder: string): Promise<Outcome> {
  const json = join(tempFolder('case-'), 'case.json');
  let text = '';
  const stream = {
    write: (content: string | Uint8Array): void => {
      text += typeof content === 'string' ? content : new TextDecoder().decode(content);
    },
  };
  expect(await inquest(['analyze', folder, '--json', json, '--full'], { stdout: stream, stderr: stream })).toBe(0);
  return { case: JSON.parse(readFileSync(json, 'utf8')), text };
}

describe('an incident is judged as what it was', () => {
  it.each(readdirSync(INCIDENTS).sort())('%s', async (name) => {
    const truth = readTruth(join(INCIDENTS, name, 'truth.json'));
    const wrong = wrongOf(truth, await analyse(stage(name, truth.saved)));
    const known = Object.keys(truth.known ?? {});
    // What is known to be wrong stays in until it is right: then its mark goes.
    expect(wrong.filter(({ what }) => !known.includes(what)).map(({ what, found }) => `${what}: ${found}`)).toEqual([]);
    expect(known.filter((each) => !wrong.some(({ what }) => what === each))).toEqual([]);
  });
});
