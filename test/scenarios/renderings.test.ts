import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { formatIsoMicros } from '../../shared/model/time.ts';
import { analyseFiles, verdictsOf } from './scenario.ts';

/*
 * One incident, printed through every carrier and under every header that services have: what is read of it is the same. Worker
 * 12 begins a piece of work, is past its timeout, and is killed; a traceback of a request before it belongs to that request.
 */

interface Entry {
  /** Seconds after 10:00:00. */
  readonly at: number;
  /** gunicorn's own lines have its header, whatever the application's is. */
  readonly by: 'gunicorn' | 'application';
  readonly pid: number;
  readonly level: 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
  readonly text: string;
  readonly more?: readonly string[];
}

const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "/srv/app/views.py", line 12, in health',
  '    return check()',
  'ValueError: no such list: 3',
];

function incident(begins: string): readonly Entry[] {
  return [
    { at: 0, by: 'gunicorn', pid: 7, level: 'INFO', text: 'Starting gunicorn 21.2.0' },
    { at: 0, by: 'gunicorn', pid: 7, level: 'INFO', text: 'Using worker: sync' },
    { at: 0, by: 'gunicorn', pid: 12, level: 'INFO', text: 'Booting worker with pid: 12' },
    { at: 60, by: 'gunicorn', pid: 12, level: 'ERROR', text: 'Error handling request /health', more: TRACEBACK },
    { at: 120, by: 'application', pid: 12, level: 'INFO', text: begins },
    { at: 152, by: 'gunicorn', pid: 7, level: 'CRITICAL', text: 'WORKER TIMEOUT (pid:12)' },
    {
      at: 153,
      by: 'gunicorn',
      pid: 7,
      level: 'ERROR',
      text: 'Worker (pid:12) was sent SIGKILL! Perhaps out of memory?',
    },
    { at: 153, by: 'gunicorn', pid: 20, level: 'INFO', text: 'Booting worker with pid: 20' },
  ];
}

const START = Date.UTC(2026, 5, 9, 10, 0, 0);
const iso = (at: number): string => new Date(START + at * 1000).toISOString();
const asctime = (at: number): string => iso(at).replace('T', ' ').replace('.', ',').replace('Z', '');
const dayFirst = (at: number, by: string): string => iso(at).slice(0, 10).split('-').reverse().join(by);
const dated = (at: number): string => iso(at).slice(0, 19).replace('T', ' ');

type Header = (entry: Entry) => string;

const gunicorn: Header = ({ at, pid, level, text }) => `[${dated(at)} +0000] [${pid}] [${level}] ${text}`;

