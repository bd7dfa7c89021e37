const STORAGE_KEY = 'inquest.queries';
const MOST_QUERIES = 20;

/** The latest queries, the last one first; they outlive the window. What is stored and is no list of texts counts as none. */
export function recentQueries(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((each) => typeof each === 'string').slice(0, MOST_QUERIES) : [];
  } catch {
    return [];
  }
}

/** Puts a query first; one that was only typed further on the way to it gives its place to it. */
export function withQuery(recent: readonly string[], query: string): readonly string[] {
  const wanted = query.trim();
  if (wanted === '') return recent;
  const others = recent.filter((each, index) => each !== wanted && !(index === 0 && wanted.startsWith(each)));
  return [wanted, ...others].slice(0, MOST_QUERIES);
}

export function rememberQuery(query: string): void {
  localStorage.setItem(STORAGE_KEY, JSON.stringify(withQuery(recentQueries(), query)));
}
