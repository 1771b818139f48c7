//! Settings whose value is a command: `core.pager=x` behind `git -c`, `ProxyCommand=x` behind `ssh -o`.

use compact_str::format_compact;

use super::SETTINGS;
use crate::command::text::Text;

/// Returns the script that a setting, `name=value` or `name value`, makes its program run.
pub(super) fn script(setting: &Text) -> Option<Text> {
    let known = setting.beginning()?;
    let end = known.find(['=', ' ', '\t'])?;
    let name = known.get(..end)?.to_ascii_lowercase();
    let value = setting.clone().without(end + 1);
    // Whatever takes both a word and a command tells them apart by a `!`.
    let marked = value
        .beginning()
        .is_some_and(|value| value.starts_with('!'));
    if !marked && !SETTINGS.fit(&name) {
        return None;
    }
    Some(match value {
        Text::Exact(value) => {
            let value = value.trim_start_matches([' ', '\t', '=']);
            // A helper or an alias of git is a command of its own behind `!`, and one of git's otherwise.
            let script = match (value.strip_prefix('!'), name.split('.').next()) {
                (Some(script), _) => script.into(),
                (None, Some("alias")) => format_compact!("git {value}"),
                (None, Some("credential")) if !value.contains('/') => {
                    format_compact!("git credential-{value}")
                }
                (None, _) => value.into(),
            };
            Text::Exact(script)
        }
        _ => Text::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::{Text, script};

    #[test]
    fn a_command_is_found() {
        for (setting, wanted) in [
            ("core.pager=rm x", Some("rm x")),
            ("Core.SshCommand=ssh -i k", Some("ssh -i k")),
            ("alias.st=status -s", Some("git status -s")),
            ("alias.x=!rm y", Some("rm y")),
            ("credential.helper=store", Some("git credential-store")),
            ("credential.https://a.example.helper=!f", Some("f")),
            ("filter.lfs.clean=x", Some("x")),
            ("ProxyCommand nc %h %p", Some("nc %h %p")),
            ("ProxyCommand = nc", Some("nc")),
            ("exec=rm z", Some("rm z")),
            ("submodule.x.update=!f", Some("f")),
            ("submodule.x.update=rebase", None),
            ("user.name=rm", None),
            ("StrictHostKeyChecking=no", None),
        ] {
            let found = script(&Text::Exact(setting.into()));
            assert_eq!(
                found,
                wanted.map(|text| Text::Exact(text.into())),
                "{setting}"
            );
        }
    }
}
