import type { Annotation, AssistantContent, Source } from '@robolearn/chatkit-server-core'
import { readMarks } from './read-marks.ts'

export type SourceOf = (number: number) => Source | undefined

/** What a piece of streamed text turned into, in order. */
export type CitedPiece = { text: string } | { annotation: Annotation; annotationIndex: number }

/** One text of a message while it is streamed: what came in with marks, what went out without, and the citations. */
export class CitedPart {
  readonly #sourceOf: SourceOf
  #raw = ''
  #held = ''
  #text = ''
  /** Where marks were cut out of the raw text, in order. */
  readonly #cuts: { start: number; length: number }[] = []
  readonly #annotations: Annotation[] = []
  /** Where in `#annotations` those stand that were not made here, in the order in which they came. */
  readonly #given: number[] = []

  constructor(sourceOf: SourceOf) {
    this.#sourceOf = sourceOf
  }

  /** Everything that came in, marks included. */
  get raw(): string {
    return this.#raw
  }

  /** A part with everything of `content` taken in; `final` when no more comes. */
  static from(content: AssistantContent, sourceOf: SourceOf, final: boolean): CitedPart {
    const part = new CitedPart(sourceOf)
    part.write(content.text)
    if (final) part.flush()
    for (const annotation of content.annotations) part.add(annotation)
    return part
  }

  write(delta: string): CitedPiece[] {
    this.#raw += delta
    return this.#read(this.#held + delta, false)
  }

  /** Gives out what was held back as the possible beginning of a mark. */
  flush(): CitedPiece[] {
    return this.#read(this.#held, true)
  }

  /** Takes in an annotation whose place, if it has one, is in the raw text. */
  add(annotation: Annotation): { annotation: Annotation; annotationIndex: number } {
    const moved = this.#move(annotation)
    this.#given.push(this.#annotations.length)
    return { annotation: moved, annotationIndex: this.#annotations.push(moved) - 1 }
  }

  /** The content so far; nothing of what is held back. */
  content(): AssistantContent {
    return { type: 'output_text', text: this.#text, annotations: [...this.#annotations] }
  }

  /** The finished content: annotations that came along before keep their number, further ones go behind. */
  finish(annotations: readonly Annotation[]): AssistantContent {
    for (const [nth, annotation] of annotations.entries()) {
      const at = this.#given[nth]
      if (at === undefined) this.add(annotation)
      else this.#annotations[at] = this.#move(annotation)
    }
    return this.content()
  }

  #read(text: string, final: boolean): CitedPiece[] {
    const { pieces, rest } = readMarks(text, final)
    this.#held = rest
    let at = this.#raw.length - text.length
    const cited: CitedPiece[] = []
    for (const piece of pieces) {
      if ('text' in piece) {
        this.#text += piece.text
        at += piece.text.length
        cited.push(piece)
        continue
      }
      this.#cuts.push({ start: at, length: piece.length })
      at += piece.length
      const source = this.#sourceOf(piece.number)
      if (!source) continue
      const annotation: Annotation = { type: 'annotation', source, index: this.#text.length }
      cited.push({ annotation, annotationIndex: this.#annotations.push(annotation) - 1 })
    }
    return cited
  }

  #move(annotation: Annotation): Annotation {
    const { index } = annotation
    if (index === undefined) return annotation
    let cut = 0
    for (const { start, length } of this.#cuts) if (start < index) cut += Math.min(length, index - start)
    return { ...annotation, index: index - cut }
  }
}
