//! What is filled in where a request says nothing.

use crate::support::Folder;
use doorward::{Request, Value};
use doorward_host::Facts;

fn request(facts: &str) -> Request {
    Request::from_json(format!(r#"{{"action":"Bash","facts":{facts}}}"#).as_bytes()).unwrap()
}

#[test]
fn only_absent_facts_are_filled_in() {
    let facts = Facts::default().now(5).cwd("/w").home("/h");
    let filled = facts.fill(request(r#"{"now":1,"cwd":null}"#));
    assert_eq!(
        filled,
        request(r#"{"now":1,"cwd":"/w","home":"/h","project":"/w"}"#)
    );
}

#[test]
fn the_project_is_the_repository_that_the_directory_lies_in() {
    let folder = Folder::new();
    folder.directory("repo/.git");
    let root = folder.path().join("repo").display().to_string();
    let filled = Facts::default()
        .cwd(folder.directory("repo/a/b"))
        .fill(request("{}"));
    assert_eq!(
        filled,
        request(&format!(r#"{{"cwd":"{root}/a/b","project":"{root}"}}"#))
    );
}

#[test]
fn a_request_with_its_own_directory_gets_the_project_of_that_one() {
    let filled = Facts::default()
        .cwd("/here")
        .fill(request(r#"{"cwd":"/theirs"}"#));
    assert_eq!(filled, request(r#"{"cwd":"/theirs","project":"/theirs"}"#));
}

#[test]
fn a_relative_directory_is_no_fact() {
    assert_eq!(
        Facts::default().cwd("here").home("").fill(request("{}")),
        request("{}")
    );
}

#[test]
fn a_process_knows_the_time_and_where_it_is() {
    let filled = Facts::of_this_process().fill(request("{}"));
    for fact in ["now", "cwd", "project"] {
        assert_eq!(
            filled.clone().with_default_fact(fact, Value::Bool(true)),
            filled,
            "{fact} is there"
        );
    }
}
