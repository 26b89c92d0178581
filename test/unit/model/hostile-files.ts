// Malicious files: every attack at every place of a context file and a meta file.

import { encodings, sizes } from './hostile-bytes.js';
import { edit, ROOTS, TEXTS, utf8, withBody, type HostileFile, type Kind } from './hostile-edits.js';

/** Placeholder for the URL of a file with a secret. */
export const SECRET_PLACE = 'file:///SECRET';

const KINDS: readonly Kind[] = ['context', 'meta'];

const lol = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
const DECLARATIONS: readonly (readonly [string, (root: string) => string])[] = [
  ['a bare DOCTYPE', (root) => `<!DOCTYPE ${root}>`],
  ['a DOCTYPE in small letters', (root) => `<!doctype ${root}>`],
  ['a billion laughs', (root) => `<!DOCTYPE ${root} [<!ENTITY l0 "ha">${lol}]>`],
  ['one huge entity', (root) => `<!DOCTYPE ${root} [<!ENTITY l9 "${'ha'.repeat(100_000)}">]>`],
  ['an entity that holds itself', (root) => `<!DOCTYPE ${root} [<!ENTITY l9 "&l9;">]>`],
  ['an external entity', (root) => `<!DOCTYPE ${root} [<!ENTITY l9 SYSTEM "${SECRET_PLACE}">]>`],
  ['a public external entity', (root) => `<!DOCTYPE ${root} [<!ENTITY l9 PUBLIC "x" "${SECRET_PLACE}">]>`],
  ['an external DTD', (root) => `<!DOCTYPE ${root} SYSTEM "${SECRET_PLACE}">`],
  ['a public DTD', (root) => `<!DOCTYPE ${root} PUBLIC "-//X//Y//EN" "${SECRET_PLACE}">`],
  ['a parameter entity', (root) => `<!DOCTYPE ${root} [<!ENTITY % p SYSTEM "${SECRET_PLACE}"> %p;]>`],
  ['an unparsed entity', (root) => `<!DOCTYPE ${root} [<!ENTITY l9 SYSTEM "${SECRET_PLACE}" NDATA x>]>`],
  ['a default for attributes', (root) => `<!DOCTYPE ${root} [<!ATTLIST ${root} __proto__ CDATA "x">]>`],
  ['an entity without DOCTYPE', () => `<!ENTITY l9 SYSTEM "${SECRET_PLACE}">`],
  ['an included section', () => `<![INCLUDE[<!ENTITY l9 "x">]]>`],
];

/** Inserted as text of an element that accepts any text, and of an attribute. */
const REFUSED_TEXTS: Readonly<Record<string, string>> = {
  'an entity of its own': '&l9;',
  'an entity of HTML': '&nbsp;',
  'a bare ampersand': 'a&b',
  'a reference without end': '&#x41',
  'a reference to NUL': '&#0;',
  'a reference to a control': '&#x1b;',
  'half a pair as a reference': '&#xD800;',
  'a reference beyond Unicode': '&#x110000;',
  'a very long reference': `&#${'0'.repeat(1000)}65;`,
  'NUL itself': 'a\0b',
  'an escape character': '\u001b[2J',
  'a non-character': '\uffff',
};
const REFUSED_BODIES: Readonly<Record<string, string>> = {
  'an end of CDATA': ']]>',
  'an end of CDATA with a tag': ']]><evil/>',
  'CDATA within CDATA': '<![CDATA[<![CDATA[x]]>]]>',
  'CDATA without end': '<![CDATA[x',
  'a comment without end': '<!-- x',
  'an element': '<script>x</script>',
  'an inclusion': `<xi:include href="${SECRET_PLACE}" parse="text"/>`,
  'a second declaration': '<?xml version="1.0"?>',
  'an instruction with a tag': '<?php echo 1; ?></task_desc>',
};
const HARMLESS_BODIES: Readonly<Record<string, readonly [string, string]>> = {
  'a parameter entity': ['%p;', '%p;'],
  'two CDATA sections that make an end': ['<![CDATA[]]]]><![CDATA[>]]>', ']]>'],
  'CDATA with an entity': ['<![CDATA[&l9;]]>', '&l9;'],
  'CDATA with a DOCTYPE': ['<![CDATA[<!DOCTYPE x>]]>', '<!DOCTYPE x>'],
  'a reference to a reference': ['&amp;#x26;l9;', '&#x26;l9;'],
  'an instruction': [`<?xml-stylesheet href="${SECRET_PLACE}"?>x y`, 'x y'],
  'an override of direction': ['a\u202eb', 'a\u202eb'],
  'a name of JavaScript': ['__proto__', '__proto__'],
  'code of a template': ['<![CDATA[${process.exit()} <%= 1 %>]]>', '${process.exit()} <%= 1 %>'],
};

