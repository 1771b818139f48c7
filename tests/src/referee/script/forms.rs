//! The forms into which pieces are put: everything through which bash runs code, and everything that only carries text.
//!
//! A form's text has holes and free parts:
//!
//! | written | stands for |
//! |---|---|
//! | `%c` | a piece |
//! | `%t` | a piece and what ends it: `;` or a newline |
//! | `%g` | a piece as one operand of an operator: in braces when it is more than one command |
//! | `%l` | a piece as whole lines |
//! | `%e` | the same inside an unquoted here-document: `\`, `$` and the backtick escaped |
//! | `%h` | a piece as comment lines |
//! | `%q{..}` | the inner text as one quoted word |
//! | `%b{..}` | the inner text in backticks |
//! | `%n` | a number of its own, for names |

/// A form.
#[derive(Debug)]
pub struct Form {
    /// Its text with the holes.
    pub text: &'static str,
    /// What becomes of the pieces in it.
    pub kind: Kind,
    /// It leaves nothing behind that later commands could notice.
    pub stateless: bool,
}

/// What a form does with the pieces in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bash executes them, at least when they come first.
    Runs,
    /// Bash only carries them as text; the form has no expansion, no substitution and no variable.
    PlainData,
    /// Bash only carries them as text.
    Data,
}

const fn runs(text: &'static str) -> Form {
    Form {
        text,
        kind: Kind::Runs,
        stateless: true,
    }
}

/// Runs its pieces and leaves something behind: a variable, a function, a trap.
const fn sets(text: &'static str) -> Form {
    Form {
        text,
        kind: Kind::Runs,
        stateless: false,
    }
}

const fn plain(text: &'static str) -> Form {
    Form {
        text,
        kind: Kind::PlainData,
        stateless: true,
    }
}

const fn data(text: &'static str) -> Form {
    Form {
        text,
        kind: Kind::Data,
        stateless: false,
    }
}

/// Lists: several pieces one after another.
pub const LISTS: &[Form] = &[
    runs("%t %c"),
    runs("%t\n%c"),
    runs("%g && %g"),
    runs("! %g || %g"),
    runs("%g | %g"),
    runs("%g |& %g"),
    runs("%g & %g"),
    runs("%g &&\n%g"),
    runs("%g |\n%g"),
    runs("{ %t %t }"),
    runs("( %t %c )"),
    runs("if %t then %t else %t fi"),
    runs("%g && %g || %g"),
];

