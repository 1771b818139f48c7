//! A tool call, whichever host it comes from, as a request.

use std::path::{Path, PathBuf};

use doorward::Request;
use serde_json::{Map, Value, json};

use crate::hook::Host;
use crate::hook::fields::{in_words_of_the_catalogue, quoted};
use crate::hook::payload::{Failure, Payload};
use crate::real_path::{by_its_text, real_path};
use crate::{Facts, Places, repository_root};

/// A tool call in the words of the catalogue.
#[derive(Debug)]
pub(super) struct Call {
    host: Host,
    session: Option<String>,
    action: String,
    input: Map<String, Value>,
    resource: Option<Value>,
    /// The directory that the call happens in, where the payload says so.
    cwd: Option<PathBuf>,
    /// The directory that the session began in.
    project: Option<PathBuf>,
}

impl Call {
    /// Reads the call of a payload; `project` is the directory that the session began in, where the host told so.
    pub(super) fn read(
        host: Host,
        payload: &Payload,
        project: Option<&Path>,
    ) -> Result<Self, Failure> {
        let (action, input, resource) = match host {
            Host::Cursor => of_cursor(payload)?,
            Host::OpenCode => of_opencode(payload)?,
            Host::Gemini => of_gemini(payload)?,
            Host::Claude | Host::Codex => (tool_name(payload)?, tool_input(payload)?, None),
        };
        let (input, inside) = in_words_of_the_catalogue(&action, input)?;
        let stated = match host {
            Host::OpenCode => payload.optional_text("directory")?,
            _ => payload.optional_text("cwd")?,
        };
        let workspace = workspace(payload);
        let cwd = stated
            .filter(|cwd| !cwd.is_empty())
            .map(PathBuf::from)
            .or_else(|| workspace.clone());
        if cwd.as_ref().is_some_and(|cwd| !cwd.is_absolute()) {
            return Err(Failure::new(
                "`cwd` of the hook's payload is no absolute path".to_owned(),
            ));
        }
        let cwd = cwd.or_else(|| std::env::current_dir().ok());
        let project = project
            .map(Path::to_path_buf)
            .or(workspace)
            .or_else(|| cwd.clone());
        let cwd = match (cwd, inside) {
            (Some(cwd), Some(inside)) => Some(directory(&cwd.join(inside))),
            (cwd, _) => cwd,
        };
        Ok(Self {
            host,
            session: payload.session().map(str::to_owned),
            action,
            input,
            resource,
            cwd,
            project,
        })
    }

    /// Returns the directories whose policies are in force: the session's project, and where the call happens if that is
    /// elsewhere.
    pub(super) fn directories(&self) -> Vec<&Path> {
        let project = self.project.as_deref();
        let cwd = self.cwd.as_deref();
        match (project, cwd) {
            (Some(project), Some(cwd)) if project == cwd => vec![cwd],
            (project, cwd) => project.into_iter().chain(cwd).collect(),
        }
    }

    /// Returns the request that the call is judged as.
    pub(super) fn request(self, places: &Places) -> Result<Request, Failure> {
        let mut actor = Map::new();
        actor.insert("id".to_owned(), json!(self.host.name()));
        actor.insert("kind".to_owned(), json!("agent"));
        actor.insert("roles".to_owned(), json!([]));
        if let Some(session) = self.session {
            actor.insert("session".to_owned(), json!({ "id": session }));
        }
        let mut request = Map::new();
        request.insert("actor".to_owned(), Value::Object(actor));
        request.insert("action".to_owned(), Value::String(self.action));
        request.insert("input".to_owned(), Value::Object(self.input));
        if let Some(resource) = self.resource {
            request.insert("resource".to_owned(), resource);
        }
        let project = self
            .project
            .as_deref()
            .map(|project| repository_root(project).unwrap_or(project));
        if let Some(project) = project.and_then(Path::to_str) {
            request.insert("facts".to_owned(), json!({ "project": project }));
        }
        let request = Value::Object(request);
        let request = Request::from_json(request.to_string().as_bytes())
            .map_err(|error| Failure::new(format!("the hook's payload is no request: {error}")))?;
        let mut facts = Facts::of_this_process();
        if let Some(cwd) = self.cwd {
            facts = facts.cwd(cwd);
        }
        if let Some(home) = places.home_directory() {
            facts = facts.home(home);
        }
        Ok(facts.fill(request))
    }
}

