import { describe, expect, it } from 'vitest';
import { readHeader } from '../../../../shared/evidence/headers/read-header.ts';
import { learnLayout } from '../../../../shared/evidence/logs/log-layout.ts';
import { readLogLine } from '../../../../shared/evidence/logs/log-line.ts';
import { FORMS, type Form, type Logged } from './header-forms.ts';

/** What services say, in several languages, with signs of which headers are made. */
const TEXTS = [
  'Importing job 14',
  'skrzyżowanie 9 -> 17',
  'lastra 19 di 140: TIFF 16 bit',
  '120 de 1200 nóminas calculadas',
  'GET /pedidos?page=3;sort=id',
  'cache: 3 [hit] | 4 [miss]',
  '[3/10] step done',
  'done (12 rows)',
  'Импорт прайса 4',
  '注文 14 を取り込み中',
  'Consulta: filas|columnas',
  'retry - attempt 2',
  'Facture 12 | client 4',
  'données, relues: 4',
  'Job 14 finished',
  '12: le dossier est vide',
  'ERROR from upstream: 502',
];
const LEVELS = ['INFO', 'INFO', 'INFO', 'WARNING', 'INFO', 'ERROR', 'INFO'] as const;
const START = Date.UTC(2026, 4, 17, 3, 0, 0);

/** A run of a service with two workers and two loggers, whose lines all differ. */
function records(logger: string, pids: readonly [number, number]): readonly Logged[] {
  return Array.from({ length: 60 }, (_, nth) => ({
    at: START + nth * 7130,
    level: LEVELS[nth % LEVELS.length] ?? 'INFO',
    pid: pids[nth % 2 === 0 ? 0 : 1],
    logger: nth % 5 === 4 ? `${logger}_two` : logger,
    text: TEXTS[nth % TEXTS.length] ?? '',
  }));
}

const boots = (pids: readonly [number, number]): readonly string[] =>
  [7, ...pids].map((pid) => `[2026-05-17 03:00:00 +0000] [${pid}] [INFO] Booting worker with pid: ${pid}`);

function read({ line, states }: Form, logger: string, pids: readonly [number, number]) {
  // Where no level is printed, one that begins the text is taken for it.
  const run = records(logger, pids).filter(({ text }) => states.includes('level') || !text.startsWith('ERROR '));
  const lines = [...boots(pids), ...run.map(line)];
  const layout = learnLayout(`${lines.join('\n')}\n`);
  return run.map((record) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
    const { header } = readLogLine(line(record).replace(/\u001b\[\d+m/g, ''), layout);
    const said = {
      text: header?.text.trimEnd(),
      level: header?.level ?? null,
      pid: header?.pid ?? null,
      logger: header?.logger ?? null,
      stamped: header?.stamp != null,
    };
    const logged = {
      text: record.text,
      level: states.includes('level') ? record.level : null,
      pid: states.includes('pid') ? record.pid : null,
      // A form that names the place alone may have it taken for the logger.
      logger: states.includes('logger') ? record.logger : said.logger,
      stamped: states.includes('stamp'),
    };
    return { said, logged };
  });
}

describe('a header is taken apart, and its text is left whole', () => {
  it.each(Object.entries(FORMS))('%s', (_, form) => {
    for (const logger of ['jobs', 'app.jobs', 'almacen_sinc']) {
      for (const pids of [
        [12, 20],
        [4711, 23_811],
      ] as const) {
        for (const { said, logged } of read(form, logger, pids)) expect(said).toEqual(logged);
      }
    }
  });
});

describe("an application's data is no record of a logger", () => {
  it.each([
    '{"id": 14, "name": "Ada", "email": "ada@example.org"}',
    '{"message": "Not found", "status": "error", "code": 404}',
    '{"data": {"message": "ok"}, "status": 200}',
    '{"fecha": "2026-05-17T03:00:00Z", "total": 14, "cliente": "Casa Grande"}',
    '{"nivel": "INFO", "titulo": "Curso de datos"}',
    '{"created": "2026-05-17T03:00:00Z", "state": "error", "title": "Parcel 14", "items": [{"sku": 1}]}',
    '{"t": 4, "m": "left", "s": "A"}',
  ])('%s', (line) => {
    expect(readHeader(line)).toBeNull();
  });
});

describe('a count of levels is read by the scale of its logger', () => {
  it.each([
    ['{"level":30,"time":1779000000000,"pid":7,"hostname":"a","msg":"x"}', 'INFO'],
    ['{"levelno":30,"created":1779000000.5,"msg":"x"}', 'WARNING'],
    ['{"version":"1.1","host":"a","short_message":"x","timestamp":1779000000.5,"level":3}', 'ERROR'],
    ['{"message":"x","level":200,"level_name":"INFO","channel":"app","datetime":"2026-05-17T03:00:00Z"}', 'INFO'],
    ['{"timestamp":"2026-05-17T03:00:00Z","severity_number":17,"body":"x"}', 'ERROR'],
  ])('%s', (line, level) => {
    expect(readHeader(line)).toMatchObject({ level, text: 'x' });
  });
});
