import { type CommandContext, optionsOf } from '../command.ts';
import { commonOptions, options, optionText } from '../options.ts';
import { UsageError } from '../usage-error.ts';

const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** `completion SHELL`: a script that completes commands and options, made of what `--help` tells. */
export function completionCommand({ call, output, commands }: CommandContext): number {
  const [, shell, ...rest] = call.positionals;
  const found = shells.find(known => known === shell);
  if (!found || rest.length > 0) throw new UsageError(`usage: countersign completion ${shells.join('|')}`);
  output.line(scripts[found](completed(commands)));
  return 0;
}

interface Completed {
  readonly name: string;
  /** As they are typed, sorted. */
  readonly options: readonly string[];
  readonly verbs: readonly string[];
}

function completed(commands: CommandContext['commands']): readonly Completed[] {
  return Object.entries(commands).map(([name, command]) => ({
    name,
    options: [...commonOptions, ...optionsOf(command)].map(key => optionText(options[key])).sort(),
    verbs: Object.keys(command.verbs ?? {}),
  }));
}

const namesOf = (all: readonly Completed[]): string => all.map(({ name }) => name).join(' ');

const scripts: Readonly<Record<(typeof shells)[number], (all: readonly Completed[]) => string>> = {
  bash: all => `# countersign: source this, or put it into /etc/bash_completion.d
_countersign() {
  local current=\${COMP_WORDS[COMP_CWORD]} options="" verbs=""
  case \${COMP_WORDS[1]} in
${all.map(({ name, options: own, verbs }) => `    ${name}) options="${own.join(' ')}" verbs="${verbs.join(' ')}" ;;`).join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${namesOf(all)} --help --version" -- "$current"))
  elif [ "\${current#-}" != "$current" ]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [ "$COMP_CWORD" -eq 2 ] && [ -n "$verbs" ]; then
    COMPREPLY=($(compgen -W "$verbs" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _countersign countersign`,
  zsh: all => `#compdef countersign
_countersign() {
  if (( CURRENT == 2 )); then
    compadd -- ${namesOf(all)} --help --version
    return
  fi
  local -a options verbs
  case $words[2] in
${all.map(({ name, options: own, verbs }) => `    ${name}) options=(${own.join(' ')}) verbs=(${verbs.join(' ')}) ;;`).join('\n')}
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
  fish: all =>
    [
      '# countersign: put this into ~/.config/fish/completions/countersign.fish',
      ...all.flatMap(({ name, options: own, verbs }) => [
        `complete -c countersign -n __fish_use_subcommand -f -a ${name}`,
        ...verbs.map(verb => `complete -c countersign -n '__fish_seen_subcommand_from ${name}' -f -a ${verb}`),
        ...own.map(option => `complete -c countersign -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`),
      ]),
    ].join('\n'),
  powershell: all => `# countersign: add this to $PROFILE
Register-ArgumentCompleter -Native -CommandName countersign -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $options = @{
${all.map(({ name, options: own, verbs }) => `    '${name}' = '${[...verbs, ...own].join(' ')}'`).join('\n')}
  }
  $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  $command = if ($words.Count -gt 1) { $words[1] } else { '' }
  $candidates = if ($words.Count -gt 2 -or ($words.Count -eq 2 -and $wordToComplete -eq '')) {
    $options[$command] -split ' '
  } else { '${namesOf(all)} --help --version' -split ' ' }
  $candidates | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}`,
};
