import type { EvidenceId, Provenance } from '../../model/evidence.ts';
import type { LaunchFileKind, LaunchRecord } from '../../model/launch.ts';
import type { RecordFormat } from '../reading/format.ts';
import { problemItem } from '../reading/lines.ts';
import type { CreateParser, ParsedItem } from '../reading/parser.ts';
import { wholeFileParser } from '../reading/whole-file.ts';
import type { GunicornLaunch } from './launch-command.ts';
import { launchSettings } from './launch-flags.ts';
import {
  composeLaunches,
  dockerfileLaunches,
  environmentFileLaunches,
  inspectedLaunches,
  kubernetesLaunches,
  procfileLaunches,
  shellScriptLaunches,
  supervisorLaunches,
} from './launch-settings.ts';
import { describedLaunches } from './pod-description.ts';
import type { TextPlace } from './shell-words.ts';

/** A file that starts a service has a few KiB. */
const FILE_LIMIT_BYTES = 256 * 1024;

interface LaunchFile {
  readonly kind: LaunchFileKind;
  readonly launches: readonly GunicornLaunch[];
}

/** The kinds, those with the plainest marks first. A text is of a kind only where it starts gunicorn in that kind's way. */
const KINDS: readonly {
  readonly kind: LaunchFileKind;
  readonly isLikely: (text: string, fileName: string) => boolean;
  readonly read: (text: string) => readonly GunicornLaunch[];
}[] = [
  // FROM python:3.12-slim
  { kind: 'Dockerfile', isLikely: (text) => /^\s*FROM\s+\S/im.test(text), read: dockerfileLaunches },
  // [program:web]
  { kind: 'supervisor configuration', isLikely: (text) => /^\[program:/m.test(text), read: supervisorLaunches },
  {
    kind: 'Kubernetes manifest',
    isLikely: (text) => /^\s*(?:- )?containers\s*:|"containers"\s*:\s*\[/m.test(text),
    read: kubernetesLaunches,
  },
  // Amazon ECS
  { kind: 'task definition', isLikely: (text) => /"containerDefinitions"\s*:/.test(text), read: kubernetesLaunches },
  { kind: 'compose file', isLikely: (text) => /^services\s*:/m.test(text), read: composeLaunches },
  // systemd's EnvironmentFile=, docker's --env-file, a .env
  { kind: 'environment file', isLikely: isEnvironmentFile, read: environmentFileLaunches },
  { kind: 'start script', isLikely: isScript, read: shellScriptLaunches },
  { kind: 'Procfile', isLikely: isProcfile, read: procfileLaunches },
];

function isScript(text: string, fileName: string): boolean {
  // #!/usr/bin/env bash
  if (/^#!.*\b(?:ba|da|a|z|k)?sh\b/.test(text) || /\.(?:ba|z|k)?sh$/i.test(fileName)) return true;
  const first = text.split('\n').find((line) => !/^\s*(?:#.*)?$/.test(line)) ?? '';
  // Without a first line that says so: `exec gunicorn ...`, `export TIMEOUT=60`, `. venv/bin/activate`
  return /^\s*(?:exec\s|export\s+\w+=|set\s+-[a-z]|cd\s+\/|source\s|\.\s+\S|(?:\S*\/)?gunicorn\s)/.test(first);
}

const isBlankOrComment = (line: string): boolean => /^\s*(?:[#;].*)?$/.test(line);

function isEnvironmentFile(text: string): boolean {
  const lines = text.split('\n').filter((line) => !isBlankOrComment(line));
  return lines.length > 0 && lines.every((line) => /^\s*[A-Za-z_]\w*=/.test(line));
}

function isProcfile(text: string): boolean {
  const lines = text.split('\n').filter((line) => !/^\s*(?:#.*)?$/.test(line));
  return lines.length > 0 && lines.every((line) => /^[\w-]+\s*:\s*\S/.test(line));
}

/** What a text starts of gunicorn, and in what way; null where it starts none or sets nothing for it. */
function readLaunchFile(text: string, fileName: string): LaunchFile | null {
  if (!/gunicorn|WEB_CONCURRENCY/i.test(text)) return null;
  for (const { kind, isLikely, read } of KINDS) {
    if (!isLikely(text, fileName)) continue;
    const launches = read(text);
    if (launches.length > 0) return { kind, launches };
  }
  return null;
}

const createLaunchParser: CreateParser = ({ evidenceId, fileName }) =>
  wholeFileParser(FILE_LIMIT_BYTES, (bytes, isBeyondLimit) => {
    if (isBeyondLimit) {
      return [
        problemItem(
          'limit-exceeded',
          `${fileName} is larger than ${FILE_LIMIT_BYTES} bytes, more than a file that starts a service has; it was not read.`,
          FILE_LIMIT_BYTES,
        ),
      ];
    }
    const text = new TextDecoder().decode(bytes);
    const file = readLaunchFile(text, fileName);
    const whole: Provenance = { evidenceId, byteOffset: 0, byteLength: bytes.length, line: null };
    return (file?.launches ?? []).map((launch) => ({
      type: 'launch',
      launch: recordOf(launch, file?.kind ?? 'start script', text, whole),
    }));
  });

/** How containers were started, by what tells of their state. */
export function containerLaunchItems(text: string, evidenceId: EvidenceId, byteLength: number): readonly ParsedItem[] {
  if (!/gunicorn|WEB_CONCURRENCY/i.test(text)) return [];
  const whole: Provenance = { evidenceId, byteOffset: 0, byteLength, line: null };
  // Name:             web-5f7c9d-x2x9
  const isDescribed = /^Containers:\s*$/m.test(text) && /^Name: {2,}\S/m.test(text);
  const read = isDescribed ? describedLaunches : /"Config"\s*:/.test(text) ? inspectedLaunches : kubernetesLaunches;
  const launches = read(text);
  return launches.map((launch) => ({ type: 'launch', launch: recordOf(launch, 'container', text, whole) }));
}

function recordOf(launch: GunicornLaunch, kind: LaunchFileKind, text: string, whole: Provenance): LaunchRecord {
  const { name, isConditional, stopSeconds } = launch;
  return {
    evidenceId: whole.evidenceId,
    kind,
    name,
    isConditional,
    stopSeconds,
    source: whole,
    settings: launchSettings(launch).map(({ place, ...setting }) => ({
      setting: setting.setting,
      value: setting.value,
      overridableBy: setting.overridableBy,
      from: setting.from,
      text: setting.text,
      source: sourceOf(place, text, whole),
    })),
  };
}

function sourceOf(place: TextPlace, text: string, { evidenceId }: Provenance): Provenance {
  const bytesTo = (end: number): number => new TextEncoder().encode(text.slice(0, end)).length;
  const byteOffset = bytesTo(place.from);
  return { evidenceId, byteOffset, byteLength: bytesTo(place.to) - byteOffset, line: place.line };
}

export const GUNICORN_LAUNCH: RecordFormat = {
  holds: 'settings',
  savedAs:
    'what starts gunicorn: Dockerfile, compose file, Procfile, start script, environment file, supervisor section, Kubernetes manifest, task definition of ECS',
  detect: {
    by: 'whole',
    reads: (text, _lines, fileName) => {
      const file = readLaunchFile(text, fileName);
      return file === null ? null : `starts gunicorn as a ${file.kind} does`;
    },
  },
  dated: 'undated',
  printsHostZone: false,
  create: createLaunchParser,
  // It holds no events.
  readAgain: null,
};