/** Headers of an application, each with whether it states a process. */
const HEADERS: Readonly<Record<string, Header>> = {
  gunicorn,
  'Python, default': ({ at, level, text }) => `${asctime(at)} - imports.jobs - ${level} - ${text}`,
  'Django, verbose': ({ at, level, pid, text }) => `${level} ${asctime(at)} jobs ${pid} 140123456789 ${text}`,
  'process before level': ({ at, level, pid, text }) => `${asctime(at)} [${pid}] ${level} jobs: ${text}`,
  'process before logger': ({ at, level, pid, text }) => `${asctime(at)} ${level} [${pid}] imports.jobs: ${text}`,
  'process behind logger': ({ at, level, pid, text }) => `${asctime(at)} ${level} jobs [${pid}]: ${text}`,
  loguru: ({ at, level, text }) =>
    `${asctime(at).replace(',', '.')} | ${level.padEnd(8)} | imports.jobs:run:33 - ${text}`,
  'structlog, console': ({ at, level, pid, text }) =>
    `${iso(at)} [${level.toLowerCase().padEnd(9)}] ${text.padEnd(30)} [imports.jobs] pid=${pid}`,
  'JSON, python-json-logger': ({ at, level, pid, text }) =>
    JSON.stringify({ asctime: asctime(at), levelname: level, name: 'jobs', process: pid, message: text }),
  'JSON, structlog': ({ at, level, pid, text }) =>
    JSON.stringify({ event: text, level: level.toLowerCase(), timestamp: iso(at), pid }),
  logfmt: ({ at, level, pid, text }) =>
    `time="${iso(at)}" level=${level.toLowerCase()} msg="${text}" logger=jobs pid=${pid}`,
  celery: ({ at, level, text }) => `[${asctime(at)}: ${level}/ForkPoolWorker-1] ${text}`,
  odoo: ({ at, level, pid, text }) => `${asctime(at)} ${pid} ${level} tracker odoo.addons.jobs: ${text}`,
  Rails: ({ at, level, pid, text }) =>
    `${level.slice(0, 1)}, [${iso(at).replace('Z', '000')} #${pid}]  ${level} -- : ${text}`,
  'name and process': ({ at, pid, text }) => `${asctime(at)} jobs[${pid}]: ${text}`,
  'level in brackets': ({ at, level, text }) => `${asctime(at)} [${level}] imports.jobs: ${text}`,
  'time of day': ({ at, level, text }) => `${iso(at).slice(11, 19)} [${level}] imports.jobs - ${text}`,
  'columns by bars': ({ at, level, pid, text }) => `${asctime(at)} | ${pid} | ${level} | jobs | run | ${text}`,
  'logger, level': ({ level, text }) => `imports.jobs ${level} ${text}`,
  semicolons: ({ at, level, text }) => `${asctime(at)};${level};imports.jobs;${text}`,
  'level and process': ({ at, level, pid, text }) => `${level}/${pid} jobs ${iso(at).slice(11, 19)}: ${text}`,
  'a letter in brackets': ({ at, level, text }) => `${iso(at)} jobs [${level.slice(0, 1)}] ${text}`,
  'a letter first': ({ level, pid, text }) => `${level.slice(0, 1)} ${pid} imports.jobs: ${text}`,
  'process in parentheses': ({ at, level, pid, text }) => `${asctime(at)} [${level}] jobs (${pid}) ${text}`,
  'name and process, level': ({ at, level, pid, text }) => `${dated(at)}.400 jobs[${pid}] ${level} ${text}`,
  'date in angle brackets': ({ at, level, text }) =>
    `<${dayFirst(at, '.')} ${iso(at).slice(11, 19)}> ${level} [Thread-2] imports.jobs: ${text}`,
  'level, logger, bars': ({ level, text }) => `${level} | jobs | ${text}`,
  'day first, bars': ({ at, level, text }) =>
    `${dayFirst(at, '/')} ${iso(at).slice(11, 19)} | jobs | ${level} | ${text}`,
  'Python, basic': ({ level, text }) => `${level}:jobs:${text}`,
  'time of day, padded': ({ at, level, text }) => `${iso(at).slice(11, 19)} ${level.padEnd(8)}${text}`,
  'JSON, German': ({ at, level, text }) => JSON.stringify({ zeit: iso(at), stufe: level, modul: 'jobs', text }),
  'JSON, Spanish': ({ at, level, pid, text }) =>
    JSON.stringify({ fecha: iso(at), nivel: level, proceso: pid, mensaje: text }),
  'JSON, Serilog': ({ at, level, text }) => JSON.stringify({ '@t': iso(at), '@m': text, '@l': level }),
  'JSON, MongoDB': ({ at, level, text }) =>
    JSON.stringify({ t: { $date: iso(at) }, s: level.slice(0, 1), c: 'JOBS', id: 20250, ctx: 'main', msg: text }),
  'JSON, GELF': ({ at, pid, text }) =>
    JSON.stringify({
      version: '1.1',
      host: 'app01',
      short_message: text,
      timestamp: START / 1000 + at,
      level: 6,
      _pid: pid,
    }),
  'JSON, nested': ({ at, level, text }) => JSON.stringify({ logEvent: { time: iso(at), level, message: text } }),
  'JSON, Elastic Common Schema': ({ at, level, pid, text }) =>
    JSON.stringify({ '@timestamp': iso(at), log: { level: level.toLowerCase() }, message: text, process: { pid } }),
};

type Line = { readonly at: number; readonly text: string };
const eachLine =
  (wrap: (line: Line) => string) =>
  (lines: readonly Line[]): string =>
    lines.map((line) => `${wrap(line)}\n`).join('');
const nanos = (at: number): string => iso(at).replace('Z', '000123Z');

