//! Makes rules and requests from a seed.

use doorward::Effect;

use super::words::{ACTIONS, ACTORS, COMMANDS, ENDINGS, FIRST, PART, ROLES, SECOND, TYPES};
use super::{Call, Calls, Condition, Op, Rule, at};
use crate::Random;

/// A rule, with a request that meets it.
struct Made {
    rule: Rule,
    call: Call,
}

struct Maker {
    random: Random,
}

pub(super) fn calls(rule_count: usize, request_count: usize, seed: u64) -> Calls {
    let mut maker = Maker {
        random: Random(seed | 1),
    };
    let mut made: Vec<Made> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    while made.len() < rule_count {
        let next = maker.rule(made.len());
        // Small vocabularies run out: a rule that is there already is made again, a few in all, and kept if need be.
        if seen.insert(next.rule.when.clone()) || maker.random.below(8) == 0 {
            made.push(next);
        }
    }
    let requests = (0..request_count).map(|index| match index % 10 {
        0..5 => maker.hit(&made).0,
        5..8 => maker.stranger(),
        _ => maker.near(&made),
    });
    let requests = requests.collect();
    Calls {
        rules: made.into_iter().map(|made| made.rule).collect(),
        requests,
    }
}

fn condition(field: &str, op: Op, value: impl Into<String>) -> Condition {
    Condition {
        field: at(field),
        op,
        values: vec![value.into()],
    }
}

fn one_of(field: &str, values: &[&str]) -> Condition {
    Condition {
        field: at(field),
        op: Op::In,
        values: values.iter().map(|value| (*value).into()).collect(),
    }
}

