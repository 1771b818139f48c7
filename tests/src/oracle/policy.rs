//! From TOML text to plain rules. It assumes a policy that loads; anything else panics.

use super::bad;
use super::fields::{Catalogue, catalogue_name};
use super::paths::PathTest;
use super::programs::Programs;
use super::urls::UrlTest;
use super::values::Test;
use super::{File, governance};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// One rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: String,
    /// 0 managed, 1 user, 2 project, 3 auto.
    pub(super) layer: usize,
    pub(super) effect: String,
    pub(super) when: Vec<Condition>,
    pub(super) require: Vec<Condition>,
    pub(super) unless: Option<Vec<Condition>>,
    /// The first second at which the rule has expired.
    pub(super) expires: Option<i64>,
    pub(super) shadow: bool,
    pub(super) skip_unknown: bool,
    /// Shown as a near miss.
    pub(super) near: bool,
    /// The sets it may name.
    pub(super) sets: BTreeMap<String, Vec<Json>>,
}

/// One condition.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// `action`, `actor.*`, `resource.*`, `input.*`, `facts.*`.
    Field(String, Test),
    Role(Test),
    Op(Test),
    Command(CommandTest),
    Path(PathTest),
    Cwd(PathTest),
    Url(UrlTest),
    Governance(governance::Condition),
    AnyOf(Vec<Vec<Condition>>),
}

/// A `command`: every key that is given must hold.
#[derive(Debug, Clone, Default)]
pub(super) struct CommandTest {
    /// Command texts as words; the command begins with one of them.
    pub(super) run: Option<Vec<Vec<String>>>,
    /// The command is one of them.
    pub(super) exact: Option<Vec<Vec<String>>>,
    pub(super) any_flag: Option<Vec<String>>,
    pub(super) all_flags: Option<Vec<String>>,
    pub(super) no_flag: Option<Vec<String>>,
}

/// Everything the files say.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) rules: Vec<Rule>,
    pub(super) roles: BTreeMap<String, Vec<String>>,
    pub(super) catalogue: Catalogue,
    pub(super) programs: &'static Programs,
    /// For each layer, the entries of its `[defaults]`.
    pub(super) defaults: Vec<Vec<(String, String)>>,
    pub(super) bounds: super::Bounds,
}

impl Policy {
    /// Reads the files.
    pub(super) fn read(files: &[File<'_>]) -> Policy {
        let parsed: Vec<(&File<'_>, Table)> = files
            .iter()
            .map(|file| {
                (
                    file,
                    file.text
                        .parse()
                        .unwrap_or_else(|error| bad(&format!("{}: {error}", file.name))),
                )
            })
            .collect();
        let mut policy = Policy {
            rules: Vec::new(),
            roles: BTreeMap::new(),
            catalogue: Catalogue::shipped(),
            programs: Programs::shipped(),
            defaults: vec![Vec::new(); 4],
            bounds: super::Bounds::default(),
        };
        let mut common = BTreeMap::new();
        for (file, table) in &parsed {
            if let Some(actions) = table.get("actions") {
                policy.catalogue.extend(as_table(actions));
            }
            for (role, implied) in section(table, "roles") {
                policy.roles.insert(role.clone(), text_or_list(implied));
            }
            for (name, effect) in section(table, "defaults") {
                let name = catalogue_name(name).to_owned();
                if let Some(layer) = policy.defaults.get_mut(layer(file.layer)) {
                    layer.push((name, as_text(effect).to_owned()));
                }
            }
            if !tighten_only(file) {
                common.extend(sets(table));
            }
        }
        for (file, table) in &parsed {
            let mut visible = common.clone();
            if tighten_only(file) {
                visible.extend(sets(table));
            }
            for rule in table
                .get("rule")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let rule = read_rule(as_table(rule), file, &visible, &policy.catalogue);
                policy.rules.push(rule);
            }
        }
        policy
    }
}

fn tighten_only(file: &File<'_>) -> bool {
    file.layer == "project" && !file.trusted
}

fn layer(name: &str) -> usize {
    ["managed", "user", "project", "auto"]
        .iter()
        .position(|layer| *layer == name)
        .unwrap_or_else(|| bad("a layer is managed, user, project or auto"))
}

fn section<'a>(table: &'a Table, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    table
        .get(name)
        .and_then(Value::as_table)
        .into_iter()
        .flatten()
}

fn sets(table: &Table) -> BTreeMap<String, Vec<Json>> {
    section(table, "sets")
        .map(|(name, members)| (name.clone(), literals(members)))
        .collect()
}