/// Forms with one piece, which bash executes.
pub const NESTS: &[Form] = &[
    // Compound commands.
    runs("{ %t }"),
    runs("( %c )"),
    runs("( ( %c ) )"),
    runs("{ %t } 2>&1"),
    runs("{ %t } >log"),
    runs("( %c ) </dev/null"),
    runs("! %g"),
    runs("time %g"),
    runs("time -p %g"),
    runs("%g &"),
    runs("%g & wait"),
    sets("coproc %g"),
    sets("coproc { %t }"),
    sets("coproc C%n { %t }"),
    runs("if :; then %t fi"),
    runs("if %t then :; fi"),
    runs("if false; then :; else %t fi"),
    runs("if false; then :; elif %t then :; fi"),
    runs("while :; do %t break; done"),
    runs("while %t do break; done"),
    runs("until ! :; do %t break; done"),
    runs("until %t do break; done"),
    sets("for i in 1 2; do %t done"),
    sets("for i\nin 1\ndo %t done"),
    sets("for i in 1; { %t }"),
    sets("for ((i=0; i<1; i++)); do %t done"),
    sets("for i in $(%c); do :; done"),
    sets("select i in a; do %t break; done <<< 1"),
    runs("case a in a) %t ;; esac"),
    runs("case a in (b) :;; (a|c) %t esac"),
    runs("case a in a) : ;& b) %t ;; esac"),
    runs("case a in a) : ;;& *) %t ;; esac"),
    runs("case $(%c) in *) :;; esac"),
    runs("case a in $(%c)) :;; esac"),
    runs("case a in esac; %c"),
    // Functions.
    sets("f%n() { %t }; f%n"),
    sets("f%n () { %t }\nf%n"),
    sets("function f%n { %t }; f%n"),
    sets("function f%n() { %t }; f%n"),
    sets("f%n() ( %c ); f%n"),
    sets("f%n() if :; then %t fi; f%n"),
    sets("f%n() { %t } >log; f%n"),
    sets("f%n() { %t }; trap f%n EXIT"),
    sets("f%n() { g%n; }; g%n() { %t }; f%n"),
    // Substitutions.
    runs(": $(%c)"),
    runs("echo \"$(%c)\""),
    runs("echo a$(%c)b \"c$(%c)d\""),
    runs(": %b{%c}"),
    runs("echo x%b{%c}y"),
    sets("v%n=$(%c)"),
    sets("v%n=%b{%c}"),
    sets("export v%n=$(%c)"),
    sets("v%n=\"$(%c)\" true"),
    sets("a%n=($(%c))"),
    sets("declare -A m%n=([k]=$(%c))"),
    runs("cat <(%c)"),
    runs(": > >(%c)"),
    runs("echo x | tee >(%c)"),
    sets("read v%n < <(%c)"),
    sets("mapfile a%n < <(%c)"),
    runs("cat <(cat <(%c))"),
    runs(": >\"/dev/null$(%c)\""),
    runs(": </dev/null$(%c)"),
    runs("$(%c)"),
    runs("$(%c) : x"),
    runs("echo {a,$(%c)}"),
    runs("echo ~/$(%c)"),
    // Parameters.
    runs(": ${nothing%n:-$(%c)}"),
    runs(": \"${nothing%n:-$(%c)}\""),
    runs(": \"${nothing%n:-\"$(%c)\"}\""),
    sets(": ${v%n:=$(%c)}"),
    runs(": ${HOME:+$(%c)}"),
    runs("( : ${nothing%n:?$(%c)} )"),
    runs(": ${HOME#$(%c)}"),
    runs(": \"${HOME%%$(%c)}\""),
    runs(": ${HOME/h/$(%c)}"),
    runs(": ${HOME//$(%c)/x}"),
    runs(": ${HOME^$(%c)}"),
    runs(": ${HOME:0$(%c)}"),
    runs(": ${HOME:x[$(%c)]:1}"),
    runs(": ${nothing%n:-%b{%c}}"),
    sets("v%n=%q{$(%c)}; : \"${v%n@P}\""),
    sets("v%n=%q{a%n[$(%c)]}; : \"${!v%n}\""),
    // Arithmetic.
    sets("(( x%n[$(%c)] ))"),
    sets(": $(( x%n[$(%c)] ))"),
    sets(": $(( 1 + $(%c) 2 ))"),
    sets(": $[ x%n[$(%c)] ]"),
    sets("x%n[$(%c)0]=1"),
    sets("x%n[$(%c)0]+=1"),
    sets("x%n=([$(%c)0]=1)"),
    sets(": \"${x%n[$(%c)]}\""),
    sets("let %q{x%n[$(%c)0]=1}"),
    sets("x%n=%q{y[$(%c)]}; (( x%n ))"),
    sets("x%n=%q{y[$(%c)]}; : $(( x%n ))"),
    sets("declare -i n%n=%q{y[$(%c)]}"),
    sets("declare %q{x%n[$(%c)0]=1}"),
    sets("printf -v %q{x%n[$(%c)0]} %s 1"),
    sets("read %q{x%n[$(%c)0]} <<< 1"),
    sets("x%n=(1); unset %q{x%n[$(%c)0]}"),
    sets("for (( ; x%n[$(%c)0] ; )); do :; done"),
    runs("[[ -n $(%c) ]]"),
    runs("[[ a == b$(%c) || -z \"$(%c)\" ]]"),
    runs("[[ a =~ $(%c) ]]"),
    runs("[[ %q{y[$(%c)]} -eq 0 ]]"),
    runs("[[ -v %q{HOME[$(%c)0]} ]]"),
    runs("test -v %q{HOME[$(%c)0]}"),
    runs("[ -n \"$(%c)\" ]"),
    // Here-documents and here-strings.
    runs("cat <<E%n\n$(%c)\nE%n\n"),
    runs("cat <<E%n\n${nothing:-$(%c)}\nE%n\n"),
    runs("cat <<E%n\n%b{%c}\nE%n\n"),
    runs("cat <<E%n\n$(( y[$(%c)] ))\nE%n\n"),
    runs("cat <<-E%n\n\t$(%c)\n\tE%n\n"),
    runs("cat <<'A' <<E%n\n$(no)\nA\n$(%c)\nE%n\n"),
    runs("cat <<E%n | cat\n$(%c)\nE%n\n"),
    runs("cat <<< $(%c)"),
    runs("cat <<< \"x $(%c)\""),
    // Shells and evaluators.
    runs("bash -c %q{%c}"),
    runs("sh -c %q{%c}"),
    runs("bash -c %q{%c} name argument"),
    runs("bash -ec %q{%c}"),
    runs("bash --norc -o pipefail -c %q{%c}"),
    runs("/bin/bash -c -- %q{%c}"),
    runs("command bash -c %q{%c}"),
    runs("bash -c 'eval \"$1\"' x %q{%c}"),
    runs("bash <<'E%n'\n%lE%n\n"),
    runs("bash <<\\E%n\n%lE%n\n"),
    runs("bash <<\"E%n\"\n%lE%n\n"),
    runs("bash <<E%n\n%eE%n\n"),
    runs("bash -s x <<'E%n'\n%lE%n\n"),
    runs("bash /dev/stdin <<'E%n'\n%lE%n\n"),
    runs("bash <<< %q{%c}"),
    runs("bash < <(echo %q{%c})"),
    runs("bash <(echo %q{%c})"),
    runs("echo %q{%c} | bash"),
    runs("printf %s %q{%c} | sh"),
    runs("cat <<'E%n' | bash\n%lE%n\n"),
    runs("cat <<< %q{%c} | bash"),
    runs("eval %q{%c}"),
    runs("eval -- %q{%c}"),
    runs("eval : x %q{; %c}"),
    runs("command eval %q{%c}"),
    runs("builtin eval %q{%c}"),
    runs("eval \"eval \"%q{%q{%c}}"),
    sets("v%n=%q{%c}; eval \"$v%n\""),
    sets("v%n=%q{%c}; bash -c \"$v%n\""),
    sets("v%n=$(cat <<'E%n'\n%lE%n\n); eval \"$v%n\""),
    runs("( set -- %q{%c}; eval \"$1\" )"),
    runs(". /dev/stdin <<< %q{%c}"),
    runs("source /dev/stdin <<'E%n'\n%lE%n\n"),
    runs("source <(echo %q{%c})"),
    runs("( trap %q{%c} EXIT )"),
    sets("trap %q{%c} EXIT"),
    sets("trap -- %q{%c} 0"),
    runs("( trap %q{%c} DEBUG; : )"),
    runs("( trap %q{%c} ERR; false; : )"),
    runs("( trap %q{%c} USR1; kill -USR1 $BASHPID; : )"),
    runs("( f%n() { trap %q{%c} RETURN; }; f%n )"),
    runs("( PS4=%q{$(%c)}; set -x; : )"),
    sets("shopt -s expand_aliases\nalias a%n=%q{%c}\na%n\n"),
    runs("BASH_ENV=<(echo %q{%c}) bash -c :"),
    runs("mapfile -c 1 -C %q{%c #} a%n <<< x"),
    runs("compgen -C %q{%c #} x"),
    sets("exec 3< <(%c)"),
];

