import { composeAnswer, contentWords } from './compose-answer.ts'
import { findLesson, type KnownLesson } from './find-lesson.ts'
import { type Conversation, readPassages } from './read-conversation.ts'
import { type Language, languageOf, ROBOT_SEARCHES, WORDS } from './words.ts'

/** Either a tool to be called, or something to say. */
export type Thought = { call: { tool: string; args: object }; say?: never } | { say: string; call?: never }

interface Situation extends Conversation {
  language: Language
  /** The lesson that the question names, else the one that is open. */
  lesson: KnownLesson | undefined
}

const call = (tool: string, args: object): Thought => ({ call: { tool, args } })
const say = (text: string): Thought => ({ say: text })

/** What plain words ask for; the first that fits is done, and a question that fits none is looked up. */
const RULES: readonly { asks: RegExp; think: (situation: Situation) => Thought }[] = [
  {
    asks: /\b(quiz|test|examine) me\b|\bquiz\b|کوئز|میرا امتحان/iu,
    think: withLesson((lesson) => call('show_quiz', { lesson })),
  },
  {
    asks: /\bmark\b.*\b(done|finished|completed?|read)\b|\bI(?:'m| am|'ve| have) (done|finished)\b|سبق مکمل|مکمل (کر|ہو)/iu,
    think: withLesson((lesson) => call('mark_lesson_done', { lesson })),
  },
  {
    asks: /\b(open|go to|take me to|bring up)\b.*\b(lesson|page|chapter)\b|سبق کھول/iu,
    think: withLesson((lesson) => call('open_lesson', { lesson })),
  },
  {
    asks: /\b(which|what) robot\b|\brobot\b.*\b(suits?|for me)\b|\b(which|what) lesson\b.*\b(suits?|for me)\b|کون سا روبوٹ|کونسا روبوٹ/iu,
    think: ({ language }) => askAboutRobot(language),
  },
  {
    asks: /^\W*(hi|hello|hey|good (morning|evening|day)|salaam|salam|thanks?|thank you|help|what can (you|i) (do|ask).*)\W*$|^\W*(سلام|السلام علیکم|ہیلو|شکریہ|مدد)\W*$/iu,
    think: ({ language }) => say(WORDS[language].hello),
  },
]

function withLesson(act: (slug: string) => Thought): (situation: Situation) => Thought {
  return ({ lesson, language }) => (lesson ? act(lesson.slug) : say(WORDS[language].whichLesson))
}

/** What to say behind a tool's output. */
const BEHIND: Record<string, (output: string, situation: Situation) => Thought> = {
  search_course: (output, situation) => say(answerFrom(output, situation)),
  open_lesson: (output, { language }) =>
    say(/"opened":\s*false|error/i.test(output) ? WORDS[language].notOpened : WORDS[language].opened),
  mark_lesson_done: (output, { language }) =>
    say(output.startsWith('It is marked') ? WORDS[language].marked : WORDS[language].notMarked),
}

export function think(conversation: Conversation, lessons: readonly KnownLesson[]): Thought {
  const { question, path, outputs, answers, files } = conversation
  const language = languageOf(question)
  const open = lessons.find(({ slug }) => path === `/lessons/${slug}`)
  const situation = { ...conversation, language, lesson: findLesson(question, lessons) ?? open }
  const last = outputs.at(-1)
  const behind = last && BEHIND[last.tool]
  if (last && behind) return behind(last.output, situation)
  if (answers) return useAnswers(answers, language)
  // A tool that it does not know the end of: an error, for instance, which another try would only repeat.
  if (last && last.tool !== 'ask_learner') return say(last.output)
  if (files.length > 0) return say(receipt(files, language))
  const rule = RULES.find(({ asks }) => asks.test(question))
  return rule ? rule.think(situation) : call('search_course', { query: queryOf(conversation) })
}

/** What is looked up. "Explain this" and "and why?" say nothing by themselves: the page, or the question before, does. */
function queryOf({ question, earlier, about }: Conversation): string {
  if (contentWords(question).size > 0) return question
  const isFollowUp = earlier !== undefined && !/\b(this|page|lesson)\b|صفح|سبق/iu.test(question)
  return [question, ...(isFollowUp ? [earlier] : about)].join(' ')
}

function answerFrom(output: string, situation: Situation): string {
  const { answers, language } = situation
  const words = WORDS[language]
  const passages = readPassages(output)
  if (!answers) return composeAnswer(queryOf(situation), passages) ?? words.nothing
  const found = composeAnswer(searchFor(answers, language), passages)
  const said = `${words.youSaid} ${answers.join(language === 'ur' ? '، ' : ', ')}.`
  return found === undefined ? `${said} ${words.nothing}` : `${said} ${words.suits}\n\n${found}`
}

function askAboutRobot(language: Language): Thought {
  const { robotQuestion, robots, aimQuestion } = WORDS[language]
  return call('ask_learner', {
    questions: [
      { question: robotQuestion, choices: robots, several: false },
      { question: aimQuestion, choices: [], several: false },
    ],
  })
}

const useAnswers = (answers: readonly string[], language: Language): Thought =>
  answers.length === 0
    ? say(WORDS[language].skipped)
    : call('search_course', { query: searchFor(answers, language) })

/** Choices have words that the lessons use; what was written freely is looked up as it is. */
const searchFor = (answers: readonly string[], language: Language): string =>
  answers.map((answer) => ROBOT_SEARCHES[WORDS[language].robots.indexOf(answer)] ?? answer).join(' ')

function receipt(files: readonly string[], language: Language): string {
  const { received, cannotRead } = WORDS[language]
  return `${received}\n\n${files.map((file) => `- ${file}`).join('\n')}\n\n${cannotRead}`
}