/// Returns the directory that the kernel goes to for a path: where `..` stands behind a link, that is not what the text says.
fn directory(path: &Path) -> PathBuf {
    let (text, real) = (by_its_text(path), real_path(path));
    if real_path(&text) == real { text } else { real }
}

type Parts = (String, Map<String, Value>, Option<Value>);

fn tool_name(payload: &Payload) -> Result<String, Failure> {
    match payload.optional_text("tool_name")? {
        None | Some("") => Err(Failure::new(
            "the hook's payload names no tool: `tool_name`".to_owned(),
        )),
        Some(name) => Ok(name.to_owned()),
    }
}

fn tool_input(payload: &Payload) -> Result<Map<String, Value>, Failure> {
    match payload.get("tool_input") {
        None => Ok(Map::new()),
        Some(input) => object(input, "tool_input"),
    }
}

fn object(value: &Value, name: &str) -> Result<Map<String, Value>, Failure> {
    match value {
        Value::Object(fields) => Ok(fields.clone()),
        _ => Err(Failure::new(format!(
            "`{name}` of the hook's payload is no object"
        ))),
    }
}

fn of_gemini(payload: &Payload) -> Result<Parts, Failure> {
    let context = |key: &str| payload.get("mcp_context")?.get(key)?.as_str();
    let name = match (context("server_name"), context("tool_name")) {
        (Some(server), Some(tool)) => format!("mcp__{server}__{tool}"),
        _ => tool_name(payload)?,
    };
    Ok((name, tool_input(payload)?, None))
}

fn of_cursor(payload: &Payload) -> Result<Parts, Failure> {
    let fields = |names: &[&str]| -> Map<String, Value> {
        names
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), payload.get(name)?.clone())))
            .collect()
    };
    match payload.text("hook_event_name") {
        Some("beforeShellExecution") => Ok(("Bash".to_owned(), fields(&["command"]), None)),
        Some("beforeReadFile" | "beforeTabFileRead") => {
            Ok(("Read".to_owned(), fields(&["file_path"]), None))
        }
        Some("beforeMCPExecution") => {
            // The input comes as text.
            let input = match payload.get("tool_input") {
                Some(Value::String(text)) => serde_json::from_str(text).map_err(|error| {
                    Failure::new(format!(
                        "`tool_input` of the hook's payload cannot be read: {error}"
                    ))
                })?,
                Some(input) => input.clone(),
                None => json!({}),
            };
            if let Some(Value::String(text)) = payload.get("tool_input") {
                Request::from_json(text.as_bytes()).map_err(|error| {
                    Failure::new(format!(
                        "`tool_input` of the hook's payload cannot be read: {error}"
                    ))
                })?;
            }
            let server = payload.text("url").or_else(|| payload.text("command"));
            let resource = server.map(|server| json!({ "type": "mcp-server", "id": server }));
            Ok((
                format!("MCP:{}", tool_name(payload)?),
                object(&input, "tool_input")?,
                resource,
            ))
        }
        _ => Ok((tool_name(payload)?, tool_input(payload)?, None)),
    }
}

fn of_opencode(payload: &Payload) -> Result<Parts, Failure> {
    let part = |part: &str, key: &str| payload.get(part).and_then(|part| part.get(key));
    let Some(tool) = part("input", "tool").and_then(Value::as_str) else {
        return Err(Failure::new(
            "the plugin's call names no tool: `input.tool`".to_owned(),
        ));
    };
    let input = match part("output", "args") {
        None | Some(Value::Null) => Map::new(),
        Some(args) => object(args, "output.args")?,
    };
    Ok((tool.to_owned(), input, None))
}

/// Returns the first of the folders that are open, for a host that says so.
fn workspace(payload: &Payload) -> Option<PathBuf> {
    let roots = payload.get("workspace_roots")?.as_array()?;
    let first = PathBuf::from(roots.first()?.as_str()?);
    first.is_absolute().then_some(first)
}

/// Returns the words of a command that a host sends one by one as one line.
pub(super) fn line_of(words: &[Value]) -> Option<String> {
    let words: Option<Vec<String>> = words.iter().map(|word| word.as_str().map(quoted)).collect();
    Some(words?.join(" "))
}
