/** A number that tells one query text from another, to say in shared memory which one is at work. Never 0. */
export function queryHash(query: string): number {
  let hash = 17;
  for (let at = 0; at < query.length; at++) hash = (Math.imul(hash, 31) + query.charCodeAt(at)) | 0;
  return hash === 0 ? 1 : hash;
}
