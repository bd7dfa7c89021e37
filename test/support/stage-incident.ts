import { cpSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from './bundles.ts';
import { readTruth, type Truth } from './incident-truth.ts';
import { keepBundle } from './keep-bundle.ts';

const INCIDENTS = fileURLToPath(new URL('../incidents/', import.meta.url));

/** The incidents by name, in alphabetical order. */
export const INCIDENT_NAMES: readonly string[] = readdirSync(INCIDENTS).sort();

/** What really happened. */
export function truthOf(name: string): Truth {
  return readTruth(join(INCIDENTS, name, 'truth.json'));
}

/** Copies the evidence to a folder whose name tells nothing, last changed when it was saved: git keeps no such times. */
export function stageIncident(name: string): string {
  const folder = join(tempFolder(), 'evidence');
  cpSync(join(INCIDENTS, name, 'evidence'), folder, { recursive: true });
  const time = new Date(truthOf(name).saved);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    utimesSync(join(entry.parentPath, entry.name), time, time);
  }
  keepBundle(folder);
  return folder;
}
