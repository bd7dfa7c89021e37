/**
 * The arguments that name evidence: what is no switch. Run from source, Electron's first plain argument is the app itself
 * (`electron . evidence.log`, where `process.defaultApp` is true). After `--`, everything is a name.
 */
export function evidenceArguments(argv: readonly string[], isDefaultApp: boolean): readonly string[] {
  const rest = argv.slice(1);
  const end = rest.indexOf('--');
  const named = end === -1 ? [] : rest.slice(end + 1);
  const plain = (end === -1 ? rest : rest.slice(0, end)).filter((argument) => !argument.startsWith('-'));
  return [...(isDefaultApp ? plain.slice(1) : plain), ...named];
}
