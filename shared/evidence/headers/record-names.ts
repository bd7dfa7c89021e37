/*
 * Records of named fields. There is no standard: these are the names under which python-json-logger, structlog, loguru, zap,
 * slog, logrus, bunyan, pino, Serilog, GELF, MongoDB, OpenTelemetry, Docker's json-file driver, Cloud Logging and the Elastic
 * Common Schema put each part, and those of services that name them in another language. Each is written without case, accents
 * and signs: `log.level`, `log_level` and `LogLevel` are one. Of two that a record has the earlier counts.
 */

/** What a field of a record says; a traceback holds further lines of the same entry. */
export type Role = 'time' | 'message' | 'level' | 'pid' | 'logger' | 'thread' | 'traceback';

const NAMES: readonly (readonly [role: Role, names: string])[] = [
  [
    'time',
    `timestamp time asctime ts datetime date created t utctimestamp eventtime logtime timegenerated timerepr tdate
      recordtimestamp zeit zeitpunkt zeitstempel datum uhrzeit fecha hora fechahora marcadetiempo horodatage heure
      dateheure momento instante dataora orario ora quando datahora carimbo tijd tijdstip tijdstempel czas datagodzina
      cas tid tidspunkt tidsstampel aika idopont timp zaman время дата час 時刻 時間 日時 时间 시간`,
  ],
  [
    'message',
    `message msg event log text shortmessage renderedmessage fullmessage m mt body logmessage messagetext mensaje
      texto mensagem messaggio testo texte libelle nachricht meldung bericht boodschap tekst wiadomosc komunikat tresc
      zprava sprava meddelande melding besked viesti uzenet mesaj сообщение повідомлення текст メッセージ 消息 信息 메시지`,
  ],
  [
    'level',
    `level levelname loglevel severity lvl severitytext l s levelno severitynumber levelvalue priority nivel
      niveau livello gravita gravedad severidad gravite severite stufe stufename schwere niva alvorlighet ernst taso
      uroven poziom szint seviye уровень рівень важность レベル 级别 级 레벨`,
  ],
  [
    'pid',
    `pid process processpid processid procid proc pidnumber proceso procesoid processus processo prozess prozessid proces
      procesid prosess proces processnumber процесс процес プロセス 进程`,
  ],
  [
    'logger',
    `logger name loggername loglogger sourcecontext category channel target component module c source registro registrador
      categoria modulo modul modula bron kilde zrodlo composant quelle komponente журнал модуль モジュール 模块`,
  ],
  ['thread', 'thread threadname processthreadname hilo faden fil tråd wątek поток'],
  ['traceback', 'excinfo exception traceback stacktrace errorstacktrace exctext x'],
];

/** A role, and how far back in the list of its names a name stands. */
export interface NamedRole {
  readonly role: Role;
  readonly rank: number;
}

/** Small letters and digits of a name, without accents. */
function plainName(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}

const ROLE_OF_NAME: ReadonlyMap<string, NamedRole> = new Map(
  NAMES.flatMap(([role, names]) =>
    names.split(/\s+/).map((name, rank): [string, NamedRole] => [plainName(name), { role, rank }]),
  ),
);

/** The names of a role that ASCII has, as the alternatives of a regular expression, the longest first. */
export function alternativesOf(role: Role): string {
  return [...ROLE_OF_NAME]
    .filter(([name, named]) => named.role === role && /^[a-z]+$/.test(name))
    .map(([name]) => name)
    .sort((a, b) => b.length - a.length)
    .join('|');
}

/** Names met, of which a service has few; more than this are keys of data. */
const KEPT = 2000;
const known = new Map<string, NamedRole | null>();

/** What a field of this name says in a record of a logger; null for names that no logger uses. */
export function roleOf(name: string): NamedRole | null {
  const kept = known.get(name);
  if (kept !== undefined) return kept;
  const role = name.length > 40 ? null : (ROLE_OF_NAME.get(plainName(name)) ?? null);
  if (known.size < KEPT) known.set(name, role);
  return role;
}

/** How many of each list's names mean nothing else in a record: where they do not say it, they say nothing of the work. */
const USUAL_RANKS: Readonly<Record<Role, number>> = {
  time: 9,
  message: 5,
  level: 5,
  pid: 5,
  logger: 4,
  thread: 3,
  traceback: 7,
};

/** Whether a name is one of every logger's own. */
export function isUsualName(name: string): boolean {
  const named = roleOf(name);
  return named !== null && named.rank < USUAL_RANKS[named.role];
}
