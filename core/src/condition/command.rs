//! `command`: what a leaf's command runs.

use alloc::string::String;
use alloc::vec::Vec;

use super::place::PlaceCondition;
use super::text::Pattern;
use super::{Condition, Finding, Scene, Truth, Why};
use crate::command::{Act, CommandPattern, Fit, Judged, Text};
use crate::request::leaf::{Leaf, Op, Piped, Subject};

/// A condition on the words of a command; its parts must all hold, and one of each list.
#[derive(Clone, Debug)]
pub(crate) struct CommandCondition {
    /// Whether a path that belongs to a command carries it along: for rules that restrict, and for exceptions. An allow
    /// of a command is no allow of what it writes.
    pub(crate) carried: bool,
    /// The command begins with one of these.
    pub(crate) run: Vec<CommandPattern>,
    /// The command is one of these, word for word.
    pub(crate) exact: Vec<CommandPattern>,
    pub(crate) any_flag: Vec<String>,
    pub(crate) all_flags: Vec<String>,
    pub(crate) no_flag: Vec<String>,
    /// One of these fits an argument.
    pub(crate) any_arg: Vec<Pattern>,
    /// One of these fits, for each argument.
    pub(crate) every_arg: Vec<Pattern>,
    /// Names of variables: an allow covers that they are set, any other rule asks whether one is.
    pub(crate) env: Vec<String>,
    /// What the command reads, writes and deletes.
    pub(crate) touches: Vec<(Act, PlaceCondition)>,
    /// Its output goes to one of these.
    pub(crate) pipe_to: Vec<CommandPattern>,
    /// One of these programs runs it.
    pub(crate) via: Vec<String>,
}

impl CommandCondition {
    /// Returns a condition that says nothing.
    pub(super) fn empty(carried: bool) -> Self {
        Self {
            carried,
            run: Vec::new(),
            exact: Vec::new(),
            any_flag: Vec::new(),
            all_flags: Vec::new(),
            no_flag: Vec::new(),
            any_arg: Vec::new(),
            every_arg: Vec::new(),
            env: Vec::new(),
            touches: Vec::new(),
            pipe_to: Vec::new(),
            via: Vec::new(),
        }
    }

    /// Returns this condition with just one key of its table; `None` for a key that does not stand for itself.
    pub(crate) fn only(&self, key: &str) -> Option<Self> {
        let mut only = Self::empty(self.carried);
        let touches = |act: Act| {
            let own = self.touches.iter();
            own.filter(|touch| touch.0 == act).cloned().collect()
        };
        match key {
            "run" => only.run.clone_from(&self.run),
            "exact" => only.exact.clone_from(&self.exact),
            "any_flag" => only.any_flag.clone_from(&self.any_flag),
            "all_flags" => only.all_flags.clone_from(&self.all_flags),
            "no_flag" => only.no_flag.clone_from(&self.no_flag),
            "any_arg" => only.any_arg.clone_from(&self.any_arg),
            "every_arg" => only.every_arg.clone_from(&self.every_arg),
            "env" => only.env.clone_from(&self.env),
            "reads" => only.touches = touches(Act::Read),
            "writes" => only.touches = touches(Act::Write),
            "deletes" => only.touches = touches(Act::Delete),
            "pipe_to" => only.pipe_to.clone_from(&self.pipe_to),
            "via" => only.via.clone_from(&self.via),
            _ => return None,
        }
        Some(only)
    }

    /// Builds the automaton of every pattern.
    pub(super) fn warm(&self) {
        let arguments = self.any_arg.iter().chain(&self.every_arg);
        arguments.for_each(Pattern::warm);
        self.touches.iter().for_each(|(_, place)| place.warm());
    }

