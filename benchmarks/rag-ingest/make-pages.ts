import type { Document } from '@robolearn/rag-tool'

const SYLLABLES = [
  'ro',
  'bot',
  'ser',
  'vo',
  'ga',
  'it',
  'lin',
  'ear',
  'tor',
  'que',
  'ki',
  'ne',
  'ma',
  'tic',
  'lo',
  'op',
]

/** Pages of about 3,000 characters with headings, lists, a table and code, four of Markdown to one of HTML; always the same. */
export function* makePages(count: number): Generator<Document, void, undefined> {
  for (let n = 0; n < count; n++) {
    const random = randomFrom(n + 1)
    const page = { title: words(random, 3), sections: Array.from({ length: 4 }, () => section(random)) }
    yield n % 5 === 4
      ? { id: `page-${n}.html`, text: asHtml(page), mediaType: 'text/html' }
      : { id: `page-${n}.md`, text: asMarkdown(page) }
  }
}

interface Section {
  heading: string
  paragraphs: string[]
  items: string[]
  code: string
}

interface Page {
  title: string
  sections: Section[]
}

function section(random: () => number): Section {
  return {
    heading: words(random, 3),
    paragraphs: [0, 1].map(() => [0, 1, 2].map(() => `${words(random, 12)}.`).join(' ')),
    items: [0, 1, 2].map(() => words(random, 6)),
    code: `${words(random, 1)} = ${words(random, 1)}(${Math.floor(random() * 100)})`,
  }
}

function asMarkdown({ title, sections }: Page): string {
  const parts = sections.map(({ heading, paragraphs, items, code }) =>
    [
      `## ${heading}`,
      ...paragraphs,
      items.map((item) => `- **${item}**`).join('\n'),
      `\`\`\`python\n${code}\n\`\`\``,
      `| name | value |\n| --- | --- |\n| ${items[0]} | ${code} |`,
    ].join('\n\n'),
  )
  return [`# ${title}`, ...parts].join('\n\n')
}

function asHtml({ title, sections }: Page): string {
  const parts = sections.map(
    ({ heading, paragraphs, items, code }, n) =>
      `<h2 id="s${n}">${heading}</h2>${paragraphs.map((text) => `<p>${text}</p>`).join('')}` +
      `<ul>${items.map((item) => `<li><b>${item}</b></li>`).join('')}</ul><pre><code>${code}</code></pre>` +
      `<table><tr><td>${items[0]}</td><td>${code}</td></tr></table>`,
  )
  return `<!doctype html><title>${title}</title><nav>menu</nav><main><h1>${title}</h1>${parts.join('')}</main>`
}

function words(random: () => number, count: number): string {
  const word = (): string =>
    Array.from(
      { length: 2 + Math.floor(random() * 2) },
      () => SYLLABLES[Math.floor(random() * SYLLABLES.length)] ?? '',
    ).join('')
  return Array.from({ length: count }, word).join(' ')
}

// A small generator with a seed (mulberry32): the pages are the same in every run.
function randomFrom(seed: number): () => number {
  let state = seed * 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
