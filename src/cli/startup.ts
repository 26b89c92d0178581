// contextd startup: prints or writes a systemd unit that runs the provider of a context after each boot.

import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ContextdError, EXIT } from '../base/errors.js';
import { packageRoot } from '../base/package.js';
import { readContextFile, type ContextFile } from '../model/read/read-context.js';
import { readIfExists, textOf } from '../scaffold/read-state.js';
import { writeChanges } from '../scaffold/write.js';
import { defineCommand } from './arguments/command.js';
import { chooseContextFile } from './request/context-files.js';
import type { Terminal } from './terminal/terminal.js';

export const startup = defineCommand({
  name: 'contextd startup',
  summary: 'Print a systemd unit that runs the provider of a context after each boot, or install it.',
  positionals: '[file]',
  values: { _: 'files' },
  options: {
    install: { type: 'boolean', default: false, describe: 'Write the unit to the folder of systemd' },
    system: {
      type: 'boolean',
      default: false,
      describe: 'A unit of the system (needs root to install) instead of one of your user',
    },
    force: { type: 'boolean', default: false, describe: 'Replace a unit that differs' },
  },
  examples: [
    ['$0', 'Print the unit of the only context file of this folder'],
    ['$0 --install', 'Write it for your user, and print the commands that enable it'],
    ['sudo $0 --system --install', 'Write it for the system'],
  ],
  run,
});

interface Arguments {
  readonly _?: readonly (string | number)[];
  readonly install: boolean;
  readonly system: boolean;
  readonly force: boolean;
}

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const file = await readContextFile(await chooseContextFile('contextd startup', args._));
  const unit = composeUnit(file, args.system);
  if (!args.install) {
    terminal.out(unit);
    return EXIT.done;
  }
  const name = `contextd-${file.configuration.ContextID.replaceAll(':', '-')}.service`;
  const path = join(unitFolder(args.system), name);
  await install(path, unit, args.force);
  terminal.out(`${path} is written. Enable it:\n${enableCommands(name, args.system)}`);
  return EXIT.done;
}

function composeUnit({ path, folder, configuration }: ContextFile, isSystem: boolean): string {
  const program = join(packageRoot, 'dist', 'tools', 'service_context.js');
  return `[Unit]
Description=contextd: ${quoteSpecifiers(configuration.ContextID)}

[Service]
# Started means: the provider answers and its services have started.
Type=notify
NotifyAccess=all
${isSystem ? `User=${userName()}\n` : ''}WorkingDirectory=${quoteSpecifiers(folder)}
ExecStart=${[process.execPath, program, path, '--start'].map(quoteWord).join(' ')}
# SIGTERM to the provider alone, which stops its services. If it crashes, they are adopted by the next one.
KillMode=process
# Each service may have a control group of its own: what it starts ends with it.
Delegate=yes
TimeoutStartSec=300
TimeoutStopSec=60
Restart=on-failure
RestartSec=1

[Install]
WantedBy=${isSystem ? 'multi-user.target' : 'default.target'}
`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 0); // The user has no entry in the list of users.
  }
}

function quoteSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

/** A word of a command line in a unit. */
function quoteWord(word: string): string {
  const text = quoteSpecifiers(word).replaceAll('$', '$$$$');
  return /^[\w./:@%$+=-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, String.raw`\$&`)}"`;
}

function unitFolder(isSystem: boolean): string {
  if (isSystem) return '/etc/systemd/system';
  return join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'systemd', 'user');
}

/** Throws TPL_CONFLICT if another unit is there, and TPL_WRITE_FAILED. */
async function install(path: string, unit: string, isForced: boolean): Promise<void> {
  const before = textOf(path, await readIfExists(path));
  if (before === unit) return;
  if (before !== undefined && !isForced) {
    throw new ContextdError('TPL_CONFLICT', `${path} exists and differs`, {
      hint: 'compare it with the output without --install; --force replaces it',
    });
  }
  await writeChanges([{ path, before, after: unit, kind: before === undefined ? 'create' : 'update' }]);
}

function enableCommands(name: string, isSystem: boolean): string {
  if (isSystem) return `  sudo systemctl daemon-reload && sudo systemctl enable --now ${name}\n`;
  return (
    `  systemctl --user daemon-reload && systemctl --user enable --now ${name}\n` +
    `  loginctl enable-linger    # so that it also runs while you are not logged in\n`
  );
}