    /// Whether this condition is on more than words and options: on arguments, names, places, pipes or wrappers.
    pub(crate) fn is_on_effects(&self) -> bool {
        let arguments = !self.any_arg.is_empty() || !self.every_arg.is_empty();
        let around = !self.env.is_empty() || !self.pipe_to.is_empty() || !self.via.is_empty();
        arguments || around || !self.touches.is_empty()
    }

    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        let may_run = matches!(
            scene.leaf.op,
            Subject::Known(Op::ProcExec) | Subject::Unknown(_)
        );
        if !self.carried && !may_run {
            return Ok(false);
        }
        let leaf = scene.leaf;
        match (&leaf.command, &leaf.call) {
            (Subject::None, _) => Ok(false),
            (Subject::Unknown(why), _) => Err(*why),
            (Subject::Known(_), None) => Err(Why::Unresolved),
            (Subject::Known(words), Some(call)) => {
                let judged = Judged {
                    words,
                    call,
                    places: &leaf.places,
                    anchors: &scene.anchors,
                };
                let truth = self.truth(&judged, scene);
                // Its program is known, and what that runs is not.
                if leaf.opaque.is_some() && (!self.carried || truth != Truth::True) {
                    return Err(Why::Unresolved);
                }
                truth.into()
            }
        }
    }

    /// Returns the texts of which one must fit; none when the condition is only about options.
    pub(crate) fn texts(&self) -> &[CommandPattern] {
        if self.run.is_empty() {
            &self.exact
        } else {
            &self.run
        }
    }

    fn truth(&self, judged: &Judged<'_>, scene: &Scene<'_>) -> Truth {
        let fit = self.fit(judged, scene.leaf);
        if fit == Fit::No {
            return Truth::False;
        }
        self.touches
            .iter()
            .fold(Truth::from(fit), |truth, (act, place)| {
                truth.and(self.touch(*act, place, judged, scene))
            })
    }

    /// Whether what a command reads, writes or deletes is at a place: any of it for a rule that restricts, all of it for
    /// one that permits.
    fn touch(
        &self,
        act: Act,
        place: &PlaceCondition,
        judged: &Judged<'_>,
        scene: &Scene<'_>,
    ) -> Truth {
        let wanted = match act {
            Act::Read => Op::FileRead,
            Act::Write => Op::FileWrite,
            _ => Op::FileDelete,
        };
        let touched = scene.leaf.touched.iter();
        let touched = touched.filter_map(|at| scene.leaves.get(*at));
        let of = |leaf: &Leaf| match leaf.op {
            Subject::Known(op) if op == wanted => place.find_on(leaf, scene),
            // It may be this that is done.
            Subject::Unknown(_) => match place.find_on(leaf, scene) {
                Truth::False if self.carried => Truth::False,
                _ => Truth::Unknown(Why::Unresolved),
            },
            _ if self.carried => Truth::False,
            _ => Truth::True,
        };
        let truths = touched.map(of);
        if self.carried {
            truths.fold(Truth::False, Truth::or)
        } else if judged.call.open {
            truths.fold(Truth::True, Truth::and)
        } else {
            // What a program does that nobody knows cannot be at the right place for certain.
            Truth::Unknown(Why::Unresolved)
        }
    }

    fn fit(&self, judged: &Judged<'_>, leaf: &Leaf) -> Fit {
        let any = |fits: &mut dyn Iterator<Item = Fit>| fits.fold(Fit::No, Fit::or);
        let of = |patterns: &[CommandPattern], fit: &dyn Fn(&CommandPattern) -> Fit| {
            if patterns.is_empty() {
                Fit::Yes
            } else {
                any(&mut patterns.iter().map(fit))
            }
        };
        let run = of(&self.run, &|pattern| pattern.matches(judged, self.carried))
            .and(of(&self.exact, &|pattern| pattern.is(judged, self.carried)));
        if run == Fit::No {
            return Fit::No;
        }
        let (words, call) = (judged.words, judged.call);
        let has = |flag: &String| call.has_flag(flag, words);
        let any_flag = if self.any_flag.is_empty() {
            Fit::Yes
        } else {
            any(&mut self.any_flag.iter().map(has))
        };
        run.and(any_flag)
            .and(self.all_flags.iter().map(has).fold(Fit::Yes, Fit::and))
            .and(any(&mut self.no_flag.iter().map(has)).not())
            .and(self.arguments(judged))
            .and(self.variables(leaf))
            .and(self.pipes(leaf))
            .and(self.wrappers(leaf))
    }

    fn arguments(&self, judged: &Judged<'_>) -> Fit {
        if self.any_arg.is_empty() && self.every_arg.is_empty() {
            return Fit::Yes;
        }
        let arguments = judged.call.arguments(judged.words);
        let one = |patterns: &[Pattern], (text, many): &(Text, bool)| {
            let fits = |text: &str| patterns.iter().any(|pattern| pattern.matches(text));
            let fit = text.fit(fits, |_| Fit::Perhaps);
            if *many { Fit::Perhaps } else { fit }
        };
        let mut fit = Fit::Yes;
        if !self.any_arg.is_empty() {
            let any = arguments
                .iter()
                .map(|argument| one(&self.any_arg, argument));
            fit = fit.and(any.fold(Fit::No, Fit::or));
        }
        if !self.every_arg.is_empty() {
            let every = arguments
                .iter()
                .map(|argument| one(&self.every_arg, argument));
            fit = fit.and(every.fold(Fit::Yes, Fit::and));
        }
        fit
    }

    /// For a rule that restricts, whether one of the variables is set. For one that permits see [`covers`].
    fn variables(&self, leaf: &Leaf) -> Fit {
        if self.env.is_empty() || !self.carried {
            return Fit::Yes;
        }
        let set = self.env.iter().map(|name| leaf.names.has(name));
        set.fold(Fit::No, Fit::or)
    }

    fn pipes(&self, leaf: &Leaf) -> Fit {
        if self.pipe_to.is_empty() {
            return Fit::Yes;
        }
        leaf.pipes
            .iter()
            .map(|piped| match piped {
                Piped::Command(words, call, places) => {
                    let judged = Judged {
                        words,
                        call,
                        places,
                        anchors: &crate::path::Anchors::default(),
                    };
                    let fits = self
                        .pipe_to
                        .iter()
                        .map(|pattern| pattern.matches(&judged, true));
                    fits.fold(Fit::No, Fit::or)
                }
                Piped::Unknown => Fit::Perhaps,
            })
            .fold(Fit::No, Fit::or)
    }

    fn wrappers(&self, leaf: &Leaf) -> Fit {
        let is = |name: &String| {
            let name = name.as_str();
            leaf.via
                .iter()
                .any(|via| crate::command::programs::base_name(via) == name)
        };
        Fit::from(self.via.is_empty() || self.via.iter().any(is))
    }

    /// Whether this condition fits a command and names `name`, in its text or among its flags.
    fn names(&self, judged: &Judged<'_>, scene: &Scene<'_>, name: &str) -> bool {
        let fits = |pattern: &&CommandPattern| pattern.matches(judged, self.carried) == Fit::Yes;
        let mut texts = self.run.iter().filter(fits);
        let is = |pattern: &&CommandPattern| pattern.is(judged, self.carried) == Fit::Yes;
        let exact = self.exact.iter().any(|pattern| is(&pattern));
        let named = |flag: &String| {
            let words = judged.words;
            flag == name || judged.call.same_flag(flag, name, words)
        };
        let flags = || self.any_flag.iter().chain(&self.all_flags).any(named);
        self.truth(judged, scene) == Truth::True
            && (exact || texts.any(|pattern| pattern.names(name)) || flags())
    }
}

