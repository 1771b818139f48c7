//! Simple commands: their words, and the ways to write a whole one.

use super::words::{WORD_FORMS, WordForm, plain, single};
use super::{Spelling, Style};

/// A simple command.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its words, the program first.
    pub words: Vec<Word>,
    /// How the whole is written, when not just as its words.
    pub dress: Option<&'static Dress>,
    /// From this its free choices come.
    pub seed: u64,
}

/// A word and how it is spelled.
#[derive(Debug, Clone)]
pub struct Word {
    /// What bash is to make of it.
    pub text: String,
    /// How it is written, when not plainly.
    pub form: Option<&'static WordForm>,
}

/// A way to write a simple command that executes the same words.
#[derive(Debug)]
pub struct Dress {
    /// `%w` the words as spelled, `%p` the program, `%r` the rest, `%b` the words with commas between, `%s` all in single quotes, `%n` a number.
    pub text: &'static str,
    /// Every word stays exactly known.
    pub exact: bool,
    /// It is a single command to the shell's grammar, so an operator may stand beside it.
    pub single: bool,
    /// Without it the words are nothing.
    pub keeps: bool,
}

const fn exact(text: &'static str) -> Dress {
    Dress {
        text,
        exact: true,
        single: true,
        keeps: false,
    }
}

const fn one(text: &'static str) -> Dress {
    Dress {
        text,
        exact: false,
        single: true,
        keeps: false,
    }
}

const fn many(text: &'static str) -> Dress {
    Dress {
        text,
        exact: false,
        single: false,
        keeps: false,
    }
}

/// The word is a file, which the text writes.
const fn writes(text: &'static str) -> Dress {
    Dress {
        text,
        exact: false,
        single: false,
        keeps: true,
    }
}

/// All ways; each executes the words when it stands in a list.
pub const DRESSES: &[Dress] = &[
    exact("{%b}"),
    one("2>/dev/null %w"),
    one(">log %w"),
    one("%p >log %r"),
    one("<README.md %w"),
    one("%w 2>&1 </dev/null"),
    one("CI=1 %w"),
    one("CI=$((1)) %w"),
    one("a[0]=1 %w"),
    one("command %w"),
    one("command -- %w"),
    one("command -p %w"),
    one("builtin command %w"),
    one("command command %w"),
    one("(exec %w)"),
    one("(exec -a tool %w)"),
    one("(exec -c %w)"),
    one("nothing= %w"),
    one("$nothing %w"),
    one("$(:) %w"),
    many("v%n=%p; $v%n %r"),
    many("v%n=%p && ${v%n} %r"),
    many("v%n=%s; $v%n"),
    many("v%n=%s\n${v%n}"),
    many("a%n=(%w); \"${a%n[@]}\""),
    many("a%n=(%w); ${a%n[*]}"),
    many("a%n=(x %w); \"${a%n[@]:1}\""),
    many("export v%n=%p; $v%n %r"),
    many("declare v%n=%p; \"$v%n\" %r"),
    many("printf -v v%n %s %p; $v%n %r"),
    many("read -r v%n <<< %p; $v%n %r"),
    many("v%n=x; v%n+=y; v%n=%p; $v%n %r"),
    many("v%n=%p; declare -n w%n=v%n; $w%n %r"),
    many("v%n=%p; w%n=v%n; ${!w%n} %r"),
    many("v%n=xx%p; ${v%n#xx} %r"),
    many("v%n=%pxx; ${v%n%xx} %r"),
    many("v%n=%p; ${v%n:0} %r"),
    many("v%n=%p; ${v%n,,} %r"),
    many("v%n=%p; ${v%n@E} %r"),
    many("(set -- %w; \"$@\")"),
    many("(set -- %w; $*)"),
    many("for w in %p; do $w %r; done"),
    many("for w in %w; do a%n+=(\"$w\"); done; \"${a%n[@]}\""),
    many("f%n() { \"$@\"; }; f%n %w"),
    many("f%n() { $1 \"${@:2}\"; }; f%n %w"),
    many("f%n() { local p=%p; $p %r; }; f%n"),
    many("f%n() { %p \"$@\"; }; f%n %r"),
    many("hash -p /usr/bin/%p h%n; h%n %r"),
    many("echo() { %w; }; echo hello; unset -f echo"),
    many("(command_not_found_handle() { %w; }; no-such-program)"),
    many("shopt -s expand_aliases\nalias al%n=%p\nal%n %r"),
    many("while read -r l; do $l; done <<< %s"),
    many("[[ %p =~ (.*) ]]; ${BASH_REMATCH[1]} %r"),
    many("(PATH=/nowhere:/bin; %w)"),
    many("(cd build; %w)"),
    many("(IFS=,; v=%b; $v)"),
];

