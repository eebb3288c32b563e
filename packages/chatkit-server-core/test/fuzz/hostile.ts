import * as fc from 'fast-check'

// Text that no value can hold: it takes the place of its name when the body has become JSON.
const RAW: Record<string, string> = {
  '@deep': '['.repeat(5_000) + ']'.repeat(5_000),
  '@deep-objects': '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000),
  '@at-the-limit': '['.repeat(60) + ']'.repeat(60),
  '@proto': '{"__proto__":{"admin":true}}',
  '@constructor': '{"constructor":{"prototype":{"admin":true}}}',
  '@huge': '1e400',
  '@digits': '9'.repeat(5_000),
  '@half': '"\\ud800"',
  '@half-key': '{"\\udc00":1}',
  '@nul': '"a\\u0000b"',
  '@nul-key': '{"\\u0000":1}',
  '@twice': '{"type":"threads.list","type":"threads.create"}',
}

/** Too large for more than a few of many. */
const HEAVY: Record<string, string> = {
  '@brackets': flat('['.repeat(10_000_000)),
  '@pairs': flat('[]'.repeat(5_000_000)),
  '@string': flat(`"${'x'.repeat(1_000_000)}"`),
  '@escapes': flat(`"${'\\u0041'.repeat(150_000)}"`),
  '@list': flat(`[${'0,'.repeat(400_000)}0]`),
  '@objects': flat(`[${'{"a":1},'.repeat(100_000)}{}]`),
  '@keys': flat(`{${Array.from({ length: 60_000 }, (_, n) => `"k${n}":1`).join(',')}}`),
}

// A repeated string takes up its room when it is first read: not while memory is being measured.
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

const ODD_TEXTS = [
  '',
  ' ',
  '../../etc/passwd',
  'thr_',
  '%00',
  "' or 1=1 --",
  '\u202e',
  '\ufeff',
  '\u2028',
  '🦉',
]
const ODD: unknown[] = [null, true, 0, -1, 1e308, 2 ** 53, [], {}, [null], { type: null }, 'x'.repeat(5_000)]

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...Object.keys(RAW)) },
  {
    weight: 40,
    arbitrary: fc.constantFrom<unknown>(...ODD, ...ODD_TEXTS),
  },
  { weight: 20, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(HEAVY)) },
)

/** A place in a value, chosen by numbers, and what is done there. */
interface Mutation {
  path: number[]
  what: 'replace' | 'remove' | 'rename' | 'repeat'
  value: unknown
}

const someMutation: fc.Arbitrary<Mutation> = fc.record({
  path: fc.oneof(
    { weight: 1, arbitrary: fc.constant<number[]>([]) },
    { weight: 30, arbitrary: fc.array(fc.nat(7), { minLength: 2, maxLength: 7 }) },
  ),
  what: fc.constantFrom<Mutation['what']>('replace', 'replace', 'replace', 'remove', 'rename', 'repeat'),
  value: hostileValue,
})

type TextMutation = { at: number; what: 'cut' | 'insert' | 'none'; char: string }

const someTextMutation: fc.Arbitrary<TextMutation> = fc.record<TextMutation>({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  what: fc.oneof(
    { weight: 12, arbitrary: fc.constant('none') },
    { weight: 1, arbitrary: fc.constantFrom('cut', 'insert') },
  ),
  char: fc.constantFrom('"', '\\', '{', ']', ',', '\0', '\ud800', '\ufeff', '\n', '\u2028'),
})

/** A body as bytes on the wire: one that is valid, with up to three places made hostile. */
export function hostileBody(valid: fc.Arbitrary<unknown>): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      value: valid,
      mutations: fc.oneof(
        fc.constant<Mutation[]>([]),
        fc.array(someMutation, { maxLength: 1 }),
        fc.array(someMutation, { maxLength: 3 }),
      ),
      text: someTextMutation,
      flip: fc.oneof({ weight: 30, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat() }),
    })
    .map(({ value, mutations, text, flip }) => {
      const mutated = mutations.reduce((to, change) => mutate(to, change, 0), value)
      const bytes = new TextEncoder().encode(mutateText(toText(mutated), text))
      if (flip !== undefined && bytes.length > 0) bytes[flip % bytes.length] = 0xff
      return bytes
    })
}

function mutate(value: unknown, mutation: Mutation, depth: number): unknown {
  const step = mutation.path[depth]
  if (typeof value !== 'object' || value === null || step === undefined) return mutation.value
  const entries: [string, unknown][] = Object.entries(value)
  const at = step % Math.max(1, entries.length)
  const entry = entries[at]
  if (!entry) return mutation.value
  const [key, field] = entry
  if (depth < mutation.path.length - 1) entries[at] = [key, mutate(field, mutation, depth + 1)]
  else if (mutation.what === 'replace') entries[at] = [key, mutation.value]
  else if (mutation.what === 'remove') entries.splice(at, 1)
  else if (mutation.what === 'rename') entries[at] = [`${key}_`, field]
  else entries.push([`${key}2`, field])
  return Array.isArray(value) ? entries.map(([, element]) => element) : Object.fromEntries(entries)
}

const toText = (value: unknown): string =>
  (JSON.stringify(value) ?? '').replaceAll(
    /"(@[a-z-]+)"/g,
    (name, raw: string) => RAW[raw] ?? HEAVY[raw] ?? name,
  )

function mutateText(text: string, { at, what, char }: TextMutation): string {
  const place = Math.floor(at * text.length)
  if (what === 'none') return text
  return what === 'cut' ? text.slice(0, place) : text.slice(0, place) + char + text.slice(place)
}
