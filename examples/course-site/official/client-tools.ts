import { z } from 'zod'

const openLesson = z.object({ path: z.string().regex(/^\/lessons\/[\w-]+$/) })

/** What the server may ask of this page. Opening a lesson waits for the end of the answer, which says so first. */
export function createClientTools(open: (path: string) => void = (path) => location.assign(path)) {
  let next: string | undefined
  return {
    onClientTool: ({ name, params }: { name: string; params: Record<string, unknown> }) => {
      const asked = openLesson.safeParse(params)
      if (name !== 'open_lesson' || !asked.success) return { opened: false }
      next = asked.data.path
      return { opened: true }
    },
    onResponseEnd: (): void => {
      if (next !== undefined) open(next)
      next = undefined
    },
  }
}
