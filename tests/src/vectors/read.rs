//! Reads the vector files of a folder, strictly: every problem of every file is reported at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use toml::{Table, Value};

use super::expand::{base64_decode, json_of, text_of};
use super::fields::Fields;
use super::{Corpus, Expectation, Expected, ExpectedDiagnostic, Load, SourceText, Vector};

/// Everything that is wrong with a folder of vectors.
#[derive(Debug)]
pub struct CorpusError {
    problems: Vec<String>,
}

impl CorpusError {
    /// Returns the problems, each naming its file and entry.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for CorpusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.problems.join("\n"))
    }
}

impl std::error::Error for CorpusError {}

impl Corpus {
    /// Returns every entry of the `*.toml` files in `folder`.
    ///
    /// # Errors
    ///
    /// [`CorpusError`] with all problems: a file that can not be read, a key that is not known, a name used twice, an entry
    /// without an expectation.
    pub fn read(folder: &Path) -> Result<Self, CorpusError> {
        let mut problems = Vec::new();
        let mut corpus = Self::default();
        for file in files(folder, &mut problems) {
            let topic = file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            match fs::read_to_string(&file) {
                Ok(text) => corpus.add(&topic, &text, &mut problems),
                Err(error) => problems.push(format!("{}: {error}", file.display())),
            }
        }
        let names = corpus
            .vectors
            .iter()
            .map(|vector| &vector.name)
            .chain(corpus.loads.iter().map(|load| &load.name));
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(name) {
                problems.push(format!("{name}: this name is used twice"));
            }
            if !is_kebab_case(name) {
                problems.push(format!(
                    "{name}: a name is lower case words and digits joined by `-`"
                ));
            }
        }
        if problems.is_empty() {
            Ok(corpus)
        } else {
            Err(CorpusError { problems })
        }
    }

    /// Adds the entries of one file's text.
    fn add(&mut self, topic: &str, text: &str, problems: &mut Vec<String>) {
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return problems.push(format!("{topic}.toml: {error}")),
        };
        let mut file = Fields::new(table, format!("{topic}.toml"), problems);
        let policies = file.tables("policy").unwrap_or_default();
        let vectors = file.tables("vector").unwrap_or_default();
        let loads = file.tables("load").unwrap_or_default();
        let lines = file.tables("lines").unwrap_or_default();
        file.finish();

        let mut named = BTreeMap::new();
        for table in policies {
            let mut fields = Fields::new(table, format!("{topic}.toml, a policy"), problems);
            let name = fields.required("name");
            fields.rename(format!("{topic}.toml, policy {name}"));
            let sources = sources(&mut fields);
            if named.insert(name, sources).is_some() {
                fields.problem("this name is used twice");
            }
            fields.finish();
        }
        for table in vectors {
            let mut fields = Fields::new(table, format!("{topic}.toml, a vector"), problems);
            self.vectors.extend(vector(topic, &named, &mut fields));
            fields.finish();
        }
        for table in lines {
            let mut fields = Fields::new(table, format!("{topic}.toml, lines"), problems);
            self.vectors.extend(lines_of(topic, &named, &mut fields));
            fields.finish();
        }
        for table in loads {
            let mut fields = Fields::new(table, format!("{topic}.toml, a load"), problems);
            self.loads.push(load(topic, &mut fields));
            fields.finish();
        }
    }
}

/// Returns the vector files of a folder, by name.
fn files(folder: &Path, problems: &mut Vec<String>) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(format!("{}: {error}", folder.display()));
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files.sort();
    if files.is_empty() {
        problems.push(format!("{}: no vector file here", folder.display()));
    }
    files
}

fn vector(
    topic: &str,
    policies: &BTreeMap<String, Vec<SourceText>>,
    fields: &mut Fields<'_>,
) -> Option<Vector> {
    let name = fields.required("name");
    fields.rename(format!("{topic}.toml, {name}"));
    let source = fields.required("source");
    let policy = fields.required("policy");
    let covers = covers(fields);
    let request = request(fields);
    let expectation = expectation(fields);
    let Some(sources) = policies.get(&policy) else {
        fields.problem(format!("no policy is named `{policy}` in this file"));
        return None;
    };
    Some(Vector {
        name,
        topic: topic.to_owned(),
        source,
        covers,
        sources: sources.clone(),
        request: request?,
        expectation: expectation?,
    })
}