impl Maker {
    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        self.random.pick(words)
    }

    /// Returns the name of a service, one of some hundred thousand.
    fn service(&mut self) -> String {
        let mut name = format!("{}-{}", self.pick(&FIRST), self.pick(&SECOND));
        if self.random.below(10) < 6 {
            name = format!("{name}-{}", self.pick(&PART));
        }
        if self.random.below(10) > 3 {
            name = format!("{name}-{}", self.random.below(400));
        }
        name
    }

    fn rule(&mut self, index: usize) -> Made {
        let (mut when, mut call) = match self.random.below(100) {
            0..40 => self.command_prefix(index),
            40..55 => self.command_regex(),
            55..75 => self.path_glob(),
            75..85 => self.host(),
            _ => self.values(index),
        };
        if call.values.first().is_some_and(|tool| tool != "Api") && self.random.below(10) < 3 {
            let (more, with) = self.narrowed(call);
            when.push(more);
            call = with;
        }
        let effect = match self.random.below(10) {
            0..6 => Effect::Allow,
            6..9 => Effect::Deny,
            _ => Effect::Ask,
        };
        let rule = Rule { effect, when };
        Made { rule, call }
    }

    /// Returns one more condition, on who asks or where, and a request that meets it.
    fn narrowed(&mut self, call: Call) -> (Condition, Call) {
        match self.random.below(3) {
            0 => {
                let (one, other) = (self.pick(&ROLES), self.pick(&ROLES));
                (one_of("role", &[one, other]), call.set("role", one))
            }
            1 => {
                let place = format!("/home/ana/projects/{}", self.service());
                let call = call.set("cwd", format!("{place}/src"));
                (condition("cwd", Op::Prefix, place), call)
            }
            _ => {
                let actor = self.pick(&ACTORS);
                (one_of("actor", &[actor]), call.set("actor", actor))
            }
        }
    }

    fn base(&mut self, tool: &str) -> Call {
        let (actor, role) = (self.pick(&ACTORS), self.pick(&ROLES));
        let place = format!("/home/ana/projects/{}", self.service());
        Call::default()
            .set("tool", tool)
            .set("actor", actor)
            .set("resource_owner", actor)
            .set("role", role)
            .set("cwd", place)
            .set("action", if tool == "Bash" { "execute" } else { "read" })
            .set(
                "resource_type",
                if tool == "Bash" { "shell" } else { "file" },
            )
    }

    fn command_prefix(&mut self, index: usize) -> (Vec<Condition>, Call) {
        let service = self.service();
        let part = self.pick(&PART);
        let text = match (COMMANDS.get(index), self.random.below(14)) {
            (Some(common), _) => (*common).to_string(),
            (_, 0) => format!("npm run build:{service}"),
            (_, 1) => format!("cargo test -p {service}"),
            (_, 2) => format!("kubectl delete deployment {service}"),
            (_, 3) => format!("kubectl -n {service} get pods"),
            (_, 4) => format!("docker exec -it {service}"),
            (_, 5) => format!("git push origin {service}"),
            (_, 6) => format!("make -C services/{service} "),
            (_, 7) => format!("./scripts/{service}.sh"),
            (_, 8) => format!("systemctl restart {service}.service"),
            (_, 9) => format!("terraform apply -target=module.{service}"),
            (_, 10) => format!("aws s3 cp s3://{service}/{part}"),
            (_, 11) => format!("psql -h {service}.internal -c"),
            (_, 12) => format!("ssh deploy@{service}.lan"),
            _ => format!("curl -X POST https://{service}.example.com/hooks/{part}"),
        };
        let inside = self.random.below(16) == 0;
        let (op, start) = if inside {
            (Op::Contains, "time ")
        } else {
            (Op::Prefix, "")
        };
        let command = format!("{start}{text}{}", self.tail());
        let call = self.base("Bash").set("command", command);
        let tool = one_of("tool", &["Bash"]);
        (vec![tool, condition("command", op, text)], call)
    }

    fn command_regex(&mut self) -> (Vec<Condition>, Call) {
        let name = self.service();
        let (pattern, command) = match self.random.below(7) {
            0 => (
                format!(r"^npm (run|run-script) (build|test|lint):{name}(\s|$)"),
                format!("npm run test:{name} --silent"),
            ),
            1 => (
                format!(r"\brm\s+-[a-zA-Z]*[rR][a-zA-Z]*\s+(/srv|/var/lib)/{name}"),
                format!("cd /tmp && rm -rf /srv/{name}/data"),
            ),
            2 => (
                format!(r"^kubectl\s+(-n|--namespace[= ])\s*{name}\s+(delete|scale|drain)\b"),
                format!("kubectl -n {name} delete pod/web-0"),
            ),
            3 => (
                format!(r"curl\s[^|]*{name}\.example\.(com|org)[^|]*\|\s*(ba|z)?sh\b"),
                format!("curl -fsSL https://{name}.example.com/install.sh | bash"),
            ),
            4 => (
                format!(
                    r"^(sudo\s+)?systemctl\s+(start|stop|restart)\s+{name}(@[0-9]+)?(\.service)?$"
                ),
                format!("sudo systemctl stop {name}.service"),
            ),
            5 => (
                format!(r"^(aws|gcloud|az)\s.*\b{name}\b.*--(delete|purge|recursive)"),
                format!("aws s3 sync build/ s3://{name}/site --delete --region eu-north-1"),
            ),
            _ => (
                format!(r"(^|[;&|]\s*)docker\s+(rm|kill|stop)\s+(-f\s+)?{name}[-_][0-9]{{1,3}}\b"),
                format!("docker rm -f {name}-7"),
            ),
        };
        let call = self.base("Bash").set("command", command);
        let tool = one_of("tool", &["Bash"]);
        (vec![tool, condition("command", Op::Regex, pattern)], call)
    }

    fn path_glob(&mut self) -> (Vec<Condition>, Call) {
        let (name, ending) = (self.service(), self.pick(&ENDINGS));
        let (word, other) = (self.pick(&FIRST), self.pick(&SECOND));
        let (pattern, path) = match self.random.below(6) {
            0 => (
                format!("/home/*/projects/{name}/**"),
                format!("/home/ana/projects/{name}/src/{other}.rs"),
            ),
            1 => (
                format!("/home/ana/projects/{name}/src/**/*.{ending}"),
                format!("/home/ana/projects/{name}/src/{word}/{other}.{ending}"),
            ),
            2 => (
                format!("**/{name}/.env*"),
                format!("/srv/{name}/.env.local"),
            ),
            3 => (
                format!("/srv/{name}/*.{ending}"),
                format!("/srv/{name}/{other}.{ending}"),
            ),
            4 => (
                format!("/etc/{name}/**"),
                format!("/etc/{name}/conf.d/{word}.conf"),
            ),
            _ => (
                format!("**/secrets/{name}-????.{ending}"),
                format!("/home/ben/infra/secrets/{name}-1234.{ending}"),
            ),
        };
        let tools: &[&str] = match self.random.below(3) {
            0 => &["Read"],
            1 => &["Edit", "Write"],
            _ => &["Read", "Edit", "Write"],
        };
        let call = self
            .base(tools.first().copied().unwrap_or_default())
            .set("path", path);
        let tool = one_of("tool", tools);
        (vec![tool, condition("path", Op::Glob, pattern)], call)
    }

    fn host(&mut self) -> (Vec<Condition>, Call) {
        let host = format!(
            "{}.{}",
            self.service(),
            self.pick(&["com", "org", "net", "dev"])
        );
        let tool = one_of("tool", &["WebFetch"]);
        let part = self.pick(&PART);
        let (on_host, asked) = if self.random.below(2) == 0 {
            (one_of("host", &[&host]), host)
        } else {
            let below = format!(".{host}");
            (
                condition("host", Op::Suffix, below),
                format!("{part}.{host}"),
            )
        };
        (
            vec![tool, on_host],
            self.base("WebFetch").set("host", asked),
        )
    }

    fn values(&mut self, index: usize) -> (Vec<Condition>, Call) {
        let mut kind = self.pick(&TYPES).to_string();
        if index > 160 {
            kind = format!("{}.{kind}", self.service());
        }
        let action = self.pick(&ACTIONS);
        let (role, other) = (self.pick(&ROLES), self.pick(&ROLES));
        let call = self
            .base("Api")
            .set("resource_type", kind.clone())
            .set("action", action)
            .set("role", role);
        let when = vec![
            one_of("resource_type", &[&kind]),
            one_of("action", &[action]),
            one_of("role", &[role, other]),
        ];
        (when, call)
    }

    /// Returns the rest of a command: nothing, a few words, or 2 KB of them.
    fn tail(&mut self) -> String {
        let (first, second) = (self.pick(&FIRST), self.pick(&SECOND));
        match self.random.below(100) {
            0..15 => String::new(),
            15..45 => format!(" --{first} {second}"),
            45..80 => {
                let ending = self.pick(&ENDINGS);
                let name = self.service();
                format!(" --{first}={second} /home/ana/projects/{name}/{second}.{ending}")
            }
            80..96 => format!(" -m '{}' && echo done", self.words(90)),
            _ => format!(" <<'EOF'\n{}\nEOF", self.words(2000)),
        }
    }

    fn words(&mut self, bytes: usize) -> String {
        let mut text = String::new();
        while text.len() < bytes {
            text.push_str(self.pick(&FIRST));
            text.push(' ');
            text.push_str(self.pick(&SECOND));
            text.push(if self.random.below(8) == 0 { '\n' } else { ' ' });
        }
        text
    }

    fn hit(&mut self, made: &[Made]) -> (Call, usize) {
        // Some rules are met far more often than others.
        let bound = 1 + self.random.below(made.len());
        let chosen = self.random.below(bound);
        let call = made.get(chosen).map(|made| made.call.clone());
        (call.unwrap_or_default(), chosen)
    }

    fn stranger(&mut self) -> Call {
        let (name, word) = (self.service(), self.pick(&SECOND));
        match self.random.below(20) {
            0..11 => {
                let tool = self.pick(&["ffmpeg", "pandoc", "stack", "zig", "opam", "gradlew"]);
                let command = format!("{tool} {word} /opt/{name}/{word}{}", self.tail());
                self.base("Bash").set("command", command)
            }
            11..15 => self
                .base("Read")
                .set("path", format!("/opt/{name}/{word}.bin")),
            15..17 => self.base("WebFetch").set("host", format!("{name}.nowhere")),
            _ => {
                let kind = format!("orphan.{name}");
                self.base("Api").set("resource_type", kind)
            }
        }
    }

    /// Returns a request that meets a rule but for one letter of one field.
    fn near(&mut self, made: &[Made]) -> Call {
        let (mut call, rule) = self.hit(made);
        let conditions = made.get(rule).map_or(&[][..], |made| &made.rule.when);
        let chosen = conditions.get(self.random.below(conditions.len()));
        let Some(value) = chosen.and_then(|chosen| call.values.get_mut(chosen.field)) else {
            return call;
        };
        let letters: Vec<usize> = value
            .char_indices()
            .filter(|(_, c)| c.is_ascii_alphabetic())
            .map(|(at, _)| at)
            .collect();
        if let Some(at) = letters.get(self.random.below(letters.len())) {
            let other = if value.get(*at..*at + 1) == Some("q") {
                "z"
            } else {
                "q"
            };
            value.replace_range(*at..*at + 1, other);
        }
        call
    }
}
