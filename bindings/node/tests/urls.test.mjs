// Node's own `URL` as a second opinion on how URLs are read. A seed makes thousands of them; what the policy says of each is
// held against what Node finds in it. Doorward may be stricter, and refuse what Node reads; it may never be laxer.
import assert from 'node:assert/strict'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { describe, test } from 'node:test'

import { Policy } from 'doorward'

const SEED = 0x5eed
const COUNT = 6000

/** A generator of numbers below `n` (mulberry32). */
function dice(seed) {
  let state = seed >>> 0
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

const HOSTS = [
  'good.test',
  'evil.test',
  'www.good.test',
  'xn--bcher-kva.test',
  'localhost',
  '127.0.0.1',
  '10.0.0.1',
  '169.254.169.254',
  '93.184.216.34',
  '[::1]',
  '[2606:4700::1111]',
  '[fd00::1]',
]
const SCHEMES = ['http', 'https', 'ftp', 'ws', 'wss']
const PORTS = [21, 80, 443, 8443]
const PATHS = ['/a', '/a/b', '/admin', '/x y']
const CLASSES = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['0.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fe80::/10'],
}

/** Spellings of one host, honest ones first. */
const SPELLINGS = {
  'good.test': ['good.test', 'GOOD.test', 'good.test.', 'g%6fod.test', 'ｇood.test', 'good。test', 'good\u00ad.test', 'go\tod.test', 'good..test'],
  'evil.test': ['evil.test', 'Evil.Test', 'evil.test.', 'ev\u200bil.test', 'ⓔvil.test', 'evil%2etest', 'еvil.test'],
  'www.good.test': ['www.good.test', 'WWW.good.test.', 'evil.test,.good.test', 'www.good.test%00', 'www．good.test'],
  'xn--bcher-kva.test': ['bücher.test', 'xn--bcher-kva.test', 'BÜCHER.test', 'XN--BCHER-KVA.test', 'bu\u0308cher.test', 'faß.test'],
  localhost: ['localhost', 'LOCALHOST.', 'localhost:', 'loca\u00adlhost'],
  '127.0.0.1': ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7F.1', '0177.0.0.1', '017700000001', '127.0.0.1.', '[::ffff:127.0.0.1]', '[::FFFF:7f00:1]', '127.0.0.01', '0127.0.0.1'],
  '10.0.0.1': ['10.0.0.1', '012.1', '0xa000001', '167772161', '10.1', '[::ffff:a00:1]', '010.0.0.1', '１０.0.0.1'],
  '169.254.169.254': ['169.254.169.254', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '169.254.43518', '[::ffff:169.254.169.254]'],
  '93.184.216.34': ['93.184.216.34', '0x5db8d822', '93.184.55330', '[::ffff:5db8:d822]', '93.184.216.256'],
  '[::1]': ['[::1]', '[0:0:0:0:0:0:0:1]', '[0000::0001]', '[::0.0.0.1]', '[::1%25lo]', '::1'],
  '[2606:4700::1111]': ['[2606:4700::1111]', '[2606:4700:0:0:0:0:0:1111]', '[2606:4700::17.17]', '[2606:4700::0:1111]'],
  '[fd00::1]': ['[fd00::1]', '[FD00:0::1]', '[fd00::0.0.0.1]', '[fd00:::1]'],
}

