//! `doorward digest`: what an approval must be bound to.

use crate::support::Folder;

const REQUEST: &str = r#"{"action":"proposal.apply","resource":{"type":"proposal","id":"p7","diff":"+a","size":0.5}}"#;

#[test]
fn the_digest_is_that_of_the_core() {
    let ended = Folder::new().run(["digest", "--field", "resource.diff", REQUEST]);
    let request = doorward::Request::from_json(REQUEST.as_bytes()).unwrap();
    let digest = doorward::digest(&request, &["resource.diff"]).unwrap();
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (0, format!("{digest}\n").as_str())
    );
}

#[test]
fn where_there_is_none_it_says_why() {
    for arguments in [
        ["digest", "--field", "resource.size", REQUEST],
        ["digest", "--field", "nothing.here", REQUEST],
        ["digest", "--field", "resource.diff", "[]"],
    ] {
        let ended = Folder::new().run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!ended.err.is_empty());
    }
}
