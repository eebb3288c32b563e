/** What a tool of this page came to. */
export interface ToolResult {
  /** For the model. */
  output: unknown
  /** What is to happen once the server has it: leaving the page earlier would lose it. */
  after?: () => void
}

interface ClientTool {
  /** What it does with these arguments, to be put behind "Open" or "Opened". */
  run: (args: Record<string, unknown>) => Promise<ToolResult>
  /** In the words of a button, of what was done, and of what was not. */
  words: (args: Record<string, unknown>) => { offer: string; done: string; undone: string }
}

const SLUG = /^[\w-]+$/

/** The lesson's title, which the server sends along; else what its address says. */
function nameOf({ slug, title }: Record<string, unknown>): string {
  const words = String(slug).replace(/^\d+-/, '').replaceAll('-', ' ')
  return `“${typeof title === 'string' ? title : words}”`
}

async function openLesson({ slug }: Record<string, unknown>): Promise<ToolResult> {
  // The model wrote it: nothing but a lesson of this site can be opened by it.
  if (typeof slug !== 'string' || !SLUG.test(slug))
    return { output: { error: 'slug: not the slug of a lesson.' } }
  const path = `/lessons/${slug}`
  if (path === location.pathname) return { output: { opened: path } }
  const { ok } = await fetch(path, { method: 'HEAD' })
  if (!ok) return { output: { error: `There is no lesson "${slug}".` } }
  return { output: { opened: path }, after: () => location.assign(path) }
}

const tools: Record<string, ClientTool> = {
  open_lesson: {
    run: openLesson,
    words: (args) => ({
      offer: `Open the lesson ${nameOf(args)}`,
      done: `Opened the lesson ${nameOf(args)}`,
      undone: `Did not open the lesson ${nameOf(args)}`,
    }),
  },
}

const toolNamed = (name: string): ClientTool | undefined =>
  Object.hasOwn(tools, name) ? tools[name] : undefined

/** Runs a tool of this page. Never rejects: what went wrong is told to the model. */
export async function runClientTool(name: string, args: Record<string, unknown>): Promise<ToolResult> {
  const tool = toolNamed(name)
  if (!tool) return { output: { error: `This page has no tool "${name}".` } }
  return tool.run(args).catch(() => ({ output: { error: 'The page could not do it.' } }))
}

/** What a call is about, in words for the learner. */
export function clientToolWords(
  name: string,
  args: Record<string, unknown>,
): { offer: string; done: string; undone: string } {
  const tool = toolNamed(name)
  if (tool) return tool.words(args)
  return { offer: 'Go on', done: 'Answered the assistant', undone: 'This page could not help the assistant' }
}

/** An action of a widget that the page handles by itself, not the server. Gives what to do then. */
export async function runClientAction(type: string, payload: Record<string, unknown> = {}): Promise<void> {
  const { after } = await runClientTool(type, payload)
  after?.()
}
