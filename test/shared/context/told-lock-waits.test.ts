import { describe, expect, it } from 'vitest';
import { tellsOfLockWait } from '../../../shared/context/told-lock-waits.ts';

describe('waits for a lock in the words of a service', () => {
  it.each([
    'database is locked, trying again in 2 s',
    'waiting for write lock (attempt 3 of 20)',
    'row lock on orders not granted yet',
    'Datenbank gesperrt, warte auf Schreibsperre (Versuch 5 von 20)',
    'Tabelle bestellungen ist noch gesperrt',
    'base de données verrouillée, nouvelle tentative dans 1 s',
    "attente du verrou d'écriture",
    'base de datos bloqueada, reintentando',
    'esperando el bloqueo de escritura',
    'banco de dados travado, tentativa 4',
    'database bloccato, riprovo fra 3 s',
    'wachten op schrijfslot',
    'baza danych zablokowana, próba 2',
    'база данных заблокирована, попытка 3',
    '数据库被锁定，重试中',
  ])('%s', (text) => {
    expect(tellsOfLockWait(text)).toBe(true);
  });

  it.each([
    'write lock acquired after 0.2 s',
    'Schreibsperre erhalten',
    "verrou d'écriture obtenu",
    'released the table lock',
    'waiting for lock file /run/job.lock',
    'account of user 7 is locked',
    'Konto gesperrt',
    'blocked 3 requests of a bot',
    'database opened',
    'importing 300 rows',
  ])('not: %s', (text) => {
    expect(tellsOfLockWait(text)).toBe(false);
  });
});