/// Ways in which bash itself opens a file for writing.
pub const WRITES: &[Dress] = &[
    writes("echo x > %w"),
    writes("echo x >> %w"),
    writes("echo x >| %w"),
    writes("echo x &> %w"),
    writes("echo x &>> %w"),
    writes("echo x >& %w"),
    writes("echo x 2> %w"),
    writes("> %w"),
    writes(">> %w"),
    writes("2>%w true"),
    writes("echo >%w x"),
    writes(": <> %w"),
    writes(": 5<>%w"),
    writes(": {fd%n}> %w"),
    writes("exec 6> %w"),
    writes("exec 6>> %w; echo x >&6"),
    writes("exec {fd%n}> %w; echo x >&$fd%n"),
    writes("(exec > %w; echo x)"),
    writes("{ echo x; } > %w"),
    writes("( : ) >> %w"),
    writes("if :; then echo x; fi > %w"),
    writes("while :; do break; done >%w"),
    writes("for i in 1; do :; done 3> %w"),
    writes("case a in a) ;; esac > %w"),
    writes("[[ a ]] > %w"),
    writes("(( 1 )) >%w"),
    writes("f%n() { :; } > %w; f%n"),
    writes("f%n() { echo x > $1; }; f%n %w"),
    writes("f%n() { echo x; }; f%n > %w"),
    writes("set -- %w; echo x > \"$1\""),
    writes("t%n=%w; echo x > \"$t%n\""),
    writes("t%n=%w; echo x > $t%n"),
    writes("t%n=(x %w); echo x > \"${t%n[1]}\""),
    writes("read -r t%n <<< %w; echo x > \"$t%n\""),
    writes("for t%n in %w; do echo x > \"$t%n\"; done"),
    writes("for t%n in a %w; do > \"/tmp/${t%n##*/}\"; done"),
    writes("cat <<< x > %w"),
    writes("cat > %w <<'E%n'\ntext\nE%n\n"),
    writes("cat <<E%n >%w\ntext\nE%n\n"),
    writes("coproc echo x > %w; wait"),
    writes("time : > %w"),
    writes("! : > %w"),
    writes("echo x > >(cat > %w); wait"),
    writes("cat < <(: > %w)"),
    writes(": $(: > %w)"),
    writes("ls | cat > %w"),
    writes("ls &> %w | cat"),
    writes("set -C; echo x >| %w"),
    writes("(cd build; echo x > %w)"),
    writes("(cd build && echo x > ../%w)"),
    writes("pushd src; > %w; popd"),
    writes("(HOME=/tmp; echo x > ~/new%n; > %w)"),
    writes("> \"$PWD\"/%w"),
    writes("> ~+/%w"),
    writes("> ./%w"),
    writes("> ~/project/%w"),
    writes("> build/../%w"),
    writes("> \"${HOME}/project/\"%w"),
    writes("history -s x; history -w %w"),
    writes("(HISTFILE=%w; set -o history; history -s x)"),
    writes("printf '%s\\n' x y > %w"),
    writes("declare -p HOME > %w"),
    writes("exec 9>&1 > %w; echo x; exec >&9"),
    writes("mapfile -t l%n < notes.txt > %w"),
    writes("eval \"> \"%w"),
    writes("bash -c '> \"$1\"' x %w"),
    writes("bash -c '> $0' %w"),
    writes("t%n=%w bash -c '> $t%n'"),
    writes("export t%n=%w; bash -c 'echo x > \"$t%n\"'"),
    writes("echo %w | while read -r l; do > \"$l\"; done"),
    writes("trap '> /tmp/t%n' EXIT; > %w"),
    writes("trap '> new%n' EXIT; cd build; > ../%w"),
];

