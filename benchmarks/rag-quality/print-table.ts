export interface Row {
  figure: string
  what: string
  /** What is to be reached; absent for what stands there for comparison. */
  atLeast?: number
  value: number
}

export function printTable(rows: readonly Row[]): void {
  const cells = rows.map(({ figure, what, atLeast, value }) => {
    const target = atLeast === undefined ? 'for comparison' : `at least ${atLeast}`
    const verdict = atLeast === undefined ? '' : value >= atLeast ? 'reached' : 'MISSED'
    return [figure, what, target, String(value), verdict]
  })
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of cells)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

export const round = (value: number, digits = 4): number => Number(value.toFixed(digits))
