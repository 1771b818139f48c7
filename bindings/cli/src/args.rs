//! What the command line says.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::builder::{OsStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use doorward::{FORMAT_VERSION, Layer};
use doorward_host::hook::Host;
use doorward_host::{PolicyFile, TEMPLATES};

use crate::help;

static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} (policy format {FORMAT_VERSION})",
        env!("CARGO_PKG_VERSION")
    )
});

/// Decides whether an action may happen, and says what was missing.
#[derive(Debug, Parser)]
#[command(name = "doorward", version = VERSION.as_str(), arg_required_else_help = true, after_help = help::TOP)]
pub(crate) struct Cli {
    /// When to use colour; `auto` is on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", display_order = 100)]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// Returns what the arguments say about colour, as far as that can be told before they are parsed.
pub(crate) fn wished_color(arguments: impl Iterator<Item = OsString>) -> Color {
    let mut arguments = arguments.skip(1).take_while(|argument| argument != "--");
    let mut wish = None;
    while let Some(argument) = arguments.next() {
        let value = match argument
            .to_str()
            .and_then(|text| text.strip_prefix("--color"))
        {
            Some("") => arguments.next(),
            Some(value) => value.strip_prefix('=').map(OsString::from),
            None => None,
        };
        wish = value
            .and_then(|value| Color::from_str(value.to_str()?, false).ok())
            .or(wish);
    }
    wish.unwrap_or(Color::Auto)
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load a policy, run its examples and tests, and show every problem in its place
    #[command(after_help = help::CHECK)]
    Check(Check),
    /// Decide requests: canonical JSON, one decision a line
    #[command(after_help = help::DECIDE)]
    Decide(Decide),
    /// Decide one command or request and explain the decision to a person
    #[command(after_help = help::EXPLAIN)]
    Explain(Explain),
    /// Print the digest that an approval bound to some fields of a request must carry
    #[command(after_help = help::DIGEST)]
    Digest(Digest),
    /// Answer a coding agent's hook: a tool call on stdin, the host's own answer on stdout
    #[command(after_help = help::HOOK)]
    Hook(Hook),
    /// Write a policy to begin with, and put the hook into the agents' settings
    #[command(after_help = help::INIT)]
    Init(Init),
    /// Say whether it all works: the policy, the hooks, the last error
    #[command(after_help = help::STATUS)]
    Status(Status),
}

/// `doorward init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The policy to begin with [default: claude, unless there is a policy already]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(TEMPLATES.map(|template| template.name)))]
    pub(crate) template: Option<String>,
    /// Where to write the policy, `-` for stdout and nothing else [default: policy.toml where the user's policies live]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Replace a policy that is there, keeping it as a backup
    #[arg(long)]
    pub(crate) force: bool,
    /// A host to register the hook with; given several times, several. Those found on this machine when none is given
    #[arg(long = "host", value_name = "HOST", value_parser = host())]
    pub(crate) hosts: Vec<Host>,
    /// Put the hook into the hosts' settings instead of printing what belongs there; a backup is kept beside each
    #[arg(long)]
    pub(crate) write: bool,
    /// Print what was done in one line on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// `doorward status`.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Print the state in one line on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// `doorward hook`.
#[derive(Debug, Args)]
pub(crate) struct Hook {
    /// The host that calls; `auto` tells it from the payload, and blocks when that shows none
    #[arg(long, value_name = "HOST", value_parser = host_or_auto(), default_value = "auto")]
    pub(crate) host: HostOrAuto,
    #[command(flatten)]
    pub(crate) policy: PolicyOption,
    /// Accepted for symmetry with the other commands: an answer is in the host's own form
    #[arg(long)]
    pub(crate) json: bool,
}

/// A host, or none when the payload shall show it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostOrAuto(pub(crate) Option<Host>);

fn host() -> impl TypedValueParser<Value = Host> {
    PossibleValuesParser::new(Host::ALL.map(Host::name)).try_map(|name| name.parse::<Host>())
}

fn host_or_auto() -> impl TypedValueParser<Value = HostOrAuto> {
    PossibleValuesParser::new(["auto"].into_iter().chain(Host::ALL.map(Host::name)))
        .map(|name| HostOrAuto(name.parse().ok()))
}

/// `doorward check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Policy files, or directories of *.toml files; those in force here when none is given
    #[arg(value_name = "[LAYER=]FILE", value_parser = policy_file(), value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PolicyFile>,
    /// Print {"diagnostics":[..],"rules":n,"examples":n,"tests":n} in one line on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// The option `--policy`.
#[derive(Debug, Args)]
pub(crate) struct PolicyOption {
    /// A policy file, or a directory of *.toml files; given several times, all make one policy
    #[arg(long = "policy", value_name = "[LAYER=]FILE", value_parser = policy_file(), value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PolicyFile>,
}

/// `doorward decide`.
#[derive(Debug, Args)]
pub(crate) struct Decide {
    #[command(flatten)]
    pub(crate) policy: PolicyOption,
    /// One request; without it and without --request-file, requests are read from stdin, one a line
    #[arg(value_name = "REQUEST", conflicts_with = "request_file")]
    pub(crate) request: Option<OsString>,
    /// Decide the one request that this file holds, over as many lines as it likes; `-` is stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) request_file: Option<PathBuf>,
    /// Exit with the effect, the strictest one of several requests
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// Accepted for symmetry with the other commands: decisions are always JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `doorward explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) policy: PolicyOption,
    /// A Bash command, or a request when it starts with `{"`; several words are one command, each word as it stands
    #[arg(value_name = "COMMAND|REQUEST", required = true)]
    pub(crate) subject: Vec<OsString>,
    /// Print the decision as canonical JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with the effect
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// `doorward digest`.
#[derive(Debug, Args)]
pub(crate) struct Digest {
    /// A field that the approval is bound to, as under `bound`; given once for each
    #[arg(long = "field", value_name = "FIELD", required = true)]
    pub(crate) fields: Vec<String>,
    /// The request
    #[arg(value_name = "REQUEST")]
    pub(crate) request: OsString,
}

fn policy_file() -> impl TypedValueParser<Value = PolicyFile> {
    OsStringValueParser::new().map(layered)
}

/// Returns the file that `[LAYER=]FILE` names. Only the five layer words count; `./user=x.toml` is a file of that name.
fn layered(argument: OsString) -> PolicyFile {
    let parts = argument.to_str().and_then(|text| text.split_once('='));
    match parts {
        Some(("managed", path)) => PolicyFile::new(Layer::Managed, path),
        Some(("user", path)) => PolicyFile::user(path),
        Some(("project", path)) => PolicyFile::new(Layer::Project, path),
        Some(("trusted", path)) => PolicyFile::new(Layer::Project, path).trusted(true),
        Some(("auto", path)) => PolicyFile::new(Layer::Auto, path),
        _ => PolicyFile::user(argument),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_wish_for_colour_is_understood_before_the_rest_is() {
        let wish = |text: &str| wished_color(text.split(' ').map(OsString::from));
        assert_eq!(wish("doorward chekc --color never"), Color::Never);
        assert_eq!(
            wish("doorward --color=always explain -- --color=never"),
            Color::Always
        );
        assert_eq!(wish("doorward check --color sometimes"), Color::Auto);
    }

    #[test]
    fn only_a_layer_word_before_the_first_equals_sign_is_a_layer() {
        let read = |text: &str| layered(OsString::from(text));
        assert_eq!(
            read("managed=a.toml"),
            PolicyFile::new(Layer::Managed, "a.toml")
        );
        assert_eq!(
            read("trusted=a=b.toml"),
            PolicyFile::new(Layer::Project, "a=b.toml").trusted(true)
        );
        assert_eq!(
            read("project=a.toml"),
            PolicyFile::new(Layer::Project, "a.toml")
        );
        assert_eq!(read("./user=a.toml"), PolicyFile::user("./user=a.toml"));
        assert_eq!(read("team=a.toml"), PolicyFile::user("team=a.toml"));
        assert_eq!(read("a.toml"), PolicyFile::user("a.toml"));
    }
}
