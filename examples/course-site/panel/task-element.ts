import { linkToSource } from './citations.ts'
import { element } from './element.ts'
import { toBlocks, toSafeNodes } from './markdown.ts'
import { safeUrl } from './safe-url.ts'
import type { Source, Task } from './thread-items.ts'

const STATUS_WORDS: Record<Task['status_indicator'], string> = {
  none: '',
  loading: ' (under way)',
  complete: ' (done)',
}

const isOfSite = (source: Source): boolean =>
  source.type === 'url' && safeUrl(source.url)?.origin === location.origin

function searchTitle({ sources, status_indicator: status }: Extract<Task, { type: 'web_search' }>): string {
  const where = sources.every(isOfSite) ? 'the course' : 'the web'
  return `${status === 'loading' ? 'Searching' : 'Searched'} ${where}`
}

/** What a task is called; one without words of its own is called by its kind. */
export function taskTitle(task: Task): string {
  switch (task.type) {
    case 'web_search':
      return searchTitle(task)
    case 'file':
      return task.title ?? 'Looked into files'
    case 'thought':
      return task.title ?? 'Thought about it'
    case 'image':
      return task.title ?? 'Made an image'
    case 'custom':
      return task.title ?? 'Worked on it'
  }
}

// What was looked for: each query once, the title where it says the same.
function queriesOf(task: Task): string[] {
  if (task.type !== 'web_search') return []
  const asked = task.queries.length > 0 ? task.queries : [task.title_query ?? task.title ?? '']
  return [...new Set(asked.filter((query) => query !== ''))]
}

function wordsOf(task: Task): string {
  return task.type === 'custom' || task.type === 'thought' ? (task.content ?? '') : ''
}

function sourcesOf(task: Task): Source[] {
  return task.type === 'web_search' || task.type === 'file' ? task.sources : []
}

/** A task: its state, what it is, and what it said and found. */
export function taskElement(task: Task): HTMLElement {
  const queries = queriesOf(task).map((query) => element('span', { class: 'chat-query', dir: 'auto' }, query))
  const words = wordsOf(task)
  const sources = sourcesOf(task).map((source) =>
    element('li', { dir: 'auto' }, linkToSource(source, {}, source.title)),
  )
  return element(
    'div',
    { class: `chat-task chat-task-${task.status_indicator}` },
    element(
      'p',
      { class: 'chat-task-title' },
      element('bdi', {}, taskTitle(task)),
      ...queries.flatMap((query) => [' ', query]),
      element('span', { class: 'visually-hidden' }, STATUS_WORDS[task.status_indicator]),
    ),
    ...(words === '' ? [] : [element('div', { class: 'chat-answer' }, ...toBlocks(words).map(toSafeNodes))]),
    ...(sources.length === 0 ? [] : [element('ul', { class: 'chat-task-sources' }, ...sources)]),
  )
}