/// Forms with one piece that stays text.
pub const CARRIERS: &[Form] = &[
    plain("echo %q{%c}"),
    plain("printf '%s\\n' %q{%c}"),
    plain("git commit -m %q{%c}"),
    plain("grep -e %q{%c} notes.txt"),
    plain("ls -l %q{%c}"),
    plain("sed -e %q{%c} notes.txt"),
    plain("ls\n%h"),
    plain("%hls"),
    plain("ls # %q{x}\n%h"),
    plain("cat <<'E%n'\n%lE%n\n"),
    plain("cat <<\\E%n\n%lE%n\n"),
    plain("cat <<< %q{%c}"),
    plain("cat > notes.txt <<'E%n'\n%lE%n\n"),
    plain("[[ x == %q{%c} ]]"),
    plain("case %q{%c} in x) ls;; esac"),
    plain("test -n %q{%c}"),
    plain("echo %q{%c} > notes.txt"),
    plain("echo %q{%c} | cat"),
    plain("if [ x = %q{%c} ]; then ls; fi"),
    plain(": <<'E%n'\n%lE%n\n"),
    data("v%n=%q{%c}"),
    data("a%n=(%q{%c})"),
    data("export v%n=%q{%c}; ls"),
    data("v%n=%q{%c}; echo \"$v%n\""),
    data("cat <<E%n\n%eE%n\n"),
    data("echo \"$(echo %q{%c})\""),
    data("git commit -m \"$(cat <<'E%n'\n%lE%n\n)\""),
    data("f%n() { echo \"$@\"; }; f%n %q{%c}"),
    data(": ${nothing:-%q{%c}}"),
    data("eval %q{echo %q{%c}}"),
    data("bash -c %q{echo %q{%c}}"),
    data("bash <<'A%n'\ncat <<'E%n'\n%lE%n\nA%n\n"),
    data("for i in %q{%c}; do echo \"$i\"; done"),
    data("read -r l <<< %q{%c}; echo \"$l\""),
    data("v%n=%q{%c}; [[ $v%n == x ]] || ls"),
    data("trap %q{echo %q{%c}} EXIT"),
];
