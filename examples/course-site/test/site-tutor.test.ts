import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ThreadItem } from '@robolearn/chatkit-server-core'
import type { ThreadState } from '@robolearn/chatkit-server-core/client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadLessons } from '../pages/index.ts'
import { readConfig } from '../server/config.ts'
import { runSite, type Site } from '../server/run-site.ts'
import { annotationsOf, answerOf, threadIdOf, Visitor } from './visitor.ts'

const LESSONS = join(import.meta.dirname, '../lessons')
const { lessons } = await loadLessons(LESSONS)

let folder: string
let site: Site
let ada: Visitor

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutor-'))
  const config = readConfig({ PORT: '0', DATA_DIR: folder, MODEL_DELAY_MS: '0', RATE_LIMIT_PER_MINUTE: '0' })
  site = await runSite({ config, lessonsDir: LESSONS, log: () => {} })
}, 180_000)

afterAll(async () => {
  await site.close()
  await rm(folder, { recursive: true })
}, 180_000)

beforeEach(async () => {
  ada = new Visitor(site.url)
  await ada.signIn('ada')
})

type ItemOf<T extends ThreadItem['type']> = Extract<ThreadItem, { type: T }>

/** The newest item of a kind. */
function newest<T extends ThreadItem['type']>({ items }: Pick<ThreadState, 'items'>, type: T): ItemOf<T> {
  const found = items.findLast((item): item is ItemOf<T> => item.type === type)
  if (!found) throw new Error(`There is no ${type}.`)
  return found
}

/** Every `onClickAction` of a widget. */
function actionsOf(part: unknown): { type: string; payload?: Record<string, unknown> }[] {
  if (typeof part !== 'object' || part === null) return []
  const own = 'onClickAction' in part ? [part.onClickAction as { type: string }] : []
  return [...own, ...Object.values(part).flatMap((inner) => actionsOf(inner))]
}

const questionIn = (state: Pick<ThreadState, 'items'>) => {
  const text = JSON.stringify(newest(state, 'widget').widget)
  const lesson = lessons.find(({ quiz }) =>
    quiz.some(({ question }) => text.includes(JSON.stringify(question))),
  )
  const quiz = lesson?.quiz.find(({ question }) => text.includes(JSON.stringify(question)))
  if (!lesson || !quiz) throw new Error('The widget asks nothing that a lesson has.')
  return { lesson, quiz, text }
}

describe('a quiz', { timeout: 60_000 }, () => {
  it('asks about the lesson that is open, without a word of which choice is right', async () => {
    const state = await ada.ask('Quiz me')
    const { lesson, quiz, text } = questionIn(state)
    expect(lesson.slug).toBe('03-quaternions')
    for (const choice of quiz.choices) expect(text).toContain(JSON.stringify(choice))
    expect(text).not.toContain(quiz.why)
    expect(actionsOf(newest(state, 'widget').widget)).toEqual(
      quiz.choices.map((_choice, choice) => ({ type: 'quiz.answer', payload: { choice } })),
    )
  })

  it('asks about the lesson that is named', async () => {
    const state = await ada.ask('Please quiz me on SLAM!')
    expect(questionIn(state).lesson.slug).toBe('05-slam')
  })

  it('is judged on the server, shown so after a reload, and answered once', async () => {
    const asked = await ada.ask('quiz me on quaternions')
    const { id } = newest(asked, 'widget')
    const { quiz } = questionIn(asked)
    const wrong = quiz.answer === 1 ? 1 : 0
    const judged = await ada.press(asked, id, { type: 'quiz.answer', payload: { choice: wrong } })
    const items = await ada.reload(judged)
    const text = JSON.stringify(newest({ items }, 'widget').widget)
    expect(text).toContain('Not quite.')
    expect(text).toContain(JSON.stringify(`Right is: ${quiz.choices[quiz.answer - 1]}`))
    expect(text).toContain(JSON.stringify(quiz.why))
    await ada.press(judged, id, { type: 'quiz.answer', payload: { choice: quiz.answer - 1 } })
    expect(ada.notices).toContain('This question was answered already.')
    expect(await ada.reload(judged)).toEqual(items)
  })

  it('goes on with another question of the same lesson', async () => {
    const asked = await ada.ask('quiz me on quaternions')
    const { id } = newest(asked, 'widget')
    const first = questionIn(asked)
    const judged = await ada.press(asked, id, {
      type: 'quiz.answer',
      payload: { choice: first.quiz.answer - 1 },
    })
    expect(JSON.stringify(newest(judged, 'widget').widget)).toContain('"Right."')
    const next = questionIn(await ada.press(judged, id, { type: 'quiz.next' }))
    expect(next.lesson.slug).toBe(first.lesson.slug)
    expect(next.quiz.question).not.toBe(first.quiz.question)
  })

  it.each([
    { type: 'quiz.answer', payload: { choice: 99 } },
    { type: 'quiz.answer', payload: { choice: 0, lesson: '05-slam' } },
    { type: 'quiz.answer' },
    { type: 'quiz.cheat', payload: {} },
  ])('refuses a forged action before anything is written: %j', async (action) => {
    const asked = await ada.ask('quiz me')
    const { id } = newest(asked, 'widget')
    const body = {
      type: 'threads.custom_action',
      params: { thread_id: threadIdOf(asked), item_id: id, action },
    }
    expect((await ada.post('/chatkit', body)).status).toBe(400)
    expect(await ada.reload(asked)).toEqual(asked.items)
  })

  it('speaks Urdu about the lesson in Urdu', async () => {
    ada.page = { title: 'محفوظ روبوٹ', path: '/lessons/14-robot-safety' }
    const asked = await ada.ask('کوئز')
    expect(questionIn(asked).lesson.slug).toBe('14-robot-safety')
    const { quiz } = questionIn(asked)
    const choice = quiz.answer - 1
    const judged = await ada.press(asked, newest(asked, 'widget').id, {
      type: 'quiz.answer',
      payload: { choice },
    })
    expect(JSON.stringify(newest(judged, 'widget').widget)).toContain('بالکل درست')
  })
})