/// Returns a vector for each line of shell under `allow`, `ask` and `deny`, which are about one entry of the program table.
fn lines_of(
    topic: &str,
    policies: &BTreeMap<String, Vec<SourceText>>,
    fields: &mut Fields<'_>,
) -> Vec<Vector> {
    let entry = fields.required("entry");
    fields.rename(format!("{topic}.toml, lines of {entry}"));
    let policy = fields.required("policy");
    let Some(sources) = policies.get(&policy) else {
        fields.problem(format!("no policy is named `{policy}` in this file"));
        return Vec::new();
    };
    let slug: Vec<&str> = entry
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    // Options differ by case and dashes, names of vectors do not.
    let case: String = entry
        .chars()
        .filter(|c| !c.is_ascii_lowercase())
        .map(|c| format!("{:x}", u32::from(c)))
        .collect();
    // Another file's policy has lines of its own about the same entry.
    let about = match policy.as_str() {
        "programs" => "program",
        other => other,
    };
    let slug = format!("{about}-{}-{case}", slug.join("-").to_ascii_lowercase());
    let slug = slug.trim_end_matches('-');
    let mut vectors = Vec::new();
    for effect in ["allow", "ask", "deny"] {
        for (at, line) in fields.texts(effect).unwrap_or_default().iter().enumerate() {
            let home = "/home/user";
            let project = "/home/user/project";
            let request = serde_json::json!({
                "action": "Bash",
                "input": { "command": line },
                "facts": { "home": home, "cwd": project, "project": project },
            });
            vectors.push(Vector {
                name: format!("{slug}-{effect}-{}", at + 1),
                topic: topic.to_owned(),
                source: format!("the manual of {entry}"),
                covers: Vec::new(),
                sources: sources.clone(),
                request: request.to_string().into_bytes(),
                expectation: Expectation::Keys(Box::new(Expected {
                    effect: Some(effect.to_owned()),
                    ..Expected::default()
                })),
            });
        }
    }
    if vectors.is_empty() {
        fields.problem("write `allow`, `ask` or `deny`, a list of lines each");
    }
    vectors
}

fn load(topic: &str, fields: &mut Fields<'_>) -> Load {
    let name = fields.required("name");
    fields.rename(format!("{topic}.toml, {name}"));
    let load = Load {
        source: fields.required("source"),
        covers: covers(fields),
        sources: sources(fields),
        errors: diagnostics("errors", fields).unwrap_or_default(),
        warnings: diagnostics("warnings", fields),
        tests_ran: fields
            .count("tests_ran")
            .and_then(|count| usize::try_from(count).ok()),
        test_failures: diagnostics("test_failures", fields),
        name,
        topic: topic.to_owned(),
    };
    if load.errors.is_empty()
        && load.warnings.is_none()
        && load.tests_ran.is_none()
        && load.test_failures.is_none()
    {
        fields.problem("write `errors`, `warnings`, `tests_ran` or `test_failures`");
    }
    load
}

/// Reads `text`, or `sources`.
fn sources(fields: &mut Fields<'_>) -> Vec<SourceText> {
    match (fields.value("text"), fields.tables("sources")) {
        (Some(text), None) => match text_of(&text) {
            Ok(text) => vec![SourceText {
                name: "policy".to_owned(),
                layer: "user".to_owned(),
                trusted: false,
                text,
            }],
            Err(problem) => {
                fields.problem(format!("`text`: {problem}"));
                Vec::new()
            }
        },
        (None, Some(tables)) => tables
            .into_iter()
            .filter_map(|table| source(table, fields))
            .collect(),
        _ => {
            fields.problem("write `text` or `sources`");
            Vec::new()
        }
    }
}

