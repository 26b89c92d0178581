// Context files whose <command> is wrong, and what the reader must say; and some that are right.

import type { BrokenCase, ValidCase } from './context-corpus.js';
import { contextText, serviceText } from './sample-files.js';

const allElements = '<program>, <arg>, <cwd>, <env>, <user>, <ready>, <ready_line>, <ready_port>, <events>';

/** Line 12 holds the whole configuration; the command begins in column 25. */
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
      '<arg>-c</arg><events>lines</events><env><A>1</A><_b2/></env><user>nobody</user><arg/>' +
        `<cwd>..</cwd><ready_line>^up</ready_line>${sh}<ready>line</ready><arg>x</arg>`,
    ),
  },
  { title: 'variables as attributes', text: withCommand(`${sh}<env A="1" B=""/>`) },
  { title: 'a port', text: withCommand(`${sh}<ready>port</ready><ready_port>65535</ready_port>`) },
  { title: 'blank elements of a command', text: withCommand(`${sh}<env/><ready/><events/><user/><cwd/>`) },
];

export const BROKEN_PROGRAMS: readonly BrokenCase[] = [
  {
    title: 'a command without a program',
    text: withCommand('<arg>x</arg>'),
    faults: ['12:25 <command> has no <program>, allowed: a path, or a name to be found in PATH'],
  },
  {
    title: 'a command that is text',
    text: withCommand('ls -l'),
    faults: ['12:25 <command> has no <program>, allowed: a path, or a name to be found in PATH'],
  },
  {
    title: 'a blank program',
    text: withCommand('<program/>'),
    faults: ['12:34 <command> has no <program>, allowed: a path, or a name to be found in PATH'],
  },
  {
    title: 'two programs',
    text: withCommand(`${sh}${sh}`),
    faults: ['12:55 a second <program> in <command>, allowed: one'],
  },
  {
    title: 'two commands',
    text: withCommand(`${sh}</command><command>${sh}`),
    faults: ['12:65 a second <command>, allowed: one for each task service'],
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
    title: 'readiness by a line that is not given',
    text: withCommand(`${sh}<ready>line</ready>`),
    faults: [
      '12:25 ready "line" without <ready_line>, allowed: a regular expression that a line it prints matches',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'a line without readiness by it',
    text: withCommand(`${sh}<ready_line>up</ready_line>`),
    faults: [
      '12:55 <ready_line> with ready "started", allowed: with ready "line" (write <ready>line</ready>)',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'a line that is no regular expression',
    text: withCommand(`${sh}<ready>line</ready><ready_line>(up</ready_line>`),
    faults: ['12:74 ready_line "(up", allowed: a regular expression'],
    isBeyondSchema: true,
  },
  {
    title: 'a port that is none',
    text: withCommand(`${sh}<ready>port</ready><ready_port>65536</ready_port>`),
    faults: ['12:74 ready_port "65536", allowed: 1 to 65535'],
  },
  {
    title: 'unknown events',
    text: withCommand(`${sh}<events>xml</events>`),
    faults: ['12:55 events "xml", allowed: none, lines, json'],
  },
  {
    title: 'events of a program that reports its own',
    text: withCommand(`${sh}<ready>heartbeat</ready><events>json</events>`),
    faults: [
      '12:79 events "json" with ready "heartbeat", allowed: none (such a program reports its events itself)',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'variables that no program could read, or that are not for it',
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
    title: 'a program in a thread',
    text: withCommand(sh, 'id="ts_1" instance="Echo" serviceType="Thread"'),
    faults: ['6:40 serviceType "Thread" with a <command>, allowed: Process'],
    isBeyondSchema: true,
  },
];
