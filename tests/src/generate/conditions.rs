//! One random condition, by its kind.

use super::random::Random;
use super::words::{
    CATEGORIES, COMMAND_TABLES, COMMAND_TEXTS, FILES, IDS, KINDS, LABELS, METHODS, PATH_TESTS,
    PEOPLE, ROLES, SCORES, SHELLS, STATUSES, TENANTS, TYPES, UNDECLARED, URL_TESTS,
};

/// What a rule is about; it says which conditions make sense together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Undeclared actions, or any.
    Any,
    /// Actions that run a command.
    Shell,
    /// Actions that read or write a path.
    File,
    /// `WebFetch`.
    Url,
    /// `note.add`, which the policy's head declares.
    Note,
}

/// A kind of condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Action,
    Id,
    Sort,
    Role,
    RolesHas,
    Tenant,
    BehalfHas,
    Type,
    Status,
    Owner,
    SharedWith,
    Priority,
    Category,
    Labels,
    Verified,
    Weight,
    Now,
    Command,
    // From here on the whole format.
    CategoryPattern,
    Level,
    Risk,
    Region,
    Score,
    AuthMethod,
    Revoked,
    Op,
    Path,
    Cwd,
    Url,
    Auth,
    Session,
    Usage,
    Time,
    Approvals,
    Delegated,
    CommandText,
    FileText,
}

/// Kinds that read nothing but what every request may have.
const EVERYWHERE: &[Kind] = &[
    Kind::Id,
    Kind::Sort,
    Kind::Role,
    Kind::RolesHas,
    Kind::Tenant,
    Kind::BehalfHas,
    Kind::Type,
    Kind::Status,
    Kind::Owner,
    Kind::SharedWith,
    Kind::Now,
];
/// The same, in the whole format.
const EVERYWHERE_WHOLE: &[Kind] = &[
    Kind::Risk,
    Kind::Region,
    Kind::Score,
    Kind::AuthMethod,
    Kind::Revoked,
    Kind::Cwd,
    Kind::Auth,
    Kind::Session,
    Kind::Time,
];

/// The kinds that fit a topic.
pub(super) fn kinds(topic: Topic, whole: bool) -> Vec<Kind> {
    let mut kinds = EVERYWHERE.to_vec();
    if whole {
        kinds.extend(EVERYWHERE_WHOLE);
    }
    match topic {
        Topic::Any => {
            kinds.extend([
                Kind::Priority,
                Kind::Category,
                Kind::Labels,
                Kind::Verified,
                Kind::Weight,
            ]);
            if whole {
                kinds.extend([Kind::CategoryPattern, Kind::Level]);
            }
        }
        Topic::Note => kinds.extend([
            Kind::Priority,
            Kind::Category,
            Kind::CategoryPattern,
            Kind::Labels,
        ]),
        Topic::Shell => {
            kinds.push(Kind::Command);
            kinds.extend(whole.then_some(Kind::CommandText));
        }
        Topic::File => kinds.extend([Kind::Path, Kind::FileText]),
        Topic::Url => kinds.push(Kind::Url),
    }
    kinds
}

/// Which part of a rule a condition is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    When,
    Require,
    Unless,
}

/// A condition's key and its value as TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) key: String,
    pub(super) value: String,
}

