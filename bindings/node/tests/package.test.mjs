// The packed archive, installed in an empty folder without a network, decides. So does what README.md shows.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)
const { addonName } = require('../lib/platform.cjs')

describe('the packed archive', () => {
  let folder
  let app
  let packed
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorward-package-'))
    app = join(folder, 'app')
    mkdirSync(app)
    packed = JSON.parse(npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder))
    if (!Array.isArray(packed)) packed = Object.values(packed)
    writeFileSync(join(app, 'package.json'), '{"private":true}')
    npm(app, 'install', '--offline', '--no-audit', '--no-fund', join(folder, packed[0].filename))
  })
  after(() => rmSync(folder, { recursive: true }))

  function npm(cwd, ...args) {
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' })
    assert.equal(status, 0, stderr)
    return stdout
  }

  function node(file, code) {
    writeFileSync(join(app, file), code)
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { cwd: app, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    return stdout
  }

  const DECIDE = `
    const policy = Policy.fromToml('doorward = 1\\n[[rule]]\\nname = "no-push"\\neffect = "deny"\\nwhen.command = "git push"\\n')
    console.log(policy.decide({ action: 'Bash', input: { command: 'git push' } }).basis.rule)`

  test('holds the addon, the types and nothing of ours', () => {
    const files = packed[0].files.map((file) => file.path).sort()
    const lib = ['decision', 'errors', 'freeze', 'native', 'platform', 'policy', 'request'].map((name) => `lib/${name}.cjs`)
    assert.deepEqual(files, ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', addonName(), 'index.cjs', 'index.d.mts', 'index.d.ts', 'index.mjs', 'opencode.mjs', 'opencode.d.mts', ...lib, 'package.json'].sort())
  })

  test('runs no script when it is installed', () => {
    const { scripts } = require('../package.json')
    assert.deepEqual(Object.keys(scripts).filter((name) => /install|prepare|pack|publish/.test(name)), [])
  })

  test('decides through import', () => {
    assert.equal(node('app.mjs', `import { Policy } from 'doorward'${DECIDE}`), 'no-push\n')
  })

  test('decides through require', () => {
    assert.equal(node('app.cjs', `const { Policy } = require('doorward')${DECIDE}`), 'no-push\n')
  })

  test('types a program in both kinds of module', () => {
    for (const file of ['typed.mts', 'typed.cts']) {
      writeFileSync(join(app, file), `import { Policy, type Effect } from 'doorward'\nexport const effect: Effect = Policy.fromToml('').decide({ action: 'Bash' }).effect\n`)
    }
    const manifest = require.resolve('typescript/package.json')
    const tsc = join(manifest, '..', require(manifest).bin.tsc)
    const options = ['--strict', '--noEmit', '--target', 'es2022', '--module', 'nodenext', '--types', '']
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, 'typed.mts', 'typed.cts'], { cwd: app, encoding: 'utf8' })
    assert.equal(status, 0, stdout)
  })

  test('does what README.md shows', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const shown = [...readme.matchAll(/```js\n([^]*?)```\n\n```text\n([^]*?)```/g)]
    assert.ok(shown.length > 0)
    for (const [, code, output] of shown) assert.equal(node('readme.mjs', code), output)
  })
})
