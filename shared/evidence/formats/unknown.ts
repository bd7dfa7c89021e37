import { existing } from '../../model/existing.ts';

/** What people save by mistake or beside the evidence, by its first bytes. */
interface Look {
  readonly at: number;
  /** The bytes, as characters below 256. */
  readonly bytes: string;
  readonly what: string;
}

/** Sources: the formats' own documents, and https://github.com/file/file/tree/master/magic/Magdir */
const LOOKS: readonly Look[] = [
  { at: 0, bytes: '\x89PNG\r\n\x1a\n', what: 'is a PNG picture' },
  { at: 0, bytes: '\xff\xd8\xff', what: 'is a JPEG picture' },
  { at: 0, bytes: 'GIF8', what: 'is a GIF picture' },
  { at: 8, bytes: 'WEBP', what: 'is a WebP picture' },
  { at: 0, bytes: '%PDF-', what: 'is a PDF document' },
  { at: 0, bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', what: 'is an old Office document' },
  { at: 0, bytes: '\xd4\xc3\xb2\xa1', what: 'is a packet capture (pcap)' },
  { at: 0, bytes: '\xa1\xb2\xc3\xd4', what: 'is a packet capture (pcap)' },
  { at: 0, bytes: '\x4d\x3c\xb2\xa1', what: 'is a packet capture (pcap, nanoseconds)' },
  { at: 0, bytes: '\x0a\x0d\x0d\x0a', what: 'is a packet capture (pcapng)' },
  { at: 0, bytes: 'PERFILE2', what: 'is a recording of perf; give the output of perf script' },
  { at: 0, bytes: 'KDUMP   ', what: 'is a crash dump of a kernel (kdump)' },
  { at: 0, bytes: 'JAVA PROFILE 1.', what: 'is a heap dump of Java' },
  { at: 0, bytes: 'MZ', what: 'is a program for Windows' },
  { at: 0, bytes: 'MDMP', what: 'is a minidump of Windows' },
  { at: 0, bytes: 'ElfFile\0', what: 'is an event log of Windows' },
  { at: 0, bytes: '\xca\xfe\xba\xbe', what: 'is a Java class or a program for macOS' },
  { at: 0, bytes: '\xcf\xfa\xed\xfe', what: 'is a program for macOS' },
  { at: 0, bytes: '\0asm', what: 'is a WebAssembly module' },
  { at: 0, bytes: "7z\xbc\xaf'\x1c", what: 'is a 7-Zip archive; unpack it and give the files' },
  { at: 0, bytes: 'Rar!\x1a\x07', what: 'is a RAR archive; unpack it and give the files' },
  { at: 0, bytes: '\x04"M\x18', what: 'is compressed with lz4; unpack it with lz4 -d' },
  { at: 0, bytes: '\x1f\x9d', what: 'is compressed with compress; unpack it with uncompress' },
  { at: 0, bytes: '\x5d\0\0', what: 'is compressed with lzma; unpack it with xz --format=lzma -d' },
  { at: 0, bytes: '!<arch>\n', what: 'is an ar archive or a Debian package' },
  { at: 0, bytes: '\xed\xab\xee\xdb', what: 'is an RPM package' },
  { at: 0, bytes: '070701', what: 'is a cpio archive; unpack it and give the files' },
  { at: 0, bytes: 'LUKS\xba\xbe', what: 'is an encrypted disk (LUKS)' },
  { at: 0, bytes: '-----BEGIN PGP MESSAGE', what: 'is encrypted with PGP; decrypt it and give the result' },
  { at: 0, bytes: 'age-encryption.org/', what: 'is encrypted with age; decrypt it and give the result' },
  { at: 0, bytes: 'Salted__', what: 'is encrypted by openssl; decrypt it and give the result' },
  { at: 0, bytes: 'PGDMP', what: 'is a dump of PostgreSQL' },
  { at: 0, bytes: 'REDIS0', what: 'is a dump of Redis' },
  { at: 0, bytes: '\xff\xfe', what: 'is UTF-16 text; convert it with iconv -f utf-16 -t utf-8' },
  { at: 0, bytes: '\xfe\xff', what: 'is UTF-16 text; convert it with iconv -f utf-16 -t utf-8' },
];

/** Bytes needed to say that they look random, and the share of all bits that is information in such bytes. */
const RANDOM_FROM_BYTES = 512;
const RANDOM_BITS_PER_BYTE = 7.3;
const PAGE_BYTES = 1024;
/** Bytes that no text has: beyond this share of them, it is none. */
const NO_TEXT_SHARE = 0.05;

/** What kind of file that is not read here begins with these bytes, as what follows "it"; null when none does. */
export function beginsLike(head: Uint8Array): string | null {
  const look = LOOKS.find(({ at, bytes }) =>
    [...bytes].every((char, index) => head[at + index] === char.charCodeAt(0)),
  );
  return look?.what ?? null;
}

/** What a file of no known format looks like, as what follows "it": `is a PNG picture`; null when it looks like nothing. */
export function looksLike(head: Uint8Array, totalBytes: number): string | null {
  const begins = beginsLike(head);
  if (begins !== null) return begins;
  let strange = 0;
  for (const byte of head)
    if (byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b) || byte === 0x7f) strange += 1;
  if (strange <= head.length * NO_TEXT_SHARE) return null;
  if (head.length >= RANDOM_FROM_BYTES && bitsPerByte(head) > RANDOM_BITS_PER_BYTE) {
    // An encrypted database keeps its pages; SQLCipher's are of 1024 bytes in version 3 and 4096 in version 4.
    return totalBytes % PAGE_BYTES === 0
      ? 'looks random and has the size of whole pages: it may be an encrypted SQLite database (SQLCipher, SEE); decrypt a copy and give that'
      : 'looks random: encrypted or compressed in a way that is not known';
  }
  return 'is binary and of no known format';
}

