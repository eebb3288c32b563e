interface Node {
  type: string
  [field: string]: unknown
}

/**
 * The first expression of a parsed Jinja template whose value would enter the output without `tojson`, described; or
 * undefined. A value that is not written as JSON could end its string, and put parts of its own into the widget.
 */
export function findRawOutput(body: unknown): string | undefined {
  if (!Array.isArray(body)) return undefined
  for (const node of body) {
    const raw = isNode(node) ? rawIn(node) : undefined
    if (raw !== undefined) return raw
  }
  return undefined
}

function rawIn(node: Node): string | undefined {
  switch (node.type) {
    // The text of the template itself.
    case 'StringLiteral':
    case 'IntegerLiteral':
    case 'FloatLiteral':
    case 'Comment':
    case 'Break':
    case 'Continue':
      return undefined
    case 'If':
      return findRawOutput(node.body) ?? findRawOutput(node.alternate)
    case 'For':
      return findRawOutput(node.body) ?? findRawOutput(node.defaultBlock)
    case 'Set':
      // What a block captures is a value: it enters the output where it is used, like others.
      return undefined
    case 'FilterExpression':
      return isToJson(node.filter) ? undefined : describe(node)
    default:
      return describe(node)
  }
}

const isToJson = (filter: unknown): boolean =>
  isNode(filter) &&
  (filter.type === 'CallExpression'
    ? isToJson(filter.callee)
    : filter.type === 'Identifier' && filter.value === 'tojson')

/** The name with which an expression begins, as far as there is one. */
function describe(node: Node): string {
  if (node.type === 'Identifier' && typeof node.value === 'string') return `"${node.value}"`
  const inner = [node.operand, node.object, node.callee, node.left].find(isNode)
  return inner ? describe(inner) : `an expression (${node.type})`
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
