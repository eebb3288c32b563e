/** A copy as JSON, without the keys whose value is null, as the recordings write what is stored and given. */
export function withoutNulls(value: unknown): unknown {
  const text = JSON.stringify(value, function (this: unknown, _key, field: unknown) {
    return field === null && !Array.isArray(this) ? undefined : field
  })
  return text === undefined ? undefined : JSON.parse(text)
}
