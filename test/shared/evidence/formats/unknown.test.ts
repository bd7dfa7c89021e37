import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { firstBytes, looksLike, UNREAD_SAMPLES } from '../../../../shared/evidence/formats/unknown.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('what a file of no known format looks like', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'PNG'],
    ['\xff\xd8\xff\xe0\0\x10JFIF', 'JPEG'],
    ['%PDF-1.7\n%\xe2\xe3', 'PDF'],
    ['\xd4\xc3\xb2\xa1\x02\0\x04\0', 'pcap'],
    ['\x7fELF\x02\x01\x01', 'ELF'],
    ["7z\xbc\xaf'\x1c\0\x04", '7-Zip'],
    ['\x04"M\x18d@', 'lz4 -d'],
    ['\xff\xfeN\0o\0', 'iconv'],
  ])('%j is told as %s', (start, word) => {
    const detection = detectFormat(bytesOf(start), 'a', 5000);
    expect(detection.format).toBe('unknown');
    expect(detection.why).toContain(word);
  });

  it('tells what looks random from what is only binary, and leaves text alone', () => {
    let state = 1;
    const random = Uint8Array.from({ length: 4096 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state >>> 16;
    });
    expect(looksLike(random, 4096)).toContain('encrypted');
    expect(
      looksLike(
        Uint8Array.from({ length: 4096 }, (_, at) => at % 7),
        4096,
      ),
    ).toContain('binary');
    expect(looksLike(bytesOf('Just a note.\nAnother line.\n'), 26)).toBeNull();
    expect(looksLike(new TextEncoder().encode('Grüße, 日本語\n'.repeat(100)), 1900)).toBeNull();
  });

  it('shows the first bytes in hex and as characters, and nothing that acts on a terminal', () => {
    expect(firstBytes(bytesOf('\x89PNG\r\n\x1a\n'))).toBe('89 50 4e 47 0d 0a 1a 0a (.PNG....)');
    expect(firstBytes(new Uint8Array(0))).toBe(' ()');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(firstBytes(bytes)).toMatch(/^[0-9a-f ]{0,47} \([ -~]{0,16}\)$/);
      }),
    );
  });
});

describe('output of a tool that is not read', () => {
  it.each(UNREAD_SAMPLES.map(({ sample, why }) => [sample.trim(), sample, why]))('%s', (_, sample, why) => {
    const text = bytesOf(`${sample}\n`);
    expect(detectFormat(text, 'a.txt', text.length)).toEqual({ format: 'unknown', why });
    expect(why).toMatch(/\b(?:is|are)\b.*\b(?:is|are)\b/);
  });

  it('is told behind the line that kindred tools begin with', () => {
    const banner = 'Linux 6.1.0-18-amd64 (app-3) \t11/24/26 \t_x86_64_\t(2 CPU)\n\n';
    const text = bytesOf(`${banner}% time     seconds  usecs/call     calls    errors syscall\n`);
    expect(detectFormat(text, 'a.txt', text.length)).toMatchObject({
      format: 'unknown',
      why: expect.stringContaining('strace -c'),
    });
  });
});
