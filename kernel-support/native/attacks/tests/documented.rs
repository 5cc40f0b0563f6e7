//! The published list of attacks is the list that the program has.

use serde_json::Value;
use std::process::Command;

fn list() -> Vec<Value> {
    let said = Command::new(env!("CARGO_BIN_EXE_agentos-attacks")).args(["list", "--json"]).output();
    serde_json::from_slice(&said.expect("the list").stdout).expect("JSON")
}

#[test]
fn every_attack_and_no_other_is_documented() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/security-attacks.md");
    let text = std::fs::read_to_string(page).expect("docs/security-attacks.md");
    let documented: Vec<&str> =
        text.lines().filter_map(|l| l.strip_prefix("| `")).filter_map(|l| l.split('`').next()).collect();
    let programs = list();
    let named: Vec<&str> = programs.iter().filter_map(|a| a["name"].as_str()).collect();
    assert_eq!(documented, named, "correct the table of docs/security-attacks.md");
}

#[test]
fn an_unknown_attack_is_a_usage_error_with_a_next_step() {
    let said = Command::new(env!("CARGO_BIN_EXE_agentos-attacks")).arg("nothing").output().expect("it runs");
    assert_eq!(said.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&said.stderr).contains("agentos-attacks list"));
}

#[test]
fn outside_a_sandbox_an_attack_gets_through() {
    let said = Command::new(env!("CARGO_BIN_EXE_agentos-attacks"))
        .args(["descriptor-bomb", "--bound", "8"])
        .output()
        .expect("it runs");
    let line: Value = serde_json::from_slice(&said.stdout).expect("one line of JSON");
    assert_eq!(line["through"], Value::Bool(true), "{line}");
}
