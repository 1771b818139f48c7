// The types, the two entry points and what is there at run time must not drift apart.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import * as imported from 'doorward'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('..', import.meta.url))

function tsc(...args) {
  const compiler = require.resolve('typescript/package.json')
  const { bin } = require(compiler)
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(compiler, '..', bin.tsc), ...args], { cwd: root, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

test('right uses compile and wrong uses do not', () => {
  const { status, output } = tsc('-p', '.')
  assert.equal(status, 0, output)
})

test('import and require name the same things', () => {
  assert.deepEqual(Object.keys(imported).sort(), Object.keys(require('doorward')).sort())
})

test('index.d.ts names exactly what is there', () => {
  const names = (object, without) => Object.getOwnPropertyNames(object).filter((name) => !without.includes(name))
  const union = (list) => list.map((name) => JSON.stringify(name)).join(' | ') || 'never'
  const of = (value) => Reflect.ownKeys(value).filter((name) => typeof name === 'string')
  const errors = { PolicyError: new imported.PolicyError('m'), RequestError: new imported.RequestError('m', { code: 'syntax' }) }

  let code = `import * as api from ${JSON.stringify(join(root, 'index.js'))}
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : ['missing in the types', Exclude<B, A>]) : ['not there at run time', Exclude<A, B>]
const exported: Same<keyof typeof api, ${union(Object.keys(imported))}> = true
void exported
`
  // `digest` is a function and no class: it has no members.
  for (const [name, type] of Object.entries(imported).filter(([, type]) => type.prototype)) {
    const members = new Set(names(type.prototype, ['constructor']))
    // An error's fields are its own; `message` and the like are every error's.
    if (name in errors) for (const field of of(errors[name])) members.add(field)
    const inherited = name in errors ? "'message' | 'stack' | 'cause'" : 'never'
    const statics = names(type, ['length', 'name', 'prototype', ...Object.getOwnPropertyNames(Error)])
    const base = name in errors ? 'keyof typeof Error' : 'never'
    code += `const members${name}: Same<Exclude<keyof api.${name}, ${inherited}>, Exclude<${union([...members])}, ${inherited}>> = true
const statics${name}: Same<Exclude<keyof typeof api.${name}, 'prototype' | ${base}>, ${union(statics)}> = true
void [members${name}, statics${name}]
`
  }
  const folder = mkdtempSync(join(tmpdir(), 'doorward-types-'))
  try {
    const file = join(folder, 'surface.ts')
    const compile = (text) => {
      writeFileSync(file, text)
      return tsc('--strict', '--noEmit', '--target', 'es2022', '--module', 'nodenext', '--ignoreConfig', file)
    }
    const { status, output } = compile(code)
    assert.equal(status, 0, output)
    // The comparison itself can fail, in both directions.
    for (const other of [code.replace('"decideMany"', '"decideSome"'), code.replace('"toJson" | ', '')]) {
      assert.notEqual(other, code)
      assert.notEqual(compile(other).status, 0)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('index.d.ts says something about each class and each of its methods', () => {
  const types = readFileSync(join(root, 'index.d.ts'), 'utf8')
  const bare = [...types.matchAll(/(?<!\*\/\n)^(?:export (?:class|interface|type)|  static|  \w+\().*$/gm)].map((match) => match[0]).filter((line) => !/^\s+(constructor|private)/.test(line))
  assert.deepEqual(bare, [])
})

test('the package and the addon have one version', () => {
  const { version } = require('../package.json')
  const lock = require('../package-lock.json')
  assert.deepEqual([lock.version, lock.packages[''].version], [version, version])
  assert.equal(require('../lib/native.cjs').version(), version)
})

test('the lock file names no registry', () => {
  assert.ok(!readFileSync(join(root, 'package-lock.json'), 'utf8').includes('"resolved"'))
})
