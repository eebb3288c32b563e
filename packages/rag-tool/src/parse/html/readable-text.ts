import type { Span } from '../../chunk/span.ts'
import type { Block } from '../../chunk/split-block.ts'
import type { Section } from '../parsed-text.ts'

/** Writes down what a reader reads of a page, and where in it sections and blocks are. */
export class ReadableText {
  readonly sections: Section[] = [{ headingPath: [], blocks: [] }]
  /** Parts of running text that a browser matches in one piece, in order. */
  readonly lines: Span[] = []
  readonly #open: { depth: number; text: string }[] = []
  readonly #pieces: string[] = []
  #length = 0
  #run = ''
  #uncut: Span[] = []

  get text(): string {
    return this.#pieces.join('')
  }

  /** Changes with everything that is written. */
  get position(): number {
    return this.#length + this.#run.length
  }

  /** Adds to the running text, white space as one space. */
  append(value: string): void {
    const collapsed = value.replace(/[\t\n\f\r ]+/g, ' ')
    const last = this.#run.at(-1) ?? ' '
    this.#run += last === ' ' || last === '\n' ? collapsed.replace(/^ /, '') : collapsed
  }

  breakLine(): void {
    if (this.#run) this.#run = `${this.#run.trimEnd()}\n`
  }

  /** What `write` appends is not cut in two. */
  appendUncut(write: () => void): void {
    const start = this.#run.length
    const known = this.#uncut.length
    write()
    // It began a paragraph of its own, or holds others of its kind.
    if (start > this.#run.length) return
    this.#uncut.length = Math.min(known, this.#uncut.length)
    this.#uncut.push({ start, end: this.#run.length })
  }

  /** Ends the paragraph; `tight` ones stand on the line below the one before. */
  endRun(tight = false): void {
    const text = this.#run.trimEnd()
    const uncut = this.#uncut
    this.#run = ''
    this.#uncut = []
    if (!text) return
    const span = this.#write(text, tight)
    const shift = ({ start, end }: Span): Span => ({ start: start + span.start, end: end + span.start })
    this.#add({ span, kind: 'sentences', uncut: uncut.map(shift) })
    const feed = text.indexOf('\n')
    this.lines.push({ start: span.start, end: feed < 0 ? span.end : span.start + feed })
  }

  addWhole(text: string): void {
    const trimmed = text.replace(/^(?:[ \t]*\n)+/, '').trimEnd()
    if (trimmed) this.#add({ span: this.#write(trimmed, false), kind: 'whole' })
  }

  startSection(depth: number, heading: string, anchor: string | undefined): void {
    while ((this.#open.at(-1)?.depth ?? 0) >= depth) this.#open.pop()
    this.#open.push({ depth, text: heading })
    const headingPath = this.#open.map(({ text }) => text).filter(Boolean)
    this.sections.push({ headingPath, ...(anchor && { anchor }), blocks: [] })
    if (heading) this.#write(heading, false)
  }

  #write(text: string, tight: boolean): Span {
    const separator = this.#length === 0 ? '' : tight ? '\n' : '\n\n'
    const start = this.#length + separator.length
    this.#pieces.push(separator, text)
    this.#length = start + text.length
    return { start, end: this.#length }
  }

  #add(block: Block): void {
    this.sections.at(-1)?.blocks.push(block)
  }
}
