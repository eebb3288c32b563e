type Fields = Record<string, unknown>

/**
 * A request whose message may say null where it could as well say nothing: the choices of model and tool, and the
 * optional fields of its parts. Clients write what they have not got in both ways.
 */
export function withoutNullOptions(request: unknown): unknown {
  return at(request, 'params', (params) =>
    at(params, 'input', (input) =>
      isFields(input)
        ? withoutNulls({
            ...input,
            inference_options: withoutNulls(input.inference_options),
            content: Array.isArray(input.content) ? input.content.map(withoutNulls) : input.content,
          })
        : input,
    ),
  )
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value with one field changed, where it has that field. */
const at = (value: unknown, key: string, change: (field: unknown) => unknown): unknown =>
  isFields(value) && Object.hasOwn(value, key) ? { ...value, [key]: change(value[key]) } : value

const withoutNulls = (value: unknown): unknown =>
  isFields(value) ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) : value
