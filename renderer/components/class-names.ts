/** Class names in one attribute; those that do not apply are left out. */
export function cx(...names: readonly (string | false | null | undefined)[]): string | undefined {
  const given = names.filter((name) => typeof name === 'string' && name !== '');
  return given.length === 0 ? undefined : given.join(' ');
}
