import { LimitError } from '../parse-limits.ts'
import type { ParsedText, Section } from '../parsed-text.ts'
import { paragraphsOf } from '../read-plain-text.ts'
import { checkInflatedSize } from './check-inflated-size.ts'
import { pageText, storable } from './page-text.ts'

/** The most text that is taken from one file, in UTF-16 code units. */
const MAX_PDF_CHARS = 10_000_000

/** Reads the text of a PDF, page by page. Its readable text is that of all pages, with an empty line between them. */
export async function readPdf(bytes: Uint8Array): Promise<ParsedText> {
  checkInflatedSize(bytes)
  const { getDocumentProxy } = await loadParser()
  const pdf = await getDocumentProxy(bytes, { verbosity: 0 }).catch((error: unknown) => {
    throw new LimitError(
      `it is no PDF that can be read (${error instanceof Error ? error.message : String(error)})`,
    )
  })
  try {
    const labels = await pdf.getPageLabels()
    const { info } = await pdf.getMetadata()
    const texts: string[] = []
    const sections: Section[] = []
    let length = 0
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await pdf.getPage(number)
      const own = pageText(await page.getTextContent())
      page.cleanup()
      const label = labels?.[number - 1]
      sections.push({
        headingPath: [],
        page: { number, ...(label && label !== String(number) && { label: storable(label) }) },
        blocks: paragraphsOf(own).map(({ start, end }) => ({
          span: { start: start + length, end: end + length },
          kind: 'sentences',
          uncut: [],
        })),
      })
      texts.push(own)
      length += own.length + SEPARATOR.length
      if (length > MAX_PDF_CHARS) throw new LimitError(`it has more than ${MAX_PDF_CHARS} characters`)
    }
    const text = texts.join(SEPARATOR)
    const title = titleOf(info)
    return {
      text,
      ...(title && { title }),
      sections,
      show: ({ start, end }) => ({ visibleText: text.slice(start, end) }),
    }
  } finally {
    await pdf.loadingTask.destroy()
  }
}

const SEPARATOR = '\n\n'

async function loadParser(): Promise<Pick<typeof import('unpdf'), 'getDocumentProxy'>> {
  try {
    return await import('unpdf')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new LimitError('the package "unpdf", which reads PDF, is not installed (npm install unpdf)')
  }
}

function titleOf(info: object): string {
  return 'Title' in info && typeof info.Title === 'string' ? storable(info.Title).trim() : ''
}
