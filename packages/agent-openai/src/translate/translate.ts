import type { HiddenContextItem, ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { type KeptToolCall, keepToolCall } from '../kept-tool-call.ts'
import { isPlaceholder } from '../tools/client-calls.ts'
import { toAnnotation } from './citations.ts'
import { beginImage, finishImage, previewImage } from './image.ts'
import { annotate, appendText, beginMessage, finishMessage, type Mint } from './message.ts'
import type { ModelCitation, ModelEvent, Place } from './model-event.ts'
import { beginReasoning, endThought, endWorkflow, growThought } from './reasoning.ts'
import { andThen, nothing, type Translation, type Translator, type TranslateState } from './state.ts'

/**
 * What a model did as events of the thread. Pure but for the ids and times that the translator mints. Messages and
 * images are told apart by their place in the response that is under way.
 */
export function translate(state: TranslateState, event: ModelEvent, translator: Translator): Translation {
  switch (event.type) {
    case 'response_start':
      // A response that was never done: what it said stays.
      return andThen(endMessage(state), (ended) =>
        nothing({ ...ended, begun: 0, images: [], ending: undefined, isResponding: true }),
      )
    case 'text':
      return growMessage(state, event.at, event.delta, translator)
    case 'citation':
      return cite(state, event.at, event.citation, translator)
    case 'message_end':
      return state.message?.outputIndex === event.output ? endMessage(state, event.texts) : nothing(state)
    case 'reasoning_start':
      return beginReasoning(state, translator)
    case 'reasoning':
      return growThought(state, event.at, event.delta)
    case 'reasoning_end':
      return endThought(state, event.at, event.text)
    case 'image_start':
    case 'image_preview':
    case 'image_end':
      return translateImage(state, event, translator)
    case 'tool_result':
      return keepResult(state, event.call, translator)
    case 'response_end':
      return endResponse(state, event, translator)
  }
}

/** Words that were never streamed, as a message of their own. */
export function wholeMessage(texts: readonly string[], mint: Mint): ThreadStreamEvent[] {
  const begun = beginMessage(0, mint)
  const events = [...begun.events]
  let { message } = begun
  for (const [index, text] of texts.entries()) {
    const step = appendText(message, index, text)
    events.push(...step.events)
    message = step.message
  }
  return [...events, ...finishMessage(message)]
}

function growMessage(state: TranslateState, at: Place, delta: string, translator: Translator): Translation {
  if (delta === '') return nothing(state)
  const { message } = state
  if (message?.outputIndex === at.output) {
    const step = appendText(message, at.part, delta)
    return { state: { ...state, message: step.message }, events: step.events }
  }
  const before = andThen(endMessage(state), (ended) => endWorkflow(ended, translator))
  return andThen(before, (settled) => {
    const begun = beginMessage(at.output, translator)
    const step = appendText(begun.message, at.part, delta)
    return {
      state: { ...settled, message: step.message, begun: settled.begun + 1, isResponding: true },
      events: [...begun.events, ...step.events],
    }
  })
}

function endMessage(state: TranslateState, texts?: readonly string[]): Translation {
  if (!state.message) return nothing(state)
  return { state: { ...state, message: undefined }, events: finishMessage(state.message, texts) }
}

function cite(
  state: TranslateState,
  at: Place,
  citation: ModelCitation,
  { citations }: Translator,
): Translation {
  const annotation = state.message?.outputIndex === at.output ? toAnnotation(citation, citations) : undefined
  if (!state.message || !annotation) return nothing(state)
  const step = annotate(state.message, at.part, annotation)
  return { state: { ...state, message: step.message }, events: step.events }
}

type ImageEvent = Extract<ModelEvent, { type: `image_${string}` }>

function translateImage(state: TranslateState, event: ImageEvent, translator: Translator): Translation {
  const open = state.images.find(({ output }) => output === event.output)
  if (!open) {
    const before = andThen(endMessage(state), (ended) => endWorkflow(ended, translator))
    return andThen(before, (settled) => {
      const { image, events } = beginImage(event.output, translator)
      const begun = { state: { ...settled, images: [...settled.images, image] }, events }
      return event.type === 'image_start'
        ? begun
        : andThen(begun, (next) => translateImage(next, event, translator))
    })
  }
  if (event.type === 'image_start') return nothing(state)
  if (event.type === 'image_preview') {
    const { image, index } = event
    const expected = translator.partialImages ?? 0
    return { state, events: [previewImage(open, image, { index, expected })] }
  }
  const images = state.images.filter((image) => image !== open)
  return { state: { ...state, images }, events: [finishImage(open, event.image)] }
}

/** The output of a client tool is its own item's; here it would be a placeholder. */
function keepResult(state: TranslateState, call: KeptToolCall, translator: Translator): Translation {
  if (!translator.keepToolCalls || isPlaceholder(call.output)) return nothing(state)
  const item: HiddenContextItem = {
    id: translator.generateId('shcx'),
    thread_id: translator.threadId,
    created_at: translator.now().toISOString(),
    type: 'hidden_context_item',
    content: keepToolCall(call),
  }
  return { state, events: [{ type: 'thread.item.done', item }] }
}

/** Ends what is open, and adds what was never streamed. */
function endResponse(
  state: TranslateState,
  { messages, ending }: Extract<ModelEvent, { type: 'response_end' }>,
  translator: Translator,
): Translation {
  const { begun } = state
  const ended = andThen(endMessage(state, messages[begun - 1]), (settled) => endThought(settled))
  const unsaid = messages.slice(begun)
  const said =
    unsaid.length === 0
      ? ended
      : andThen(
          andThen(ended, (settled) => endWorkflow(settled, translator)),
          (settled) => ({
            state: settled,
            events: unsaid.flatMap((texts) => wholeMessage(texts, translator)),
          }),
        )
  return andThen(said, (settled) =>
    nothing({ ...settled, begun: 0, images: [], ending, isResponding: false }),
  )
}