fn read_rule(
    table: &Table,
    file: &File<'_>,
    sets: &BTreeMap<String, Vec<Json>>,
    catalogue: &Catalogue,
) -> Rule {
    let text = |key: &str| table.get(key).map(as_text);
    let part = |key: &str| {
        table
            .get(key)
            .map(|value| conditions(as_table(value), catalogue))
    };
    let name = text("name").unwrap_or_else(|| bad("a rule has a name"));
    Rule {
        name: if tighten_only(file) {
            format!("project/{name}")
        } else {
            name.to_owned()
        },
        layer: layer(file.layer),
        effect: text("effect")
            .unwrap_or_else(|| bad("a rule has an effect"))
            .to_owned(),
        when: part("when").unwrap_or_default(),
        require: part("require").unwrap_or_default(),
        unless: part("unless"),
        expires: table.get("expires").map(end_of),
        shadow: text("mode") == Some("shadow"),
        skip_unknown: text("on_unknown") == Some("skip"),
        near: table.get("near").and_then(Value::as_bool) != Some(false),
        sets: sets.clone(),
    }
}

/// The conditions of a `when`, `require`, `unless` or a branch of `any_of`.
fn conditions(table: &Table, catalogue: &Catalogue) -> Vec<Condition> {
    let mut out = Vec::new();
    for (key, value) in table {
        match key.as_str() {
            "action" => out.push(Condition::Field(
                "action".to_owned(),
                action_test(test(value)),
            )),
            "actor" | "resource" | "input" | "facts" => {
                fields(key, as_table(value), catalogue, &mut out)
            }
            "op" => out.push(Condition::Op(test(value))),
            "command" => out.push(Condition::Command(command_test(value))),
            "path" => out.push(Condition::Path(path_test(value))),
            "cwd" => out.push(Condition::Cwd(path_test(value))),
            "url" => out.push(Condition::Url(url_test(value))),
            "any_of" => out.push(Condition::AnyOf(
                as_list(value)
                    .iter()
                    .map(|branch| conditions(as_table(branch), catalogue))
                    .collect(),
            )),
            other => out.push(Condition::Governance(governance::read(
                other,
                as_table(value),
            ))),
        }
    }
    out
}

/// Keys under `actor resource input facts` are fields; below a declared table, fields again.
fn fields(root: &str, table: &Table, catalogue: &Catalogue, out: &mut Vec<Condition>) {
    for (key, value) in table {
        let path = format!("{root}.{key}");
        match value {
            Value::Table(below) if catalogue.is_table(&path) && !below.contains_key("present") => {
                fields(&path, below, catalogue, out)
            }
            _ if path == "actor.role" => out.push(Condition::Role(test(value))),
            _ => out.push(Condition::Field(path, test(value))),
        }
    }
}

fn test(value: &Value) -> Test {
    let Value::Table(operators) = value else {
        return Test::OneOf(literals(value));
    };
    Test::All(
        operators
            .iter()
            .map(|(operator, value)| operator_test(operator, value))
            .collect(),
    )
}

fn operator_test(operator: &str, value: &Value) -> Test {
    match operator {
        "is" | "in" => Test::OneOf(literals(value)),
        "in_set" => Test::InSet(as_text(value).to_owned()),
        "not" => Test::Not(Box::new(test(value))),
        "present" => Test::Present(
            value
                .as_bool()
                .unwrap_or_else(|| bad("`present` is true or false")),
        ),
        "same_as" => Test::SameAs(as_text(value).to_owned()),
        "prefix" => Test::Prefix(text_or_list(value)),
        "suffix" => Test::Suffix(text_or_list(value)),
        "contains" => Test::Contains(text_or_list(value)),
        "glob" => Test::Glob(text_or_list(value)),
        "regex" => Test::Regex(text_or_list(value)),
        "min" => Test::Min(as_integer(value)),
        "max" => Test::Max(as_integer(value)),
        "over" => Test::Over(as_integer(value)),
        "below" => Test::Below(as_integer(value)),
        "has" => Test::Has(literals(value)),
        other => bad(&format!("operator `{other}`")),
    }
}

/// A rule may use a host's name for an action.
fn action_test(test: Test) -> Test {
    let ours = |literal: Json| {
        literal
            .as_str()
            .map_or(literal.clone(), |name| Json::from(catalogue_name(name)))
    };
    match test {
        Test::OneOf(literals) => Test::OneOf(literals.into_iter().map(ours).collect()),
        Test::Not(test) => Test::Not(Box::new(action_test(*test))),
        Test::All(tests) => Test::All(tests.into_iter().map(action_test).collect()),
        other => other,
    }
}

/// A text or list of texts is a `run`.
fn command_test(value: &Value) -> CommandTest {
    let commands = |value: &Value| -> Vec<Vec<String>> {
        text_or_list(value)
            .iter()
            .map(|text| text.split_whitespace().map(str::to_owned).collect())
            .collect()
    };
    let Value::Table(table) = value else {
        return CommandTest {
            run: Some(commands(value)),
            ..CommandTest::default()
        };
    };
    CommandTest {
        run: table.get("run").map(commands),
        exact: table.get("exact").map(commands),
        any_flag: table.get("any_flag").map(text_or_list),
        all_flags: table.get("all_flags").map(text_or_list),
        no_flag: table.get("no_flag").map(text_or_list),
    }
}

