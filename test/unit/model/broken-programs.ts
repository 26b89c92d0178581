// Context files with an invalid <command>, and the expected findings; and some valid ones.

import type { BrokenCase, ValidCase } from './context-corpus.js';
import { contextText, serviceText } from './sample-files.js';

const allElements =
  '<program>, <arg>, <cwd>, <env>, <env_file>, <user>, <umask>, <rlimits>, <stdin>, <stop_to>, <ready>, ' +
  '<ready_line>, <ready_port>, <events>';

/** The same for a service with code. */
function withConfiguration(configuration: string, attributes?: string): string {
  return contextText(serviceText({ configuration, ...(attributes === undefined ? {} : { attributes }) }));
}

const thread = 'id="ts_1" instance="Echo" serviceType="Thread"';

/** Line 12 contains the complete configuration; the command starts in column 25. */
function withCommand(inner: string, attributes?: string): string {
  const configuration = `<command>${inner}</command>`;
  return contextText(serviceText({ configuration, ...(attributes === undefined ? {} : { attributes }) }));
}

const sh = '<program>sh</program>';

export const VALID_PROGRAMS: readonly ValidCase[] = [
  { title: 'the smallest command', text: withCommand(sh) },
  {
    title: 'every element of a command, in any order',
    text: withCommand(
      '<arg>-c</arg><events>lines</events><env><A>1</A><_b2/></env><user>daemon</user><arg/>' +
        `<cwd>..</cwd><ready_line>^up</ready_line>${sh}<ready>line</ready><arg>x</arg>` +
        '<env_file>.env</env_file><stdin>open</stdin><stop_to>leader</stop_to><umask>027</umask>' +
        '<rlimits nofile="64" nproc="unlimited" as="1000000000" core="0"/>',
    ),
  },
  {
    title: 'blank elements for the process options',
    text: withCommand(`${sh}<env_file/><stdin/><stop_to/><umask/><rlimits/>`),
  },
  { title: 'a umask of four digits', text: withCommand(`${sh}<umask>0077</umask>`) },
  { title: 'limits of a program as elements', text: withCommand(`${sh}<rlimits><core>0</core></rlimits>`) },
  {
    title: 'variables of a service that is not a program',
    text: withConfiguration('<env A="1"/><env_file>.env</env_file>'),
  },
  { title: 'a text that is called env, in a thread', text: withConfiguration('<env>test</env>', thread) },
  { title: 'blank variables, in a thread', text: withConfiguration('<env/><env_file/>', thread) },
  { title: 'variables as attributes', text: withCommand(`${sh}<env A="1" B=""/>`) },
  { title: 'a port', text: withCommand(`${sh}<ready>port</ready><ready_port>65535</ready_port>`) },
  { title: 'blank elements of a command', text: withCommand(`${sh}<env/><ready/><events/><user/><cwd/>`) },
];

