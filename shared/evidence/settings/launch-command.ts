import { existing } from '../../model/existing.ts';
import {
  type CommandWord,
  literal,
  NESTING_LIMIT,
  type ShellToken,
  shellTokens,
  type Variables,
} from './shell-words.ts';

/** A variable that a file sets for the process that it starts. */
export interface EnvironmentSetting extends CommandWord {
  readonly name: string;
}

/** A start of gunicorn that a file describes. */
export interface GunicornLaunch {
  /** The service, program, container or process type; null where the file has one only. */
  readonly name: string | null;
  /** What follows `gunicorn` on its command line; null where the file sets variables only. */
  readonly arguments: readonly CommandWord[] | null;
  /** Variables for the process, those of its command line included; a later one of a name wins. */
  readonly environment: readonly EnvironmentSetting[];
  /** Whether it is started only under a condition that the file has. */
  readonly isConditional: boolean;
  /** Seconds that it is given to stop before it is killed; null where the file does not say. */
  readonly stopSeconds: number | null;
}

/** Programs that are given the name of gunicorn without starting it. */
const NO_START =
  /^(?:pip3?|pipx|apt|apt-get|apk|yum|dnf|conda|npm|echo|printf|which|whereis|type|command|hash|pkill|killall|pgrep|kill|grep|egrep|ps|test|\[|\[\[|mkdir|rm|cp|ln|chown|chmod|ls|cat|tail|touch|sed|find|man|systemctl|service|supervisorctl|export|unset|local|readonly|alias|source|\.)$/;

/** What follows `gunicorn` in the words of one command; null when it starts no gunicorn. Variables before it go to `environment`. */
export function gunicornArguments(
  words: readonly CommandWord[],
  variables: Variables,
  environment: EnvironmentSetting[],
  depth = 0,
): readonly CommandWord[] | null {
  if (depth > NESTING_LIMIT) return null;
  const first = words.findIndex(({ value }) => value === null || !/^[A-Za-z_]\w*=/.test(value));
  const command = baseName(words[first]?.value);
  if (first < 0 || NO_START.test(command)) return null;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    const value = word?.value ?? null;
    if (word === undefined || value === null) continue;
    if (/^(?:install|add|uninstall|-v)$/.test(value) && !words.slice(0, at).some((each) => isGunicorn(each.value)))
      return null;
    const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(value);
    if (
      assignment?.[1] !== undefined &&
      /(?:^|\s)(?:env|exec|sudo)?$/.test(command === '' || at < first ? '' : command)
    ) {
      environment.push({ ...word, name: assignment[1], value: assignment[2] ?? '' });
      continue;
    }
    if (isGunicorn(value)) return words.slice(at + 1);
    if (value === '-m' && /^gunicorn(?:\.app\.wsgiapp)?$/.test(words[at + 1]?.value ?? '')) return words.slice(at + 2);
    // sh -c "exec gunicorn ..."
    const script = words[at + 1];
    if (
      /^-[a-z]*c$/.test(value) &&
      script !== undefined &&
      /^(?:ba|da|a|z|k)?sh$/.test(baseName(words[at - 1]?.value))
    ) {
      if (script.value === null) return null;
      return scriptLaunches(script.value, variables, depth + 1, script.place)[0]?.arguments ?? null;
    }
  }
  return null;
}

const baseName = (value: string | null | undefined): string => (value ?? '').slice((value ?? '').lastIndexOf('/') + 1);

function isGunicorn(value: string | null): boolean {
  return /^gunicorn(?:3|\d\.\d+)?$/.test(baseName(value));
}

/** Commands of a script that are looked at. */
const COMMAND_LIMIT = 3_000;

/** Words after which a command begins, and by how much they open or close a condition. */
const KEYWORDS: ReadonlyMap<string, number> = new Map([
  ...['if', 'for', 'while', 'until', 'case', '{'].map((word) => [word, 1] as const),
  ...['fi', 'done', 'esac', '}'].map((word) => [word, -1] as const),
  ...['then', 'elif', 'else', 'do', '!', 'time'].map((word) => [word, 0] as const),
]);

/**
 * The starts of gunicorn in a shell script, with the variables that it sets before. What it sets or starts under a condition
 * is marked, and has no value that could be relied on.
 */
export function scriptLaunches(
  text: string,
  given: Variables = new Map(),
  depth = 0,
  base?: CommandWord['place'],
): readonly GunicornLaunch[] {
  const variables = new Map(given);
  const exported: EnvironmentSetting[] = [];
  const launches: GunicornLaunch[] = [];
  let conditions = 0;
  let line = base?.line ?? 1;
  const offset = base?.from ?? 0;
  const starts = commandStarts(shellTokens(text, new Map(), base)).slice(0, COMMAND_LIMIT);
  starts.forEach((start, index) => {
    const from = start - offset;
    const before = index === 0 ? 0 : existing(starts[index - 1], index - 1) - offset;
    line += (text.slice(before, from).match(/\n/g) ?? []).length;
    const end = (starts[index + 1] ?? offset + text.length) - offset;
    // A variable that is set is known to what follows only, so commands are resolved one by one.
    const words = [...firstCommand(shellTokens(text.slice(from, end), variables, { from: start, to: start, line }))];
    while (words[0] !== undefined && KEYWORDS.has(words[0].text)) {
      conditions = Math.max(0, conditions + (KEYWORDS.get(words[0].text) ?? 0));
      words.shift();
    }
    const isExport = /^(?:export|declare|typeset|readonly|local)$/.test(words[0]?.text ?? '');
    const assigned = (isExport ? words.slice(1) : words).filter(({ text: written }) =>
      /^(?:-\w+|[A-Za-z_]\w*(?:=[\s\S]*)?)$/.test(written),
    );
    const isAssignment =
      isExport || (words.length > 0 && words.every(({ text: written }) => /^[A-Za-z_]\w*=/.test(written)));
    if (isAssignment) {
      for (const word of assigned) setVariable(word, variables, exported, conditions > 0);
      return;
    }
    const environment = [...exported];
    const found = gunicornArguments(words, variables, environment, depth);
    if (found !== null)
      launches.push({ name: null, arguments: found, environment, isConditional: conditions > 0, stopSeconds: null });
  });
  return launches;
}

function setVariable(
  word: CommandWord,
  variables: Map<string, { value: string | null; overridableBy: readonly string[] }>,
  exported: EnvironmentSetting[],
  isConditional: boolean,
): void {
  const name = /^([A-Za-z_]\w*)/.exec(word.text)?.[1];
  if (name === undefined) return;
  if (word.text.includes('=')) {
    const value = word.value === null ? null : word.value.slice(word.value.indexOf('=') + 1);
    variables.set(name, { value: isConditional ? null : value, overridableBy: word.overridableBy });
  }
  const known = variables.get(name) ?? { value: null, overridableBy: [name] };
  exported.push({ ...word, ...known, name });
}

/** Offsets at which commands begin. */
function commandStarts(tokens: readonly ShellToken[]): readonly number[] {
  const starts: number[] = [];
  let isOpen = true;
  for (const token of tokens) {
    if (token.type === 'operator') {
      if (!/^[<>]|^&>/.test(token.text)) isOpen = true;
    } else if (isOpen) {
      starts.push(token.word.place.from);
      isOpen = false;
    }
  }
  return starts;
}

/** The words of the first command, without what redirections name. */
function firstCommand(tokens: readonly ShellToken[]): readonly CommandWord[] {
  const words: CommandWord[] = [];
  let isTarget = false;
  for (const token of tokens) {
    if (token.type === 'word') {
      if (!isTarget) words.push(token.word);
      isTarget = false;
    } else if (/^[<>]|^&>/.test(token.text)) isTarget = true;
    else break;
  }
  return words;
}

/** A value that stands in a file as it is, as a word. */
export function wordOf(value: string | null, text: string, place: CommandWord['place']): CommandWord {
  return { ...(value === null ? { value: null, overridableBy: [] } : literal(value)), text, place };
}