const CARRIERS: Readonly<Record<string, (lines: readonly Line[]) => string>> = {
  none: eachLine(({ text }) => text),
  compose: eachLine(({ text }) => `web-1  | ${text}`),
  'compose -t': eachLine(({ at, text }) => `web-1  | ${nanos(at)} ${text}`),
  'compose, coloured': eachLine(({ text }) => `\u001b[36mweb-1  | \u001b[0m${text}`),
  'docker logs -t': eachLine(({ at, text }) => `${nanos(at)} ${text}`),
  'docker service logs': eachLine(({ text }) => `web.1.k3j2h1g0f9e8d7c6b5a4z3y2x@node-a    | ${text}`),
  'docker json-file': eachLine(({ at, text }) =>
    JSON.stringify({ log: `${text}\n`, stream: 'stderr', time: nanos(at) }),
  ),
  'kubectl --prefix': eachLine(({ text }) => `[pod/web-5f7c9d8b6-x2x9z/web] ${text}`),
  'kubectl --prefix --timestamps': eachLine(({ at, text }) => `[pod/web-5f7c9d8b6-x2x9z/web] ${nanos(at)} ${text}`),
  stern: eachLine(({ text }) => `web-5f7c9d8b6-x2x9z web ${text}`),
  k9s: eachLine(({ text }) => `web-5f7c9d8b6-x2x9z:web ${text}`),
  CRI: eachLine(({ at, text }) => `${nanos(at)} stderr F ${text}`),
  'CRI in parts': eachLine(({ at, text }) =>
    text.length < 40
      ? `${nanos(at)} stderr F ${text}`
      : `${nanos(at)} stderr P ${text.slice(0, 30)}\n${nanos(at)} stderr F ${text.slice(30)}`,
  ),
  'Cloud Logging, list': (lines) => `${JSON.stringify(lines.map(cloudEntry), null, 2)}\n`,
  'Cloud Logging, lines': eachLine((line) => JSON.stringify(cloudEntry(line))),
  'CloudWatch, JSON': (lines) =>
    JSON.stringify({
      events: lines.map(({ at, text }) => ({ timestamp: START + at * 1000, message: text, ingestionTime: START })),
    }),
  'CloudWatch, table': (lines) =>
    `timestamp,message\n${lines.map(({ at, text }) => `${START + at * 1000},"${text.replaceAll('"', '""')}"\n`).join('')}`,
  'aws logs tail': eachLine(({ at, text }) => `${iso(at).replace('Z', '000+00:00')} ecs/web/0a1b2c3d4e5f ${text}`),
  Heroku: eachLine(({ at, text }) => `${iso(at).replace('Z', '000+00:00')} app[web.1]: ${text}`),
  Papertrail: eachLine(({ at, text }) => `Jun 09 ${iso(at).slice(11, 19)} tracker app/web.1 ${text}`),
  Render: eachLine(({ at, text }) => `Jun 09 ${iso(at).slice(11, 19)} AM [x2x9z] ${text}`),
  'docker service logs -t': eachLine(
    ({ at, text }) => `${nanos(at)} web.1.k3j2h1g0f9e8d7c6b5a4z3y2x@node-a    | ${text}`,
  ),
  'kubectl --timestamps': eachLine(({ at, text }) => `${nanos(at)} ${text}`),
  'stern --all-namespaces -t': eachLine(({ at, text }) => `shop web-5f7c9d8b6-x2x9z web ${nanos(at)} ${text}`),
  'stern, JSON': eachLine(({ text }) =>
    JSON.stringify({
      message: text,
      nodeName: 'node-a',
      namespace: 'shop',
      podName: 'web-5f7c9d8b6-x2x9z',
      containerName: 'web',
    }),
  ),
  'k9s with stamps': eachLine(({ at, text }) => `${nanos(at)} web-5f7c9d8b6-x2x9z:web ${text}`),
  'Cloud Logging, payload of an agent': eachLine(({ at, text }) =>
    JSON.stringify({ ...cloudEntry({ at, text }), textPayload: undefined, jsonPayload: { message: text } }),
  ),
  'CloudWatch Insights, table': (lines) =>
    `@timestamp,@message,@logStream\n${lines.map(({ at, text }) => `${iso(at).replace('T', ' ').replace('Z', '')},"${text.replaceAll('"', '""')}",ecs/web/0a1b2c\n`).join('')}`,
  'Azure, default_docker.log': eachLine(({ at, text }) => `${iso(at).replace('Z', '4567Z')} ${text}`),
  'Azure, log stream': eachLine(({ at, text }) => `${nanos(at).replace('000123', '004560')} ${text}`),
  'Azure, console logs': eachLine(({ at, text }) =>
    JSON.stringify({
      time: iso(at).replace('Z', '4567Z'),
      resourceId: '/SUBSCRIPTIONS/0A1B/RESOURCEGROUPS/SHOP/PROVIDERS/MICROSOFT.WEB/SITES/TRACKER',
      category: 'AppServiceConsoleLogs',
      level: 'Error',
      resultDescription: text,
      containerId: 'tracker_0_1a2b3c4d',
    }),
  ),
  'Azure, Container Apps': eachLine(({ at, text }) =>
    JSON.stringify({ TimeStamp: iso(at).replace('Z', '45678+00:00'), Log: text }),
  ),
  'supervisord, debug log': eachLine(({ at, text }) => `${asctime(at)} DEBG 'web' stderr output:\n${text}\n`),
  'a unit that runs compose': eachLine(
    ({ at, text }) => `${iso(at).replace('Z', '000+0000')} app01 docker-compose[812]: web-1  | ${text}`,
  ),
  'a unit that runs compose, short': eachLine(
    ({ at, text }) => `Jun 09 ${iso(at).slice(11, 19)} app01 docker[812]: web-1  | ${text}`,
  ),
  "Docker's journald driver": eachLine(
    ({ at, text }) => `${iso(at).replace('Z', '000+0000')} app01 3f2a1b4c5d6e[812]: ${text}`,
  ),
  "Docker's journald driver, JSON": eachLine(({ at, text }) =>
    JSON.stringify({
      __REALTIME_TIMESTAMP: String((START + at * 1000) * 1000),
      _HOSTNAME: 'app01',
      _PID: '812',
      SYSLOG_IDENTIFIER: '3f2a1b4c5d6e',
      CONTAINER_NAME: 'shop-web-1',
      _SYSTEMD_UNIT: 'docker.service',
      PRIORITY: '3',
      MESSAGE: text,
    }),
  ),
  "Docker's syslog driver": eachLine(
    ({ at, text }) => `<27>Jun  9 ${iso(at).slice(11, 19)} app01 docker/shop-web-1[812]: ${text}`,
  ),
  "a runtime's JSON in a journal": eachLine(
    ({ at, text }) =>
      `${iso(at).replace('Z', '000+0000')} app01 fluent-bit[812]: ${JSON.stringify({ log: `${text}\n`, stream: 'stderr', time: nanos(at) })}`,
  ),
  "a node's records in a journal": eachLine(
    ({ at, text }) => `${iso(at).replace('Z', '000+0000')} app01 crio[812]: ${nanos(at)} stderr F ${text}`,
  ),
};

