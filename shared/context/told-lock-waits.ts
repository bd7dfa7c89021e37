import { addSeconds, secondsBetween } from '../model/time.ts';
import { plain } from '../timeline/messages.ts';
import type { OperationLine } from '../timeline/operation-lines.ts';
import { type FactContext, oncePerContext } from './context.ts';
import { serverLocks } from './database-server.ts';

/** What an operation says itself of waiting for a lock of its database. */
export interface ToldLockWait {
  /** Its lines that say so, in order; at least one. */
  readonly lines: readonly OperationLine[];
  /** Whether nothing but that was said up to the end of the work. */
  readonly isToTheEnd: boolean;
}

/*
 * How services say it, without accents, by language: a database or a part of one that is locked, or a lock that only databases
 * have. A lock alone may be one of a file or of a queue.
 */
const DATABASE =
  '(?:data ?bases?|db|sqlite|datenbank\\w*|tabellen?|base de donnees|bdd|base de datos|bd|base de dados|banco(?: de dados)?|base di dati|base dati|databank|tabel|tables?|tablas?|tabelas?|tabell[ae]?|baz[ay](?: danych)?|databas\\w*|databaz\\w*|veritabani|rows?|zeilen?|lignes?|filas?|linhas?|righe|rijen?)';
const LOCKED =
  '(?:locked|is busy|gesperrt|blockiert|belegt|verrouill\\w+|bloque\\w+|bloquead\\w+|trancad\\w+|travad\\w+|bloccat\\w+|occupat\\w+|ocupad\\w+|occupee?s?|vergrendeld|geblokkeerd|zablokowan\\w+|zajet\\w+|last|blockerad|laast|kilitli|zamcen\\w*|uzamcen\\w*)';
const LOCK_OF_DATABASE =
  '(?:(?:write|row|table|database|exclusive|reserved|advisory|metadata)[ -]?locks?|(?:schreib|zeilen|tabellen|datenbank)sperren?|verrous? (?:d.ecriture|exclusifs?|(?:de|sur) (?:la )?(?:base|table))|bloqueos? (?:de escritura|de fila|de tabla|exclusivo)|bloqueios? de escrita|trava de escrita|lock di scrittura|blocco in scrittura|schrijf(?:slot|vergrendeling)|blokad\\w* zapisu|skrivlas\\w*)';
const WORDINGS: readonly RegExp[] = [
  new RegExp(`\\b${DATABASE}\\b[^.;\\n]{0,40}\\b${LOCKED}\\b`, 'i'),
  new RegExp(`\\b${LOCKED}\\b[^.;\\n]{0,12}\\b${DATABASE}\\b`, 'i'),
  new RegExp(`\\b${LOCK_OF_DATABASE}`, 'i'),
  // Languages without blanks, or without Latin letters.
  /(?:баз[аыеу]|таблиц\p{L}*)[^.;\n]{0,40}(?:заблокир|занят)|блокировк\p{L}* (?:записи|базы|таблиц)|データベース.{0,20}ロック|(?:数据库|資料庫|表).{0,12}(?:锁|鎖)/iu,
];
/** The lock was got, or given back: no wait, or the end of one. */
const NO_WAIT =
  /\b(?:acquired|obtained|got|released?|releasing|freed|unlocked|no longer|erhalten|frei(?:gegeben)?|aufgehoben|obtenu\w*|libere\w*|acquis\w*|obtenid\w*|liberad\w*|adquirid\w*|obtid\w*|ottenut\w*|rilasciat\w*|acquisit\w*|verkregen|vrijgegeven|uzyskan\w*|zwolnion\w*|slappt\w*)\b/i;
const READ_CHARACTERS = 1_024;

/** Whether a line says that something waits for, or was refused, a lock of a database, in any of the languages that are known. */
export function tellsOfLockWait(text: string): boolean {
  const start = plain(text.slice(0, READ_CHARACTERS));
  return WORDINGS.some((wording) => wording.test(start)) && !NO_WAIT.test(start);
}

/** Between the last word of a wait and its end lies one more wait at most, which nobody tells the length of. */
const LONGEST_WAIT_SECONDS = 90;
const WAITS_BETWEEN = 3;
const SAME_MOMENT_SECONDS = 1;

// SELECT pg_advisory_lock(4021)   SELECT ... FOR UPDATE   LOCK TABLE jobs   GET_LOCK('x', 60)   BEGIN IMMEDIATE   wal_checkpoint(TRUNCATE)
const ASKS_FOR_LOCK =
  /\bpg_advisory(?:_xact)?_lock(?:_shared)?\b|\bFOR (?:NO KEY )?UPDATE\b|\bLOCK TABLES?\b|\bGET_LOCK\(|\bBEGIN (?:IMMEDIATE|EXCLUSIVE)\b|\bwal_checkpoint\((?:TRUNCATE|RESTART|FULL)\)|\bsp_getapplock\b/;

/** The last line of the work, where it names a statement that waits for a lock until it has it; null for any other. */
export function lockAskedFor({ record, workEnd }: FactContext): OperationLine | null {
  const own = (record?.operation?.lines ?? []).filter(({ event }) => workEnd !== null && event.time <= workEnd);
  const last = own.findLast(({ event }) => event.kind === 'log') ?? null;
  return last !== null && ASKS_FOR_LOCK.test(last.event.message.slice(0, READ_CHARACTERS)) ? last : null;
}

/** What the operation itself says of waits for a lock; null where it says nothing of one, or where its database's own words do. */
export const toldLockWait = oncePerContext((context): ToldLockWait | null => {
  const { record, workEnd } = context;
  const all = record?.operation?.lines ?? [];
  if (workEnd === null || all.some(({ event }) => event.kind === 'database-locked')) return null;
  const until = addSeconds(workEnd, SAME_MOMENT_SECONDS);
  const own = all.filter(({ event }) => event.time <= until);
  const lines = own.filter(({ text }) => tellsOfLockWait(text));
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined || serverLocks(context).own.length > 0) return null;
  const since = own.slice(own.indexOf(last) + 1);
  const round = lines.length < 2 ? 0 : secondsBetween(first.event.time, last.event.time) / (lines.length - 1);
  const isToTheEnd =
    since.every(({ event, reading }) => event.kind !== 'log' || reading.role === 'operation-failed') &&
    secondsBetween(last.event.time, workEnd) <= Math.max(LONGEST_WAIT_SECONDS, WAITS_BETWEEN * round);
  return { lines, isToTheEnd };
});
