import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageTemplate, operationName, readMessage } from '../../../shared/timeline/messages.ts';
import { runs } from '../../support/properties.ts';

describe('readMessage', () => {
  it.each([
    'During handling of the above exception, another exception occurred:',
    'Shutting down: Master',
    'Booting worker with pid: 12',
    'Started server process [31]',
    'Application startup complete.',
  ])('%s is what the server says of itself, no work', (text) => {
    expect(readMessage(text, false)).toMatchObject({ role: 'other', step: null });
  });

  it.each([
    ['Started importing VPN job 14', 'operation-start', null],
    ['Importing VPN job 14', 'operation-start', null],
    ['Beginning ingest of storage build 14', 'operation-start', null],
    ['Processing routing build 231', 'operation-start', null],
    ['Sync of rig-3 started', 'operation-start', null],
    ['Handling request 99', 'operation-start', null],
    ['Parsing XML: logs/7.0/vpn/14/test-results.xml (59261760 bytes)', 'step-start', 'parse'],
    ['Reading report builds/52.xml (26000000 bytes)', 'step-start', 'parse'],
    ['Parsed 110000 test results in 64.9s', 'step-done', 'parse'],
    ['Starting database insert (batch size: 110000)', 'step-start', 'insert'],
    ['Saving 60000 rows to the database', 'step-start', 'insert'],
    ['Writing 320 rows into the db', 'step-start', 'insert'],
    ['Inserted 20 rows', 'step-done', 'insert'],
    ['Downloading artifact from http://rig-3/77/test-results.xml', 'step-start', 'download'],
    ['Fetched 59 MB in 3.2 s', 'step-done', 'download'],
    ['Import of vpn job 13 finished in 1.0s', 'operation-done', null],
    ['Finished importing VPN job 14 in 9.1s', 'operation-done', null],
    ['Imported VPN job 13 (300 tests)', 'operation-done', null],
    ['Processed 300 of 5000 tests', 'progress', null],
    ['Retrying download (attempt 2)', 'progress', 'download'],
    ['127.0.0.1 - - [28/Jan/2026:04:10:22 +0000] "POST /import HTTP/1.1" 200 12 "-" "curl/8"', 'request-done', null],
    ['0 errors so far', 'progress', null],
    ['Import von VPN-Job 14 gestartet', 'operation-start', null],
    ['Lese XML: logs/14/test-results.xml', 'step-start', 'parse'],
    ['110000 Testergebnisse eingelesen in 64,8 s', 'step-done', 'parse'],
    ['Beginne Einfügen in die Datenbank (110000 Zeilen)', 'step-start', 'insert'],
    ["Début de l'import du rapport 88", 'operation-start', null],
    ['Téléchargement du rapport 88', 'step-start', 'download'],
    ['Analyse du fichier rapport-88.xml (71000000 octets)', 'step-start', 'parse'],
    ['Iniciando importación del informe 55', 'operation-start', null],
    ['Insertando 90000 filas en la base de datos', 'step-start', 'insert'],
    ['Importación del informe 55 terminada', 'operation-done', null],
  ] as const)('%s', (text, role, step) => {
    const reading = readMessage(text, false);
    expect({ role: reading.role, step: reading.step }).toEqual({ role, step });
  });

  it('takes failure words at their word only in lines logged as errors', () => {
    expect(readMessage('Import of vpn job 14 failed: database is locked', true).role).toBe('operation-failed');
    expect(readMessage('Parsed 20 results, 3 failed, 1 error', false).role).toBe('step-done');
  });

  it('reads figures with their units', () => {
    expect(readMessage('Parsing XML: logs/7.0/vpn/14/test-results.xml (59261760 bytes)', false)).toMatchObject({
      bytes: 59_261_760,
      path: 'logs/7.0/vpn/14/test-results.xml',
      records: null,
    });
    expect(readMessage('11 of 41 libraries merged, 2.1 million records held', false).records).toBe(2_100_000);
    expect(readMessage('Starting database insert (batch size: 110,000)', false).records).toBe(110_000);
    expect(readMessage('Parsed 110000 test results in 64.9s', false)).toMatchObject({
      records: 110_000,
      statedSeconds: 64.9,
    });
    expect(readMessage('Downloaded report, 56.5 MiB in 120 ms', false)).toMatchObject({
      bytes: 59_244_544,
      statedSeconds: 0.12,
    });
    expect(readMessage('110000 Testergebnisse eingelesen in 64,8 s', false)).toMatchObject({
      records: 110_000,
      statedSeconds: 64.8,
    });
    expect(readMessage('Analyse du fichier rapport-88.xml (71000000 octets)', false).bytes).toBe(71_000_000);
    expect(readMessage('Uvoz cenovnika 19: cenovnik.xlsx, 214118023 bajta', false).bytes).toBe(214_118_023);
    expect(readMessage('файл 14, 48211 байтов', false).bytes).toBe(48_211);
    expect(readMessage('3 baits tried', false).bytes).toBe(null);
  });
});