/// Ways in which real programs write a file.
pub const WRITERS: &[Dress] = &[
    writes("tee %w < README.md"),
    writes("echo x | tee -a %w"),
    writes("tee /tmp/t%n %w <<< x"),
    writes("cp README.md %w"),
    writes("cp -f -- notes.txt %w"),
    writes("cp -t build README.md notes.txt; touch %w"),
    writes("cp --target-directory=build notes.txt"),
    writes("cp README.md notes.txt src"),
    writes("cp -r src build/; > %w"),
    writes("cp -b README.md notes.txt"),
    writes("mv README.md %w"),
    writes("mv notes.txt build"),
    writes("mv -t src notes.txt README.md"),
    writes("mv src build/moved"),
    writes("ln -s README.md %w"),
    writes("ln README.md %w"),
    writes("ln -sf notes.txt %w"),
    writes("ln -t build README.md"),
    writes("dd if=README.md of=%w"),
    writes("dd of=%w <<< x"),
    writes("touch %w"),
    writes("touch -r README.md -- %w"),
    writes("install -m 644 README.md %w"),
    writes("install -D README.md build/deep/new%n; install -d %w"),
    writes("sort -o %w README.md"),
    writes("sort README.md -o%w"),
    writes("sort --output=%w README.md"),
    writes("sort --outp %w README.md"),
    writes("truncate -s 0 %w"),
    writes("truncate --size=5 %w"),
    writes("sed -i s/o/x/ notes.txt; touch %w"),
    writes("sed -i.bak s/o/x/ notes.txt"),
    writes("sed --in-place=.orig -e s/o/x/ README.md notes.txt"),
    writes("sed -ni p notes.txt"),
    writes("sed -n 'w build/new' notes.txt"),
    writes("sed 's/o/x/w /tmp/out' notes.txt"),
    writes("awk '{ print > \"build/new\" }' notes.txt"),
    writes("awk -v f=%w 'BEGIN { print 1 > f }'"),
    writes("mkdir %w"),
    writes("mkdir -p build/one/two; > %w"),
    writes("rmdir src; mkdir %w"),
    writes("rm -f notes.txt"),
    writes("rm -r build src"),
    writes("rm -rf ./*"),
    writes("rm -rf -- *"),
    writes("unlink notes.txt"),
    writes("shred -u notes.txt"),
    writes("tar cf %w README.md"),
    writes("tar -cf %w README.md"),
    writes("tar --create --file=%w README.md"),
    writes("tar cf /tmp/t.tar README.md; tar xf /tmp/t.tar -C build"),
    writes("tar c README.md | tar x -C build"),
    writes("gzip -k notes.txt"),
    writes("gzip -c notes.txt > %w"),
    writes("gzip notes.txt; gunzip notes.txt.gz"),
    writes("split -l 1 notes.txt %w"),
    writes("split -l 1 notes.txt"),
    writes("csplit -s -f %w notes.txt 2"),
    writes("mkfifo %w"),
    writes("chmod 600 notes.txt"),
    writes("chmod -R go-r build"),
    writes("uniq notes.txt %w"),
    writes("find . -name notes.txt -delete"),
    writes("find . -maxdepth 1 -fprint %w"),
    writes("find . -name '*.md' -exec cp {} build/new ';'"),
    writes("find build -type f -exec rm {} +"),
    writes("xargs touch <<< %w"),
    writes("echo notes.txt | xargs rm"),
    writes("echo notes.txt | xargs -I% cp % build/%"),
    writes("xargs -a notes.txt touch"),
    writes("env touch %w"),
    writes("env -C build touch new%n"),
    writes("timeout 5 nice cp README.md %w"),
    writes("flock %w true"),
    writes("time touch %w"),
    writes("nohup true > %w"),
    writes("(cd build && touch new && cp a.o b.o)"),
    writes("cd src; touch main.rs; mv main.rs lib.rs"),
    writes("for f in *.txt; do cp \"$f\" \"$f.bak\"; done"),
    writes("for f in *.md; do mv -- \"$f\" \"${f%.md}.rst\"; done"),
    writes("cp *.md build"),
    writes("cp {README.md,notes.txt} build"),
    writes("cp README.md{,.bak}"),
    writes("echo 'touch build/new' | bash"),
    writes("bash -c 'touch \"$@\"' x %w"),
];

