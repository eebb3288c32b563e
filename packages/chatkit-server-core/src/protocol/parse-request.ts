import { ChatKitError, type RequestIssue } from '../errors.ts'
import { findUnsafe, MAX_DEPTH, nestsDeeperThan } from './check-json.ts'
import { withoutNullOptions } from './null-options.ts'
import { pathText } from './path-text.ts'
import { requestSchemas, type ChatKitRequest, type RequestType } from './requests.ts'

/**
 * Reads a request's body: JSON text, or what JSON parsed to. Unknown fields are ignored, defaults are filled in.
 * Rejects everything else with `request_invalid`, whose `issues` name the place and the fault.
 */
export function parseRequest(body: string | object): ChatKitRequest {
  const value = typeof body === 'string' ? parseJson(body) : body
  const unsafe = findUnsafe(value)
  if (unsafe) throw invalid([unsafe])
  const type: unknown =
    typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  if (!isRequestType(type)) {
    const fault = type === undefined ? 'is missing' : `is ${JSON.stringify(type)?.slice(0, 80)}`
    const known = Object.keys(requestSchemas).join(', ')
    throw invalid([{ path: 'type', message: `${fault}; it must be one of ${known}` }])
  }
  const parsed = requestSchemas[type].safeParse(withoutNullOptions(value))
  if (parsed.success) return parsed.data
  throw invalid(parsed.error.issues.map(({ path, message }) => ({ path: pathText(path), message })))
}

function parseJson(text: string): unknown {
  if (nestsDeeperThan(text, MAX_DEPTH)) {
    throw invalid([{ path: '', message: `nests deeper than ${MAX_DEPTH} levels` }])
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    // The parser's own message quotes the body: it stays on the server.
    throw new ChatKitError('request_invalid', { key: 'body_not_json' }, { cause: error })
  }
}

const isRequestType = (type: unknown): type is RequestType =>
  typeof type === 'string' && Object.hasOwn(requestSchemas, type)

function invalid(issues: RequestIssue[]): ChatKitError {
  const [first] = issues
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  const fault = `${first?.message ?? 'is not valid'}${more}`
  return new ChatKitError(
    'request_invalid',
    first?.path
      ? { key: 'field_invalid', facts: { path: first.path, fault } }
      : { key: 'request_invalid', facts: { fault } },
    { issues },
  )
}
