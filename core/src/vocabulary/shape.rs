//! What the value of a key looks like.

use core::fmt;

/// The shape of a value. Its `Display` form is how the reference page writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Any text.
    Text,
    /// A text of a certain form.
    Form(Form),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// An integer between two bounds.
    Integer {
        /// The least value.
        least: i64,
        /// The greatest value.
        most: i64,
    },
    /// The format version, the one integer there is.
    Version,
    /// `true` or `false`.
    Bool,
    /// A TOML date, or a date with time and offset; never in quotes.
    Date,
    /// A text, an integer or a boolean.
    Literal,
    /// A literal, a list of literals, or a table of operators.
    Test,
    /// A list that may be empty.
    List(&'static Shape),
    /// One value, or a list of at least one.
    OneOrMore(&'static Shape),
    /// A value of the first shape or of the second.
    Either(&'static Shape, &'static Shape),
    /// A table with the keys of this table of the vocabulary.
    Table(&'static str),
    /// A list of such tables, written under a header in double brackets: `[[rule]]`.
    Tables(&'static str),
    /// A table whose keys are names, each with a value of this shape.
    Named(&'static Shape),
    /// A table of conditions.
    Conditions,
    /// A table with one condition.
    Exception,
    /// A list of tables of conditions, at least one.
    Branches,
    /// A table of a request's fields, each with a test; this part of the request.
    Fields(&'static str),
    /// A request.
    Request,
}

/// The form of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// A rule's name.
    Name,
    /// A field of a request.
    Field,
    /// A field's type.
    FieldType,
    /// A length of time.
    Duration,
    /// A time of day.
    Clock,
    /// An offset from UTC.
    Offset,
    /// A command: a program and its first words.
    Command,
    /// A command's option.
    Flag,
    /// A path with its anchor.
    Path,
    /// A pattern on paths.
    PathGlob,
    /// A URL with a host.
    Url,
    /// The host of a URL.
    Host,
    /// The scheme of a URL.
    Scheme,
    /// The path of a URL.
    UrlPath,
    /// A range of addresses.
    Range,
}

impl Form {
    /// Every form, in the order in which a page shows them.
    pub const ALL: [Self; 15] = [
        Self::Name,
        Self::Field,
        Self::FieldType,
        Self::Duration,
        Self::Clock,
        Self::Offset,
        Self::Command,
        Self::Flag,
        Self::Path,
        Self::PathGlob,
        Self::Url,
        Self::Host,
        Self::Scheme,
        Self::UrlPath,
        Self::Range,
    ];

    /// Returns the word for it on a page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Field => "field",
            Self::FieldType => "type",
            Self::Duration => "duration",
            Self::Clock => "clock",
            Self::Offset => "offset",
            Self::Command => "command",
            Self::Flag => "option",
            Self::Path => "path",
            Self::PathGlob => "path glob",
            Self::Url => "URL",
            Self::Host => "host",
            Self::Scheme => "scheme",
            Self::UrlPath => "URL path",
            Self::Range => "address range",
        }
    }

    /// Returns what such a text is.
    pub fn about(self) -> &'static str {
        match self {
            Self::Name => {
                "Lower-case letters, digits, `.`, `_` and `-`, in parts separated by `/`; begins with a letter or digit; at most 80 bytes."
            }
            Self::Field => {
                "A part of the request, then the names below it; the parts are `actor`, `resource`, `input` and `facts`."
            }
            Self::FieldType => {
                "`text integer bool list table command path url patch tree`; with a `?` at its end the field may be absent."
            }
            Self::Duration => "A whole number of seconds, minutes, hours or days.",
            Self::Clock => "Hours and minutes, `00:00` to `24:00`.",
            Self::Offset => "The offset from UTC, or `Z`.",
            Self::Command => {
                "A program and its first words, as a shell would read them; no pipe, no redirect."
            }
            Self::Flag => "An option with its dashes.",
            Self::Path => {
                "`/x` is absolute, `~/x` under `facts.home`, `./x` under `facts.project`; no `..` and no `*`."
            }
            Self::PathGlob => {
                "A path in which `*` stands for any characters of one name and `**` crosses `/`; `**/` at its beginning is any depth."
            }
            Self::Url => {
                "A scheme, a host and perhaps a path; it stands for itself and everything below its path."
            }
            Self::Host => {
                "A name or an address, without scheme, port and path; `*.` in front is any depth below the name."
            }
            Self::Scheme => "The name alone, without `:` and slashes.",
            Self::UrlPath => {
                "The path of a URL, from its `/` on, without dots, `*`, query and fragment."
            }
            Self::Range => {
                "An address, a `/` and how many of its bits count; the bits behind are zero."
            }
        }
    }

    /// Returns an example, without quotes.
    pub fn example(self) -> &'static str {
        match self {
            Self::Name => "auto/cargo-test",
            Self::Field => "resource.owner",
            Self::FieldType => "text?",
            Self::Duration => "12h",
            Self::Clock => "09:00",
            Self::Offset => "+01:00",
            Self::Command => "git push",
            Self::Flag => "--force",
            Self::Path => "~/.ssh",
            Self::PathGlob => "./src/**/*.rs",
            Self::Url => "https://x.org/docs",
            Self::Host => "*.x.org",
            Self::Scheme => "https",
            Self::UrlPath => "/api",
            Self::Range => "10.0.0.0/8",
        }
    }

    /// Returns a regular expression that every text of this form fits; the loader may be stricter still.
    pub fn pattern(self) -> &'static str {
        match self {
            Self::Name => "^[a-z0-9][a-z0-9._-]*(/[a-z0-9._-]+)*$",
            Self::Field => r"^(actor|resource|input|facts)(\.[^.]+)+$",
            Self::FieldType => r"^(text|integer|bool|list|table|command|path|url|patch|tree)\??$",
            Self::Duration => "^[0-9]+[smhd]$",
            Self::Clock => "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
            Self::Offset => "^(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
            Self::Command => r"\S",
            Self::Flag => "^-.",
            Self::Path => r"^(/|[~.]/|[~.]$)[^*]*$",
            Self::PathGlob => r"^(/|[~.]/|[~.]$|\*\*)",
            Self::Url => "^[A-Za-z][A-Za-z0-9+.-]*:",
            Self::Host => r"^(\*\.)?[^*/@\s\\]+$",
            Self::Scheme => "^[A-Za-z][A-Za-z0-9+.-]*$",
            Self::UrlPath => r"^/[^*?#]*$",
            Self::Range => "^[0-9A-Fa-f:.]+/[0-9]+$",
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Form(form) => f.write_str(form.name()),
            Self::Choice(texts) => {
                for (index, text) in texts.iter().enumerate() {
                    let between = if index > 0 { " " } else { "" };
                    write!(f, "{between}`\"{text}\"`")?;
                }
                Ok(())
            }
            Self::Integer { .. } => f.write_str("integer"),
            Self::Version => f.write_str("`1`"),
            Self::Bool => f.write_str("bool"),
            Self::Date => f.write_str("date"),
            Self::Literal => f.write_str("literal"),
            Self::Test => f.write_str("test"),
            Self::List(of) => write!(f, "list of {of}"),
            Self::OneOrMore(of) => write!(f, "{of}, or list"),
            Self::Either(a, b) => write!(f, "{a}, or {b}"),
            Self::Table(name) => write!(f, "table `{name}`"),
            Self::Tables(name) => write!(f, "tables `[[{name}]]`"),
            Self::Named(of) => write!(f, "names, each with {of}"),
            Self::Conditions => f.write_str("conditions"),
            Self::Exception => f.write_str("one condition"),
            Self::Branches => f.write_str("list of conditions"),
            Self::Fields(_) => f.write_str("fields"),
            Self::Request => f.write_str("request"),
        }
    }
}
