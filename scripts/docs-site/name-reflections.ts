import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  Comment,
  CommentTag,
  Converter,
  type Application,
  type CommentDisplayPart,
  type ProjectReflection,
} from 'typedoc'
import { FRONT_PAGE, groupsOfPages, REPOSITORY, ROOT, titleOf } from './pages.ts'

/** Gives modules the names by which they are imported, and pages their titles and groups. */
export function nameReflections(app: Application, entries: ReadonlyMap<string, string>): void {
  const groups = groupsOfPages()
  const pages = new Set([...groups.values()].flat())
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: { project: ProjectReflection }) => {
    for (const module of project.children ?? []) {
      const name = entries.get(module.isDeclaration() ? (module.sources?.[0]?.fileName ?? '') : '')
      if (name === undefined) throw new Error(`${module.name} is no entry of a package.`)
      module.name = name
      group(module, 'Entries')
    }
    // The site says its name by itself.
    const [first] = project.readme ?? []
    if (first) first.text = first.text.replace(/^# .*\n/, '')
    if (project.readme) project.readme = project.readme.map((part) => leadOut(part, FRONT_PAGE, pages))
    for (const document of project.documents ?? []) {
      const path = `${document.name}.md`
      document.content = document.content.map((part) => leadOut(part, path, pages))
      document.name = titleOf(path)
      for (const [heading, paths] of groups) if (paths.includes(path)) document.frontmatter['group'] = heading
    }
  })
}

function group(reflection: { comment?: Comment | undefined }, name: string): void {
  reflection.comment ??= new Comment()
  reflection.comment.blockTags.push(new CommentTag('@group', [{ kind: 'text', text: name }]))
}

/** What a page links to and the site does not have (sources, folders) is shown by the repository. */
function leadOut(part: CommentDisplayPart, page: string, pages: ReadonlySet<string>): CommentDisplayPart {
  if (part.kind !== 'relative-link') return part
  const [file = ''] = part.text.split('#')
  const path = join(dirname(page), file)
  if (file === '' || pages.has(path) || /\.(png|svg)$/.test(path)) return part
  const kind = statSync(join(ROOT, path)).isDirectory() ? 'tree' : 'blob'
  const anchor = part.targetAnchor === undefined ? '' : `#${part.targetAnchor}`
  return { kind: 'text', text: `${REPOSITORY}/${kind}/main/${path}${anchor}` }
}