/** Shannon's entropy of the bytes. */
function bitsPerByte(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = existing(counts[byte], byte) + 1;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / bytes.length) * Math.log2(count / bytes.length);
  return bits;
}

const SHOWN_BYTES = 16;

/** The first bytes in hex and as characters: `89 50 4e 47 (.PNG)`. */
export function firstBytes(head: Uint8Array): string {
  const shown = [...head.subarray(0, SHOWN_BYTES)];
  const hex = shown.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const characters = shown.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
  return `${hex} (${characters})`;
}

/** Output of a tool that is not read, told by a line that hardly anything else has; and what is read in its place. */
interface UnreadTool {
  readonly sample: string;
  readonly line: RegExp;
  readonly why: string;
}

const UNREAD_TOOLS: readonly UnreadTool[] = [
  {
    sample: 'NAME                       READY   STATUS    RESTARTS      AGE',
    line: /^(?:NAMESPACE +)?NAME +READY +STATUS +RESTARTS +AGE/,
    why: 'is kubectl get pods, which is not read; kubectl describe pod, kubectl get pod -o yaml and kubectl get events -o json are',
  },
  {
    sample: 'CONTAINER ID   IMAGE     COMMAND     CREATED     STATUS     PORTS     NAMES',
    line: /^CONTAINER ID +(?:IMAGE +COMMAND|NAME +CPU %)/,
    why: 'is docker ps or docker stats, which is not read; docker inspect CONTAINER, docker events and docker logs -t CONTAINER are',
  },
  {
    sample: '% time     seconds  usecs/call     calls    errors syscall',
    line: /^% time +seconds +usecs\/call +calls/,
    why: 'is the summary of strace -c, which is not read; strace -f -tt -p PID -o strace.txt is',
  },
  {
    sample: 'NAME                  CPU(cores)   MEMORY(bytes)',
    line: /^(?:NAMESPACE +)?(?:POD +)?NAME +CPU\(cores\) +(?:CPU% +)?MEMORY\(bytes\)/,
    why: 'is kubectl top, which has no time and is not read; kubectl describe pod and kubectl get events -o json are',
  },
  {
    sample: 'Total Samples 400',
    line: /^Total Samples \d+$|^Collecting samples from '/,
    why: 'is py-spy top, whose screen is not read; py-spy dump --pid PID is',
  },
  {
    sample: '     Loaded: loaded (/etc/systemd/system/tracker.service; enabled; preset: enabled)',
    line: /^ +Loaded: loaded \(/,
    why: 'is systemctl status, which is not read; systemctl show SERVICE and journalctl -u SERVICE -o short-iso-precise are',
  },
  {
    sample: 'VmRSS:\t  663000 kB',
    line: /^VmRSS:\s+\d+ kB$/,
    why: 'is /proc/PID/status, which is not read; ps auxww is',
  },
  {
    sample: 'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
    line: /^(?:Netid +)?State +Recv-Q +Send-Q /,
    why: 'is ss, which is not read; the log of the service and of the proxy in front of it are',
  },
];

/** Characters of a line that are looked at; what tells a tool stands in front. */
const MOST_LOOKED_AT = 300;

/** Which tool that is not read printed a text, as what follows "it", with what is read instead; null for any other. */
export function unreadTool(lines: readonly string[]): string | null {
  for (const line of lines) {
    const short = line.slice(0, MOST_LOOKED_AT);
    const found = UNREAD_TOOLS.find((tool) => tool.line.test(short));
    if (found !== undefined) return found.why;
  }
  return null;
}

/** Each tool's sample, for the test that every pattern reads its own. */
export const UNREAD_SAMPLES: readonly { readonly sample: string; readonly why: string }[] = UNREAD_TOOLS;
