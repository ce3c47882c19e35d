import type { Call } from '../arguments.ts';
import { allowOptions, UsageError } from '../arguments.ts';
import { commandNames, helpText } from '../help.ts';
import type { Output } from '../output.ts';

const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** `completion SHELL`: a script that completes commands and options, made of what `--help` tells. */
export function completionCommand(call: Call, output: Output): number {
  allowOptions(call, []);
  const [, shell, ...rest] = call.words;
  const found = shells.find(known => known === shell);
  if (!found || rest.length > 0) throw new UsageError(`usage: countersign completion ${shells.join('|')}`);
  output.line(scripts[found]());
  return 0;
}

/** The long options that the help of a command names, each once. */
function optionsOf(command: string): readonly string[] {
  return [...new Set(helpText(command).match(/(?<=^|\s|\[|,)--[a-z][a-z-]+/g))].sort();
}

/** The second words of a command: `token list`. */
function verbsOf(command: string): readonly string[] {
  const found = helpText(command).matchAll(new RegExp(`^countersign ${command} ([a-z]+)\\b`, 'gm'));
  return [...new Set([...found].map(([, verb = '']) => verb))];
}

const scripts: Readonly<Record<(typeof shells)[number], () => string>> = {
  bash: () => `# countersign: source this, or put it into /etc/bash_completion.d
_countersign() {
  local current=\${COMP_WORDS[COMP_CWORD]} options="" verbs=""
  case \${COMP_WORDS[1]} in
${commandNames.map(name => `    ${name}) options="${optionsOf(name).join(' ')}" verbs="${verbsOf(name).join(' ')}" ;;`).join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commandNames.join(' ')} --help --version" -- "$current"))
  elif [ "\${current#-}" != "$current" ]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [ "$COMP_CWORD" -eq 2 ] && [ -n "$verbs" ]; then
    COMPREPLY=($(compgen -W "$verbs" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _countersign countersign`,
  zsh: () => `#compdef countersign
_countersign() {
  if (( CURRENT == 2 )); then
    compadd -- ${commandNames.join(' ')} --help --version
    return
  fi
  local -a options verbs
  case $words[2] in
${commandNames.map(name => `    ${name}) options=(${optionsOf(name).join(' ')}) verbs=(${verbsOf(name).join(' ')}) ;;`).join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    compadd -- $options
  elif (( CURRENT == 3 && $#verbs )); then
    compadd -- $verbs
  else
    _files
  fi
}
if [ "$funcstack[1]" = "_countersign" ]; then _countersign "$@"; else compdef _countersign countersign; fi`,
  fish: () =>
    [
      '# countersign: put this into ~/.config/fish/completions/countersign.fish',
      ...commandNames.flatMap(name => [
        `complete -c countersign -n __fish_use_subcommand -f -a ${name}`,
        ...verbsOf(name).map(verb => `complete -c countersign -n '__fish_seen_subcommand_from ${name}' -f -a ${verb}`),
        ...optionsOf(name).map(
          option => `complete -c countersign -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`,
        ),
      ]),
    ].join('\n'),
  powershell: () => `# countersign: add this to $PROFILE
Register-ArgumentCompleter -Native -CommandName countersign -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $options = @{
${commandNames.map(name => `    '${name}' = '${[...verbsOf(name), ...optionsOf(name)].join(' ')}'`).join('\n')}
  }
  $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  $command = if ($words.Count -gt 1) { $words[1] } else { '' }
  $candidates = if ($words.Count -gt 2 -or ($words.Count -eq 2 -and $wordToComplete -eq '')) {
    $options[$command] -split ' '
  } else { '${commandNames.join(' ')} --help --version' -split ' ' }
  $candidates | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}`,
};
