import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DETECTOR_SAMPLES, detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { EVIDENCE_FORMATS } from '../../../../shared/model/evidence.ts';
import { bytesOf, FIXTURE_FORMATS, fixture, textOf } from '../support.ts';

function detect(bytes: Uint8Array, fileName = 'dump.bin', totalBytes = bytes.length): string {
  return detectFormat(bytes.subarray(0, 65_536), fileName, totalBytes).format;
}
const detectText = (text: string, fileName?: string): string => detect(bytesOf(text), fileName);
const padded = (start: readonly number[], bytes: number): Uint8Array => {
  const all = new Uint8Array(bytes);
  all.set(start);
  return all;
};

describe('content decides', () => {
  it.each(FIXTURE_FORMATS)('%s is %s under a meaningless name', (path, format) => {
    expect(detect(fixture(path), 'a')).toBe(format);
    // A name that lies changes nothing.
    expect(detect(fixture(path), 'gunicorn.conf.py')).toBe(format);
    expect(detect(fixture(path), 'data.db-wal')).toBe(format);
  });

  it.each(FIXTURE_FORMATS)('%s is %s with notices, a prompt, CR LF and a first line of garbage', (path, format) => {
    // A program that something else stands in front of is another program.
    if (format === 'gunicorn-conf' || format === 'gunicorn-launch') return;
    const text = textOf(fixture(path)).replaceAll('\n', '\r\n');
    const around = [
      '-- Journal begins at Sun 2025-11-30 22:40:00 UTC, ends at Sun 2025-11-30 23:00:00 UTC. --',
      '-- Boot a240791736fc4f16beaa9416bb346a34 --',
      'root@vm:~# journalctl -u tracker',
      '# exported by hand',
      '',
      'ged line that a cut left over',
      '',
    ];
    expect(detectText(around.join('\r\n') + text)).toBe(format);
  });

  it('every detector reads its own sample', () => {
    for (const { format, sample } of DETECTOR_SAMPLES) expect(detectText(`${sample}\n`), sample).toBe(format);
  });
});

describe('binary formats', () => {
  it.each([
    ['sqlite', padded([...bytesOf('SQLite format 3\0')], 4096)],
    ['sqlite-wal', padded([0x37, 0x7f, 0x06, 0x82], 4096)],
    ['sqlite-wal', padded([0x37, 0x7f, 0x06, 0x83], 32)],
    ['sqlite-journal', padded([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7], 512)],
    ['sqlite-shm', padded([0x18, 0xe2, 0x2d, 0x00], 32_768)],
    ['sqlite-shm', padded([0x00, 0x2d, 0xe2, 0x18], 65_536)],
    ['gzip', new Uint8Array(gzipSync('anything'))],
    ['journal-native', padded([...bytesOf('LPKSHHRH')], 4096)],
    ['unknown', padded([], 4096)],
    ['empty', new Uint8Array(0)],
    ['empty', bytesOf(' \n\n')],
  ])('%s', (format, bytes) => {
    expect(detect(bytes)).toBe(format);
  });

  it('tells tar by its magic and old tar by its checksum', () => {
    const header = new Uint8Array(1024);
    header.set(bytesOf('journal/crash_logs.txt'));
    header.set(bytesOf('        '), 148);
    const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    header.set(bytesOf(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    expect(detect(header)).toBe('tar');
    header[0] = 0x6b;
    expect(detect(header)).toBe('unknown');
    header.set(bytesOf('ustar'), 257);
    expect(detect(header)).toBe('tar');
  });

  it('falls back on the name for side files whose header SQLite zeroed', () => {
    expect(detect(new Uint8Array(32_768), 'tracker.db-shm')).toBe('sqlite-shm');
    expect(detect(new Uint8Array(512), 'tracker.db-journal')).toBe('sqlite-journal');
    expect(detect(new Uint8Array(512), 'tracker.db')).toBe('unknown');
  });
});

describe('XML', () => {
  const utf16 = (text: string, littleEndian: boolean): Uint8Array => {
    const bytes = new Uint8Array(text.length * 2);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), littleEndian);
    return bytes;
  };

  it.each([
    ['<testsuites name="vpn">', 'junit-xml'],
    ['<testsuite/>', 'junit-xml'],
    ['\uFEFF<?xml version="1.0"?>\n<testsuites>', 'junit-xml'],
    ['<?xml version="1.0"?><!-- <html> --><?pi x?>\n<!DOCTYPE testsuites [<!ENTITY a ">">]><testsuites>', 'junit-xml'],
    ['<ju:testsuites xmlns:ju="urn:x">', 'junit-xml'],
    ['<testsuitesx>', 'xml'],
    ['<?xml version="1.0"?><report/>', 'xml'],
    ['<?xml version="1.0"?><!-- never closed', 'xml'],
    ['<!DOCTYPE html><html><body>', 'unknown'],
    ['<not xml', 'xml'],
    ['< not xml', 'unknown'],
  ])('%s is %s', (text, format) => {
    expect(detectText(text)).toBe(format);
  });

  it.each([true, false])('reads UTF-16, little endian: %s', (littleEndian) => {
    expect(detect(utf16('\uFEFF<?xml version="1.0"?><testsuites>', littleEndian))).toBe('junit-xml');
    expect(detect(utf16('<?xml version="1.0"?><testsuites>', littleEndian))).toBe('junit-xml');
  });
});