fn source(table: Table, fields: &mut Fields<'_>) -> Option<SourceText> {
    let mut problems = Vec::new();
    let mut inner = Fields::new(table, "sources".to_owned(), &mut problems);
    let name = inner.required("name");
    let layer = inner.text("layer").unwrap_or_else(|| "user".to_owned());
    let trusted = inner.flag("trusted").unwrap_or(false);
    let text = inner.value("text").map(|text| text_of(&text));
    if !["managed", "user", "project", "auto"].contains(&layer.as_str()) {
        inner.problem(format!("no layer is named `{layer}`"));
    }
    inner.finish();
    for problem in problems {
        fields.problem(problem);
    }
    match text {
        Some(Ok(text)) => Some(SourceText {
            name,
            layer,
            trusted,
            text,
        }),
        Some(Err(problem)) => {
            fields.problem(format!("`text` of source `{name}`: {problem}"));
            None
        }
        None => {
            fields.problem(format!("source `{name}` has no `text`"));
            None
        }
    }
}

/// Reads `request`, `request_json` or `request_base64`.
fn request(fields: &mut Fields<'_>) -> Option<Vec<u8>> {
    let read = match (
        fields.value("request"),
        fields.value("request_json"),
        fields.text("request_base64"),
    ) {
        (Some(table @ Value::Table(_)), None, None) => json_of(&table).map(String::into_bytes),
        (None, Some(text), None) => text_of(&text).map(String::into_bytes),
        (None, None, Some(base64)) => base64_decode(&base64),
        _ => {
            Err("write one of `request` (a table), `request_json` and `request_base64`".to_owned())
        }
    };
    read.map_err(|problem| fields.problem(problem)).ok()
}

/// Reads `expect`, `decision` or `error`.
fn expectation(fields: &mut Fields<'_>) -> Option<Expectation> {
    match (
        fields.table("expect"),
        fields.text("decision"),
        fields.text("error"),
    ) {
        (Some(table), None, None) => {
            let mut problems = Vec::new();
            let mut inner = Fields::new(table, "expect".to_owned(), &mut problems);
            let expected = expected(&mut inner);
            inner.finish();
            for problem in problems {
                fields.problem(problem);
            }
            Some(Expectation::Keys(Box::new(expected)))
        }
        (None, Some(whole), None) => Some(Expectation::Whole(whole.trim().to_owned())),
        (None, None, Some(code)) => Some(Expectation::Error(code)),
        _ => {
            fields.problem("write one of `expect`, `decision` and `error`");
            None
        }
    }
}

fn expected(fields: &mut Fields<'_>) -> Expected {
    let expected = Expected {
        effect: fields.text("effect"),
        rule: fields.text("rule"),
        gap: fields.text("gap"),
        layer: fields.text("layer"),
        origin: fields.text("origin"),
        matched: fields.texts("matched"),
        matched_as: fields.texts("matched_as"),
        certain: fields.flag("certain"),
        unknown: fields.texts("unknown"),
        shadow: fields.texts("shadow"),
        leaves: fields
            .count("leaves")
            .and_then(|count| usize::try_from(count).ok()),
        leaf_texts: fields.texts("leaf_texts"),
        leaf_ops: fields.texts("leaf_ops"),
        leaf_effects: fields.texts("leaf_effects"),
    };
    if expected.effect.is_none() {
        fields.problem("every `expect` names the `effect`");
    }
    expected
}

/// Reads a list of expected diagnostics.
fn diagnostics(key: &str, fields: &mut Fields<'_>) -> Option<Vec<ExpectedDiagnostic>> {
    let tables = fields.tables(key)?;
    let mut out = Vec::new();
    let mut problems = Vec::new();
    for table in tables {
        let mut inner = Fields::new(table, key.to_owned(), &mut problems);
        out.push(ExpectedDiagnostic {
            code: inner.text("code"),
            file: inner.text("file"),
            line: inner.count("line"),
            column: inner.count("column"),
            message: inner.text("message"),
            hint: inner.text("hint"),
        });
        inner.finish();
    }
    for problem in problems {
        fields.problem(problem);
    }
    Some(out)
}

/// Reads `covers`. Which entries there are is the core's catalogue, and a test of its own.
fn covers(fields: &mut Fields<'_>) -> Vec<String> {
    fields.texts("covers").unwrap_or_default()
}

fn is_kebab_case(name: &str) -> bool {
    name.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}
