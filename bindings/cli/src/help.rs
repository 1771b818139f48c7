//! What `--help` says after the options: examples, exit codes, and what the words mean.
//!
//! A paragraph is one line here; it is wrapped to the terminal it is shown on.

macro_rules! layers {
    () => {
        "LAYER is where a file stands: managed, user (when not said), project (it came with a repository: deny and ask rules \
         only), trusted (a project file that may do everything) or auto. The strictest effect wins across layers."
    };
}

macro_rules! found {
    () => {
        "Without a FILE, the policy in force here: /etc/doorward/*.toml, $XDG_CONFIG_HOME/doorward/*.toml (else \
         ~/.config/doorward/*.toml) and its auto/*.toml, and .doorward/*.toml from here up to the repository root."
    };
}

pub(crate) const TOP: &str = "\
Examples:
  doorward explain 'git push --force'
  doorward check policy.toml
  echo '{\"action\":\"Bash\",\"input\":{\"command\":\"git status\"}}' | doorward decide --policy policy.toml

Exit codes:
  0  done
  1  the policy has problems
  2  wrong usage, or something could not be read or written
The --help of each command says more.";

pub(crate) const CHECK: &str = concat!(
    "\
Examples:
  doorward check
  doorward check policy.toml project=.doorward

",
    layers!(),
    "\n\n",
    found!(),
    "

Exit codes:
  0  the policy loads and its examples and tests hold; warnings are shown and do not count
  1  the policy has problems
  2  wrong usage, no policy found, or a file could not be read"
);

pub(crate) const DECIDE: &str = concat!(
    "\
Examples:
  doorward decide --policy policy.toml '{\"action\":\"Bash\",\"input\":{\"command\":\"git push\"}}'
  doorward decide --policy policy.toml < requests.jsonl > decisions.jsonl

Requests on stdin are JSON Lines: one object a line, blank lines are skipped. Each is answered on a line of its own, in \
order, before more input is waited for: a program can keep `doorward decide` running and ask line by line. Nothing is \
added to a request. A malformed one is answered {\"error\":{\"code\":..,\"message\":..}} in its place.

",
    layers!(),
    "\n\n",
    found!(),
    " There is no built-in policy for this command.

Exit codes, whatever the effect:
  0  every request was decided
  1  the policy does not load; nothing was decided
  2  wrong usage, no policy found, a malformed request, or something could not be read or written

With --exit-code and every request decided, the strictest effect, in this order:
  11 deny
  10 ask
  12 pass
  0  allow

A reader that closes the pipe ends the command quietly, with the code earned so far; with --exit-code that is 2."
);

pub(crate) const EXPLAIN: &str = concat!(
    "\
Examples:
  doorward explain 'git status && rm -rf build'
  doorward explain --policy policy.toml -- git push --force
  doorward explain '{\"action\":\"Read\",\"input\":{\"file_path\":\"/etc/passwd\"}}'

Facts that the request does not have are added: now, cwd, home, project (the repository root, else cwd). A command's own \
options go after `--`; words given one by one are quoted where a shell would need it.

",
    layers!(),
    "\n\n",
    found!(),
    " With no policy at all, the built-in starter policy, and a note on stderr says so.

Exit codes:
  0  explained, whatever the effect
  1  the policy does not load
  2  wrong usage, a malformed request, or something could not be read or written

With --exit-code, the effect:
  0  allow
  10 ask
  11 deny
  12 pass"
);

pub(crate) const DIGEST: &str = "\
Examples:
  doorward digest --field resource.diff '{\"action\":\"proposal.apply\",\"resource\":{\"id\":\"p7\",\"diff\":\"+a\"}}'

It is the SHA-256 in hex over the action, the resource's type and id, and the fields with their values. Store it with the \
approval; a rule with `approvals = { bound = [..] }` over the same fields counts the approval as long as none of them changes.

Exit codes:
  0  printed
  2  wrong usage, a malformed request, or there is no digest";

pub(crate) const HOOK: &str = concat!(
    "\
Examples:
  doorward hook --host claude < payload.json
  doorward init --host claude --write

A host runs this command before each tool call. The answer is the one that the host acts on: a deny and its reason, an \
ask, an allow; nothing where the host's own check decides. Codex and Gemini CLI have no ask: they get a deny that says \
what to ask the person. What goes wrong in here blocks the call, with the reason. `doorward init` registers it.

",
    found!(),
    " With no policy at all, the built-in starter policy. When the policy found does not load, the last one that did; with \
none, every call is blocked. Writing the policy or the hook's registration asks, whatever else is allowed.

Exit codes:
  0  answered, or nothing to answer
  2  blocked: the reason is on stderr (the host is not known, or stdout cannot be written)"
);

pub(crate) const INIT: &str = "\
Examples:
  doorward init
  doorward init --host claude --host codex --write
  doorward init --template strict --output policy.toml

Templates:
  claude     for a coding agent on your own machine: a working day without needless prompts
  homestead  for services at home: people approve what AI wrote, agents and jobs keep to their lanes
  strict     for an agent nobody watches: it may look and test, everything else asks

The policy is written to $XDG_CONFIG_HOME/doorward/policy.toml (else ~/.config/doorward/policy.toml); one that is there \
stays, unless --force says otherwise. A registration always names its host, and is put beside whatever hooks are there.

Exit codes:
  0  done
  1  there is another policy already; nothing was changed
  2  wrong usage, or something could not be read or written";

pub(crate) const STATUS: &str = "\
Examples:
  doorward status
  doorward status --json

Each registered hook of yours is tried with a call that must be blocked.

Exit codes, the gravest fault first:
  0  all is well
  1  the policy does not load: the last one that did decides, or every call is blocked
  2  wrong usage, or a policy or settings file could not be read
  5  a registered hook does not answer in its host's form
  4  no host has the hook registered
  3  no policy was found: the built-in starter policy decides";
