import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SqlClient } from '../../../electron/databases/sql-client.ts';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import type { DatabaseTarget } from '../../../shared/contract/database-requests.ts';
import { tempFolder } from '../../support/bundles.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'sqlite');
const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

/** A client over a copy of a fixture and its one database. */
async function clientOf(fixture: string) {
  const folder = tempFolder();
  cpSync(join(FIXTURES, fixture), folder, { recursive: true });
  const imported = await readGivenEvidence({ paths: [folder], spoolDirectory: tempFolder() }, () => {});
  const client = new SqlClient(imported);
  onTestFinished(() => client.close());
  const evidenceId = imported.databases[0]?.evidenceId ?? '';
  const target: DatabaseTarget = { evidenceId, view: 'committed' };
  return { client, folder, target };
}

/** Everything in a folder: names, hashes and times of modification. */
function contents(folder: string): readonly unknown[] {
  return readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return [name, createHash('sha256').update(readFileSync(path)).digest('hex'), statSync(path).mtimeMs];
  });
}

async function firstValue(client: SqlClient, target: DatabaseTarget, sql: string): Promise<unknown> {
  const outcome = await client.run(target, sql, 10);
  if (outcome.status !== 'done') throw new Error(`${outcome.status}: ${outcome.message}`);
  return outcome.result.rows[0]?.[0];
}

/** Lets the statement reach its thread; stopping works before that too. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('SQL on a thread of its own', () => {
  test('answers, stops what has no end on request or at its limit, and leaves every file as it was', async () => {
    const { client, folder, target } = await clientOf('import-killed');
    const before = contents(folder);
    expect(await firstValue(client, target, 'SELECT count(*) FROM sqlite_schema')).toBeGreaterThan(3);
    expect(await client.run(target, 'DELETE FROM jobs', 10)).toMatchObject({ status: 'refused' });

    const endless = client.run(target, ENDLESS, 600);
    const waiting = client.schema(target);
    const refused = expect(waiting).rejects.toMatchObject({ error: { kind: 'usage', message: 'Stopped on request.' } });
    await settled();
    await client.cancel();
    expect(await endless).toEqual({ status: 'stopped', message: 'Stopped on request.' });
    await refused;

    const limited = client.run(target, ENDLESS, 0.2);
    const behind = client.run(target, 'SELECT 7 AS seven', 10);
    expect(await limited).toEqual({ status: 'stopped', message: expect.stringContaining('its limit of 0.2 s') });
    const outcome = await behind;
    if (outcome.status !== 'done') throw new Error(outcome.status);
    expect(outcome.result).toMatchObject({ columns: ['seven'], rows: [[7]], cut: null });
    expect(client.result(outcome.result.id)).toMatchObject({ sql: 'SELECT 7 AS seven', result: { rows: [[7]] } });
    expect(client.result(99)).toBeNull();

    const last = client.run(target, ENDLESS, 600);
    const closed = expect(last).rejects.toMatchObject({ error: { message: 'The case was closed.' } });
    await client.close();
    await closed;
    await expect(client.schema(target)).rejects.toMatchObject({ error: { message: 'The case was closed.' } });
    expect(contents(folder)).toEqual(before);
  });

  test('says that a case has no such database', async () => {
    const { client } = await clientOf('import-killed');
    await expect(client.schema({ evidenceId: 'nowhere', view: 'committed' })).rejects.toMatchObject({
      error: { kind: 'usage', message: 'This case has no such database.' },
    });
  });
});