export const BROKEN_PROGRAMS: readonly BrokenCase[] = [
  {
    title: 'a command without a program',
    text: withCommand('<arg>x</arg>'),
    faults: ['12:25 program is missing, allowed: a path, or a name in PATH'],
  },
  {
    title: 'a command that is text',
    text: withCommand('ls -l'),
    faults: ['12:25 command "ls -l", allowed: elements, of which <program> is required'],
  },
  {
    title: 'a blank program',
    text: withCommand('<program/>'),
    faults: ['12:34 program "", allowed: a path, or a name in PATH'],
  },
  {
    title: 'two programs',
    text: withCommand(`${sh}${sh}`),
    faults: ['12:55 a second <program> in <command>, allowed: one'],
  },
  {
    title: 'two commands',
    text: withCommand(`${sh}</command><command>${sh}`),
    faults: ['12:65 a second <command> in <configuration>, allowed: one'],
  },
  {
    title: 'an unknown element of a command',
    text: withCommand(`${sh}<args>x</args>`),
    faults: [`12:55 unknown element <args> in <command>, allowed: ${allElements} (did you mean "arg"?)`],
  },
  {
    title: 'an argument with elements',
    text: withCommand(`${sh}<arg><b>x</b></arg>`),
    faults: ['12:55 <arg> holds elements, allowed: text'],
  },
  {
    title: 'an unknown readiness',
    text: withCommand(`${sh}<ready>soon</ready>`),
    faults: ['12:55 ready "soon", allowed: started, line, port, heartbeat'],
  },
  {
    title: 'readiness by a line without ready_line',
    text: withCommand(`${sh}<ready>line</ready>`),
    faults: [
      '12:25 ready "line" without <ready_line>, allowed: a regular expression that a line it prints matches',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'ready_line without readiness by a line',
    text: withCommand(`${sh}<ready_line>up</ready_line>`),
    faults: [
      '12:55 <ready_line> with ready "started", allowed: with ready "line" (write <ready>line</ready>)',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'a ready_line that is not a regular expression',
    text: withCommand(`${sh}<ready>line</ready><ready_line>(up</ready_line>`),
    faults: ['12:74 ready_line "(up", allowed: a regular expression'],
    isBeyondSchema: true,
  },
  {
    title: 'an invalid port',
    text: withCommand(`${sh}<ready>port</ready><ready_port>65536</ready_port>`),
    faults: ['12:74 ready_port "65536", allowed: 1 to 65535'],
  },
  {
    title: 'unknown events',
    text: withCommand(`${sh}<events>xml</events>`),
    faults: ['12:55 events "xml", allowed: none, lines, json'],
  },
  {
    title: 'events of a program that publishes its own events',
    text: withCommand(`${sh}<ready>heartbeat</ready><events>json</events>`),
    faults: [
      '12:79 events "json" with ready "heartbeat", allowed: none (such a program reports its events itself)',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'variables with invalid or reserved names',
    text: withCommand(`${sh}<env><a-b>1</a-b><CONTEXTD_PID>1</CONTEXTD_PID></env>`),
    faults: [
      '12:60 variable "a-b", allowed: letters, digits and _, not starting with a digit or CONTEXTD_',
      '12:72 variable "CONTEXTD_PID", allowed: letters, digits and _, not starting with a digit or CONTEXTD_',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'a variable twice',
    text: withCommand(`${sh}<env><A>1</A><A>2</A></env>`),
    faults: ['12:68 a second <A> in <env>, allowed: one'],
    isBeyondSchema: true,
  },
  {
    title: 'unknown keywords',
    text: withCommand(`${sh}<stdin>closed</stdin><stop_to>all</stop_to>`),
    faults: ['12:55 stdin "closed", allowed: null, open', '12:76 stop_to "all", allowed: group, leader'],
  },
  ...['27', '0888', 'u=rwx', '00027'].map((umask) => ({
    title: `the umask ${umask}`,
    text: withCommand(`${sh}<umask>${umask}</umask>`),
    faults: [`12:55 umask "${umask}", allowed: three octal digits, such as 027`],
  })),
  {
    title: 'invalid and unknown limits of a program',
    text: withCommand(`${sh}<rlimits nofile="many" nproc="-1" as="1e9" cores="1"/>`),
    faults: [
      '12:64 nofile "many", allowed: a whole number, or unlimited',
      '12:78 nproc "-1", allowed: a whole number, or unlimited',
      '12:89 as "1e9", allowed: a whole number, or unlimited',
      '12:98 unknown attribute cores of <rlimits>, allowed: nofile, nproc, as, core (did you mean "core"?)',
    ],
  },
  {
    title: 'limits of a program as text',
    text: withCommand(`${sh}<rlimits>64</rlimits>`),
    faults: ['12:55 rlimits "64", allowed: <rlimits nofile="1024"/>'],
  },
  {
    title: 'variables of a service with invalid or duplicate names',
    text: withConfiguration('<env><a-b>1</a-b><A>1</A><A>2</A></env>'),
    faults: [
      '12:30 variable "a-b", allowed: letters, digits and _, not starting with a digit or CONTEXTD_',
      '12:50 a second <A> in <env>, allowed: one',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'variables in a thread',
    text: withConfiguration('<env A="1"/><env_file>.env</env_file>', thread),
    faults: [
      '12:25 <env> with serviceType "Thread", allowed: with Process (threads share one process, and with it its environment)',
      '12:37 <env_file> with serviceType "Thread", allowed: with Process (threads share one process, and with it its environment)',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'variables beside a command',
    text: withConfiguration(`<command>${sh}</command><env A="1"/>`),
    faults: ['12:65 <env> beside a <command>, allowed: in the <command>'],
    isBeyondSchema: true,
  },
  {
    title: 'a program in a thread',
    text: withCommand(sh, 'id="ts_1" instance="Echo" serviceType="Thread"'),
    faults: ['6:40 serviceType "Thread" with a <command>, allowed: Process'],
    isBeyondSchema: true,
  },
];
