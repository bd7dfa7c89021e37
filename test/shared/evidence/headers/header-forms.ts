import type { InnerLevel } from '../../../../shared/evidence/headers/levels.ts';

/** One record, as a logger is given it. */
export interface Logged {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly level: InnerLevel;
  readonly pid: number;
  readonly logger: string;
  readonly text: string;
}

/** What a form prints of a record beside its text: the rest is not in the line. */
export interface Form {
  readonly line: (record: Logged) => string;
  readonly states: readonly ('stamp' | 'level' | 'pid' | 'logger')[];
}

const iso = (at: number): string => new Date(at).toISOString();
const date = (at: number): string => iso(at).slice(0, 10);
const clock = (at: number): string => iso(at).slice(11, 19);
const millis = (at: number): string => iso(at).slice(20, 23);
const asctime = (at: number): string => `${date(at)} ${clock(at)},${millis(at)}`;
const seconds = (at: number): string => `${date(at)} ${clock(at)}`;
const dotted = (at: number): string => `${date(at)} ${clock(at)}.${millis(at)}`;
const micros = (at: number): string => iso(at).replace('Z', '000');
const dayFirst = (at: number, by: string): string => date(at).split('-').reverse().join(by);
const monthFirst = (at: number): string => `${date(at).slice(5, 7)}/${date(at).slice(8)}/${date(at).slice(0, 4)}`;
const month = (at: number): string => new Date(at).toUTCString().slice(8, 11);
const letter = (level: string): string => level.slice(0, 1);
const warn = (level: string): string => (level === 'WARNING' ? 'WARN' : level === 'CRITICAL' ? 'FATAL' : level);
const small = (level: string): string => level.toLowerCase();
const short = (level: string): string =>
  ({ DEBUG: 'DBG', INFO: 'INF', WARNING: 'WRN', ERROR: 'ERR', CRITICAL: 'CRT' })[level] ?? level;
const number = (level: string): number => ({ DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 })[level] ?? 20;
const syslog = (level: string): number => ({ DEBUG: 7, INFO: 6, WARNING: 4, ERROR: 3, CRITICAL: 2 })[level] ?? 6;
const json = (value: object): string => JSON.stringify(value);
const green = (text: string): string => `\u001b[32m${text}\u001b[0m`;

const STAMP = ['stamp', 'level'] as const;
const NAMED = ['stamp', 'level', 'logger'] as const;
const WHOLE = ['stamp', 'level', 'logger', 'pid'] as const;

/**
 * Forms of headers, as the manuals of loggers and the configurations of services print them. In a few the level, the process or
 * the logger is not stated.
 */
