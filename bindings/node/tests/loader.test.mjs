import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { addonName } = createRequire(import.meta.url)('../lib/platform.cjs')

let folder
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorward-loader-'))
  for (const name of ['index.cjs', 'index.mjs', 'lib', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true })
})
after(() => rmSync(folder, { recursive: true }))

/** What stands on standard error when the package in `folder` is loaded. */
function complaint() {
  const { status, stderr } = spawnSync(process.execPath, ['-e', 'require("./index.cjs")'], { cwd: folder, encoding: 'utf8' })
  assert.equal(status, 1, stderr)
  return stderr
}

test('an addon that was not built says how to build it', () => {
  assert.match(complaint(), /no addon for this platform: .*doorward\.\S+\.node is missing; build it with `npm run build`/)
})

test('an addon that does not load says why', () => {
  writeFileSync(join(folder, addonName()), 'not a library')
  assert.match(complaint(), /could not load its addon .*; build it with `npm run build`/)
})

test('an addon of another version says so', () => {
  cpSync(join(root, addonName()), join(folder, addonName()))
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, version: '99.0.0' }))
  assert.match(complaint(), /doorward is 99\.0\.0, but its addon .* was built from \d+\.\d+\.\d+; build it/)
})
