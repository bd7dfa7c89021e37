import { type EnvironmentSetting, type GunicornLaunch, gunicornArguments } from './launch-command.ts';
import { dependentText, isGunicornVariable } from './launch-settings.ts';
import type { CommandWord, ResolvedText, TextPlace } from './shell-words.ts';

/** Longest text that is read: a pod of many containers has some tens of KiB. */
const TEXT_LIMIT = 256 * 1024;
const LAUNCH_LIMIT = 200;

// Containers:          Init Containers:         stand without an indent, a container's name two blanks in
const SECTION = /^([A-Z][A-Za-z ]*):/;
const CONTAINER = /^ {2}([a-z0-9][a-z0-9-]{0,62}):\s*$/;
//     Args:              its words are each a line of six blanks
const FIELD = /^ {4}([A-Z][A-Za-z ]*):/;
const WORD = /^ {6}(.*)$/;
//       GUNICORN_CMD_ARGS:  --timeout 75
const VARIABLE = /^ {6}([A-Za-z_][\w.-]*): {2,}(\S.*?)\s*$/;
// <set to the key 'a' in secret 'b'>  Optional: false          (v1:metadata.name)
const FROM_ELSEWHERE = /^<set to the key |^ ?\([\w/.]*:[\w.[\]'"/-]+\)$/;

interface Container {
  readonly name: string;
  readonly words: { readonly text: string; readonly place: TextPlace }[];
  readonly environment: EnvironmentSetting[];
  readonly variables: Map<string, ResolvedText>;
}

/**
 * How the containers of a pod were started, by `kubectl describe pod`: command, arguments and environment. Source:
 * https://github.com/kubernetes/kubectl/blob/v0.32.0/pkg/describe/describe.go, describeContainers, describeContainerCommand,
 * describeContainerEnvVars
 */
export function describedLaunches(text: string): readonly GunicornLaunch[] {
  return containersOf(text.slice(0, TEXT_LIMIT))
    .slice(0, LAUNCH_LIMIT)
    .flatMap(({ name, words, environment, variables }): GunicornLaunch[] => {
      const resolved = words.map((word): CommandWord => ({ ...dependentText(word.text, variables), ...word }));
      const found = gunicornArguments(resolved, variables, environment);
      if (found === null && !environment.some((each) => isGunicornVariable(each.name))) return [];
      return [{ name, arguments: found, environment, isConditional: false, stopSeconds: null }];
    });
}

function containersOf(text: string): readonly Container[] {
  const containers: Container[] = [];
  let isWithin = false;
  let field: string | null = null;
  let at = 0;
  text.split('\n').forEach((raw, index) => {
    const line = raw.replace(/\r$/, '');
    const from = at;
    at += raw.length + 1;
    const section = SECTION.exec(line)?.[1];
    if (section !== undefined) isWithin = section === 'Containers';
    if (!isWithin) return;
    const name = CONTAINER.exec(line)?.[1];
    if (name !== undefined) {
      containers.push({ name, words: [], environment: [], variables: new Map() });
      field = null;
      return;
    }
    field = FIELD.exec(line)?.[1] ?? field;
    const current = containers.at(-1);
    if (current === undefined) return;
    const placeFrom = (column: number): TextPlace => ({ from: from + column, to: from + line.length, line: index + 1 });
    const word = WORD.exec(line)?.[1];
    const variable = field === 'Environment' ? VARIABLE.exec(line) : null;
    if (variable !== null) addVariable(current, variable, placeFrom(6));
    else if ((field === 'Command' || field === 'Args') && word !== undefined && FIELD.exec(line) === null)
      current.words.push({ text: word.trimEnd(), place: placeFrom(6) });
  });
  return containers;
}

function addVariable(
  { environment, variables }: Container,
  [, name = '', text = '']: RegExpExecArray,
  place: TextPlace,
) {
  const resolved = FROM_ELSEWHERE.test(text) ? { value: null, overridableBy: [] } : dependentText(text, variables);
  variables.set(name, resolved);
  environment.push({ ...resolved, name, text, place });
}
