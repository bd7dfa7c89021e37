import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import {
  type EnvironmentSetting,
  type GunicornLaunch,
  gunicornArguments,
  scriptLaunches,
  wordOf,
} from './launch-command.ts';
import {
  type CommandWord,
  expandText,
  literal,
  plainWords,
  type ResolvedText,
  shellTokens,
  type TextPlace,
} from './shell-words.ts';

/** Longest file that is read: such files have a few KiB. */
const TEXT_LIMIT = 256 * 1024;
/** Containers, services, programs or process types of one file. */
const LAUNCH_LIMIT = 200;

/**
 * The starts of gunicorn in a shell script (`start.sh`, `entrypoint.sh`). A file that starts none has none, whatever it is.
 * Line: `exec gunicorn --timeout "${TIMEOUT:-120}" app:application`
 */
export function shellScriptLaunches(text: string): readonly GunicornLaunch[] {
  return scriptLaunches(text.slice(0, TEXT_LIMIT)).slice(0, LAUNCH_LIMIT);
}

/**
 * What an environment file sets for gunicorn. Line: `GUNICORN_CMD_ARGS=--workers=2 --timeout=90`: all behind the sign is the value,
 * but for quotes around the whole of it. Source: systemd.exec(5), EnvironmentFile=; docker run --env-file
 */