describe('a form', { timeout: 60_000 }, () => {
  const answer = (state: ThreadState, input: object) =>
    ada.follow(
      {
        type: 'threads.add_structured_input',
        params: { thread_id: threadIdOf(state), item_id: newest(state, 'structured_input').id, input },
      },
      state,
    )

  it('asks which robot it is, and the answer is about that robot, with citations', async () => {
    const asked = await ada.ask('Which robot suits me?')
    const { inputs, status } = newest(asked, 'structured_input')
    expect(status).toBe('pending')
    expect(inputs.map(({ type }) => type)).toEqual(['multiple_choice', 'freeform'])
    const answered = await answer(asked, {
      status: 'answered',
      answers: {
        'question-1': { values: ['A camera that looks'] },
        'question-2': { values: ['measure depth with stereo'] },
      },
    })
    expect(answerOf(answered)).toContain('You said: A camera that looks, measure depth with stereo.')
    const cited = annotationsOf(answered.items).map(({ source }) => ('url' in source ? source.url : ''))
    expect(cited).toContainEqual(expect.stringContaining('/lessons/13-computer-vision'))
    expect(newest({ items: await ada.reload(answered) }, 'structured_input').status).toBe('answered')
  })

  it('may be skipped', async () => {
    const asked = await ada.ask('Which robot suits me?')
    const skipped = await answer(asked, { status: 'skipped', answers: {} })
    expect(answerOf(skipped)).toContain('Fine, then without.')
  })
})

describe('opening a lesson', { timeout: 60_000 }, () => {
  const output = (state: ThreadState, result: object) =>
    ada.follow(
      { type: 'threads.add_client_tool_output', params: { thread_id: threadIdOf(state), result } },
      state,
    )

  it('asks the page to, and goes on with what the page says', async () => {
    const asked = await ada.ask('Open the lesson on SLAM')
    const { name, arguments: args, status } = newest(asked, 'client_tool_call')
    expect({ name, status }).toEqual({ name: 'open_lesson', status: 'pending' })
    expect(args).toEqual({
      slug: '05-slam',
      path: '/lessons/05-slam',
      title: 'Mapping and localisation with SLAM',
    })
    expect(answerOf(await output(asked, { opened: true }))).toBe('The lesson is open.')
    const again = await ada.goOn(asked, 'open the lesson on PID control')
    expect(answerOf(await output(again, { opened: false }))).toContain('could not be opened')
  })

  it('asks which one is meant where none is named and none is open', async () => {
    ada.page = { title: 'Robotics, step by step', path: '/' }
    expect(answerOf(await ada.ask('Open the lesson, please'))).toContain('Which lesson do you mean?')
  })
})

