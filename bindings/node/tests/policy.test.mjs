import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'

import { Decision, Policy, PolicyError, RequestError, digest } from 'doorward'

import { BROKEN, GIT, TIGHTEN, bash } from './policies.mjs'

describe('a policy', () => {
  const policy = Policy.fromToml(GIT)

  test('names its content, its rules and its warnings', () => {
    assert.match(policy.id, /^dw1-[0-9a-f]{32}$/)
    assert.equal(policy.ruleCount, 2)
    assert.ok(Array.isArray(policy.warnings))
    assert.ok(Object.isFrozen(policy.warnings))
  })

  test('has the same id whenever its content is the same', () => {
    assert.equal(Policy.fromToml(GIT).id, policy.id)
    assert.notEqual(Policy.fromToml(TIGHTEN).id, policy.id)
  })

  test('runs its own tests', () => {
    const right = Policy.fromToml(`${GIT}
[[test]]
name = "reading is allowed"
request = { action = "Bash", input = { command = "git status" } }
expect = { effect = "allow" }
`).runTests()
    assert.deepEqual(right, { ran: 1, failures: [] })
    const wrong = Policy.fromToml(`${GIT}
[[test]]
name = "pushing is allowed"
request = { action = "Bash", input = { command = "git push" } }
expect = { effect = "allow" }
`).runTests()
    assert.equal(wrong.ran, 1)
    assert.equal(wrong.failures.length, 1)
    assert.ok(wrong.failures[0].message.length > 0)
  })

  test('shows itself', () => {
    assert.match(inspect(policy), /^Policy \{\s+id: 'dw1-[0-9a-f]{32}',\s+ruleCount: 2,/)
    assert.match(inspect({ a: { b: { c: policy } } }), /\[Policy\]/)
  })

  test('cannot be made by hand', () => {
    assert.throws(() => new Policy(), TypeError)
    assert.throws(() => new Decision(), TypeError)
    assert.throws(() => Policy.prototype.decide.call({}, bash('git status')), TypeError)
  })
})

describe('a policy that does not load', () => {
  test('says every problem and where it is', () => {
    assert.throws(
      () => Policy.fromToml(BROKEN),
      (error) => {
        assert.ok(error instanceof PolicyError && error instanceof Error)
        assert.equal(error.name, 'PolicyError')
        const lines = error.diagnostics.map((diagnostic) => diagnostic.line)
        assert.ok(lines.includes(6) && lines.includes(10), `lines ${lines}`)
        for (const diagnostic of error.diagnostics) {
          assert.equal(diagnostic.severity, 'error')
          assert.match(diagnostic.code, /^[a-z-]+$/)
          assert.equal(diagnostic.file, 'policy')
          assert.ok(diagnostic.column >= 1)
          assert.ok(error.message.includes(diagnostic.message))
        }
        assert.ok(Object.isFrozen(error.diagnostics))
        assert.match(error.stack, /policy\.test\.mjs/)
        return true
      },
    )
  })

  test('is not mistaken for a wrong argument', () => {
    for (const text of [undefined, null, 7, {}, Buffer.from(GIT), '\ud800']) assert.throws(() => Policy.fromToml(text), TypeError)
    assert.throws(() => Policy.load(7), TypeError)
    assert.throws(() => Policy.discover(7), TypeError)
  })
})

describe('a policy from several sources', () => {
  test('takes the strictest answer', () => {
    const policy = Policy.fromSources([
      { name: 'user.toml', layer: 'user', text: GIT },
      { name: 'p.toml', layer: 'project', text: TIGHTEN },
    ])
    assert.equal(policy.decide(bash('git status')).basis.origin, 'user.toml:7')
    const denied = policy.decide(bash('git log'))
    assert.deepEqual([denied.effect, denied.basis.layer, denied.basis.rule], ['deny', 'project', 'project/no-log'])
  })

  test('lets a project allow only when it is trusted', () => {
    const sources = (trusted) => [{ name: 'p.toml', layer: 'project', text: GIT, trusted }]
    assert.throws(() => Policy.fromSources(sources()), PolicyError)
    assert.throws(() => Policy.fromSources(sources(false)), PolicyError)
    assert.equal(Policy.fromSources(sources(true)).decide(bash('git status')).effect, 'allow')
    assert.throws(() => Policy.fromSources(sources('false')), TypeError)
  })

  test('refuses what is no source', () => {
    assert.throws(() => Policy.fromSources([{ name: 'a', layer: 'system', text: GIT }]), { name: 'TypeError', message: /system/ })
    assert.throws(() => Policy.fromSources([{ layer: 'user', text: GIT }]), TypeError)
    assert.throws(() => Policy.fromSources(GIT.length), TypeError)
    assert.throws(() => Policy.fromSources(['text']), TypeError)
  })
})

describe('a policy from files', () => {
  let folder
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorward-'))
    // Whoever runs the tests may have a policy of their own; it is not to be found.
    process.env.XDG_CONFIG_HOME = folder
    writeFileSync(join(folder, 'git.toml'), GIT)
    writeFileSync(join(folder, 'broken.toml'), BROKEN)
    mkdirSync(join(folder, 'all'))
    writeFileSync(join(folder, 'all', 'a.toml'), GIT)
    writeFileSync(join(folder, 'all', 'b.toml'), TIGHTEN)
    mkdirSync(join(folder, 'repo', '.git'), { recursive: true })
    mkdirSync(join(folder, 'repo', '.doorward'))
    writeFileSync(join(folder, 'repo', '.doorward', 'p.toml'), TIGHTEN)
  })
  after(() => rmSync(folder, { recursive: true }))

  test('reads a path, a URL and a folder', () => {
    const path = join(folder, 'git.toml')
    assert.equal(Policy.load(path).decide(bash('git status')).basis.origin, `${path}:7`)
    assert.equal(Policy.load(pathToFileURL(path)).id, Policy.load(path).id)
    assert.equal(Policy.load(join(folder, 'all')).decide(bash('git log')).basis.rule, 'no-log')
    assert.equal(Policy.load(path, join(folder, 'all', 'b.toml')).ruleCount, 3)
  })

  test('says which file cannot be read, and what is wrong with the others', () => {
    const [gone, broken] = [join(folder, 'gone.toml'), join(folder, 'broken.toml')]
    assert.throws(
      () => Policy.load(gone, broken),
      (error) => {
        assert.ok(error instanceof PolicyError)
        assert.ok(error.diagnostics.some(({ code, file }) => code === 'unreadable-file' && file === gone))
        return true
      },
    )
    assert.throws(() => Policy.load(broken), (error) => error.diagnostics[0].file === broken)
  })

  test('is found from the directory given, or from the process\'s own', () => {
    const found = Policy.discover(join(folder, 'repo'))
    assert.equal(found.decide(bash('git log')).basis.layer, 'project')
    assert.equal(Policy.discover(pathToFileURL(join(folder, 'repo'))).id, found.id)
    const before = process.cwd()
    try {
      process.chdir(join(folder, 'repo'))
      assert.equal(Policy.discover().id, found.id)
    } finally {
      process.chdir(before)
    }
  })
})