/// Wrappers that are there in the place with real programs.
pub const WRAPPED: &[Dress] = &[
    many("env %w"),
    many("env A=1 -- %w"),
    many("env -u A %w"),
    many("env -i PATH=\"$PATH\" %w"),
    many("env -S %s"),
    many("env --split-string=%s"),
    many("env -C build %w"),
    many("nohup %w"),
    many("timeout 5 %w"),
    many("timeout -k 1 5 %w"),
    many("nice %w"),
    many("nice -n 5 %w"),
    many("setsid -w %w"),
    many("stdbuf -oL %w"),
    many("ionice -c 3 %w"),
    many("taskset 1 %w"),
    many("chrt -o 0 %w"),
    many("flock /tmp/lock %w"),
    many("flock /tmp/lock -c %s"),
    many("\\time -p %w"),
    many("xargs %w < /dev/null"),
    many("echo more | xargs -n 1 %w"),
    many("xargs -I@ %w @ <<< x"),
    many("find . -maxdepth 0 -exec %w ';'"),
    many("find README.md -exec %w {} +"),
    many("find . -maxdepth 0 -execdir %w \\;"),
    many("nice timeout 5 env A=1 stdbuf -o0 %w"),
    many("env bash -c %s"),
    many("nohup sh -c %s"),
    many("timeout 5 bash <<< %s"),
    many("p%n=%p; nice $p%n %r"),
    many("command env %w"),
    many("exec env %w"),
    many("(exec nice %w)"),
    many("time env time %w"),
];

impl Call {
    /// A call of those words, plainly written.
    #[must_use]
    pub fn plain(words: &[&str]) -> Call {
        let words = words
            .iter()
            .map(|word| Word {
                text: (*word).to_owned(),
                form: None,
            })
            .collect();
        Call {
            words,
            dress: None,
            seed: 0,
        }
    }

    /// Its text, and whether it is a single command to the grammar.
    pub(super) fn write(&self, style: Style, number: &mut usize) -> (String, bool) {
        *number += 1;
        let spelled: Vec<String> = (self.words.iter().enumerate())
            .map(|(index, word)| word.write(style, self.seed.wrapping_add(index as u64)))
            .collect();
        let space = match (style.padding, self.seed % 5) {
            (true, 0) => "  ",
            (true, 1) => " \t ",
            (true, 2) => " \\\n ",
            _ => " ",
        };
        let words = spelled.join(space);
        let dress = self.dress.filter(|dress| match style.spelling {
            Spelling::Plain => dress.keeps,
            Spelling::Exact => dress.exact || dress.keeps,
            Spelling::Any => true,
        });
        let Some(dress) = dress else {
            return (words, true);
        };
        let plain_words: Vec<String> = self.words.iter().map(|word| plain(&word.text)).collect();
        let (program, rest) = match spelled.split_first() {
            Some((program, rest)) => (program.clone(), rest.join(space)),
            None => return (words, true),
        };
        let bare = self
            .words
            .first()
            .map(|word| word.text.clone())
            .unwrap_or_default();
        let mut out = String::new();
        let mut text = dress.text;
        while let Some((before, after)) = text.split_once('%') {
            out.push_str(before);
            let mut letters = after.chars();
            match letters.next() {
                Some('w') => out.push_str(&words),
                // Where a name touches other letters it is written plainly.
                Some('p') if before.ends_with(['x', '/']) || after.starts_with("px") => {
                    out.push_str(&bare)
                }
                Some('p') => out.push_str(&program),
                Some('r') => out.push_str(&rest),
                Some('b') => out.push_str(&plain_words.join(",")),
                Some('s') if after.starts_with("s %p") => out.push_str("%s"),
                Some('s') => out.push_str(&single(&plain_words.join(" "))),
                Some('n') => out.push_str(&number.to_string()),
                _ => {
                    out.push('%');
                    text = after;
                    continue;
                }
            }
            text = letters.as_str();
        }
        out.push_str(text);
        (out, dress.single)
    }
}

impl Word {
    fn write(&self, style: Style, seed: u64) -> String {
        let form = self.form.filter(|form| match style.spelling {
            Spelling::Plain => false,
            Spelling::Exact => form.exact,
            Spelling::Any => true,
        });
        form.map_or_else(|| plain(&self.text), |form| form.write(&self.text, seed))
    }
}

/// The spellings that fit a word in that position.
pub(super) fn forms_for(word: &str, program: bool) -> Vec<&'static WordForm> {
    let fits = |form: &WordForm| (program || !form.program) && !(form.splits && word.contains(' '));
    WORD_FORMS.iter().filter(|form| fits(form)).collect()
}