/** One URL; most of its parts are honest, so that many are read. */
function make(roll) {
  const pick = (list) => list[roll(list.length)]
  const odd = (honest, others, one = 8) => (roll(one) === 0 ? pick(others) : pick(honest))
  const host = pick(HOSTS)
  const spelled = roll(3) > 0 ? SPELLINGS[host][0] : pick(SPELLINGS[host])
  let url = odd(SCHEMES, ['HTTPS', 'hTTp', 'git+https', 'htt\tps', 'ssh', 'file', 'view-source:http', 'foo'])
  url += odd(['://'], [':', ':/', ':///', '://///', ':\\\\', ':/\\', '//', '://\t'], 12)
  url += odd([''], ['me@', 'me:word@', '@', `${pick(HOSTS)}@`, `${pick(HOSTS)}:80@`, `${pick(HOSTS)}\\@`, `${pick(HOSTS)}#@`, `${pick(HOSTS)}?@`, `${pick(HOSTS)}/@`, '%40'], 9)
  url += spelled
  url += odd(['', '', ':80', ':443', ':8443', ':21'], [':', ':0', ':00080', ':65536', ':+80', ':80:443', ':0x50', ':８０', `:80@${pick(HOSTS)}`, `.${pick(HOSTS)}`], 9)
  for (let parts = roll(4); parts > 0; parts--) {
    url += odd(['/'], ['//', '\\', '/./', '/../', '/%2e%2E/', '%2f', '%5c', '/..;/', '/%252e%252e/'], 7)
    url += odd(['a', 'b', 'admin', 'x%20y', 'ü', 'A'], ['%61', '%2561dmin', 'admin;v', 'x y', '..', '%00', 'a%', '@', ':', '..%2f'], 6)
  }
  url += odd(['', '', '?q=/admin', '#/admin'], ['?@evil.test', '#@evil.test', '?\\', ' ', '\n', `#\t${pick(HOSTS)}`], 9)
  return odd([url], [` ${url}`, `\u0001${url}`, `\ufeff${url}`, `${url} http://evil.test/`], 20)
}

const list = (values) => values.map((value) => JSON.stringify(value)).join(', ')

/** A policy with one rule for each value of each part, so that `matched` says what it reads. */
function policy(effect) {
  const rules = []
  const rule = (name, key, value) =>
    rules.push(`[[rule]]\nname = "${name}"\neffect = "${effect}"\nwhen.action = "WebFetch"\nwhen.url = { ${key} = ${value} }\n`)
  HOSTS.forEach((host, at) => rule(`host-${at}`, 'host', list([host])))
  rule('below', 'host', list(['*.good.test']))
  SCHEMES.forEach((scheme) => rule(`scheme-${scheme}`, 'scheme', list([scheme])))
  PORTS.forEach((port) => rule(`port-${port}`, 'port', port))
  PATHS.forEach((path, at) => rule(`path-${at}`, 'path', list([path])))
  Object.entries(CLASSES).forEach(([name, nets]) => rule(`net-${name}`, 'cidr', `[${list(nets)}]`))
  rule('class-public', 'class', '"public"')
  rule('class-inner', 'class', '["private", "loopback"]')
  return Policy.fromToml(`doorward = 1\n[defaults]\n"*" = "ask"\n${rules.join('')}`)
}

const NETS = Object.fromEntries(
  Object.entries(CLASSES).map(([name, nets]) => {
    const block = new BlockList()
    for (const net of nets) {
      const [address, bits] = net.split('/')
      block.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4')
    }
    return [name, block]
  }),
)

const DEFAULT_PORTS = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443, 'ftp:': 21 }

/** What Node finds in a text: the names of the rules that fit it; nothing where it is no URL of the web. */
function node(text) {
  let url
  try {
    url = new URL(text)
  } catch {
    return undefined
  }
  const found = new Set()
  if (!(url.protocol in DEFAULT_PORTS)) return { found, web: false }
  let host = url.hostname.replace(/\.$/, '')
  const mapped = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(host)
  if (mapped) {
    const [high, low] = [parseInt(mapped[1], 16), parseInt(mapped[2], 16)]
    host = [high >> 8, high & 255, low >> 8, low & 255].join('.')
  }
  HOSTS.forEach((own, at) => own === host && found.add(`host-${at}`))
  if (host.endsWith('.good.test') && host.length > '.good.test'.length) found.add('below')
  found.add(`scheme-${url.protocol.slice(0, -1)}`)
  found.add(`port-${url.port === '' ? DEFAULT_PORTS[url.protocol] : url.port}`)
  PATHS.forEach((path, at) => {
    const own = new URL(path, 'http://x').pathname
    if (url.pathname === own || url.pathname.startsWith(`${own}/`)) found.add(`path-${at}`)
  })
  const address = host.replace(/^\[|\]$/g, '')
  const family = isIP(address)
  if (family > 0) {
    for (const [name, block] of Object.entries(NETS)) {
      if (block.check(address, family === 6 ? 'ipv6' : 'ipv4')) found.add(`net-${name}`)
    }
  }
  if (found.has('net-loopback') || found.has('net-private') || /(^|\.)localhost$/.test(host)) found.add('class-inner')
  return { found, web: true }
}

