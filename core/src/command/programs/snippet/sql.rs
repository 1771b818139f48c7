//! Statements for a database.

/// Whether statements for a database stay in the database: no commands of the client's own, and none of the functions
/// that start programs or touch files of the server.
pub(crate) fn is_harmless(statements: &str) -> bool {
    let lower = statements.to_ascii_lowercase();
    let reach = [
        "program",
        "pg_read",
        "pg_ls",
        "lo_import",
        "lo_export",
        "load_file",
        "outfile",
        "dumpfile",
        "load data",
        "load_extension",
        "readfile",
        "writefile",
        "edit(",
        "attach",
        "copy ",
        "vacuum into",
        "system ",
        "source ",
    ];
    let own = lower.lines().any(|line| line.trim_start().starts_with('.'));
    !own && !lower.contains('\\') && !reach.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::is_harmless;

    #[test]
    fn sql_asks_or_reaches_out() {
        assert!(is_harmless("select count(*) from users where name = 'x';"));
        for statements in [
            "\\! id",
            ".shell id",
            "COPY t FROM PROGRAM 'id'",
            "select load_file('/etc/passwd')",
            "select 1 into outfile '/tmp/x'",
        ] {
            assert!(!is_harmless(statements), "{statements}");
        }
    }
}
