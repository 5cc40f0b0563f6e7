//! Small hostile programs. Each tries, in several spellings, one thing that a sandbox must not allow, and prints one
//! line of JSON that says whether it got through.
//!
//! Outside a sandbox most of them get through: that is the control which shows that they work. None does harm there:
//! files are opened and not written, bombs have a small bound, what is made is removed.

#![deny(unsafe_code)]

mod attacks;
mod attempt;
mod catalogue;
mod outside;
mod setting;
#[allow(unsafe_code)]
mod sys;

use attempt::Try;
use catalogue::{ATTACKS, Attack};
use serde_json::{Value, json};
use setting::Setting;
use std::io::Write;

const USAGE: &str = "\
Usage: agentos-attacks list [--json]            the attacks
       agentos-attacks NAME [--key value …]     tries one; prints a line of JSON
       agentos-attacks all [--key value …]      tries every one that leaves the sandbox alive
       agentos-attacks serve --dir FOLDER       what the attacks try to reach, until standard input closes
       agentos-attacks victim [--key value …]   another agent with something to lose
       agentos-attacks flip, reader [--key …]   both sides of a race in an exchange folder
Keys:  --secret FILE --outside FOLDER --scratch FOLDER --workspace FOLDER --bound N --control
       and those that serve prints
Example: agentos-attacks namespaces
";

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = words.split_first() else {
        eprint!("{USAGE}");
        std::process::exit(2);
    };
    std::process::exit(run(name, rest));
}

fn run(name: &str, rest: &[String]) -> i32 {
    match name {
        "list" => return list(rest.iter().any(|w| w == "--json")),
        "whoami" => {
            say(&attacks::privileges::whoami());
            return 0;
        }
        "cat" => {
            for path in rest {
                match std::fs::read_to_string(path) {
                    Ok(text) => say(&text),
                    Err(error) => say(&error.to_string()),
                }
            }
            return 0;
        }
        "--help" | "-h" | "help" => {
            print!("{USAGE}");
            return 0;
        }
        _ => {}
    }
    let setting = match Setting::parse(rest) {
        Ok(setting) => setting,
        Err(message) => {
            eprintln!("agentos-attacks: {message}\n  → see agentos-attacks help");
            return 2;
        }
    };
    match name {
        "all" => {
            for attack in ATTACKS.iter().filter(|attack| !attack.alone) {
                report(attack, &setting);
            }
            0
        }
        "serve" => outside::serve(&setting),
        "victim" => attacks::processes::victim(&setting),
        "flip" => attacks::exchange::flip(&setting),
        "reader" => attacks::exchange::careless_reader(&setting),
        name => match catalogue::find(name) {
            Some(attack) => {
                report(attack, &setting);
                0
            }
            None => {
                eprintln!("agentos-attacks: there is no attack {name}\n  → see agentos-attacks list");
                2
            }
        },
    }
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn report(attack: &Attack, setting: &Setting) {
    say(&summary(attack, &(attack.run)(setting)).to_string());
}

/// The line of one attack: it is through when one spelling is; else the first refusal speaks for it.
fn summary(attack: &Attack, tries: &[Try]) -> Value {
    let worst =
        tries.iter().find(|t| t.through).or_else(|| tries.iter().find(|t| !t.skipped)).or(tries.first());
    json!({
        "attack": attack.name,
        "through": tries.iter().any(|t| t.through),
        "errno": worst.and_then(|t| t.errno.clone()),
        "detail": worst.map(|t| t.detail.clone()),
        "how": worst.map(|t| t.how.clone()),
        "by": worst.map(|t| t.by.clone()),
        "tries": tries,
    })
}

fn list(as_json: bool) -> i32 {
    let all: Vec<Value> = ATTACKS
        .iter()
        .map(|a| {
            json!({
                "name": a.name,
                "line": a.line,
                "what": a.what,
                "operation": a.explain.0,
                "target": a.explain.1,
                "alone": a.alone,
            })
        })
        .collect();
    if as_json {
        say(&Value::Array(all).to_string());
    } else {
        for attack in ATTACKS {
            say(&format!("{:<18} {}: {}", attack.name, attack.line, attack.what));
        }
    }
    0
}