function cloudEntry({ at, text }: Line): object {
  return {
    insertId: `a${at}`,
    logName: 'projects/p/logs/run.googleapis.com%2Fstderr',
    resource: { type: 'cloud_run_revision', labels: { service_name: 'web' } },
    textPayload: text,
    timestamp: iso(at),
  };
}

/** What the application says it begins, in several languages. */
const BEGINNINGS = [
  'Importing price list 4',
  'Importiere Preisliste 4',
  'Importation du tarif 4',
  'Importando tarifa 4',
];

function rendered(carrier: string, header: string, begins: string): string {
  return CARRIERS[carrier]?.(linesOf(incident(begins), header)) ?? '';
}

function gist(analysis: Analysis): object {
  return {
    incidents: analysis.incidents.map(({ mechanism, pid, operation, end }) => ({
      mechanism,
      pid,
      operation,
      // A carrier's stamp may be finer than the second.
      end: formatIsoMicros(end).slice(0, 19),
    })),
    verdicts: verdictsOf(analysis),
  };
}

/** Headers that only the lines of a file around them tell from a text. */
const SHOWN_BY_FILES: ReadonlySet<string> = new Set(['process in parentheses']);
/** Carriers whose records are read one by one: what their file is like is not learnt. */
const READ_ALONE =
  /^(?:CRI in parts|Cloud Logging, list|CloudWatch|a unit that runs compose|Docker's |a runtime's JSON|a node's records)/;

describe.each(Object.keys(CARRIERS))('through %s', (carrier) => {
  const headers = Object.keys(HEADERS).filter((header) => !SHOWN_BY_FILES.has(header) || !READ_ALONE.test(carrier));
  it.each(headers.map((header, index) => ({ header, begins: BEGINNINGS[index % BEGINNINGS.length] ?? '' })))(
    'under the header of $header',
    async ({ header, begins }) => {
      const plain = await analyseFiles(new Map([['service.log', rendered('none', 'gunicorn', begins)]]));
      const wrapped = await analyseFiles(new Map([['service.log', rendered(carrier, header, begins)]]));
      expect(gist(plain)).toMatchObject({ incidents: [{ mechanism: 'gunicorn-timeout', pid: 12 }] });
      expect(gist(wrapped)).toEqual(gist(plain));
    },
  );
});

/** Carriers of one line each that name the container, and how another one is called in them. */
const NAMES: Readonly<Record<string, readonly [string, string]>> = {
  compose: ['web-1', 'jobs-1'],
  'compose -t': ['web-1', 'jobs-1'],
  'compose, coloured': ['web-1', 'jobs-1'],
  'docker service logs': ['web.1.k3j2h1g0f9e8d7c6b5a4z3y2x', 'jobs.1.a3j2h1g0f9e8d7c6b5a4z3y2x'],
  'docker service logs -t': ['web.1.k3j2h1g0f9e8d7c6b5a4z3y2x', 'jobs.1.a3j2h1g0f9e8d7c6b5a4z3y2x'],
  'kubectl --prefix': ['web-5f7c9d8b6-x2x9z', 'web-5f7c9d8b6-k4k8q'],
  'kubectl --prefix --timestamps': ['web-5f7c9d8b6-x2x9z', 'web-5f7c9d8b6-k4k8q'],
  stern: ['web-5f7c9d8b6-x2x9z', 'web-5f7c9d8b6-k4k8q'],
  'stern, JSON': ['web-5f7c9d8b6-x2x9z', 'web-5f7c9d8b6-k4k8q'],
  k9s: ['web-5f7c9d8b6-x2x9z', 'web-5f7c9d8b6-k4k8q'],
  'aws logs tail': ['0a1b2c3d4e5f', '1a1b2c3d4e5f'],
  Heroku: ['web.1', 'web.2'],
  Papertrail: ['web.1', 'web.2'],
  Render: ['x2x9z', 'k4k8q'],
  'Azure, console logs': ['tracker_0_1a2b3c4d', 'tracker_0_5e6f7a8b'],
  'a unit that runs compose': ['web-1', 'jobs-1'],
  'a unit that runs compose, short': ['web-1', 'jobs-1'],
  "Docker's journald driver": ['3f2a1b4c5d6e', '7f2a1b4c5d6e'],
  "Docker's journald driver, JSON": ['shop-web-1', 'shop-jobs-1'],
  "Docker's syslog driver": ['shop-web-1', 'shop-jobs-1'],
};

/** What a container does well meanwhile, under the same pids. */
const MEANWHILE: readonly Entry[] = [
  { at: 1, by: 'gunicorn', pid: 7, level: 'INFO', text: 'Starting gunicorn 21.2.0' },
  { at: 1, by: 'gunicorn', pid: 12, level: 'INFO', text: 'Booting worker with pid: 12' },
  ...Array.from({ length: 20 }, (_, nth): readonly Entry[] => [
    { at: 110 + nth * 3, by: 'application', pid: 12, level: 'INFO', text: `Importing parcel ${nth}` },
    { at: 111 + nth * 3, by: 'application', pid: 12, level: 'INFO', text: `Parcel ${nth} imported in 1.0s` },
  ]).flat(),
];

function linesOf(entries: readonly Entry[], header: string): readonly Line[] {
  return entries.flatMap((entry) => {
    const head = entry.by === 'gunicorn' ? gunicorn : HEADERS[header];
    return [head?.(entry) ?? '', ...(entry.more ?? [])].map((text) => ({ at: entry.at, text }));
  });
}

describe.each(Object.entries(NAMES))('beside another container, through %s', (carrier, [name, other]) => {
  it.each(['gunicorn', 'Python, default', 'process before level', 'JSON, python-json-logger'])(
    'under the header of %s',
    async (header) => {
      const wrap = (line: Line): string => CARRIERS[carrier]?.([line]).trimEnd() ?? '';
      const own = linesOf(incident('Importing price list 4'), header);
      const lines = [
        ...own.map((line) => ({ at: line.at, text: wrap(line) })),
        ...linesOf(MEANWHILE, header).map((line) => ({ at: line.at, text: wrap(line).replaceAll(name, other) })),
      ].sort((a, b) => a.at - b.at);
      const text = `${lines.map((line) => line.text).join('\n')}\n`;
      const alone = await analyseFiles(
        new Map([['service.log', rendered('none', 'gunicorn', 'Importing price list 4')]]),
      );
      expect(gist(await analyseFiles(new Map([['service.log', text]])))).toEqual(gist(alone));
    },
  );
});
