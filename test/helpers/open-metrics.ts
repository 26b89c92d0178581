// A strict parser of OpenMetrics text: Prometheus accepts all that it accepts.

export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
/** The suffix of sample names by type. */
const SUFFIXES: Readonly<Record<string, string>> = { gauge: '', counter: '_total' };

/** Throws for text that the standard does not allow or that contextd does not use. */
export function readOpenMetrics(text: string): ReadonlyMap<string, MetricFamily> {
  if (!text.endsWith('# EOF\n')) throw new Error('it does not end with "# EOF" and a line end');
  const families = new Map<string, MetricFamily & { samples: MetricSample[] }>();
  let current: (MetricFamily & { samples: MetricSample[] }) | undefined;
  let help: { name: string; text: string } | undefined;
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (word === 'HELP') {
      if (families.has(name)) throw new Error(`${name} comes twice`);
      help = { name, text: rest };
    } else if (word === 'TYPE') {
      if (help?.name !== name || !NAME.test(name)) throw new Error(`${line}: no such HELP before it`);
      if (!(rest in SUFFIXES) || name.endsWith('_total')) throw new Error(`${line}: not allowed`);
      current = { name, type: rest, help: help.text, samples: [] };
      families.set(name, current);
    } else {
      const sample = readSample(line);
      if (current === undefined || sample.name !== current.name + (SUFFIXES[current.type] ?? '?')) {
        throw new Error(`${line}: not below its TYPE`);
      }
      if (current.type === 'counter' && !(sample.value >= 0)) throw new Error(`${line}: not a count`);
      const key = JSON.stringify(sample.labels);
      if (current.samples.some(({ labels }) => JSON.stringify(labels) === key)) {
        throw new Error(`${line}: comes twice`);
      }
      current.samples.push(sample);
    }
  }
  return families;
}

function readSample(line: string): MetricSample {
  const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || !Number.isFinite(Number(value))) throw new Error(`${line}: not a sample`);
  return { name, labels: readLabels(labels), value: Number(value) };
}

function readLabels(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name, value] = LABEL.exec(text) ?? [];
    if (name === undefined || value === undefined || name in found)
      throw new Error(`{${text}}: invalid labels`);
    found[name] = value.replace(/\\(.)/g, (_, each: string) => (each === 'n' ? '\n' : each));
  }
  return found;
}
