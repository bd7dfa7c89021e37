import { describe, expect, it } from 'vitest';
import { parseDatabaseHeader } from '../../../../shared/evidence/sqlite/header.ts';
import { fixtureBytes, headerOf, withByte } from './support.ts';

const service = fixtureBytes('import-killed/service.db');

function put(bytes: Uint8Array, offset: number, values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, offset);
  return copy;
}

describe('parseDatabaseHeader', () => {
  it('reads what SQLite wrote', () => {
    expect(headerOf(service)).toMatchObject({
      pageSize: 512,
      usableBytes: 512,
      readVersion: 2,
      writeVersion: 2,
      pageCount: 21,
      freelistPages: 0,
      encoding: 'utf-8',
      autoVacuum: false,
    });
  });

  it('takes page size 1 for 65536', () => {
    expect(headerOf(put(service, 16, [0, 1])).pageSize).toBe(65536);
  });

  it.each([
    [0, 0],
    [0x01, 0x00],
    [0x02, 0x01],
    [0xff, 0xff],
  ])('refuses page size bytes %i %i', (high, low) => {
    expect(parseDatabaseHeader(put(service, 16, [high, low])).ok).toBe(false);
  });

  it('believes the size in the header only while version-valid-for equals the change counter', () => {
    expect(headerOf(withByte(service, 95, (byte) => byte + 1)).pageCount).toBeNull();
    expect(headerOf(put(service, 28, [0, 0, 0, 0])).pageCount).toBeNull();
  });

  it('takes the reserved bytes off the usable size and refuses fewer than 480', () => {
    expect(headerOf(put(service, 20, [32])).usableBytes).toBe(480);
    expect(parseDatabaseHeader(put(service, 20, [33])).ok).toBe(false);
  });

  it.each([
    [1, 'utf-8'],
    [2, 'utf-16le'],
    [3, 'utf-16be'],
  ])('reads encoding %i', (stored, encoding) => {
    expect(headerOf(put(service, 56, [0, 0, 0, stored])).encoding).toBe(encoding);
  });

  it('says in words why something is no database', () => {
    const message = (bytes: Uint8Array): string => {
      const result = parseDatabaseHeader(bytes);
      return result.ok ? 'a database' : result.message;
    };
    expect(message(new Uint8Array(0))).toContain('empty');
    expect(message(service.slice(0, 60))).toContain('cut off inside its header: 60 of 100');
    expect(message(new Uint8Array(4096))).toContain('zeros');
    expect(message(new TextEncoder().encode('<testsuite/>'.repeat(500)))).toContain('signature');
    let state = 1;
    const random = Uint8Array.from({ length: 4096 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
    expect(message(random)).toContain('SQLCipher');
    expect(message(put(random, 16, [16, 0, 1, 1, 0, 64, 32, 32]))).toContain('SEE');
  });
});
