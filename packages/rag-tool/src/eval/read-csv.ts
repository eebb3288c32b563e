/** The rows of a text as RFC 4180 means it: fields may stand in quotes, with line ends and doubled quotes inside. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y
  const end = text.replace(/(\r?\n)+$/, '')
  while (field.lastIndex < end.length || row.length > 0) {
    const match = field.exec(end)
    if (!match) throw new Error(`row ${rows.length + 1}: a quote stands inside a field without quotes`)
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === ',') continue
    rows.push(row)
    row = []
    if (match[3] === '') break
  }
  return rows
}
