import { deflateSync } from 'node:zlib'

export interface PdfOptions {
  title?: string
  /** The dictionary of page labels, such as `<< /Nums [0 << /S /r >> 2 << /S /D >>] >>`. */
  labels?: string
  /** In the place of the first page's content. */
  firstContent?: { dictionary: string; data: Buffer }
}

/** A PDF whose pages hold paragraphs, each a list of lines, in one of the fonts that every reader has. */
export function makePdf(pages: string[][][], { title, labels, firstContent }: PdfOptions = {}): Uint8Array {
  const objects: Buffer[] = []
  const add = (body: string | Buffer): number => objects.push(Buffer.from(body))
  const stream = (dictionary: string, data: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(`<< ${dictionary} /Length ${data.length} >>\nstream\n`),
      data,
      Buffer.from('\nendstream'),
    ])
  const kids = pages.map((_, n) => `${4 + 2 * n} 0 R`).join(' ')
  add(`<< /Type /Catalog /Pages 2 0 R ${labels ? `/PageLabels ${labels}` : ''} >>`)
  add(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`)
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>')
  for (const [n, paragraphs] of pages.entries()) {
    const content = 5 + 2 * n
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${content} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
    )
    const given = n === 0 ? firstContent : undefined
    add(
      given
        ? stream(given.dictionary, given.data)
        : stream('/Filter /FlateDecode', deflateSync(Buffer.from(drawn(paragraphs), 'latin1'))),
    )
  }
  const info = title === undefined ? undefined : add(`<< /Title (${title}) >>`)
  return assemble(objects, info)
}

function drawn(paragraphs: string[][]): string {
  let y = 800
  const lines = ['BT', '/F1 11 Tf']
  for (const paragraph of paragraphs) {
    for (const line of paragraph) {
      lines.push(`1 0 0 1 50 ${y} Tm (${line.replace(/[\\()]/g, '\\$&')}) Tj`)
      y -= 14
    }
    y -= 14
  }
  return [...lines, 'ET'].join('\n')
}

function assemble(objects: Buffer[], info: number | undefined): Uint8Array {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const offsets: number[] = []
  let length = 9
  const put = (part: Buffer): void => {
    parts.push(part)
    length += part.length
  }
  for (const [n, body] of objects.entries()) {
    offsets.push(length)
    put(Buffer.concat([Buffer.from(`${n + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]))
  }
  const start = length
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  put(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`))
  const trailer = `<< /Size ${objects.length + 1} /Root 1 0 R ${info ? `/Info ${info} 0 R` : ''} >>`
  put(Buffer.from(`trailer\n${trailer}\nstartxref\n${start}\n%%EOF\n`))
  return new Uint8Array(Buffer.concat(parts))
}