describe('operationName', () => {
  it.each([
    ['Started importing VPN job 14', 'VPN job 14'],
    ['Importing VPN job 14 from /srv/in', 'VPN job 14'],
    ['Import of run 4 started', 'run 4'],
    ['Running migration 7', 'migration 7'],
    ['Importiere Export 9', 'Export 9'],
    ['Starting sync 31', 'sync 31'],
    ['Started importing 31', '31'],
    ['Import von VPN-Job 14 gestartet', 'VPN-Job 14'],
    ["Début de l'import du rapport 88", 'rapport 88'],
    ['Iniciando importación del informe 55', 'informe 55'],
    ['Beginning ingest of storage build 14', 'storage build 14'],
    ['Now processing the routing run #7: 3 files', 'routing run #7'],
    ['Starting', null],
  ])('%s', (text, name) => {
    expect(operationName(text)).toBe(name);
  });
});

describe('messageTemplate', () => {
  it('is the same for two lines of one logging call', () => {
    expect(messageTemplate('Started importing VPN job 13')).toBe(messageTemplate('Started importing VPN job 14'));
    expect(messageTemplate("Parsing 'a.xml' (12 bytes)")).toBe(messageTemplate("Parsing 'b.xml' (59,261,760 bytes)"));
    expect(messageTemplate("l'import de l'article 14")).not.toBe(messageTemplate("l'import de l'ordre 14"));
    expect(messageTemplate('sum c0ffee1234 of 59261760')).toBe(messageTemplate('sum deadbeef77 of 12'));
    expect(messageTemplate('Started importing')).not.toBe(messageTemplate('Started parsing'));
  });
});

describe('shape', () => {
  const part = fc.constantFrom(
    ...[
      'started',
      'Importing',
      'job',
      'attempt',
      'of',
      'finished in',
      'took',
      'rows',
      'page=',
      'HTTP/',
      '"GET /a',
      'status=',
    ],
    ...[
      '%',
      '.',
      ',',
      '/',
      '-',
      ' ',
      ' ',
      "'",
      '"',
      'a',
      'f',
      '(',
      ')',
      ':',
      'so far',
      'failed',
      'Parsed',
      'method=GET',
    ],
    ...['0', '1', '12', '345', '6789', '20260126'],
  );
  // Longer texts are read each by itself.
  const padding = ` ${'x '.repeat(130)}`;

  it('is all that a role and a template hang on: no digit is told from another', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), fc.nat(9), fc.boolean(), (parts, digit, isError) => {
        const text = parts.join('') + padding;
        const other = text.replace(/\d/g, (each) => String((Number(each) + digit) % 10));
        const { role, step } = readMessage(text, isError);
        expect(readMessage(other, isError)).toMatchObject({ role, step });
        expect(messageTemplate(other)).toBe(messageTemplate(text));
      }),
      { numRuns: runs(500) },
    );
  });
});
