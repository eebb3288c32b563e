import type { JsonSchema } from '../../packages/chatkit-server-core/src/protocol/json-schema.ts'

export type Schema = JsonSchema | boolean

/** A schema in words, for a cell of a table. */
export function typeText(schema: Schema): string {
  if (typeof schema === 'boolean') return 'anything'
  if (schema.$ref !== undefined) return link(refName(schema.$ref))
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum)
    return schema.enum
      .filter((value) => value !== null)
      .map(code)
      .join(' or ')
  const variants = variantsOf(schema)
  if (variants) return variants.map(typeText).join(' or ')
  const type = (Array.isArray(schema.type) ? schema.type : [schema.type]).find((name) => name !== 'null')
  if (type === 'array') return `list of ${typeText((schema.items as Schema | undefined) ?? true)}`
  if (type === 'object') return objectText(schema)
  return type ?? 'anything'
}

function objectText(schema: JsonSchema): string {
  const fields = Object.entries(schema.properties ?? {})
  if (fields.length === 0) {
    return typeof schema.additionalProperties === 'object' && schema.additionalProperties.type
      ? `object of ${typeText(schema.additionalProperties)}`
      : 'object'
  }
  const texts = fields.map(([name, field]) => {
    const mark = schema.required?.includes(name) ? '' : '?'
    return `\`${name}\`${mark}: ${typeText(field)}`
  })
  return `{ ${texts.join(', ')} }`
}

/** The alternatives of a union, without null; undefined where the schema is no union. */
export function variantsOf(schema: JsonSchema): Schema[] | undefined {
  return (schema.oneOf ?? schema.anyOf)?.filter(
    (variant: Schema) => typeof variant === 'boolean' || variant.type !== 'null',
  )
}

const refName = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)

export const code = (value: unknown): string => `\`${JSON.stringify(value)}\``

/** What stands on the page under another name than its schema has. */
const SECTIONS: Record<string, string> = {
  ThreadItem: '[item](#items)',
  ItemUpdate: '[update](#updates)',
  ThreadWithItems: '[Thread](#thread)',
}

const link = (name: string): string => SECTIONS[name] ?? `[${name}](#${name.toLowerCase()})`