describe('text that is not what it quotes', () => {
  it.each([
    ['-- No entries --\n', 'journal-empty'],
    [
      '-- Journal begins at Sun 2025-11-30 22:40:00 UTC, ends at Sun 2025-11-30 23:00:00 UTC. --\n-- No entries --\n',
      'journal-empty',
    ],
    ['{"name": "package"}\n', 'unknown'],
    ['[supervisord]\nworkers = 2\ntimeout = 3\nbind = 1\n', 'unknown'],
    ['import requests\n\ntimeout = 5\n\ndef get():\n    bind = 3\n    workers = 3\n', 'unknown'],
    ['"""\nworkers = 2\nworker_class = "sync"\n"""\nx = 1\n', 'unknown'],
    ['# bind = 1\n# worker_class = 2\nprint("hello")\n', 'unknown'],
  ])('%j is %s', (text, format) => {
    expect(detectText(text)).toBe(format);
  });

  it('a note with one quoted log line is no log', () => {
    const prose = 'We looked into it.\nThe worker was restarted.\nThen it happened again:\n'.repeat(5);
    expect(detectText(`${prose}[2026-01-28 04:10:19 +0000] [25321] [INFO] Starting gunicorn 26.1.0\n`)).toBe('unknown');
  });

  it('one common setting is a configuration only under its name', () => {
    expect(detectText('timeout = 120\n')).toBe('unknown');
    expect(detectText('timeout = 120\n', 'gunicorn.conf.py')).toBe('gunicorn-conf');
  });

  it('says what to do with formats that are not read', () => {
    const relative = detectFormat(bytesOf('[Nov24 03:48] python3[9930]: segfault\n[  +0.000014] Code: 1\n'), 'a', 60);
    expect(relative).toEqual({ format: 'unknown', why: expect.stringContaining('dmesg --time-format iso') });
  });

  it('has no format outside the list', () => {
    for (const [, format] of FIXTURE_FORMATS) expect(EVIDENCE_FORMATS).toContain(format);
  });
});

it('tells the format of a head that ends within a line', () => {
  const bytes = fixture('journal-unit/short-precise.txt');
  expect(detect(bytes.subarray(0, 200), 'a', 1_000_000)).toBe('journal-short-precise');
  expect(detect(fixture('journal-unit/json.txt').subarray(0, 500), 'a', 1_000_000)).toBe('journal-json');
});
