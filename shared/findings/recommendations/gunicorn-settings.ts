import type { FactContext } from '../../context/context.ts';
import { lastSettingLine, timeoutPlace } from '../../context/timeout-place.ts';
import { type GunicornConfig, settingText } from '../../model/config.ts';
import { fileLabel } from '../../wording/figures.ts';
import { linesAfter, timeoutPatch } from '../timeout-patch.ts';
import { diff, settings as otherSettings, type Patch, python, shell } from './advice.ts';
import { reloadCommand, restartCommand } from './restart.ts';
import { supervisedChange } from './supervisor-advice.ts';
import type { GunicornSettings } from './wanted-settings.ts';

/** Which member of a configuration that was read holds a setting. */
const MEMBERS = {
  timeout: 'timeoutSeconds',
  graceful_timeout: 'gracefulTimeoutSeconds',
  max_requests: 'maxRequests',
  max_requests_jitter: 'maxRequestsJitter',
} as const satisfies Readonly<Record<keyof GunicornSettings, keyof GunicornConfig>>;

/** Files that make an image or name what runs in one: a changed flag needs a new container. */
const CONTAINER_FILE = /(?:^|\/)(?:Dockerfile|Containerfile|(?:docker-)?compose)[\w.-]*$/i;

/**
 * The change to the configuration, with the command that puts it into force. A unified diff that patch(1) applies adds all
 * lines behind the last known setting: of two assignments of a Python file the later holds, and to replace a line a diff
 * would have to quote it to the letter. Where a flag sets the timeout, a line of the file would change nothing.
 */
export function settingsChange(context: FactContext, settings: GunicornSettings): Patch {
  const supervised = supervisedChange(context, settings);
  if (supervised !== null) return supervised;
  const { timeout } = settings;
  const place = timeout === undefined ? null : timeoutPlace(context);
  if (timeout !== undefined && place?.kind === 'unit') {
    return otherSettings(timeoutPatch(place, timeout), restartCommand(context));
  }
  const source = context.config?.timeoutSource;
  if (timeout !== undefined && (source === 'flag' || source === 'environment')) {
    const flags = Object.entries(settings).map(([name, value]) => `--${name.replaceAll('_', '-')} ${value}`);
    const container = place?.kind === 'flag' && CONTAINER_FILE.test(place.file);
    return shell(
      `${flags.join(' ')}   # in place of ${context.config?.timeoutFrom ?? 'the flag'}`,
      container ? 'docker compose up -d --build' : restartCommand(context),
    );
  }
  const names = Object.keys(MEMBERS).filter((name): name is keyof typeof MEMBERS => name in settings);
  const config = context.evidence.configs[0];
  const file = context.evidence.files.find((each) => each.id === config?.evidenceId);
  const path = file === undefined ? '' : fileLabel(file.path);
  const lines = names.map((name) => {
    const old = config?.[MEMBERS[name]] ?? { kind: 'not-set' };
    const replaced =
      old.kind === 'not-set'
        ? ''
        : `  # replaces line ${old.source.line ?? '?'} (${old.kind === 'set' ? old.value : settingText(old)})`;
    return `${name} = ${settings[name]}${replaced}`;
  });
  const after = config === undefined ? null : lastSettingLine(config);
  return after === null
    ? python(lines.join('\n'), reloadCommand(context))
    : diff(linesAfter({ file: path, line: after }, lines), reloadCommand(context));
}