const names = (decision) => new Set(decision.matched.map((match) => match.rule))
// An octal address is two to us, and the first of them to Node.
const octal = /[/.]0[0-9]/
const readsWell = /^[a-z]+:\/\/([a-z0-9-]+(\.[a-z0-9-]+)+|\[[0-9a-f:]+\])(:[1-9][0-9]*)?(\/[a-zA-Z]+)*\/?$/

describe('the same URL as Node reads', () => {
  const [allow, deny] = [policy('allow'), policy('deny')]
  const roll = dice(SEED)
  const urls = Array.from({ length: COUNT }, () => make(roll))
  const request = (url) => ({ action: 'WebFetch', input: { url } })

  test('nothing is allowed that Node reads otherwise', () => {
    let allowed = 0
    for (const url of urls) {
      const theirs = node(url)
      for (const rule of names(allow.decide(request(url)))) {
        if (theirs !== undefined && !theirs.web) continue
        // What Node finds no address in, and no name of the own machine, is public as far as its spelling tells.
        const holds = rule === 'class-public' ? !theirs?.found.has('class-inner') : rule === 'class-inner' || theirs?.found.has(rule)
        // A server may decode what Node leaves as it is; that a rule allows only what all readings share is in the vectors.
        const decoded = rule.startsWith('path-') && url.includes('%')
        assert.ok(holds || decoded, `${JSON.stringify(url)} is allowed by ${rule}`)
        allowed++
      }
    }
    assert.ok(allowed > COUNT, `only ${allowed} rules allowed anything`)
  })

  test('no deny is talked around that fits what Node reads', () => {
    let denied = 0
    for (const url of urls) {
      const theirs = node(url)
      if (theirs === undefined) continue
      const ours = names(deny.decide(request(url)))
      for (const rule of theirs.found) {
        if (rule.startsWith('port-') && !PORTS.includes(Number(rule.slice(5)))) continue
        assert.ok(ours.has(rule), `${JSON.stringify(url)} is not denied by ${rule}`)
        denied++
      }
    }
    assert.ok(denied > COUNT, `only ${denied} rules denied anything`)
  })

  test('a URL in its plain spelling is read as Node reads it, and no other deny fires', () => {
    let plain = 0
    for (const url of urls.filter((url) => readsWell.test(url) && !octal.test(url))) {
      const theirs = node(url)
      if (!theirs?.web) continue
      plain++
      const expected = [...theirs.found].filter((rule) => !rule.startsWith('class-'))
      const known = (rule) => !rule.startsWith('port-') || PORTS.includes(Number(rule.slice(5)))
      for (const policy of [allow, deny]) {
        const ours = [...names(policy.decide(request(url)))].filter((rule) => !rule.startsWith('class-'))
        assert.deepEqual(ours.sort(), expected.filter(known).sort(), url)
      }
    }
    assert.ok(plain > COUNT / 20, `only ${plain} URLs are plain`)
  })

  test('what Node refuses is never allowed', () => {
    let refused = 0
    for (const url of urls.filter((url) => node(url) === undefined)) {
      refused++
      assert.equal(allow.decide(request(url)).effect, 'ask', JSON.stringify(url))
    }
    assert.ok(refused > COUNT / 50, `only ${refused} URLs are refused`)
  })
})
