import { readFile, writeFile } from 'node:fs/promises'

/** Who has noticed a sabotage, and by what. */
export interface Caught {
  /** `core/lease-not-watched`. */
  patch: string
  /** The fault, or `property`. */
  by: string
  /** The first thing that was wrong; undefined where nothing was. */
  failure: string | undefined
}

const HEAD = `Written by \`npx pnpm@12.21.0 sabotage core --faults\` and \`sabotage store --faults\`: each row is a change of the code that
breaks it, and what the faults or the property test said of it when they were run on the changed code.

| sabotage | noticed by | what it said first |
| --- | --- | --- |
`

/** The rows of the table, as they were written last. */
export async function readCaught(path: string): Promise<Caught[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return [...text.matchAll(/^\| (\S+\/\S+) +\| (\S+) +\| (.*?) +\|$/gm)].map(
    ([, patch = '', by = '', said = '']) => ({ patch, by, failure: said === NOTHING ? undefined : said }),
  )
}

/** Replaces the rows of the patches that were tried, and leaves out those of patches that are gone. */
export async function writeCaught(
  path: string,
  tried: readonly Caught[],
  isThere: (patch: string) => boolean,
) {
  const patches = new Set(tried.map(({ patch }) => patch))
  const kept = (await readCaught(path)).filter(({ patch }) => !patches.has(patch) && isThere(patch))
  const rows = [...kept, ...tried]
    .toSorted((a, b) => (`${a.patch} ${a.by}` < `${b.patch} ${b.by}` ? -1 : 1))
    .map(
      ({ patch, by, failure }) =>
        `| ${patch} | ${by} | ${failure === undefined ? NOTHING : plain(failure)} |\n`,
    )
  await writeFile(path, HEAD + rows.join(''))
}

const NOTHING = 'nothing'

/** Nothing in it is markup. */
const plain = (text: string): string =>
  text
    .replaceAll(/[|`*_<>[\]\\]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
