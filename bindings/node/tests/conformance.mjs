// Runs the shared cases through the Node door: node tests/conformance.mjs <cases.jsonl> <out.jsonl>
//
// Each case is decided from its text and, where JSON.parse keeps what the text means, from the value too; the two must agree.
import { createReadStream, closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'

import { Policy, PolicyError, RequestError } from 'doorward'

const [casesFile, outFile] = process.argv.slice(2)
if (outFile === undefined) {
  console.error('usage: node tests/conformance.mjs <cases.jsonl> <out.jsonl>')
  process.exit(2)
}

// What a request that is too deep or too large is called depends on how it is written, not only on what it means.
const ABOUT_VALUES = ['not-an-object', 'lone-surrogate', 'number-out-of-range']

let loaded = { sources: undefined, outcome: undefined }

/** The policy, or the output of one that does not load. Consecutive cases often have the same one. */
function load(sources) {
  const key = JSON.stringify(sources)
  if (loaded.sources !== key) loaded = { sources: key, outcome: compile(sources) }
  return loaded.outcome
}

function compile(sources) {
  try {
    return { policy: Policy.fromSources(sources) }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return { diagnostics: JSON.stringify({ diagnostics: error.diagnostics }) }
  }
}

/** The door's output for a request, and the code when it was refused. */
function outcome(decide) {
  try {
    return { output: decide() }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    const { code, message } = error
    return { code, output: JSON.stringify({ error: { code, message } }) }
  }
}

/** The strings, numbers and brackets of a text known to be JSON; `key` is set on a string that is a key. */
function* tokens(text) {
  const next = /["{}[\]]|-?\d[\d.eE+-]*/g
  const inside = /[^"\\]*(?:("\s*:?)|\\.)/gy
  for (let match; (match = next.exec(text)) !== null; ) {
    if (match[0] !== '"') {
      yield { token: match[0] }
      continue
    }
    inside.lastIndex = next.lastIndex
    let end
    do end = inside.exec(text)[1]
    while (end === undefined)
    const written = text.slice(match.index, inside.lastIndex)
    next.lastIndex = inside.lastIndex
    if (end.endsWith(':')) yield { token: '"', key: JSON.parse(written.slice(0, written.length - end.length + 1)) }
  }
}

/** Whether the value that JSON.parse makes of a text means the same: no repeated key, no number that JavaScript writes as another kind. */
function faithful(text) {
  const tables = []
  for (const { token, key } of tokens(text)) {
    if (token === '{') tables.push(new Set())
    else if (token === '[') tables.push(undefined)
    else if (token === '}' || token === ']') tables.pop()
    else if (token === '"') {
      if (tables.at(-1).has(key)) return false
      tables.at(-1).add(key)
    } else {
      const integer = /^-?\d+$/
      const written = JSON.stringify(Number(token))
      if (written === 'null' || (integer.test(token) ? written !== token : integer.test(written))) return false
    }
  }
  return true
}

/** Compares the two ways in. Returns what differs; undefined when nothing does or the value cannot be compared. */
function difference(policy, text, fromText) {
  if (fromText.code !== undefined && !ABOUT_VALUES.includes(fromText.code)) return undefined
  let value
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!faithful(text)) return undefined
  compared++
  const fromValue = outcome(() => policy.decide(value).toJson())
  const same = fromText.code === undefined ? fromText.output === fromValue.output : fromText.code === fromValue.code
  return same ? undefined : `from the text:  ${fromText.output}\nfrom the value: ${fromValue.output}`
}

let ran = 0
let failed = 0
let compared = 0

function run(test) {
  const { policy, diagnostics } = load(test.sources)
  if (policy === undefined) return diagnostics
  if (test.request_base64 !== undefined) {
    return outcome(() => policy.decideJson(Buffer.from(test.request_base64, 'base64'))).output
  }
  // A case about loading has no request: a policy that loads answers with its warnings.
  if (test.request === undefined) return JSON.stringify({ diagnostics: policy.warnings })
  const fromText = outcome(() => policy.decideJson(test.request))
  const fromBytes = outcome(() => policy.decideJson(Buffer.from(test.request)))
  const differs =
    fromText.output === fromBytes.output ? difference(policy, test.request, fromText) : `from the text:  ${fromText.output}\nfrom the bytes: ${fromBytes.output}`
  if (differs !== undefined) {
    failed++
    console.error(`${test.name} is decided in two ways\n${differs}`)
  }
  return fromText.output
}

/** What no door should say, a panic for one, becomes an answer that fits nothing, so that the other cases still run. */
function answer(test) {
  try {
    return run(test)
  } catch (error) {
    return `threw: ${error}`
  }
}

mkdirSync(dirname(outFile), { recursive: true })
const out = openSync(outFile, 'w')
for await (const line of createInterface({ input: createReadStream(casesFile), crlfDelay: Infinity })) {
  if (line.trim() === '') continue
  const test = JSON.parse(line)
  ran++
  writeSync(out, `${JSON.stringify({ name: test.name, output: answer(test) })}\n`)
}
closeSync(out)

console.log(`conformance node ran=${ran} skipped=0`)
console.error(`${compared} of them from the value too, ${failed} of those differ`)
process.exitCode = ran === 0 || failed > 0 ? 1 : 0
