/** An option of a script and what is done with it, as `sh` has it: where it takes a value, that is `$2`. */
export type ScriptOption = readonly [name: string, assignment: string];

/**
 * The part of a script that reads its options: `fail` (says what is wrong and ends with status 2), then a loop over the
 * arguments. `--help` calls the function `usage`; `flags` are the options that take no value.
 */
export function optionsPart(script: string, flags: readonly ScriptOption[], options: readonly ScriptOption[]): string {
  return `fail() {
  printf '${script}: %s\\n' "$1" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit 0
      ;;
${flags
  .map(
    ([name, assignment]) => `    ${name})
      ${assignment}
      shift
      continue
      ;;`,
  )
  .join('\n')}
    --*) [ $# -ge 2 ] || fail "$1 needs a value, or is no option: see --help" ;;
    *) fail "no option: $1 (see --help)" ;;
  esac
  case $1 in
${options.map(([name, assignment]) => `    ${name}) ${assignment} ;;`).join('\n')}
    *) fail "no option: $1 (see --help)" ;;
  esac
  shift 2
done`;
}

/** The function `ask`. */
export const ASK_PART = `# ask QUESTION: an answer from whoever sits here; nothing where nobody does
ask() {
  [ -t 0 ] || return 0
  printf '%s (Enter: skip) ' "$1" >&2
  IFS= read -r answer || answer=''
  printf '%s' "$answer"
}`;
