import type { GunicornLaunch } from './launch-command.ts';
import { type CommandWord, plainWords } from './shell-words.ts';

/** A setting that a command line or the environment gives to gunicorn. */
export interface LaunchSetting {
  /** As the configuration file calls it. */
  readonly setting: LaunchSettingName;
  /** As given; null where it cannot be told. */
  readonly value: string | null;
  readonly overridableBy: readonly string[];
  readonly from: 'flag' | 'GUNICORN_CMD_ARGS' | 'WEB_CONCURRENCY';
  readonly text: string;
  readonly place: CommandWord['place'];
}

/** Flags with their settings. Source: https://docs.gunicorn.org/en/stable/settings.html */
const FLAGS = {
  '--timeout': 'timeout',
  '-t': 'timeout',
  '--graceful-timeout': 'graceful_timeout',
  '--workers': 'workers',
  '-w': 'workers',
  '--worker-class': 'worker_class',
  '-k': 'worker_class',
  '--threads': 'threads',
  '--max-requests': 'max_requests',
  '--max-requests-jitter': 'max_requests_jitter',
  '--preload': 'preload_app',
  '--bind': 'bind',
  '-b': 'bind',
  '--config': 'config',
  '-c': 'config',
} as const;
type LaunchSettingName = (typeof FLAGS)[keyof typeof FLAGS];

/**
 * What a start of gunicorn sets, the strongest first: flags, then GUNICORN_CMD_ARGS, then WEB_CONCURRENCY, which is weaker
 * than a configuration file even. A later flag of a setting wins over an earlier one. Source:
 * https://docs.gunicorn.org/en/stable/configure.html and gunicorn/config.py (Workers)
 */
export function launchSettings(launch: GunicornLaunch): readonly LaunchSetting[] {
  const latest = (name: string) => launch.environment.findLast((each) => each.name === name);
  const more = latest('GUNICORN_CMD_ARGS');
  const concurrency = latest('WEB_CONCURRENCY');
  return [
    ...flagsOf(launch.arguments ?? [], 'flag'),
    ...(more === undefined || more.value === null
      ? []
      : flagsOf(
          plainWords(more.value).map((word) => ({ ...word, overridableBy: more.overridableBy, place: more.place })),
          'GUNICORN_CMD_ARGS',
        )),
    ...(concurrency === undefined
      ? []
      : [
          {
            setting: 'workers',
            from: 'WEB_CONCURRENCY',
            value: concurrency.value,
            overridableBy: concurrency.overridableBy,
            text: concurrency.text,
            place: concurrency.place,
          } as const,
        ]),
  ];
}

/** The last of each setting's flags. */
function flagsOf(words: readonly CommandWord[], from: LaunchSetting['from']): readonly LaunchSetting[] {
  const found = new Map<LaunchSettingName, LaunchSetting>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined || word.value === null) continue;
    if (word.value === '--') break;
    const flag = readFlag(word.value);
    if (flag === null) continue;
    const next = words[at + 1];
    const { setting } = flag;
    if (setting === 'preload_app') found.set(setting, { ...word, setting, from, value: 'True' });
    else if (flag.value !== null) found.set(setting, { ...word, setting, from, value: flag.value });
    else if (next !== undefined) {
      found.set(setting, {
        value: next.value,
        overridableBy: next.overridableBy,
        text: next.text,
        place: next.place,
        setting,
        from,
      });
      at += 1;
    }
  }
  return [...found.values()];
}

/** `--timeout=120`, `-t120`, `--timeout`, `--max-requests`. */
function readFlag(word: string): { readonly setting: LaunchSettingName; readonly value: string | null } | null {
  const [, name = '', value] = /^(--[a-z-]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
  if (name !== '') {
    if (isFlag(name)) return { setting: FLAGS[name], value: value ?? null };
    return null;
  }
  const short = /^(-[twkbc])([\s\S]*)$/.exec(word);
  if (short?.[1] === undefined || !isFlag(short[1])) return null;
  return { setting: FLAGS[short[1]], value: short[2] === '' || short[2] === undefined ? null : short[2] };
}

function isFlag(name: string): name is keyof typeof FLAGS {
  return Object.hasOwn(FLAGS, name);
}