/// A random condition of a kind.
pub(super) fn condition(
    r: &mut Random,
    kind: Kind,
    topic: Topic,
    part: Part,
    whole: bool,
) -> Condition {
    let (key, value) = match kind {
        Kind::Action => ("action", action(r, topic, whole)),
        Kind::Id => ("actor.id", either(r, |r| text(r, PEOPLE, Some("people")), |r| r.pick(&["{ same_as = \"resource.owner\" }", "{ same_as = \"resource.created_by\" }"]).into())),
        Kind::Sort => ("actor.kind", text(r, KINDS, None)),
        Kind::Role => ("actor.role", list_or_one(r, ROLES)),
        Kind::RolesHas => ("actor.roles", format!("{{ has = {} }}", quote(r.pick(ROLES)))),
        Kind::Tenant => ("actor.tenant", text(r, TENANTS, None)),
        Kind::BehalfHas => ("actor.on_behalf_of", format!("{{ has = {} }}", quote(r.pick(PEOPLE)))),
        Kind::Type => ("resource.type", text(r, TYPES, None)),
        Kind::Status => ("resource.status", text(r, STATUSES, Some("states"))),
        Kind::Owner => {
            let key = r.pick(&["resource.owner", "resource.created_by", "resource.assignee"]);
            (key, either(r, |r| text(r, PEOPLE, Some("people")), |r| r.pick(&["{ same_as = \"actor.id\" }", "{ not = { same_as = \"actor.id\" } }"]).into()))
        }
        Kind::SharedWith => ("resource.shared_with", r.pick(&["{ has = \"ana\" }", "{ has = \"ben\" }", "{ not = { has = \"ana\" } }", "{ present = true }"]).into()),
        Kind::Priority => ("input.priority", number(r, 1, 9)),
        Kind::Category => ("input.category", pattern(r, CATEGORIES)),
        Kind::Labels => ("input.labels", format!("{{ has = {} }}", quote(r.pick(LABELS)))),
        Kind::Verified => ("input.verified", r.pick(&["true", "false", "{ not = true }", "{ present = true }"]).into()),
        Kind::Weight => ("resource.weight", number(r, 1, 9)),
        Kind::Now => ("facts.now", r.pick(&["{ min = 1790000000 }", "{ below = 1795000000 }", "{ over = 1790000000 }", "{ present = true }", "{ max = 1790000000 }"]).into()),
        Kind::Command => {
            let value = if whole && r.chance(40) { r.pick(COMMAND_TABLES).into() } else { list_or_one(r, COMMAND_TEXTS) };
            ("command", value)
        }
        Kind::CategoryPattern => (
            "input.category",
            r.pick(&["{ glob = \"*ing*\" }", "{ glob = \"bil*\" }", "{ regex = \"billing(-eu)?\" }", "{ regex = \"[a-z]+\" }", "{ regex = 'ops\\..*' }", "{ not = { glob = \"*eu\" } }"])
                .into(),
        ),
        Kind::Level => ("input.\"settings.level\"", text(r, &["high", "low"], None)),
        Kind::Risk => ("facts.risk", number(r, 1, 9)),
        Kind::Region => ("facts.region", text(r, &["east", "west"], None)),
        Kind::Score => ("facts.llm.score", text(r, SCORES, None)),
        Kind::AuthMethod => ("actor.auth.method", text(r, METHODS, None)),
        Kind::Revoked => ("actor.session.revoked", r.pick(&["true", "false"]).into()),
        Kind::Op => ("op", op(r, topic)),
        Kind::Path => ("path", r.pick(PATH_TESTS).into()),
        Kind::Cwd => ("cwd", r.pick(&["\"~/scratch\"", "\"/home/user\"", "\"./src\"", "{ not = \"/tmp\" }", "{ is = \"/home/user/project\" }"]).into()),
        Kind::Url => ("url", r.pick(URL_TESTS).into()),
        Kind::Auth => ("auth", r.pick(&["{ max_age = \"5m\" }", "{ max_age = \"1h\", method = \"passkey\" }", "{ method = [\"passkey\", \"password\"] }"]).into()),
        Kind::CommandText => ("input.command", r.pick(&["{ contains = \"push\" }", "\"git push\"", "{ prefix = \"git \" }", "{ not = { suffix = \"x\" } }", "{ regex = '(?s:.*)[\\x00-\\x08].*' }", "{ present = true }", "{ glob = \"*\\n*\" }"]).into()),
        Kind::FileText => ("input.file_path", r.pick(&["{ contains = \"..\" }", "\"/etc/passwd\"", "{ prefix = \"/\" }", "{ not = { prefix = \"~\" } }", "{ suffix = \".rs\" }", "{ present = false }", "{ same_as = \"resource.id\" }"]).into()),
        Kind::Session => ("session", r.pick(&["{ max_count = 2 }", "{ max_count = 0, max_age = \"12h\" }", "{ max_idle = \"30m\" }", "{ max_age = \"12h\" }", "{ max_age = \"1h\", max_idle = \"90s\" }"]).into()),
        Kind::Usage => ("usage", usage(r, topic, part)),
        Kind::Time => (
            "time",
            r.pick(&[
                "{ from = \"09:00\", to = \"17:00\" }",
                "{ from = \"22:00\", to = \"06:00\", days = [\"mon\", \"sun\"] }",
                "{ from = \"09:00\", to = \"17:00\", offset = \"+09:30\" }",
                "{ from = \"13:00\", to = \"14:00\", days = [\"thu\", \"mon\"], offset = \"-01:00\" }",
            ])
            .into(),
        ),
        Kind::Approvals => ("approvals", approvals(r)),
        Kind::Delegated => ("delegated", r.pick(&["{ from = \"resource.owner\", depth = 1 }", "{ from = \"resource.owner\", depth = 2 }"]).into()),
    };
    Condition {
        key: key.to_owned(),
        value,
    }
}

pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn either(
    r: &mut Random,
    often: impl Fn(&mut Random) -> String,
    seldom: impl Fn(&mut Random) -> String,
) -> String {
    if r.chance(65) { often(r) } else { seldom(r) }
}