export function environmentFileLaunches(text: string): readonly GunicornLaunch[] {
  const environment: EnvironmentSetting[] = [];
  let at = 0;
  text
    .slice(0, TEXT_LIMIT)
    .split('\n')
    .forEach((raw, index) => {
      const line = raw.replace(/\r$/, '');
      const [, before = '', name, written = ''] = /^(\s*([A-Za-z_]\w*)=)(.*)$/.exec(line) ?? [];
      if (name !== undefined && isGunicornVariable(name)) {
        const value = written.trim().replace(/^(["'])(.*)\1$/, '$2');
        const place = { from: at + before.length, to: at + line.length, line: index + 1 };
        environment.push({ ...literal(value), name, text: written, place });
      }
      at += raw.length + 1;
    });
  if (environment.length === 0) return [];
  return [{ name: null, arguments: null, environment, isConditional: false, stopSeconds: null }];
}

/** The process types of a Procfile. Line: `web: gunicorn app:application --timeout 60`. Source: https://devcenter.heroku.com/articles/procfile */
export function procfileLaunches(text: string): readonly GunicornLaunch[] {
  const launches: GunicornLaunch[] = [];
  let at = 0;
  text
    .slice(0, TEXT_LIMIT)
    .split('\n')
    .forEach((line, index) => {
      const found = /^(\s*([\w-]+)\s*:\s*)(.*)$/.exec(line.replace(/\r$/, ''));
      if (found?.[2] !== undefined && launches.length < LAUNCH_LIMIT) {
        const [, before = '', name, command = ''] = found;
        const base = { from: at + before.length, to: at + line.length, line: index + 1 };
        launches.push(...scriptLaunches(command, new Map(), 0, base).map((launch) => ({ ...launch, name })));
      }
      at += line.length + 1;
    });
  return launches;
}

/**
 * The programs of supervisor's configuration. Line: `command=/srv/venv/bin/gunicorn --timeout 60 app:application`. Source:
 * http://supervisord.org/configuration.html#program-x-section-settings
 */
export function supervisorLaunches(text: string): readonly GunicornLaunch[] {
  const launches: GunicornLaunch[] = [];
  for (const { name, options } of iniSections(text.slice(0, TEXT_LIMIT))) {
    const program = /^program:(.+)$/.exec(name)?.[1]?.trim();
    if (program === undefined || launches.length >= LAUNCH_LIMIT) continue;
    const environment = supervisorEnvironment(options.get('environment'));
    const command = options.get('command');
    const words = command === undefined ? [] : plainWords(command.value, command.place).map(supervisorWord);
    const found = gunicornArguments(words, new Map(), environment);
    if (found === null && !environment.some((each) => isGunicornVariable(each.name))) continue;
    // Source: supervisord's default of stopwaitsecs
    const stop = options.get('stopwaitsecs')?.value ?? '10';
    launches.push({
      name: program,
      arguments: found,
      environment,
      isConditional: false,
      stopSeconds: /^\d+$/.test(stop) ? Number(stop) : null,
    });
  }
  return launches;
}

interface IniOption {
  readonly value: string;
  readonly place: TextPlace;
}

function iniSections(
  text: string,
): readonly { readonly name: string; readonly options: ReadonlyMap<string, IniOption> }[] {
  const sections: { name: string; options: Map<string, IniOption> }[] = [];
  let current: string | null = null;
  let at = 0;
  text.split('\n').forEach((raw, index) => {
    const line = raw.replace(/\r$/, '');
    const options = sections.at(-1)?.options;
    const section = /^\[([^\]]+)\]/.exec(line)?.[1];
    const option = /^([\w.]+)(\s*[=:]\s*)(.*)$/.exec(line);
    const plain = (value: string): string => value.replace(/(?:^|\s);.*$/, '').trimEnd();
    if (section !== undefined) {
      sections.push({ name: section, options: new Map() });
      current = null;
    } else if (/^\s*[;#]/.test(line) || line.trim() === '') {
      if (line.trim() === '') current = null;
    } else if (/^\s/.test(line) && current !== null && options !== undefined) {
      // An indented line goes on with the option before it.
      const before = options.get(current);
      if (before !== undefined)
        options.set(current, {
          value: `${before.value}\n${plain(line.trim())}`,
          place: { ...before.place, to: at + line.length },
        });
    } else if (option?.[1] !== undefined && options !== undefined) {
      const [, key, separator = '', value = ''] = option;
      current = key;
      const from = at + key.length + separator.length;
      options.set(key, { value: plain(value), place: { from, to: from + plain(value).length, line: index + 1 } });
    }
    at += raw.length + 1;
  });
  return sections;
}

/** `%(ENV_NAME)s` is a variable of supervisord's own environment; `%%` a percent sign. */
function supervisorWord(word: CommandWord): CommandWord {
  if (word.value === null || !word.value.includes('%')) return word;
  const references = [...word.value.matchAll(/%%|%\((?:ENV_)?(\w+)\)[sd]/g)].flatMap(([, name]) => name ?? []);
  if (references.length > 0) return { ...word, value: null, overridableBy: references };
  return { ...word, value: word.value.replaceAll('%%', '%') };
}

/** `KEY="value",KEY2="value"`. */
function supervisorEnvironment(option: IniOption | undefined): EnvironmentSetting[] {
  if (option === undefined) return [];
  const settings: EnvironmentSetting[] = [];
  for (const found of option.value.matchAll(/([A-Za-z_]\w*)\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,\n]*)/g)) {
    const [text, name = '', written = ''] = found;
    const value = /^["']/.test(written) ? written.slice(1, -1).replace(/\\(.)/g, '$1') : written.trim();
    const from = option.place.from + found.index;
    settings.push({
      ...supervisorWord(wordOf(value, text, { from, to: from + text.length, line: option.place.line })),
      name,
    });
  }
  return settings;
}

export const isGunicornVariable = (name: string): boolean => name === 'GUNICORN_CMD_ARGS' || name === 'WEB_CONCURRENCY';

/**
 * What the image of a Dockerfile starts: ENTRYPOINT with CMD, in exec or shell form, of the last stage. Variables of ENV may
 * be given other values when the container is run. Source: https://docs.docker.com/reference/dockerfile/
 */
export function dockerfileLaunches(text: string): readonly GunicornLaunch[] {
  let stage = newStage();
  const stages = new Map<string, Stage>();
  for (const { name, rest, place } of dockerInstructions(text.slice(0, TEXT_LIMIT))) {
    switch (name) {
      case 'FROM': {
        const [from = '', , alias] = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
        const before = stages.get(from.toLowerCase());
        stage =
          before === undefined
            ? newStage()
            : { ...before, variables: new Map(before.variables), environment: [...before.environment] };
        if (alias !== undefined) stages.set(alias.toLowerCase(), stage);
        break;
      }
      case 'ARG': {
        const [, key, value] = /^([A-Za-z_]\w*)(?:=(.*))?$/.exec(rest) ?? [];
        // A build may give it another value, which is not the environment's business.
        if (key !== undefined && value !== undefined)
          stage.variables.set(key, { ...expandText(plainValue(value), stage.variables), overridableBy: [] });
        break;
      }
      case 'ENV':
        setDockerEnvironment(stage, rest, place);
        break;
      case 'ENTRYPOINT':
        stage.entrypoint = { rest, place };
        stage.command = null;
        break;
      case 'CMD':
        stage.command = { rest, place };
        break;
    }
    if (stages.size > LAUNCH_LIMIT) break;
  }
  const environment = [...stage.environment];
  const found = imageArguments(stage, environment);
  if (found === null && !environment.some((each) => isGunicornVariable(each.name))) return [];
  return [{ name: null, arguments: found, environment, isConditional: false, stopSeconds: null }];
}

interface Instruction {
  readonly rest: string;
  readonly place: TextPlace;
}

interface Stage {
  readonly variables: Map<string, ResolvedText>;
  readonly environment: EnvironmentSetting[];
  entrypoint: Instruction | null;
  command: Instruction | null;
}

const newStage = (): Stage => ({ variables: new Map(), environment: [], entrypoint: null, command: null });

const plainValue = (value: string): string => /^(["'])([^"']*)\1$/.exec(value.trim())?.[2] ?? value.trim();

function dockerInstructions(text: string): readonly (Instruction & { readonly name: string })[] {
  const instructions: (Instruction & { name: string })[] = [];
  let at = 0;
  let open: { lines: string[]; length: number; from: number; line: number } | null = null;
  let hereDocument: string | null = null;
  text.split('\n').forEach((raw, index) => {
    const line = raw.replace(/\r$/, '');
    const from = at;
    at += raw.length + 1;
    if (hereDocument !== null) {
      if (line.trim() === hereDocument) hereDocument = null;
      return;
    }
    if (/^\s*(?:#.*)?$/.test(line)) return;
    open ??= { lines: [], length: 0, from, line: index + 1 };
    // Offsets stay those of the file: what is cut is replaced by as many blanks.
    const part = `${' '.repeat(from - open.from - open.length)}${line.replace(/\\\s*$/, (end) => ' '.repeat(end.length))}`;
    open.lines.push(part);
    open.length += part.length;
    if (/\\\s*$/.test(line)) return;
    const found = /^(\s*([A-Za-z]+)\s+)([\s\S]*)$/.exec(open.lines.join(''));
    if (found?.[2] !== undefined) {
      const [, before = '', name, rest = ''] = found;
      const start = open.from + before.length;
      instructions.push({
        name: name.toUpperCase(),
        rest: rest.trimEnd(),
        place: { from: start, to: start + rest.trimEnd().length, line: open.line },
      });
      hereDocument = /^(?:RUN|COPY|ADD)$/i.test(name) ? (/<<-?\s*["']?(\w+)/.exec(rest)?.[1] ?? null) : null;
    }
    open = null;
  });
  return instructions;
}

function setDockerEnvironment(stage: Stage, rest: string, place: TextPlace): void {
  const isPairs = /^[A-Za-z_]\w*=/.test(rest);
  const words = isPairs ? shellTokens(rest, stage.variables, place) : [];
  const pairs = isPairs
    ? words.flatMap((token) => (token.type === 'word' ? [token.word] : []))
    : // ENV NAME the rest of the line
      [{ ...wordOf(null, rest, place), ...expandText(rest.replace(/^(\S+)\s+/, '$1='), stage.variables) }];
  for (const word of pairs) {
    const name = /^([A-Za-z_]\w*)/.exec(word.text)?.[1];
    if (name === undefined) continue;
    const value = word.value === null ? null : word.value.slice(word.value.indexOf('=') + 1);
    const overridableBy = [...new Set([...word.overridableBy, name])].sort();
    stage.variables.set(name, { value, overridableBy });
    stage.environment.push({ ...word, name, value, overridableBy });
  }
}

function imageArguments(
  { entrypoint, command, variables }: Stage,
  environment: EnvironmentSetting[],
): readonly CommandWord[] | null {
  const parts = [entrypoint, command].filter((instruction) => instruction !== null);
  // The shell form of ENTRYPOINT is given no CMD.
  const shell = parts.find((instruction) => execForm(instruction) === null);
  if (shell !== undefined) return shellForm(shell, variables, environment);
  return gunicornArguments(
    parts.flatMap((instruction) => execForm(instruction) ?? []),
    variables,
    environment,
  );
}

function shellForm(
  { rest, place }: Instruction,
  variables: Stage['variables'],
  environment: EnvironmentSetting[],
): readonly CommandWord[] | null {
  const [launch] = scriptLaunches(rest, variables, 0, place);
  if (launch === undefined) return null;
  environment.push(...launch.environment);
  return launch.arguments;
}

/** `["gunicorn", "--timeout", "60"]`, which is JSON and knows no variables. */
function execForm({ rest, place }: Instruction): readonly CommandWord[] | null {
  if (!rest.startsWith('[')) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(rest);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed) || !parsed.every((each) => typeof each === 'string')) return null;
  let at = 0;
  return parsed.map((value: string) => {
    const text = JSON.stringify(value);
    const found = rest.indexOf(text, at);
    const from = place.from + (found < 0 ? at : found);
    at = (found < 0 ? at : found) + text.length;
    const line = place.line + (rest.slice(0, from - place.from).match(/\n/g) ?? []).length;
    return wordOf(value, text, { from, to: from + text.length, line });
  });
}

/**
 * The services of a compose file. `${NAME:-default}` is filled in by compose from its own environment and `.env`, so such a
 * variable may override the default; `$$` is a dollar sign. Source: https://docs.docker.com/reference/compose-file/services/
 */
export function composeLaunches(text: string): readonly GunicornLaunch[] {
  return documentsOf(text, 'services').flatMap(({ value, find }) => {
    const services = recordOf(recordOf(value).services ?? {});
    return Object.entries(services)
      .slice(0, LAUNCH_LIMIT)
      .flatMap(([name, service]) => {
        const fields = recordOf(service);
        const path = ['services', name];
        const environment = composeEnvironment(fields.environment, [...path, 'environment'], find);
        const words = ['entrypoint', 'command'].flatMap((key) => composeWords(fields[key], [...path, key], find));
        const found = gunicornArguments(words, new Map(), environment);
        if (found === null && !environment.some((each) => isGunicornVariable(each.name))) return [];
        return [
          {
            name,
            arguments: found,
            environment,
            isConditional: false,
            stopSeconds: composeSeconds(fields.stop_grace_period),
          },
        ];
      });
  });
}

type Path = readonly (string | number)[];
type Find = (path: Path) => TextPlace;

/** The documents of a YAML text, with the place of each value. A text that is no YAML has none. */
function documentsOf(text: string, mustHave: string): readonly { readonly value: unknown; readonly find: Find }[] {
  // The YAML reader takes quadratic time for some texts of one long line.
  if (text.length > TEXT_LIMIT || !text.includes(mustHave) || /^.{4096}/m.test(text)) return [];
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, merge: true, logLevel: 'silent', uniqueKeys: false });
  if (!Array.isArray(documents)) return [];
  return documents.slice(0, LAUNCH_LIMIT).flatMap((document) => {
    if (document.errors.length > 0) return [];
    let value: unknown;
    try {
      // Aliases of aliases can grow without bound.
      value = document.toJS({ maxAliasCount: 100 });
    } catch {
      return [];
    }
    return [{ value, find: (path: Path) => placeOf(document.contents, path, lines) }];
  });
}

/** The place of the deepest part of a path that stands in the text itself: aliases and merged maps stand elsewhere. */
function placeOf(root: unknown, path: Path, lines: LineCounter): TextPlace {
  let node = root;
  for (const key of path) {
    const next = isMap(node) || isSeq(node) ? node.get(key, true) : undefined;
    if (next === undefined || next === null) break;
    node = next;
  }
  const range = (node as Node | null)?.range;
  const from = range?.[0] ?? 0;
  const to = range?.[1] ?? from;
  return { from, to: isScalar(node) ? to : Math.min(to, from + 200), line: lines.linePos(from).line };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function scalarText(value: unknown): string | null {
  return typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
    ? String(value)
    : null;
}

/** Fills in what compose does. */
function composeText(text: string): ResolvedText {
  const parts = text.split('$$').map((part) => expandText(part, new Map()));
  return parts.reduce((left, right) => ({
    value: left.value === null || right.value === null ? null : `${left.value}$${right.value}`,
    overridableBy: [...new Set([...left.overridableBy, ...right.overridableBy])],
  }));
}

function composeWords(value: unknown, path: Path, find: Find): readonly CommandWord[] {
  if (typeof value === 'string') {
    const place = find(path);
    // Split as it is written, so that every word keeps the default that it has.
    return plainWords(value, place).map((word) => ({ ...word, ...resolvedWord(word), place }));
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((each, index) => {
    const text = scalarText(each);
    const place = find([...path, index]);
    return text === null ? [] : [{ ...composeText(text), text, place }];
  });
}

function resolvedWord(word: CommandWord): ResolvedText {
  return word.value === null ? literal('') : composeText(word.value);
}

function composeEnvironment(value: unknown, path: Path, find: Find): EnvironmentSetting[] {
  const setting = (name: string, text: string | null, place: TextPlace): EnvironmentSetting => {
    // A variable without a value is passed on from where compose runs.
    const resolved = text === null ? { value: null, overridableBy: [name] } : composeText(text);
    return { ...resolved, name, text: text ?? name, place };
  };
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => {
      const found = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(scalarText(each) ?? '');
      return found?.[1] === undefined ? [] : [setting(found[1], found[2] ?? null, find([...path, index]))];
    });
  }
  return Object.entries(recordOf(value)).map(([name, each]) => setting(name, scalarText(each), find([...path, name])));
}

/** `1m30s`, `90s`, `90`: seconds. Null where it is not given; docker then waits 10. */
function composeSeconds(value: unknown): number | null {
  const text = scalarText(value);
  const found = text === null ? null : /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s?)?$/.exec(text);
  if (found === null || text === '') return null;
  const [, hours = '0', minutes = '0', seconds = '0'] = found;
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}

/**
 * The containers of Kubernetes manifests: `command` and `args` with `$(NAME)` filled in from `env`. Source:
 * https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
 */
export function kubernetesLaunches(text: string): readonly GunicornLaunch[] {
  const launches: GunicornLaunch[] = [];
  for (const { value, find } of documentsOf(text, 'ontainer')) {
    for (const { pod, path, key } of podsIn(value, [], 0)) {
      const containers = Array.isArray(pod[key]) ? pod[key] : [];
      containers.forEach((each, index) => {
        const container = recordOf(each);
        const launch = containerLaunch(container, [...path, key, index], find);
        const stop = pod.terminationGracePeriodSeconds ?? container.stopTimeout;
        if (launch !== null && launches.length < LAUNCH_LIMIT)
          launches.push({ ...launch, stopSeconds: typeof stop === 'number' ? stop : null });
      });
    }
  }
  return launches;
}

/** How containers were started, by `docker inspect`. Source: https://docs.docker.com/reference/api/engine/, ContainerInspect */
export function inspectedLaunches(text: string): readonly GunicornLaunch[] {
  return documentsOf(text, '"Config"').flatMap(({ value, find }) =>
    (Array.isArray(value) ? value : [value]).slice(0, LAUNCH_LIMIT).flatMap((each, index): GunicornLaunch[] => {
      const container = recordOf(each);
      const config = recordOf(container.Config);
      const path = [...(Array.isArray(value) ? [index] : []), 'Config'];
      const listed = (key: string): CommandWord[] => {
        const list = config[key];
        return (Array.isArray(list) ? list : []).flatMap((word, at) =>
          typeof word === 'string' ? [wordOf(word, word, find([...path, key, at]))] : [],
        );
      };
      const environment = listed('Env').flatMap((word): EnvironmentSetting[] => {
        const [, name, set] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word.text) ?? [];
        return name === undefined || set === undefined ? [] : [{ ...word, name, value: set }];
      });
      const found = gunicornArguments([...listed('Entrypoint'), ...listed('Cmd')], new Map(), environment);
      if (found === null && !environment.some(({ name }) => isGunicornVariable(name))) return [];
      const name = typeof container.Name === 'string' ? container.Name.replace(/^\//, '') : null;
      const stop = config.StopTimeout;
      return [
        {
          name,
          arguments: found,
          environment,
          isConditional: false,
          stopSeconds: typeof stop === 'number' ? stop : null,
        },
      ];
    }),
  );
}

/** Lists of containers: of a pod, and of a task definition of ECS. */
const CONTAINER_LISTS = ['containers', 'containerDefinitions'] as const;
/** Where such lists lie: in a Deployment, a CronJob, an item of a List, what `aws ecs describe-task-definition` prints. */
const LEADS_TO_CONTAINERS = ['spec', 'template', 'jobTemplate', 'items', 'taskDefinition', 'properties'] as const;

/** Everything that has containers. */
function podsIn(
  value: unknown,
  path: Path,
  depth: number,
): readonly {
  readonly pod: Readonly<Record<string, unknown>>;
  readonly path: Path;
  readonly key: (typeof CONTAINER_LISTS)[number];
}[] {
  if (depth > 12 || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value))
    return value.slice(0, LAUNCH_LIMIT).flatMap((each, index) => podsIn(each, [...path, index], depth + 1));
  const record = recordOf(value);
  const key = CONTAINER_LISTS.find((each) => Array.isArray(record[each]));
  if (key !== undefined) return [{ pod: record, path, key }];
  return LEADS_TO_CONTAINERS.flatMap((key) => podsIn(record[key], [...path, key], depth + 1));
}

function containerLaunch(container: Readonly<Record<string, unknown>>, path: Path, find: Find): GunicornLaunch | null {
  const environment: EnvironmentSetting[] = [];
  const variables = new Map<string, ResolvedText>();
  const envKey = Array.isArray(container.environment) ? 'environment' : 'env';
  const env = container[envKey];
  (Array.isArray(env) ? env : []).forEach((each, index) => {
    const { name, value } = recordOf(each);
    if (typeof name !== 'string') return;
    // valueFrom is in a secret or a config map.
    const resolved = typeof value === 'string' ? dependentText(value, variables) : { value: null, overridableBy: [] };
    variables.set(name, resolved);
    environment.push({
      ...resolved,
      name,
      text: typeof value === 'string' ? value : name,
      place: find([...path, envKey, index]),
    });
  });
  const words = ['entryPoint', 'command', 'args'].flatMap((key) => {
    const list = container[key];
    return (Array.isArray(list) ? list : []).flatMap((each, index) => {
      const text = scalarText(each);
      return text === null ? [] : [{ ...dependentText(text, variables), text, place: find([...path, key, index]) }];
    });
  });
  const found = gunicornArguments(words, variables, environment);
  if (found === null && !environment.some((each) => isGunicornVariable(each.name))) return null;
  const { name } = container;
  return {
    name: typeof name === 'string' ? name : null,
    arguments: found,
    environment,
    isConditional: false,
    stopSeconds: null,
  };
}

/** `$(NAME)`; one that is not defined stays as it is, `$$(NAME)` is no reference. */
export function dependentText(text: string, variables: ReadonlyMap<string, ResolvedText>): ResolvedText {
  let value: string | null = '';
  let at = 0;
  for (const found of text.matchAll(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g)) {
    const known = found[1] === undefined ? literal('$') : (variables.get(found[1]) ?? literal(found[0]));
    value = value === null || known.value === null ? null : value + text.slice(at, found.index) + known.value;
    at = found.index + found[0].length;
  }
  return value === null ? { value, overridableBy: [] } : literal(value + text.slice(at));
}
