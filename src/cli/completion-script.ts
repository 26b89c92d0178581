// The script for a shell's own completion: it asks the program for words, and offers files where it says so.

import { basename } from 'node:path';
import { ContextdError } from '../base/errors.js';
import { ASK, FILES, PRINT_SCRIPT } from './completion.js';

const SHELLS = { bash, zsh, fish } as const;
type Shell = keyof typeof SHELLS;

/** For the shell that is named, else for that of $SHELL; throws CLI_USAGE for one that is not known. */
export function completionScript(program: string, asked?: string): string {
  const shell = asked ?? usualShell();
  if (!Object.hasOwn(SHELLS, shell)) {
    throw new ContextdError('CLI_USAGE', `the shell "${shell}" is not supported`, {
      hint: `it is one of ${Object.keys(SHELLS).join(', ')}, such as: ${program} ${PRINT_SCRIPT} bash`,
    });
  }
  const name = `_${program}_completions`;
  const lines = SHELLS[shell as Shell](program, name);
  return [`###-begin-${program}-completions-###`, ...lines, `###-end-${program}-completions-###`].join('\n');
}

function usualShell(): string {
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
    `  done < <(${program} ${ASK} "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)`,
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
    `  offers=("\${(@f)$(${program} ${ASK} "\${words[@]:0:$CURRENT}" 2>/dev/null)}")`,
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
    `  for line in (${program} ${ASK} (commandline -opc) "$cur" 2>/dev/null)`,
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
