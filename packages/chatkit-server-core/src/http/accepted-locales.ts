/** As much of the header, and as many languages, as are looked at. */
const MAX_CHARS = 512
const MAX_LOCALES = 8

/** The languages of an `Accept-Language` header as BCP 47 tags, the preferred one first. */
export function acceptedLocales(header: string | null): string[] {
  const weighted = (header ?? '')
    .slice(0, MAX_CHARS)
    .split(',')
    .flatMap((part) => {
      const [range = '', ...parameters] = part.split(';')
      const quality = parameters
        .map((parameter) => /^\s*q\s*=\s*([\d.]+)\s*$/i.exec(parameter)?.[1])
        .find(Boolean)
      const weight = quality === undefined ? 1 : Number(quality)
      const tag = canonical(range.trim())
      return tag !== undefined && weight > 0 && weight <= 1 ? [{ tag, weight }] : []
    })
  // Stable: of those that are wanted alike, the one that was named first.
  const tags = weighted.toSorted((a, b) => b.weight - a.weight).map(({ tag }) => tag)
  return [...new Set(tags)].slice(0, MAX_LOCALES)
}

function canonical(range: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(range)[0]
  } catch {
    return undefined
  }
}
