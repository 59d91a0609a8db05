import { Argument, type Command } from 'commander';
import { type CliIo, print } from '../io.ts';
import { examples } from '../verb.ts';

type Shell = 'bash' | 'zsh' | 'fish';

/** What may follow the words of a verb: `dead-letters list`. */
interface Words {
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly {
    readonly flag: string;
    readonly description: string;
    readonly choices: readonly string[];
  }[];
}

function registerCompletion(program: Command, io: CliIo): void {
  program
    .command('completion')
    .description('Prints a script that completes verbs and options in a shell.')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        ['source <(relay completion bash)', 'in ~/.bashrc'],
        ['source <(relay completion zsh)', 'in ~/.zshrc, after compinit'],
        ['relay completion fish | source', 'in ~/.config/fish/config.fish'],
      ),
    )
    .action(async (shell: Shell) => {
      await print(io, SCRIPTS[shell](wordsOf(program)));
    });
}

/** Every verb with what may follow it, from the definitions themselves. */
function wordsOf(program: Command): readonly Words[] {
  const globals = optionsOf(program);
  const walk = (command: Command, path: string): Words[] => [
    {
      path,
      subcommands: command.commands.map((child) => ({
        name: child.name(),
        description: firstSentence(child.description()),
      })),
      options: [...(command === program ? [] : optionsOf(command)), ...globals],
    },
    ...command.commands.flatMap((child) => walk(child, `${path} ${child.name()}`.trim())),
  ];
  return walk(program, '');
}

function optionsOf(command: Command): Words['options'] {
  return [
    ...command.options.map(({ long, description, argChoices }) => ({
      flag: long ?? '',
      description: firstSentence(description),
      choices: argChoices ?? [],
    })),
    { flag: '--help', description: 'show help', choices: [] },
  ].filter(({ flag }) => flag !== '');
}

function firstSentence(text: string): string {
  return text.replace(/[.:;].*$/s, '');
}

/** Between single quotes of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function flagsAndVerbs({ subcommands, options }: Words): string {
  return [...subcommands.map(({ name }) => name), ...new Set(options.map(({ flag }) => flag))].join(' ');
}

/** The words before the cursor that are verbs, as far as there are any: options are passed over. */
function bash(words: readonly Words[]): string {
  const verbs = new Set(words.flatMap(({ subcommands }) => subcommands.map(({ name }) => name)));
  const cases = words.map((one) => `    ${quoted(one.path)}) words=${quoted(flagsAndVerbs(one))} ;;`);
  return `# bash completion for relay
_relay() {
  local word path='' words=''
  local current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      ${[...verbs].join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _relay relay
`;
}

function zsh(words: readonly Words[]): string {
  const verbs = new Set(words.flatMap(({ subcommands }) => subcommands.map(({ name }) => name)));
  const described = (one: Words): string =>
    [
      ...one.subcommands.map(({ name, description }) => `${name}:${description}`),
      ...uniqueOptions(one).map(({ flag, description }) => `${flag}:${description}`),
    ]
      .map(quoted)
      .join(' ');
  const cases = words.map((one) => `    ${quoted(one.path)}) offers=(${described(one)}) ;;`);
  return `#compdef relay
_relay() {
  local word path_of_verbs=''
  local -a offers
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in
      ${[...verbs].join('|')}) path_of_verbs="\${path_of_verbs:+$path_of_verbs }$word" ;;
    esac
  done
  case "$path_of_verbs" in
${cases.join('\n')}
  esac
  _describe 'relay' offers
}
compdef _relay relay
`;
}

function fish(words: readonly Words[]): string {
  const lines = words.flatMap((one) => {
    const condition = `__relay_path ${one.path === '' ? "''" : quoted(one.path)}`;
    return [
      ...one.subcommands.map(
        ({ name, description }) =>
          `complete -c relay -f -n ${quoted(condition)} -a ${quoted(name)} -d ${quoted(description)}`,
      ),
      ...uniqueOptions(one).map(
        ({ flag, description }) =>
          `complete -c relay -n ${quoted(condition)} -l ${quoted(flag.slice(2))} -d ${quoted(description)}`,
      ),
    ];
  });
  const verbs = [...new Set(words.flatMap(({ subcommands }) => subcommands.map(({ name }) => name)))].join(' ');
  return `# fish completion for relay
function __relay_path
  set -l path
  for word in (commandline -opc)[2..-1]
    contains -- $word ${verbs}; and set -a path $word
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function uniqueOptions({ options }: Words): Words['options'] {
  return options.filter(({ flag }, index) => options.findIndex((one) => one.flag === flag) === index);
}

const SCRIPTS: Readonly<Record<Shell, (words: readonly Words[]) => string>> = { bash, zsh, fish };

export { registerCompletion };
