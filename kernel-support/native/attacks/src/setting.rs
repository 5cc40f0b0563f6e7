//! What the caller tells an attack about the world outside, as `--key value`.

use crate::attempt::Refusal;
use std::collections::BTreeMap;

/// Every planted file and every listening service says this, so that getting through is not a matter of opinion.
pub const CANARY: &str = "agentos-canary";

#[derive(Clone, Debug, Default)]
pub struct Setting {
    values: BTreeMap<String, String>,
    /// The attack runs outside, to show that it works there; it may arrange what only the outside has.
    pub control: bool,
}

impl Setting {
    /// Reads `--key value` pairs and the flag `--control`.
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut setting = Setting::default();
        let mut left = arguments.iter();
        while let Some(word) = left.next() {
            let Some(key) = word.strip_prefix("--") else {
                return Err(format!("{word} is no option; options are --key value"));
            };
            if key == "control" {
                setting.control = true;
                continue;
            }
            let value = left.next().ok_or_else(|| format!("--{key} needs a value"))?;
            setting.values.insert(key.to_string(), value.clone());
        }
        Ok(setting)
    }

    pub fn get(&self, key: &str) -> Result<&str, Refusal> {
        self.values.get(key).map(String::as_str).ok_or_else(|| Refusal::Unprepared(format!("needs --{key}")))
    }

    pub fn number(&self, key: &str) -> Result<i64, Refusal> {
        self.get(key)?.parse().map_err(|_| Refusal::Unprepared(format!("--{key} is no number")))
    }

    pub fn or(&self, key: &str, otherwise: &str) -> String {
        self.values.get(key).cloned().unwrap_or_else(|| otherwise.to_string())
    }

    /// A place of the attacker's own in which anything may be made.
    pub fn scratch(&self) -> String {
        self.or("scratch", "/tmp")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_pairs() {
        let words = |all: &[&str]| all.iter().map(|w| w.to_string()).collect::<Vec<_>>();
        let setting = Setting::parse(&words(&["--secret", "/x", "--control"])).expect("readable");
        assert_eq!(setting.get("secret"), Ok("/x"));
        assert!(setting.control);
        assert_eq!(setting.get("outside"), Err(Refusal::Unprepared("needs --outside".into())));
        assert!(Setting::parse(&words(&["--secret"])).is_err());
        assert!(Setting::parse(&words(&["secret"])).is_err());
    }
}