test('import and require give the same classes', () => {
  const required = createRequire(import.meta.url)('doorward')
  assert.deepEqual(required, { Decision, Policy, PolicyError, RequestError, digest })
})

test('digest is what a bound approval carries', () => {
  const request = { action: 'proposal.apply', resource: { type: 'proposal', id: 'p7', diff: '+a', size: 0.5 } }
  const bound = digest(request, ['resource.diff'])
  assert.match(bound, /^[0-9a-f]{64}$/)
  const policy = Policy.fromToml(
    'doorward = 1\n[[rule]]\nname = "apply"\neffect = "allow"\nwhen.action = "proposal.apply"\nrequire.approvals = { min = 1, bound = ["resource.diff"] }\n',
  )
  const approvals = [{ by: 'ana', age_s: 0, digest: bound }]
  assert.equal(policy.decide({ ...request, facts: { approvals } }).effect, 'allow')
  assert.equal(digest(request, ['resource.size']), null)
  assert.equal(digest(request, ['no.field']), null)
  assert.throws(() => digest(request, 'resource.diff'), TypeError)
  assert.throws(() => digest([], ['resource.diff']), { code: 'not-an-object' })
})

describe('the paths of a request', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'doorward-links-')))
  const project = join(folder, 'project')
  const facts = { cwd: project, project, home: '/home/ana' }
  const policy = Policy.fromToml(`doorward = 1
[[rule]]
name = 'keys'
effect = 'deny'
when.path = '${folder}/keys'
[[rule]]
name = 'inside'
effect = 'allow'
when.op = 'file.read'
when.path = './'
`)
  before(() => {
    mkdirSync(join(folder, 'keys'))
    mkdirSync(project)
    writeFileSync(join(folder, 'keys', 'id'), '')
    symlinkSync(join(folder, 'keys'), join(project, 'link'))
  })
  after(() => rmSync(folder, { recursive: true }))

  test('are listed', () => {
    const request = { action: 'Bash', input: { command: 'cd web && make > log' }, facts: { cwd: '/srv' } }
    assert.deepEqual(policy.paths(request), ['/srv/web', '/srv/web/log'])
    assert.throws(() => policy.paths({ action: new Map() }), RequestError)
  })

  test('are resolved on this machine', () => {
    const request = { action: 'Read', input: { file_path: 'link/id' }, facts }
    assert.equal(policy.decide(request).effect, 'allow')
    const resolved = policy.resolve(request)
    assert.deepEqual(resolved, { [`${project}/link/id`]: `${folder}/keys/id` })
    assert.equal(policy.decide({ ...request, facts: { ...facts, resolved } }).basis.rule, 'keys')
    const command = { action: 'Bash', input: { command: 'cat l*/id' }, facts }
    assert.deepEqual(policy.resolve(command), { [`${project}/l*/id`]: [`${folder}/keys/id`] })
    assert.throws(() => policy.resolve(7n), RequestError)
  })
})