/// Whether an allow with these conditions covers what a command can do: an option by which a known program runs or
/// writes something, and a name set before it that is not known to be safe, are covered only if a `command` that fits
/// names them.
pub(crate) fn covers<'c>(
    conditions: impl Iterator<Item = &'c Condition> + Clone,
    scene: &Scene<'_>,
) -> bool {
    let leaf = scene.leaf;
    let any = |test: &dyn Fn(&CommandCondition) -> bool| {
        conditions.clone().any(|condition| match condition {
            Condition::Command(command) => test(command),
            Condition::AnyOf(branches) => branches
                .iter()
                .flatten()
                .any(|condition| matches!(condition, Condition::Command(command) if test(command))),
            _ => false,
        })
    };
    let set = |name: &str| {
        any(&|command: &CommandCondition| {
            !name.is_empty() && command.env.iter().any(|own| own == name)
        })
    };
    if !leaf.names.not_safe().all(set) {
        return false;
    }
    let (Subject::Known(words), Some(call)) = (&leaf.command, &leaf.call) else {
        return true;
    };
    let judged = Judged {
        words,
        call,
        places: &leaf.places,
        anchors: &scene.anchors,
    };
    let named = |name: &str| any(&|command: &CommandCondition| command.names(&judged, scene, name));
    // What nobody knows is covered by a rule that takes the whole of it.
    leaf.opaque.is_some() || !call.unsure && call.named.iter().all(|name| named(name))
}
