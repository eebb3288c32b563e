import * as fc from 'fast-check'
import type { z } from 'zod'

type Json = unknown

/** What a schema of the protocol is made of, as zod keeps it. */
interface Def {
  type: string
  shape?: Record<string, z.ZodType>
  element?: z.ZodType
  valueType?: z.ZodType
  innerType?: z.ZodType
  in?: z.ZodType
  options?: z.ZodType[]
  values?: unknown[]
  entries?: Record<string, unknown>
}

const defOf = ({ def }: z.ZodType): Def => def

/**
 * Values that a schema accepts, but for the rules that it does not show (lengths, formats). `ids` are used for every
 * field whose name ends in `id`, so that requests reach what exists.
 */
export function arbitraryOf(schema: z.ZodType, ids: string[], key = ''): fc.Arbitrary<Json> {
  const { type, shape, element, valueType, innerType, in: input, options, values, entries } = defOf(schema)
  const inner = (of: z.ZodType | undefined, name = key): fc.Arbitrary<Json> =>
    of ? arbitraryOf(of, ids, name) : fc.jsonValue()
  switch (type) {
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(shape ?? {}).map(([name, field]) => [name, inner(field, name)])),
        { requiredKeys: Object.keys(shape ?? {}).filter((name) => !isOptional(shape?.[name])) },
      )
    case 'string':
      return /(^|_)ids?$|after/.test(key)
        ? fc.constantFrom(...ids)
        : fc.string({ unit: 'grapheme', maxLength: 30 })
    case 'number':
      return fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
    case 'boolean':
      return fc.boolean()
    case 'literal':
      return fc.constantFrom(...(values ?? []))
    case 'enum':
      return fc.constantFrom(...Object.values(entries ?? {}))
    case 'array':
      // There are no attachments to name: most requests do without.
      return key === 'attachments'
        ? fc.oneof(
            { weight: 9, arbitrary: fc.constant([]) },
            { weight: 1, arbitrary: fc.array(inner(element)) },
          )
        : fc.array(inner(element), { maxLength: 4 })
    case 'record':
      return fc.dictionary(fc.string({ maxLength: 8 }), inner(valueType), { maxKeys: 4 })
    case 'union':
      return fc.oneof(...(options ?? []).map((option) => inner(option)))
    case 'pipe':
      return inner(input)
    case 'optional':
    case 'default':
      return inner(innerType)
    case 'nullable':
      return fc.option(inner(innerType), { freq: 3 })
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

const isOptional = (schema: z.ZodType | undefined): boolean =>
  schema !== undefined && ['optional', 'default', 'pipe', 'unknown'].includes(defOf(schema).type)
