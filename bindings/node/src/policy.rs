//! The policy, compiled once and decided many times.

use std::path::{Path, PathBuf};

use doorward::{Layer, Request, Source, Value, wire};
use napi::bindgen_prelude::{Either, Error, Result, Status};
use napi_derive::napi;

use crate::refusal::{Refusal, Rejection};

/// One policy file's text and where it stands.
#[derive(Debug)]
#[napi(object)]
pub struct SourceText {
    /// The name that diagnostics and origins show.
    pub name: String,
    /// `managed`, `user`, `project` or `auto`.
    pub layer: String,
    /// The TOML.
    pub text: String,
    /// Whether a project's file may do more than tighten.
    pub trusted: Option<bool>,
}

/// What the policy's own tests said.
#[derive(Debug)]
#[napi(object)]
pub struct TestOutcome {
    /// How many ran.
    pub ran: u32,
    /// Those that failed, as JSON: `{"diagnostics":[..]}`.
    pub failures: String,
}

/// A path or glob, and where it leads.
#[derive(Debug)]
#[napi(object)]
pub struct Link {
    /// The path, as it is judged, or the glob.
    pub path: String,
    /// The places.
    pub leads: Vec<String>,
    /// Whether they are a list, which a glob's are.
    pub several: bool,
}

/// A compiled policy.
#[derive(Debug)]
#[napi]
pub struct Policy(doorward::Policy);

#[napi]
impl Policy {
    /// Compiles one source, named `policy`, of layer user.
    #[napi(catch_unwind)]
    pub fn from_toml(text: String) -> Either<Policy, Rejection> {
        compiled(doorward::Policy::from_toml(&text))
    }

    /// Compiles several sources into one policy.
    ///
    /// # Errors
    ///
    /// A layer that does not exist.
    #[napi(catch_unwind)]
    pub fn from_sources(sources: Vec<SourceText>) -> Result<Either<Policy, Rejection>> {
        let mut builder = doorward::Policy::builder();
        for source in sources {
            let layer: Layer = source
                .layer
                .parse()
                .map_err(|error| Error::new(Status::InvalidArg, error))?;
            let trusted = source.trusted.unwrap_or_default();
            builder = builder.source(Source::new(source.name, layer, source.text).trusted(trusted));
        }
        Ok(compiled(builder.build()))
    }

    /// Compiles the files and directories at `paths`.
    #[napi(catch_unwind)]
    pub fn load(paths: Vec<String>) -> Either<Policy, Rejection> {
        let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
        compiled(doorward_host::load(&paths))
    }

    /// Compiles what is in force in the directory `cwd`.
    #[napi(catch_unwind)]
    pub fn discover(cwd: String) -> Either<Policy, Rejection> {
        compiled(doorward_host::discover(Path::new(&cwd)))
    }

    /// Decides a request given as text.
    #[napi(catch_unwind)]
    pub fn decide_text(&self, request: String) -> Either<String, Refusal> {
        self.answer(request.as_bytes())
    }

    /// Decides a request given as bytes, read in place.
    #[napi(catch_unwind)]
    pub fn decide_bytes(&self, request: &[u8]) -> Either<String, Refusal> {
        self.answer(request)
    }

    /// Returns the absolute paths that deciding a request, given as text, looks at.
    #[napi(catch_unwind)]
    pub fn paths_text(&self, request: String) -> Either<Vec<String>, Refusal> {
        match Request::from_json(request.as_bytes()) {
            Ok(request) => Either::A(self.0.paths(&request)),
            Err(error) => Either::B(error.into()),
        }
    }

    /// Returns where the paths of a request, given as text, lead on this machine.
    #[napi(catch_unwind)]
    pub fn resolve_text(&self, request: String) -> Either<Vec<Link>, Refusal> {
        let request = match Request::from_json(request.as_bytes()) {
            Ok(request) => request,
            Err(error) => return Either::B(error.into()),
        };
        let links = doorward_host::resolved(&self.0, &request).into_iter();
        let text = |place: &Value| place.as_text().map(str::to_owned);
        Either::A(
            links
                .map(|(path, leads)| match leads {
                    Value::List(places) => Link {
                        path,
                        leads: places.iter().filter_map(text).collect(),
                        several: true,
                    },
                    place => Link {
                        path,
                        leads: text(&place).into_iter().collect(),
                        several: false,
                    },
                })
                .collect(),
        )
    }

    /// Returns the policy's content hash.
    #[napi(catch_unwind)]
    pub fn id(&self) -> String {
        self.0.id().to_owned()
    }

    /// Returns how many rules the policy has.
    #[napi(catch_unwind)]
    pub fn rule_count(&self) -> u32 {
        u32::try_from(self.0.rule_count()).unwrap_or(u32::MAX)
    }

    /// Returns the policy's lints, as JSON: `{"diagnostics":[..]}`.
    #[napi(catch_unwind)]
    pub fn warnings(&self) -> String {
        wire::diagnostics_json(self.0.warnings())
    }

    /// Runs the policy's `[[test]]` entries.
    #[napi(catch_unwind)]
    pub fn run_tests(&self) -> TestOutcome {
        let report = self.0.run_tests();
        TestOutcome {
            ran: u32::try_from(report.ran).unwrap_or(u32::MAX),
            failures: wire::diagnostics_json(&report.failures),
        }
    }

    fn answer(&self, request: &[u8]) -> Either<String, Refusal> {
        match wire::decide_json(&self.0, request) {
            Ok(decision) => Either::A(decision),
            Err(error) => Either::B(error.into()),
        }
    }
}

fn compiled(
    outcome: std::result::Result<doorward::Policy, doorward::PolicyError>,
) -> Either<Policy, Rejection> {
    match outcome {
        Ok(policy) => Either::A(Policy(policy)),
        Err(error) => Either::B(error.into()),
    }
}