const REFUSED_IDS = [
  '',
  '..',
  '../../etc/passwd',
  '/etc/passwd',
  'a/b',
  'a\\b',
  '.a',
  'a b',
  'a%00b',
  'ts\u200b_1',
];
const LONG_ID = 'a'.repeat(100_000);
/** Also for values that become names of folders and classes. */
const REFUSED_NAMES = [...REFUSED_IDS, 'a.b', 'a-b', '1a', 'Wa\u212ae', '${x}', '*/', '`x`'];

const FORBIDDEN_NAMES = ['__proto__', 'constructor', 'prototype'];
const INHERITED_NAMES = ['toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'then', 'toJSON'];

const FREE = '<device_action>work</device_action>';

function declared(kind: Kind): readonly HostileFile[] {
  const root = ROOTS[kind];
  return DECLARATIONS.flatMap(([what, compose]) => {
    const declaration = compose(root);
    const used = TEXTS[kind].replace('does its work', '&l9;');
    return [
      { what: `${what} in front`, kind, bytes: utf8(`${declaration}\n${used}`) },
      {
        what: `${what} within`,
        kind,
        bytes: utf8(used.replace(`<${root}>`, () => `<${root}>${declaration}`)),
      },
      { what: `${what} behind`, kind, bytes: utf8(`${TEXTS[kind]}${declaration}`) },
    ];
  });
}

function texts(kind: Kind): readonly HostileFile[] {
  const attribute = kind === 'context' ? 'instance="WakeUp"' : 'task_type="Looped"';
  const name = attribute.split('=')[0]!;
  return [
    ...Object.entries(REFUSED_TEXTS).flatMap(([what, text]) => [
      { what: `${what} as text`, kind, bytes: withBody(kind, text) },
      { what: `${what} as an attribute`, kind, bytes: edit(kind, attribute, `${name}="${text}"`) },
    ]),
    ...Object.entries(REFUSED_BODIES).map(([what, text]) => ({ what, kind, bytes: withBody(kind, text) })),
    ...Object.entries(HARMLESS_BODIES).map(([what, [text, holds]]) => {
      return { what, kind, bytes: withBody(kind, text), holds };
    }),
    { what: 'an attribute twice', kind, bytes: edit(kind, attribute, `${attribute} ${attribute}`) },
  ];
}

function names(kind: Kind): readonly HostileFile[] {
  const all = [...FORBIDDEN_NAMES, ...INHERITED_NAMES];
  const root = `<${ROOTS[kind]}>`;
  const known = all.flatMap((name) => [
    { what: `<${name}>`, kind, bytes: edit(kind, root, `${root}<${name}><polluted>1</polluted></${name}>`) },
    { what: `an attribute ${name}`, kind, bytes: edit(kind, root, root.replace('>', ` ${name}="1">`)) },
    { what: `the root <${name}>`, kind, bytes: utf8(`<${name}><polluted>1</polluted></${name}>`) },
  ]);
  if (kind === 'meta') return known;
  const free = (name: string) => [
    { what: `<${name}> of a task's own`, kind, bytes: edit(kind, FREE, `${FREE}<${name}>own</${name}>`) },
    {
      what: `an attribute ${name} of a task's own`,
      kind,
      bytes: edit(kind, FREE, `${FREE}<own ${name}="own"/>`),
    },
  ];
  return [
    ...known,
    ...FORBIDDEN_NAMES.flatMap(free),
    ...INHERITED_NAMES.flatMap(free).map((file) => ({ ...file, holds: 'own' })),
  ];
}

function ids(kind: Kind): readonly HostileFile[] {
  const [id, name]: readonly (readonly [string, string])[] =
    kind === 'context'
      ? [
          ['id="ts_1"', 'id="@"'],
          ['instance="WakeUp"', 'instance="@"'],
        ]
      : [
          ['<task_id>ts_100<', '<task_id>@<'],
          ['<task_service>Stand<', '<task_service>@<'],
        ];
  const at = (place: readonly [string, string] | undefined, text: string) =>
    edit(
      kind,
      place![0],
      place![1].replace('@', () => text),
    );
  return [
    ...[...REFUSED_IDS, LONG_ID].map((text) => ({
      what: `the id ${describeText(text)}`,
      kind,
      bytes: at(id, text),
    })),
    ...[...REFUSED_NAMES, LONG_ID].map((text) => ({
      what: `the name ${describeText(text)}`,
      kind,
      bytes: at(name, text),
    })),
  ];
}

function describeText(text: string): string {
  return JSON.stringify(text.length > 30 ? `${text.slice(0, 30)}… (${text.length})` : text);
}

export const HOSTILE_FILES: readonly HostileFile[] = KINDS.flatMap((kind) =>
  [declared, texts, names, ids, sizes, encodings].flatMap((make) => make(kind)),
);
