import type { Model } from '@openai/agents'
import { AgentChatKitServer, type TranscriptionOptions } from '@robolearn/agent-openai'
import type {
  ActionTurn,
  AttachmentStore,
  FeedbackInput,
  OperatorHooks,
  Store,
  ThreadStreamEvent,
  Turn,
} from '@robolearn/chatkit-server-core'
import type { KnowledgeBase } from '@robolearn/rag-tool'
import type { Lesson } from '../pages/index.ts'
import type { Learner } from './learners.ts'
import type { Progress } from './progress.ts'
import { answerQuiz } from './tutor/answer-quiz.ts'
import { createTutor } from './tutor/create-tutor.ts'
import { lessonOfPage } from './tutor/lesson-of-page.ts'
import { limitThread } from './tutor/limit-thread.ts'
import { describeMarking } from './tutor/mark-lesson-done.ts'
import { tutorActions } from './tutor/quiz-widget.ts'
import { toolLabels } from './tutor/tool-labels.ts'

/** How many questions a thread takes. */
const MAX_MESSAGES = 50

export interface CourseServerOptions {
  store: Store<Learner>
  knowledge: KnowledgeBase
  lessons: readonly Lesson[]
  progress: Progress
  model: Model | string
  /** Finds titles of threads; without it a title is the first words. */
  titleModel?: Model | string | undefined
  attachmentStore?: AttachmentStore<Learner>
  transcription?: TranscriptionOptions | undefined
  hooks?: OperatorHooks<Learner>
  /** Told how long an answer took to its first word. */
  onFirstWords?: (ms: number) => void
  /** Told of feedback, which the store has kept. */
  onFeedback?: (kind: FeedbackInput<Learner>['kind']) => void
  /** How many questions a thread takes. Default 50. */
  maxMessages?: number
}

/** The tutor. Threads belong to the learner. */
export class CourseServer extends AgentChatKitServer<Learner> {
  readonly #lessons: readonly Lesson[]
  readonly #maxMessages: number
  readonly #onFirstWords: (ms: number) => void
  readonly #onFeedback: (kind: FeedbackInput<Learner>['kind']) => void

  constructor(options: CourseServerOptions) {
    const { store, lessons, progress, titleModel, attachmentStore, transcription, hooks } = options
    super({
      store,
      owner: (learner) => learner.id,
      // A reload is no wish to stop: the answer is there when the page is.
      onDisconnect: 'finish',
      actions: tutorActions,
      ...(attachmentStore && { attachmentStore }),
      ...(transcription && { transcription }),
      ...(hooks && { hooks }),
      messages: WORDS,
      title: titleModel === undefined ? {} : { model: titleModel },
      context: async ({ context, metadata }) => ({
        learner_id: context.id,
        role: context.role,
        // One of our own lessons, whatever the page says.
        open_lesson: lessonOfPage(metadata, lessons)?.slug,
        lessons_done: [...(await progress.doneBy(context.id))].join(', '),
      }),
      approvals: {
        describe: ({ arguments: json }) => describeMarking(json, lessons),
        // The question names the lesson, which is all that there is to it.
        details: () => undefined,
        approve: 'Mark as done',
        reject: 'Not yet',
        status: { done: 'Marked as done.', rejected: 'Not marked.' },
      },
      showTools: { labels: toolLabels },
      agent: (turn) => createTutor(turn, options),
    })
    this.#lessons = lessons
    this.#maxMessages = options.maxMessages ?? MAX_MESSAGES
    this.#onFirstWords = options.onFirstWords ?? (() => {})
    this.#onFeedback = options.onFeedback ?? (() => {})
  }

  override async *respond(turn: Turn<Learner>): AsyncGenerator<ThreadStreamEvent, void, undefined> {
    const startedMs = performance.now()
    let hasSpoken = false
    for await (const event of super.respond(turn)) {
      if (!hasSpoken && isWords(event)) {
        hasSpoken = true
        this.#onFirstWords(performance.now() - startedMs)
      }
      yield event
    }
    yield* limitThread(turn, this.#maxMessages)
  }

  override async *action(turn: ActionTurn<Learner>): AsyncGenerator<ThreadStreamEvent, void, undefined> {
    if (turn.action.type === 'agent.approval') yield* super.action(turn)
    else yield* answerQuiz(turn, tutorActions.parse(turn.action), this.#lessons)
  }

  override async addFeedback({ kind }: FeedbackInput<Learner>): Promise<void> {
    this.#onFeedback(kind)
  }
}

const isWords = (event: ThreadStreamEvent): boolean =>
  event.type === 'thread.item.updated' && event.update.type === 'assistant_message.content_part.text_delta'

const WORDS = {
  en: { requests_too_many: 'Those were many questions in a short time. Wait a moment, then go on.' },
  ur: { requests_too_many: 'آپ نے تھوڑی دیر میں بہت سے سوال پوچھ لیے۔ ذرا ٹھہر کر دوبارہ پوچھیے۔' },
}
