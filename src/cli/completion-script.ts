// The completion script for a shell: calls the program for words, and completes file names when the program prints `:files`.

import { basename } from 'node:path';
import { usageError } from './arguments/usage-errors.js';
import { COMPLETE_FLAG, FILES, PRINT_SCRIPT } from './completion.js';

const SHELLS = { bash, zsh, fish } as const;
type Shell = keyof typeof SHELLS;

/** For the given shell, else for $SHELL. Throws CLI_USAGE for an unsupported shell. */
export function completionScript(program: string, given?: string): string {
  const shell = given ?? defaultShell();
  if (!Object.hasOwn(SHELLS, shell)) {
    throw usageError(
      `the shell "${shell}" is not supported`,
      `supported shells: ${Object.keys(SHELLS).join(', ')}; run: ${program} ${PRINT_SCRIPT} bash`,
    );
  }
  const name = `_${program}_completions`;
  const lines = SHELLS[shell as Shell](program, name);
  return [`###-begin-${program}-completions-###`, ...lines, `###-end-${program}-completions-###`].join('\n');
}

function defaultShell(): string {
  const shell = basename(process.env.SHELL ?? '');
  return Object.hasOwn(SHELLS, shell) ? shell : 'bash';
}

function bash(program: string, name: string): readonly string[] {
  return [
    '# bash: add this to ~/.bashrc',
    `${name}() {`,
    '  local word line cur="${COMP_WORDS[COMP_CWORD]}"',
    '  [ "$cur" = "=" ] && cur=""',
    '  COMPREPLY=()',
    '  while IFS= read -r line; do',
    `    if [ "$line" = "${FILES}" ]; then`,
    '      compopt -o filenames 2>/dev/null',
    '      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")',
    '    elif [[ "$line" == "$cur"* ]]; then COMPREPLY+=("$line"); fi',
    `  done < <(${program} ${COMPLETE_FLAG} "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)`,
    '}',
    `complete -F ${name} ${program}`,
  ];
}

function zsh(program: string, name: string): readonly string[] {
  return [
    `#compdef ${program}`,
    '# zsh: add this to ~/.zshrc, after compinit',
    `${name}() {`,
    '  local -a offers',
    `  offers=("\${(@f)$(${program} ${COMPLETE_FLAG} "\${words[@]:0:$CURRENT}" 2>/dev/null)}")`,
    `  [[ "\${words[CURRENT]}" == --*=* ]] && compset -P '*='`,
    `  if [[ "\${offers[1]}" == "${FILES}" ]]; then _files; else compadd -a offers; fi`,
    '}',
    `compdef ${name} ${program}`,
  ];
}

function fish(program: string, name: string): readonly string[] {
  return [
    `# fish: save this as ~/.config/fish/completions/${program}.fish`,
    `function ${name}`,
    '  set -l cur (commandline -ct)',
    '  set -l head (string match -r -- \'^--[^=]+=\' "$cur")',
    `  for line in (${program} ${COMPLETE_FLAG} (commandline -opc) "$cur" 2>/dev/null)`,
    `    if test "$line" = "${FILES}"`,
    '      for file in (__fish_complete_path (string replace -- "$head" "" "$cur"))',
    '        echo "$head$file"',
    '      end',
    '    else',
    '      echo "$head$line"',
    '    end',
    '  end',
    'end',
    `complete -c ${program} -f -a '(${name})'`,
  ];
}
