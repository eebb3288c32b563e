import { Validator } from '@cfworker/json-schema'
import type { RequestIssue } from '../errors.ts'
import { pathText } from '../protocol/path-text.ts'

/** Errors that only say that one further inside was found. */
const OUTER = new Set(['$ref', 'additionalProperties', 'allOf', 'items', 'prefixItems', 'properties'])

/** A checker of values against a JSON Schema (2020-12): gives every place that does not fit, or nothing. */
export function schemaChecker(schema: object): (value: unknown) => RequestIssue[] {
  const validator = new Validator(schema, '2020-12', false)
  return (value) => {
    const { valid, errors } = validator.validate(value)
    if (valid) return []
    const inner = errors.filter(({ keyword }) => !OUTER.has(keyword))
    return (inner.length > 0 ? inner : errors).map(({ keyword, error, instanceLocation }) => ({
      path: pathText(placeOf(instanceLocation, value)),
      message: keyword === 'false' ? 'is not allowed here' : error,
    }))
  }
}

/** The keys that a JSON pointer (`#/items/0`) leads through; a number where it leads into a list. */
function placeOf(pointer: string, value: unknown): PropertyKey[] {
  let inside = value
  return pointer
    .split('/')
    .slice(1)
    .map((escaped) => {
      const key = decodeURIComponent(escaped).replaceAll('~1', '/').replaceAll('~0', '~')
      const isIndex = Array.isArray(inside)
      inside = isObject(inside) ? inside[key] : undefined
      return isIndex ? Number(key) : key
    })
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
