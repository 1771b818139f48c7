// The plugin for OpenCode, called as OpenCode calls it; the first call is one that was recorded from the real client.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const RECORDED = {
  input: { tool: 'bash', sessionID: 'ses_e08c96c90ffeIxYc6akKgIsRNS', callID: 'toolu_01' },
  output: { args: { command: 'git status && rm -rf /tmp/zzz', description: 'd' } },
}

const POLICY = `doorward = 1
[defaults]
"*" = "pass"
Bash = "ask"
[[rule]]
name = "looks"
effect = "allow"
when.command = ["git status"]
[[rule]]
name = "keys"
effect = "deny"
why = "Whoever holds the keys is you"
when.op = ["file.read", "file.write"]
when.path = "~/.ssh"
`

describe('the plugin', () => {
  let folder
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'doorward-opencode-')))
    mkdirSync(join(folder, 'app/.git'), { recursive: true })
    mkdirSync(join(folder, 'config/doorward'), { recursive: true })
    writeFileSync(join(folder, 'config/doorward/policy.toml'), POLICY)
  })
  after(() => rmSync(folder, { recursive: true }))

  // In a process of its own: where policies live is read from the environment.
  function call({ input, output }, { policy = 'config', addon = true } = {}) {
    const code = `
      import { Doorward } from ${JSON.stringify(join(root, 'opencode.mjs'))}
      ${addon ? '' : `import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      const file = require.resolve(${JSON.stringify(join(root, 'lib/native.cjs'))})
      require.cache[file] = { id: file, filename: file, loaded: true, get exports() { throw new Error('no addon') } }`}
      const hooks = await Doorward({ directory: ${JSON.stringify(join(folder, 'app'))} })
      try {
        await hooks['tool.execute.before'](${JSON.stringify(input)}, ${JSON.stringify(output)})
        console.log('proceeds')
      } catch (error) {
        console.log('blocked: ' + error.message)
      }`
    const env = { ...process.env, HOME: join(folder, 'home'), XDG_CONFIG_HOME: join(folder, policy), XDG_CACHE_HOME: join(folder, `cache-${policy}`) }
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder, env, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    return stdout.trim()
  }

  const bash = (command) => ({ input: { tool: 'bash', sessionID: 's', callID: 'c' }, output: { args: { command } } })
  const file = (tool, filePath) => ({ input: { tool, sessionID: 's', callID: 'c' }, output: { args: { filePath } } })

  test('a recorded call that asks is blocked with what to ask the person', () => {
    const said = call(RECORDED)
    assert.match(said, /^blocked: .*`rm -rf \/tmp\/zzz`.*ask the person/)
  })

  test('what is allowed or left to OpenCode proceeds', () => {
    assert.equal(call(bash('git status')), 'proceeds')
    assert.equal(call(file('read', join(folder, 'app/README.md'))), 'proceeds')
  })

  test('a denied file is blocked with the reason, by the name OpenCode has for it', () => {
    const said = call(file('read', join(folder, 'home/.ssh/id_ed25519')))
    assert.match(said, /^blocked: .*`keys`.*Whoever holds the keys is you/)
  })

  test('the policy itself is not written without asking', () => {
    const said = call(file('write', join(folder, 'config/doorward/policy.toml')))
    assert.match(said, /^blocked: .*doorward\/own-files/)
  })

  test('a policy that does not load, a call without a tool and a missing addon block', () => {
    mkdirSync(join(folder, 'broken/doorward'), { recursive: true })
    writeFileSync(join(folder, 'broken/doorward/policy.toml'), 'doorwart = 1')
    assert.match(call(bash('git status'), { policy: 'broken' }), /^blocked: .*the policy does not load/)
    assert.match(call({ input: {}, output: { args: {} } }), /^blocked: /)
    assert.match(call(bash('git status'), { addon: false }), /^blocked: no addon/)
  })
})