describe('marking a lesson as done', { timeout: 60_000 }, () => {
  const decide = async (state: ThreadState, approve: boolean) => {
    const { id, widget } = newest(state, 'widget')
    const action = actionsOf(widget).find(({ payload }) => payload?.['approve'] === approve)
    return ada.press(state, id, action ?? {})
  }

  it('asks first, and shows it to that learner on the pages, also after another start', async () => {
    const asked = await ada.ask('Mark this lesson as done')
    expect(JSON.stringify(newest(asked, 'widget').widget)).toContain(
      'Mark “Quaternions for rotations” as done?',
    )
    // The question names the lesson: nobody is shown what the model wrote.
    expect(actionsOf(newest(asked, 'widget').widget)).toHaveLength(2)
    expect(JSON.stringify(newest(asked, 'widget').widget)).not.toContain('03-quaternions')
    const home = async (visitor: Visitor) => (await visitor.fetch('/')).text()
    expect(await home(ada)).not.toContain('You have done')
    const marked = await decide(asked, true)
    expect(answerOf(marked)).toBe('Done. It is marked on the first page, too.')
    expect(JSON.stringify(newest({ items: await ada.reload(marked) }, 'widget').widget)).toContain(
      'Marked as done.',
    )
    expect(await home(ada)).toContain('You have done 1 of 14 lessons.')
    expect(await (await ada.fetch('/lessons/03-quaternions')).text()).toContain('You have done this lesson.')
    const grace = new Visitor(site.url)
    await grace.signIn('grace')
    expect(await home(grace)).not.toContain('You have done')
    expect(await home(new Visitor(site.url))).not.toContain('You have done')
  })

  it('does nothing where the learner says no', async () => {
    const asked = await ada.ask('mark the lesson on SLAM as done')
    const refused = await decide(asked, false)
    expect(answerOf(refused)).toBe('All right, it stays as it is.')
    expect(await (await ada.fetch('/lessons/05-slam')).text()).not.toContain('You have done this lesson.')
  })
})

describe('plain words', { timeout: 60_000 }, () => {
  const titles = (state: ThreadState) => annotationsOf(state.items).map(({ source }) => source.title)

  it('are greeted with what can be asked', async () => {
    expect(answerOf(await ada.ask('Hello!'))).toContain('I am a small stand-in')
    expect(answerOf(await ada.ask('السلام علیکم'))).toContain('السلام علیکم! میں')
  })

  it('that mean nothing get a kind answer', async () => {
    expect(answerOf(await ada.ask('Zabaglione?'))).toContain('The lessons say nothing about that.')
  })

  it('are summed up from the page that is open', async () => {
    const state = await ada.ask('Sum up this page')
    expect(titles(state).length).toBeGreaterThan(0)
    for (const title of titles(state)) expect(title).toContain('Quaternions for rotations')
  })

  it('that only go on are looked up with the question before', async () => {
    const first = await ada.ask('What is integral windup?')
    const second = await ada.goOn(first, 'And why?')
    expect(titles({ ...second, items: second.items.slice(first.items.length) })).toContainEqual(
      expect.stringContaining('Feedback control with PID'),
    )
  })

  it('are answered with a sentence that can be understood by itself, and from what fits only', async () => {
    const state = await ada.ask('What is gimbal lock?')
    expect(answerOf(state)).toContain('One degree of freedom is lost')
    const titlesOfLoop = titles(await ada.ask('What is loop closure?'))
    expect(titlesOfLoop.length).toBeGreaterThan(0)
    for (const title of titlesOfLoop) expect(title).toContain('SLAM')
  })

  it('are searched for, which is said as it is done and when it is', async () => {
    const state = await ada.ask('What is gimbal lock?')
    expect(newest(state, 'workflow').workflow.tasks).toMatchObject([
      { title: 'Searched the lessons', status_indicator: 'complete' },
    ])
  })

  it('in Urdu are answered from the lesson in Urdu', async () => {
    const state = await ada.ask('ہنگامی بٹن کیسے کام کرتا ہے؟')
    expect(titles(state)).toContainEqual(expect.stringContaining('محفوظ روبوٹ'))
    expect(answerOf(state)).toMatch(/بٹن/)
  })

  it('never come from the questions of a quiz', async () => {
    const state = await ada.ask(
      'It claims that two places are one, and the optimisation then bends the whole map to fit',
    )
    expect(answerOf(state)).not.toContain('bends the whole map')
  })
})