fn list(words: &[&str]) -> String {
    format!(
        "[{}]",
        words
            .iter()
            .map(|word| quote(word))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

fn list_or_one(r: &mut Random, words: &[&str]) -> String {
    if r.chance(60) {
        quote(r.pick(words))
    } else {
        list(&r.some(words, 3))
    }
}

/// Equality in all its spellings.
fn text(r: &mut Random, words: &[&str], set: Option<&str>) -> String {
    let word = quote(r.pick(words));
    let some = list(&r.some(words, 2));
    match r.below(9) {
        0 | 1 => word,
        2 => some,
        3 => format!("{{ is = {word} }}"),
        4 => format!("{{ in = {some} }}"),
        5 => format!("{{ not = {word} }}"),
        6 => format!("{{ not = {some} }}"),
        7 => r
            .pick(&["{ present = true }", "{ present = false }"])
            .into(),
        _ => set.map_or(word, |set| {
            if r.chance(70) {
                format!("{{ in_set = \"{set}\" }}")
            } else {
                format!("{{ not = {{ in_set = \"{set}\" }} }}")
            }
        }),
    }
}

/// Equality and the plain patterns.
fn pattern(r: &mut Random, words: &[&str]) -> String {
    match r.below(9) {
        0 => "{ prefix = \"billing\" }".into(),
        1 => "{ suffix = \"billing\" }".into(),
        2 => "{ contains = \"-\" }".into(),
        3 => "{ prefix = \"bill\", not = \"billing-eu\" }".into(),
        4 => "{ not = { prefix = \"eu\" } }".into(),
        5 => "{ contains = \"\u{e9}\" }".into(),
        _ => text(r, words, None),
    }
}

fn number(r: &mut Random, low: i64, high: i64) -> String {
    let n = r.between(low + 1, high - 1);
    match r.below(9) {
        0 => n.to_string(),
        1 => format!("[{n}, {}]", n + 1),
        2 => format!("{{ min = {n} }}"),
        3 => format!("{{ max = {n} }}"),
        4 => format!("{{ over = {n} }}"),
        5 => format!("{{ below = {n} }}"),
        6 => format!("{{ min = {n}, max = {} }}", n + 3),
        7 => format!("{{ not = {n} }}"),
        _ => format!("{{ not = {{ over = {n} }} }}"),
    }
}

fn action(r: &mut Random, topic: Topic, whole: bool) -> String {
    match topic {
        Topic::Shell => list_or_one(r, SHELLS),
        Topic::File => list_or_one(r, FILES),
        Topic::Url => "\"WebFetch\"".into(),
        Topic::Note => "\"note.add\"".into(),
        Topic::Any => match r.below(8) {
            0 => "{ prefix = \"task.\" }".into(),
            1 => "{ not = \"task.update\" }".into(),
            2 if whole => "{ glob = \"*.*\" }".into(),
            3 if whole => "{ regex = \"mcp__[a-z]+__edit\" }".into(),
            _ => list_or_one(r, UNDECLARED),
        },
    }
}

/// An `op` that can occur on the topic's leaves.
fn op(r: &mut Random, topic: Topic) -> String {
    match topic {
        Topic::Shell => r
            .pick(&["\"proc.exec\"", "[\"proc.exec\", \"file.write\"]"])
            .into(),
        Topic::Url => "\"net.fetch\"".into(),
        _ => r
            .pick(&[
                "[\"file.read\", \"file.write\"]",
                "[\"file.read\", \"file.write\", \"file.delete\"]",
                "{ not = \"file.delete\" }",
            ])
            .into(),
    }
}

fn usage(r: &mut Random, topic: Topic, part: Part) -> String {
    let bound = if part == Part::Require { "max" } else { "over" };
    let (counter, per) = r.pick(&[
        ("api:{actor.id}", "1m"),
        ("res:{resource.id}", "1h"),
        ("all", "1d"),
    ]);
    let mut cost = r.pick(&["", "", ", cost = 5", ", cost = \"input.priority\""]);
    if cost.contains("input") && !matches!(topic, Topic::Any | Topic::Note) {
        cost = "";
    }
    format!("{{ counter = \"{counter}\", {bound} = 30, per = \"{per}\"{cost} }}")
}

fn approvals(r: &mut Random) -> String {
    let mut keys = vec![format!("min = {}", r.between(1, 2))];
    if r.chance(60) {
        keys.push(format!("role = {}", quote(r.pick(&["reviewer", "user"]))));
    }
    if r.chance(30) {
        keys.push("from = \"people\"".into());
    }
    if r.chance(50) {
        keys.push(format!(
            "except = {}",
            r.pick(&[
                "[\"resource.created_by\"]",
                "[\"actor.id\"]",
                "[\"actor.id\", \"resource.owner\"]"
            ])
        ));
    }
    if r.chance(60) {
        keys.push(format!("max_age = {}", r.pick(&["\"7d\"", "\"1h\""])));
    }
    match r.below(4) {
        0 | 1 => keys.push("bound = true".into()),
        2 => keys.push("bound = [\"resource.status\", \"resource.owner\"]".into()),
        _ => {}
    }
    format!("{{ {} }}", keys.join(", "))
}

/// The sets that conditions name, each with a beginning before its name.
pub(super) fn sets(r: &mut Random, ours: &str) -> String {
    format!(
        "[sets]\n{ours}people = {}\n{ours}states = {}\n{ours}places = [\"/etc\", \"~/.ssh\"]\n{ours}ids = {}\n",
        list(&r.some(PEOPLE, 3)),
        list(&r.some(STATUSES, 2)),
        list(&r.some(IDS, 2))
    )
}
