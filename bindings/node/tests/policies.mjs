// The policy that the tests here decide with.
export const GIT = `doorward = 1

[defaults]
"*" = "deny"
"Bash" = "ask"

[[rule]]
name = "git-reads"
effect = "allow"
why = "Looking at history never changes anything"
when.action = "Bash"
when.command = ["git status", "git log"]

[[rule]]
name = "no-push"
effect = "deny"
when.command = "git push"
`

export const TIGHTEN = `doorward = 1

[[rule]]
name = "no-log"
effect = "deny"
when.command = "git log"
`

// Two mistakes, in two lines.
export const BROKEN = `doorward = 1

[[rule]]
name = "git-reads"
effect = "allow"
wen.command = "git status"

[[rule]]
name = "no-push"
effekt = "deny"
when.command = "git push"
`

/** The request to run a command in a project. */
export function bash(command, facts = {}) {
  return {
    actor: { id: 'viktor', kind: 'human', roles: ['admin'] },
    action: 'Bash',
    input: { command },
    facts: { now: 1790000000, cwd: '/home/user/project', home: '/home/user', project: '/home/user/project', ...facts },
  }
}