fn path_test(value: &Value) -> PathTest {
    let Value::Table(operators) = value else {
        return any_path(value, PathTest::Under);
    };
    let mut tests = Vec::new();
    for (operator, value) in operators {
        match operator.as_str() {
            "under" => tests.push(any_path(value, PathTest::Under)),
            "glob" => tests.push(any_path(value, PathTest::Glob)),
            "is" => tests.push(any_path(value, PathTest::Is)),
            "in_set" => tests.push(PathTest::InSet(as_text(value).to_owned())),
            "not" => tests.push(PathTest::Not(Box::new(path_test(value)))),
            "fold" => {}
            other => bad(&format!("path operator `{other}`")),
        }
    }
    let all = PathTest::All(tests);
    if operators.get("fold").and_then(Value::as_bool) == Some(true) {
        PathTest::Fold(Box::new(all))
    } else {
        all
    }
}

fn any_path(value: &Value, one: impl Fn(String) -> PathTest) -> PathTest {
    PathTest::Any(text_or_list(value).into_iter().map(one).collect())
}

fn url_test(value: &Value) -> UrlTest {
    let Value::Table(operators) = value else {
        return UrlTest::Any(text_or_list(value).into_iter().map(UrlTest::Is).collect());
    };
    let mut tests = Vec::new();
    for (operator, value) in operators {
        tests.push(match operator.as_str() {
            "host" => UrlTest::Host(text_or_list(value)),
            "scheme" => UrlTest::Scheme(text_or_list(value)),
            "port" => UrlTest::Port(literals(value).iter().filter_map(Json::as_i64).collect()),
            "path" => UrlTest::Path(text_or_list(value)),
            "class" => UrlTest::Class(text_or_list(value)),
            "cidr" => UrlTest::Cidr(text_or_list(value)),
            "is" => UrlTest::Any(text_or_list(value).into_iter().map(UrlTest::Is).collect()),
            "in_set" => UrlTest::InSet(as_text(value).to_owned()),
            "not" => UrlTest::Not(Box::new(url_test(value))),
            other => bad(&format!("url operator `{other}`")),
        });
    }
    UrlTest::All(tests)
}

/// The first second after `expires`: a date runs to the end of that day UTC.
fn end_of(value: &Value) -> i64 {
    let Some(moment) = value.as_datetime() else {
        bad("`expires` is a date")
    };
    let Some(date) = moment.date else {
        bad("`expires` has a date")
    };
    let days = days_since_1970(
        i64::from(date.year),
        i64::from(date.month),
        i64::from(date.day),
    );
    let Some(time) = moment.time else {
        return (days + 1) * 86_400;
    };
    let second = time.second.unwrap_or(0);
    let seconds = i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + i64::from(second);
    let offset = match moment.offset {
        Some(toml::value::Offset::Custom { minutes }) => i64::from(minutes) * 60,
        _ => 0,
    };
    days * 86_400 + seconds - offset
}

/// Counts the days one by one, year by year and month by month.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = |year: i64, month: i64| match month {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let in_year = |year: i64| 365 + i64::from(leap(year));
    let years: i64 = if year >= 1970 {
        (1970..year).map(in_year).sum()
    } else {
        -(year..1970).map(in_year).sum::<i64>()
    };
    years + (1..month).map(|month| length(year, month)).sum::<i64>() + day - 1
}

fn literals(value: &Value) -> Vec<Json> {
    match value {
        Value::Array(items) => items.iter().map(literal).collect(),
        single => vec![literal(single)],
    }
}

fn literal(value: &Value) -> Json {
    match value {
        Value::String(text) => Json::from(text.as_str()),
        Value::Integer(n) => Json::from(*n),
        Value::Boolean(yes) => Json::from(*yes),
        other => bad(&format!(
            "a literal is a text, an integer or a bool, not {other:?}"
        )),
    }
}

/// A text, or a list of texts.
pub(super) fn text_or_list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(|item| as_text(item).to_owned()).collect(),
        single => vec![as_text(single).to_owned()],
    }
}

pub(super) fn as_text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| bad(&format!("a text is wanted, not {value:?}")))
}

pub(super) fn as_integer(value: &Value) -> i64 {
    value
        .as_integer()
        .unwrap_or_else(|| bad(&format!("an integer is wanted, not {value:?}")))
}

fn as_table(value: &Value) -> &Table {
    value
        .as_table()
        .unwrap_or_else(|| bad(&format!("a table is wanted, not {value:?}")))
}

fn as_list(value: &Value) -> &[Value] {
    value.as_array().map_or_else(
        || bad(&format!("a list is wanted, not {value:?}")),
        Vec::as_slice,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_runs_to_the_end_of_its_day() {
        let end = |text: &str| end_of(&format!("x = {text}").parse::<Table>().unwrap()["x"]);
        assert_eq!(end("2026-12-31"), 1_798_761_600);
        assert_eq!(end("1970-01-01"), 86_400);
        assert_eq!(end("2024-02-29T12:30:05Z"), 1_709_209_805);
        assert_eq!(end("2024-02-29T12:30:05+01:00"), 1_709_206_205);
    }
}