export const FORMS: Readonly<Record<string, Form>> = {
  // %(levelname)s first
  'LEVEL:logger:text': { line: (r) => `${r.level}:${r.logger}:${r.text}`, states: ['level', 'logger'] },
  'logger LEVEL text': { line: (r) => `${r.logger} ${r.level} ${r.text}`, states: ['level', 'logger'] },
  'logger LEVEL: text': { line: (r) => `${r.logger} ${r.level}: ${r.text}`, states: ['level', 'logger'] },
  'logger: LEVEL: text': { line: (r) => `${r.logger}: ${r.level}: ${r.text}`, states: ['level', 'logger'] },
  'logger - LEVEL - text': { line: (r) => `${r.logger} - ${r.level} - ${r.text}`, states: ['level', 'logger'] },
  'LEVEL/clock logger: text': {
    line: (r) => `${r.level}/${clock(r.at)} ${r.logger}: ${r.text}`,
    states: NAMED,
  },
  'date | LEVEL | proc=pid | text': {
    line: (r) => `${seconds(r.at)} | ${r.level} | proc=${r.pid} | ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  'date | proceso 12 | LEVEL | text': {
    line: (r) => `${seconds(r.at)} | proceso ${r.pid} | ${r.level} | ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  'date LEVEL logger (prozess: 12) text': {
    line: (r) => `${seconds(r.at)} ${r.level} ${r.logger} (prozess: ${r.pid}) ${r.text}`,
    states: ['stamp', 'level', 'logger', 'pid'],
  },
  '[2026.01.28. clock] [LEVEL] [logger] text': {
    line: (r) => `[${date(r.at).replaceAll('-', '.')}. ${clock(r.at)}] [${r.level}] [${r.logger}] ${r.text}`,
    states: NAMED,
  },
  'LEVEL | logger | text': { line: (r) => `${r.level} | ${r.logger} | ${r.text}`, states: ['level', 'logger'] },
  'LEVEL - logger - text': { line: (r) => `${r.level} - ${r.logger} - ${r.text}`, states: ['level', 'logger'] },
  '[LEVEL] logger: text': { line: (r) => `[${r.level}] ${r.logger}: ${r.text}`, states: ['level', 'logger'] },
  '[LEVEL] [logger] text': { line: (r) => `[${r.level}] [${r.logger}] ${r.text}`, states: ['level', 'logger'] },
  '[logger] LEVEL: text': { line: (r) => `[${r.logger}] ${r.level}: ${r.text}`, states: ['level', 'logger'] },
  'LEVEL [logger] text': { line: (r) => `${r.level} [${r.logger}] ${r.text}`, states: ['level', 'logger'] },
  'LEVEL     text': { line: (r) => `${`${r.level}:`.padEnd(10)}${r.text}`, states: ['level'] },
  // a stamp, a level, the text
  'time LEVEL    text': { line: (r) => `${clock(r.at)} ${r.level.padEnd(8)}${r.text}`, states: STAMP },
  'asctime LEVEL text': { line: (r) => `${asctime(r.at)} ${r.level} ${r.text}`, states: STAMP },
  'asctime LEVEL: text': { line: (r) => `${asctime(r.at)} ${r.level}: ${r.text}`, states: STAMP },
  'asctime - LEVEL - text': { line: (r) => `${asctime(r.at)} - ${r.level} - ${r.text}`, states: STAMP },
  'asctime|LEVEL|text': { line: (r) => `${asctime(r.at)}|${r.level}|${r.text}`, states: STAMP },
  'asctime:LEVEL:text': { line: (r) => `${asctime(r.at)}:${r.level}:${r.text}`, states: STAMP },
  'asctime,LEVEL,text': { line: (r) => `${asctime(r.at)},${r.level},${r.text}`, states: STAMP },
  'asctime [LEVEL] text': { line: (r) => `${asctime(r.at)} [${r.level}] ${r.text}`, states: STAMP },
  '[asctime] LEVEL: text': { line: (r) => `[${asctime(r.at)}] ${r.level}: ${r.text}`, states: STAMP },
  '[asctime] [LEVEL] text': { line: (r) => `[${asctime(r.at)}] [${r.level}] ${r.text}`, states: STAMP },
  '[LEVEL] asctime text': { line: (r) => `[${r.level}] ${asctime(r.at)} ${r.text}`, states: STAMP },
  '[LEVEL] [asctime] text': { line: (r) => `[${r.level}] [${asctime(r.at)}] ${r.text}`, states: STAMP },
  'LEVEL - asctime - text': { line: (r) => `${r.level} - ${asctime(r.at)} - ${r.text}`, states: STAMP },
  'date [L] text': { line: (r) => `${seconds(r.at)} [${letter(r.level)}] ${r.text}`, states: STAMP },
  // a stamp, a level, a logger
  'asctime;LEVEL;logger;text': { line: (r) => `${asctime(r.at)};${r.level};${r.logger};${r.text}`, states: NAMED },
  'asctime,LEVEL,logger,text': { line: (r) => `${asctime(r.at)},${r.level},${r.logger},${r.text}`, states: NAMED },
  'asctime:LEVEL:logger:text': { line: (r) => `${asctime(r.at)}:${r.level}:${r.logger}:${r.text}`, states: NAMED },
  'date | logger | LEVEL | text': {
    line: (r) => `${dayFirst(r.at, '/')} ${clock(r.at)} | ${r.logger} | ${r.level} | ${r.text}`,
    states: NAMED,
  },
  'date | LEVEL | logger | text': {
    line: (r) => `${seconds(r.at)} | ${r.level} | ${r.logger} | ${r.text}`,
    states: NAMED,
  },
  'asctime logger [L] text': {
    line: (r) => `${iso(r.at)} ${r.logger} [${letter(r.level)}] ${r.text}`,
    states: NAMED,
  },
  'asctime [L] logger: text': {
    line: (r) => `${asctime(r.at)} [${letter(r.level)}] ${r.logger}: ${r.text}`,
    states: NAMED,
  },
  'asctime L logger: text': {
    line: (r) => `${asctime(r.at)} ${letter(r.level)} ${r.logger}: ${r.text}`,
    states: NAMED,
  },
  'L pid logger: text': {
    line: (r) => `${letter(r.level)} ${r.pid} ${r.logger}: ${r.text}`,
    states: ['level', 'pid', 'logger'],
  },
  'L logger: text': { line: (r) => `${letter(r.level)} ${r.logger}: ${r.text}`, states: ['level', 'logger'] },
  '[L stamp logger:line] text (tornado)': {
    line: (r) =>
      `[${letter(r.level)} ${date(r.at).slice(2).replaceAll('-', '')} ${clock(r.at)} ${r.logger}:33] ${r.text}`,
    states: STAMP,
  },
  '<date> LEVEL [thread] logger: text': {
    line: (r) => `<${dayFirst(r.at, '.')} ${clock(r.at)}> ${r.level} [Thread-2] ${r.logger}: ${r.text}`,
    states: NAMED,
  },
  '(date) LEVEL logger - text': { line: (r) => `(${seconds(r.at)}) ${r.level} ${r.logger} - ${r.text}`, states: NAMED },
  'asctime logger LEVEL text': { line: (r) => `${asctime(r.at)} ${r.logger} ${r.level} ${r.text}`, states: NAMED },
  'asctime logger LEVEL: text': { line: (r) => `${asctime(r.at)} ${r.logger} ${r.level}: ${r.text}`, states: NAMED },
  'asctime LEVEL logger: text': { line: (r) => `${asctime(r.at)} ${r.level} ${r.logger}: ${r.text}`, states: NAMED },
  'asctime LEVEL logger - text': { line: (r) => `${asctime(r.at)} ${r.level} ${r.logger} - ${r.text}`, states: NAMED },
  'asctime LEVEL (logger) text': { line: (r) => `${asctime(r.at)} ${r.level} (${r.logger}) ${r.text}`, states: NAMED },
  'asctime LEVEL [logger] text': { line: (r) => `${asctime(r.at)} ${r.level} [${r.logger}] ${r.text}`, states: NAMED },
  'asctime [logger] LEVEL text': { line: (r) => `${asctime(r.at)} [${r.logger}] ${r.level} ${r.text}`, states: NAMED },
  '[asctime][logger][LEVEL] text': {
    line: (r) => `[${asctime(r.at)}][${r.logger}][${r.level}] ${r.text}`,
    states: NAMED,
  },
  '[asctime][LEVEL][logger] - text': {
    line: (r) => `[${asctime(r.at)}][${r.level}][${r.logger}] - ${r.text}`,
    states: NAMED,
  },
  'asctime [LEVEL] logger:33 - text': {
    line: (r) => `${asctime(r.at)} [${r.level}] ${r.logger}:33 - ${r.text}`,
    states: STAMP,
  },
  'asctime LEVEL [logger:33] text': {
    line: (r) => `${asctime(r.at)} ${r.level} [${r.logger}:33] ${r.text}`,
    states: STAMP,
  },
  'asctime LEVEL [logger.run:33] text': {
    line: (r) => `${asctime(r.at)} ${r.level.padEnd(8)} [${r.logger}.run:33] ${r.text}`,
    states: STAMP,
  },
  'asctime | LEVEL | file.py:33 | text': {
    line: (r) => `${asctime(r.at)} | ${r.level.padEnd(8)} | jobs.py:33 | ${r.text}`,
    states: STAMP,
  },
  'asctime LEVEL file.py:33 run() text': {
    line: (r) => `${asctime(r.at)} ${r.level} jobs.py:33 run() - ${r.text}`,
    states: STAMP,
  },
  'asctime LEVEL [file.py:33 - run()] text': {
    line: (r) => `${asctime(r.at)} ${r.level} [jobs.py:33 - run()] ${r.text}`,
    states: STAMP,
  },
  '[asctime] pN {file.py:33} LEVEL - text': {
    line: (r) => `[${asctime(r.at)}] p${r.pid} {/srv/app/jobs.py:33} ${r.level} - ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  'asctime in logger: LEVEL': { line: (r) => `[${asctime(r.at)}] ${r.level} in ${r.logger}: ${r.text}`, states: NAMED },
  // with the process
  'asctime [LEVEL] logger (pid) text': {
    line: (r) => `${asctime(r.at)} [${r.level}] ${r.logger} (${r.pid}) ${r.text}`,
    states: WHOLE,
  },
  'asctime logger[pid] LEVEL text': {
    line: (r) => `${dotted(r.at)} ${r.logger}[${r.pid}] ${r.level} ${r.text}`,
    states: WHOLE,
  },
  'asctime logger[pid]: LEVEL: text': {
    line: (r) => `${asctime(r.at)} ${r.logger}[${r.pid}]: ${r.level}: ${r.text}`,
    states: WHOLE,
  },
  'asctime logger[pid] text': {
    line: (r) => `${asctime(r.at)} ${r.logger}[${r.pid}]: ${r.text}`,
    states: ['stamp', 'logger', 'pid'],
  },
  'LEVEL/pid logger time: text': {
    line: (r) => `${r.level}/${r.pid} ${r.logger} ${clock(r.at)}: ${r.text}`,
    states: WHOLE,
  },
  'asctime LEVEL/pid logger: text': {
    line: (r) => `${asctime(r.at)} ${r.level}/${r.pid} ${r.logger}: ${r.text}`,
    states: WHOLE,
  },
  'asctime pid LEVEL logger text': {
    line: (r) => `${asctime(r.at)} ${r.pid} ${r.level} ${r.logger} ${r.text}`,
    states: WHOLE,
  },
  'asctime pid/MainThread LEVEL text': {
    line: (r) => `${asctime(r.at)} ${r.pid}/MainThread ${r.level} ${r.logger}: ${r.text}`,
    states: WHOLE,
  },
  'asctime [pid/MainThread] LEVEL text': {
    line: (r) => `${asctime(r.at)} [${r.pid}/MainThread] ${r.level} ${r.logger}: ${r.text}`,
    states: WHOLE,
  },
  'asctime [pid:MainThread] [LEVEL] text': {
    line: (r) => `${asctime(r.at)} [${r.pid}:MainThread] [${r.level}] ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  'asctime [MainProcess:pid] LEVEL': {
    line: (r) => `${asctime(r.at)} [MainProcess:${r.pid}] ${r.level} ${r.logger}: ${r.text}`,
    states: WHOLE,
  },
  'asctime MainProcess(pid) LEVEL': {
    line: (r) => `${asctime(r.at)} MainProcess(${r.pid}) ${r.level} ${r.logger}: ${r.text}`,
    states: WHOLE,
  },
  'asctime LEVEL [pid] [logger] text': {
    line: (r) => `${asctime(r.at)} ${r.level} [${r.pid}] [${r.logger}] ${r.text}`,
    states: WHOLE,
  },
  'asctime [pid=N] LEVEL logger: text': {
    line: (r) => `${asctime(r.at)} [pid=${r.pid}] ${r.level} ${r.logger}: ${r.text}`,
    states: WHOLE,
  },
  'asctime pid=N LEVEL logger: text': {
    line: (r) => `${asctime(r.at)} pid=${r.pid} ${r.level} ${r.logger}: ${r.text}`,
    states: WHOLE,
  },
  'asctime LEVEL pid:N logger: text': {
    line: (r) => `${asctime(r.at)} ${r.level} pid:${r.pid} ${r.logger}: ${r.text}`,
    states: WHOLE,
  },
  'asctime LEVEL PID N - text': {
    line: (r) => `${asctime(r.at)} ${r.level} PID ${r.pid} - ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  'asctime - logger - LEVEL - pid - text': {
    line: (r) => `${asctime(r.at)} - ${r.logger} - ${r.level} - ${r.pid} - ${r.text}`,
    states: WHOLE,
  },
  'asctime;pid;LEVEL;text': {
    line: (r) => `${asctime(r.at)};${r.pid};${r.level};${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  tabs: {
    line: (r) => `${asctime(r.at)}\t${r.level}\t${r.pid}\t${r.logger}\t${r.text}`,
    states: WHOLE,
  },
  // loggers of Python
  uvicorn: { line: (r) => `${`${r.level}:`.padEnd(10)}${r.text}`, states: ['level'] },
  'uvicorn, coloured': {
    line: (r) => `${green(r.level)}:${' '.repeat(9 - r.level.length)}${r.text}`,
    states: ['level'],
  },
  hypercorn: {
    line: (r) => `[${seconds(r.at)} +0000] [${r.pid}] [${r.level}] ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  daphne: { line: (r) => `${asctime(r.at)} ${r.level.padEnd(8)} ${r.text}`, states: STAMP },
  twisted: { line: (r) => `${seconds(r.at)}+0000 [${r.logger}#${small(r.level)}] ${r.text}`, states: NAMED },
  'twisted, old': { line: (r) => `${seconds(r.at)}+0000 [-] ${r.text}`, states: ['stamp'] },
  loguru: {
    line: (r) => `${dotted(r.at)} | ${r.level.padEnd(8)} | ${r.logger}:run:33 - ${r.text}`,
    states: NAMED,
  },
  'loguru, coloured': {
    line: (r) =>
      `${green(dotted(r.at))} | ${green(r.level.padEnd(8))} | ${green(r.logger)}:${green('run')}:${green('33')} - ${green(r.text)}`,
    states: NAMED,
  },
  'loguru, with the process': {
    line: (r) => `${dotted(r.at)} | ${r.level.padEnd(8)} | ${r.pid} | ${r.logger}:run:33 | ${r.text}`,
    states: WHOLE,
  },
  'loguru, with a name': {
    line: (r) => `${seconds(r.at)} | ${r.level} | ${r.logger}:run - ${r.text}`,
    states: NAMED,
  },
  'structlog, console': {
    line: (r) => `${seconds(r.at)} [${small(r.level).padEnd(9)}] ${r.text.padEnd(30)} [${r.logger}] pid=${r.pid}`,
    states: WHOLE,
  },
  'structlog, key_value': {
    line: (r) =>
      `timestamp='${iso(r.at)}' level='${small(r.level)}' logger='${r.logger}' event='${r.text}' pid=${r.pid}`,
    states: WHOLE,
  },
  'structlog, event first': {
    line: (r) => `event='${r.text}' level='${small(r.level)}' timestamp='${iso(r.at)}'`,
    states: STAMP,
  },
  logbook: { line: (r) => `[${seconds(r.at)}.${millis(r.at)}000] ${r.level}: ${r.logger}: ${r.text}`, states: NAMED },
  absl: {
    line: (r) =>
      `${letter(r.level)}${date(r.at).slice(5).replace('-', '')} ${clock(r.at)}.${millis(r.at)}000 ${r.pid} jobs.py:33] ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  flask: { line: (r) => `[${asctime(r.at)}] ${r.level} in ${r.logger}: ${r.text}`, states: NAMED },
  celery: { line: (r) => `[${asctime(r.at)}: ${r.level}/MainProcess] ${r.text}`, states: STAMP },
  airflow: { line: (r) => `[${micros(r.at)}+0000] {jobs.py:33} ${r.level} - ${r.text}`, states: STAMP },
  rq: { line: (r) => `${clock(r.at)} ${r.level} ${r.logger}: ${r.text}`, states: NAMED },
  rich: { line: (r) => `[${clock(r.at)}] ${r.level.padEnd(8)} ${r.text}`, states: STAMP },
  dramatiq: {
    line: (r) => `[${asctime(r.at)}] [PID ${r.pid}] [MainThread] [${r.logger}] [${r.level}] ${r.text}`,
    states: WHOLE,
  },
  huey: { line: (r) => `[${asctime(r.at)}] ${r.level}:${r.logger}:MainThread:${r.text}`, states: NAMED },
  scrapy: { line: (r) => `${seconds(r.at)} [${r.logger}] ${r.level}: ${r.text}`, states: NAMED },
  oslo: { line: (r) => `${dotted(r.at)} ${r.pid} ${r.level} ${r.logger} [-] ${r.text}`, states: WHOLE },
  odoo: {
    line: (r) => `${asctime(r.at)} ${r.pid} ${r.level} base odoo.${r.logger}: ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  salt: {
    line: (r) => `${asctime(r.at)} [${r.logger}:33  ][${r.level.padEnd(8)}][${r.pid}] ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  // other languages
  'log4j, %d{ISO8601} [%t] %-5p %c - %m': {
    line: (r) => `${asctime(r.at)} [main] ${warn(r.level).padEnd(5)} ${r.logger} - ${r.text}`,
    states: NAMED,
  },
  'logback, default': {
    line: (r) => `${clock(r.at)}.${millis(r.at)} [main] ${warn(r.level).padEnd(5)} ${r.logger} -- ${r.text}`,
    states: NAMED,
  },
  'log4j, %p %c{1}:%L': {
    line: (r) => `${asctime(r.at)} ${warn(r.level).padEnd(5)} ${r.logger}:33 - ${r.text}`,
    states: STAMP,
  },
  'Spring Boot': {
    line: (r) =>
      `${iso(r.at)}  ${warn(r.level).padEnd(5)} ${r.pid} --- [nio-8080-exec-1] ${r.logger.padEnd(40)} : ${r.text}`,
    states: WHOLE,
  },
  Rails: {
    line: (r) => `${letter(r.level)}, [${micros(r.at)} #${r.pid}] ${warn(r.level).padStart(5)} -- : ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  'Rails, with a name': {
    line: (r) =>
      `${letter(r.level)}, [${micros(r.at)} #${r.pid}] ${warn(r.level).padStart(5)} -- ${r.logger}: ${r.text}`,
    states: WHOLE,
  },
  monolog: { line: (r) => `[${micros(r.at)}+00:00] ${r.logger}.${r.level}: ${r.text}`, states: NAMED },
  'zap, console': {
    line: (r) => `${iso(r.at)}\t${warn(r.level)}\t${r.logger}\tjobs/run.go:33\t${r.text}`,
    states: NAMED,
  },
  'slog, text': {
    line: (r) => `time=${iso(r.at)} level=${warn(r.level)} msg="${r.text.replaceAll('"', '\\"')}" logger=${r.logger}`,
    states: NAMED,
  },
  'slog, default': { line: (r) => `${seconds(r.at).replaceAll('-', '/')} ${warn(r.level)} ${r.text}`, states: STAMP },
  'zerolog, console': { line: (r) => `${iso(r.at)} ${short(r.level)} ${r.text}`, states: STAMP },
  'logrus, terminal': { line: (r) => `${r.level.slice(0, 4)}[0033] ${r.text}`, states: ['level'] },
  klog: {
    line: (r) =>
      `${letter(r.level)}${date(r.at).slice(5).replace('-', '')} ${clock(r.at)}.${millis(r.at)}000       ${r.pid} jobs.go:33] ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  'tracing (Rust)': { line: (r) => `${micros(r.at)}Z  ${warn(r.level)} ${r.logger}: ${r.text}`, states: NAMED },
  'tracing (Rust), with paths': {
    line: (r) => `${micros(r.at)}Z  ${warn(r.level)} app::jobs: ${r.text}`,
    states: STAMP,
  },
  'env_logger (Rust)': {
    line: (r) => `[${iso(r.at).slice(0, 19)}Z ${warn(r.level).padEnd(5)} ${r.logger}] ${r.text}`,
    states: NAMED,
  },
  'nginx, error': {
    line: (r) =>
      `${seconds(r.at).replaceAll('-', '/')} [${small(warn(r.level)).replace('fatal', 'crit')}] ${r.pid}#${r.pid}: ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  'httpd, error': {
    line: (r) =>
      `[Sun ${month(r.at)} ${date(r.at).slice(8)} ${clock(r.at)}.${millis(r.at)}000 2026] [wsgi:${small(warn(r.level)).replace('fatal', 'crit')}] [pid ${r.pid}:tid 140123456] ${r.text}`,
    states: ['stamp', 'level', 'pid'],
  },
  'Serilog, file': {
    line: (r) => `${dotted(r.at)} +00:00 [${short(r.level)}] ${r.text}`,
    states: STAMP,
  },
  'American date': {
    line: (r) => `${monthFirst(r.at)} ${clock(r.at)} AM ${r.level} ${r.logger}: ${r.text}`,
    states: NAMED,
  },
  'asctime {logger} LEVEL: text': {
    line: (r) => `${asctime(r.at)} {${r.logger}} ${r.level}: ${r.text}`,
    states: NAMED,
  },
  // records of named fields
  'JSON, python-json-logger': {
    line: (r) => json({ asctime: asctime(r.at), levelname: r.level, name: r.logger, process: r.pid, message: r.text }),
    states: WHOLE,
  },
  'JSON, structlog': {
    line: (r) => json({ event: r.text, level: small(r.level), timestamp: iso(r.at), logger: r.logger, pid: r.pid }),
    states: WHOLE,
  },
  'JSON, German': {
    line: (r) => json({ zeit: iso(r.at), stufe: r.level, modul: r.logger, text: r.text }),
    states: NAMED,
  },
  'JSON, Spanish': {
    line: (r) => json({ fecha: iso(r.at), nivel: r.level, proceso: r.pid, registro: r.logger, mensaje: r.text }),
    states: WHOLE,
  },
  'JSON, French': {
    line: (r) => json({ horodatage: iso(r.at), niveau: r.level, module: r.logger, message: r.text }),
    states: NAMED,
  },
  'JSON, Polish': {
    line: (r) => json({ czas: asctime(r.at), poziom: r.level, wiadomosc: r.text }),
    states: STAMP,
  },
  'JSON, Russian': {
    line: (r) => json({ время: iso(r.at), уровень: r.level, сообщение: r.text }),
    states: STAMP,
  },
  'JSON, short names': { line: (r) => json({ d: iso(r.at), lv: r.level, m: r.text }), states: STAMP },
  'Serilog, compact': {
    line: (r) => json({ '@t': iso(r.at), '@m': r.text, '@l': r.level, SourceContext: r.logger, ProcessId: r.pid }),
    states: WHOLE,
  },
  'Serilog, JSON': {
    line: (r) => json({ Timestamp: iso(r.at), Level: r.level, RenderedMessage: r.text }),
    states: STAMP,
  },
  MongoDB: {
    line: (r) =>
      json({ t: { $date: iso(r.at) }, s: letter(r.level), c: r.logger, id: 20250, ctx: 'conn12', msg: r.text }),
    states: NAMED,
  },
  GELF: {
    line: (r) =>
      json({
        version: '1.1',
        host: 'app01',
        short_message: r.text,
        timestamp: r.at / 1000,
        level: syslog(r.level),
        _pid: r.pid,
        _logger: r.logger,
      }),
    states: WHOLE,
  },
  'JSON, nested': {
    line: (r) => json({ logEvent: { time: iso(r.at), level: r.level, logger: r.logger, message: r.text } }),
    states: NAMED,
  },
  'JSON, loguru': {
    line: (r) =>
      json({
        text: `${dotted(r.at)} | ${r.level} | ${r.logger}:run:33 - ${r.text}\n`,
        record: {
          level: { name: r.level, no: number(r.level) },
          message: r.text,
          name: r.logger,
          process: { id: r.pid, name: 'MainProcess' },
          time: { repr: iso(r.at), timestamp: r.at / 1000 },
        },
      }),
    states: WHOLE,
  },
  ECS: {
    line: (r) =>
      json({
        '@timestamp': iso(r.at),
        'log.level': small(r.level),
        message: r.text,
        'process.pid': r.pid,
        'log.logger': r.logger,
        'ecs.version': '1.6.0',
      }),
    states: WHOLE,
  },
  'ECS, nested': {
    line: (r) =>
      json({
        '@timestamp': iso(r.at),
        log: { level: small(r.level), logger: r.logger },
        message: r.text,
        process: { pid: r.pid, name: 'MainProcess' },
      }),
    states: WHOLE,
  },
  Datadog: {
    line: (r) =>
      json({
        timestamp: iso(r.at),
        status: small(r.level),
        message: r.text,
        'logger.name': r.logger,
        'dd.service': 'web',
        'dd.trace_id': '123',
      }),
    states: NAMED,
  },
  'JSON, levelno': {
    line: (r) => json({ created: r.at / 1000, levelno: number(r.level), name: r.logger, msg: r.text, process: r.pid }),
    states: WHOLE,
  },
  pino: {
    line: (r) =>
      json({ level: number(r.level) + 10, time: r.at, pid: r.pid, hostname: 'app01', name: r.logger, msg: r.text }),
    states: WHOLE,
  },
  bunyan: {
    line: (r) =>
      json({
        name: r.logger,
        hostname: 'app01',
        pid: r.pid,
        level: number(r.level) + 10,
        msg: r.text,
        time: iso(r.at),
        v: 0,
      }),
    states: WHOLE,
  },
  'zap, JSON': {
    line: (r) =>
      json({ level: small(warn(r.level)), ts: r.at / 1000, logger: r.logger, caller: 'jobs.go:33', msg: r.text }),
    states: NAMED,
  },
  'tracing (Rust), JSON': {
    line: (r) => json({ timestamp: iso(r.at), level: warn(r.level), fields: { message: r.text }, target: r.logger }),
    states: NAMED,
  },
  logstash: {
    line: (r) =>
      json({
        '@timestamp': iso(r.at),
        '@version': '1',
        message: r.text,
        logger_name: r.logger,
        thread_name: 'main',
        level: warn(r.level),
        level_value: 20000,
      }),
    states: NAMED,
  },
  OpenTelemetry: {
    line: (r) =>
      json({
        body: r.text,
        severity_number: 9,
        severity_text: r.level,
        attributes: {},
        timestamp: iso(r.at),
        trace_id: '0x0',
      }),
    states: STAMP,
  },
  'AWS Lambda Powertools': {
    line: (r) =>
      json({ level: r.level, location: 'run:33', message: r.text, timestamp: asctime(r.at), service: 'web' }),
    states: STAMP,
  },
};
