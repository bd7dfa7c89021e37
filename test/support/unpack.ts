import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** The files of a .tar.gz by path below its one top folder, whole in memory: for tests that rewrite or leave out some. */
export async function unpackTarGz(archive: URL): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const members = extract();
  members.on('entry', (header, stream, next) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk) => {
      if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    });
    stream.on('end', () => {
      if (header.type === 'file') files.set(header.name.replace(/^[^/]+\//, ''), Buffer.concat(chunks));
      next();
    });
  });
  await pipeline(createReadStream(archive), createGunzip(), members);
  return files;
}
