//! The command line.

use std::path::PathBuf;
use std::time::Duration;

pub const HELP: &str = "\
agentos-execd builds, holds, starts, freezes and ends agent sandboxes.

  agentos-execd --socket PATH --owner-uid UID --owner-gid GID [--idle-exit-seconds N]
      Serves the message set on a sequenced-packet Unix socket that only UID may use.
      Started as root it keeps just the capabilities that `hello` names.
  agentos-execd probe
      Prints what this host can enforce, as JSON.
  agentos-execd --version
  agentos-execd --help
";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Help,
    Version,
    Probe,
    Serve(Serve),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    pub socket: PathBuf,
    pub owner_uid: u32,
    pub owner_gid: u32,
    pub idle_exit: Option<Duration>,
}

/// Reads the arguments after the program's name; the error is a sentence for the user.
pub fn parse(arguments: &[String]) -> Result<Command, String> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--help" | "-h"] => return Ok(Command::Help),
        ["--version" | "-V"] => return Ok(Command::Version),
        ["probe"] => return Ok(Command::Probe),
        [] => return Err("no arguments; see agentos-execd --help".to_string()),
        _ => {}
    }
    let (mut socket, mut uid, mut gid, mut idle) = (None, None, None, None);
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        let slot = match option.as_str() {
            "--socket" => &mut socket,
            "--owner-uid" => &mut uid,
            "--owner-gid" => &mut gid,
            "--idle-exit-seconds" => &mut idle,
            other => return Err(format!("{other:?} is not an option; see agentos-execd --help")),
        };
        let value = rest.next().ok_or_else(|| format!("{option} needs a value"))?;
        if slot.replace(value.clone()).is_some() {
            return Err(format!("{option} is given twice; give it once"));
        }
    }
    let number = |name: &str, value: Option<String>| -> Result<u32, String> {
        let value = value.ok_or_else(|| format!("{name} is missing; see agentos-execd --help"))?;
        value
            .parse()
            .ok()
            .filter(|n| *n != u32::MAX)
            .ok_or_else(|| format!("{name} {value:?} is not an id; give a number"))
    };
    let socket = PathBuf::from(socket.ok_or("--socket is missing; see agentos-execd --help")?);
    if !socket.is_absolute() || socket.file_name().is_none() {
        return Err(format!("--socket {} is not an absolute path of a file; give one", socket.display()));
    }
    Ok(Command::Serve(Serve {
        socket,
        owner_uid: number("--owner-uid", uid)?,
        owner_gid: number("--owner-gid", gid)?,
        idle_exit: idle
            .map(|n| {
                n.parse()
                    .map(Duration::from_secs)
                    .map_err(|_| format!("--idle-exit-seconds {n:?} is not a number"))
            })
            .transpose()?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_string).collect()
    }

    #[test]
    fn a_complete_line_is_read() {
        let line = words("--socket /run/x/e.sock --owner-uid 1000 --owner-gid 100 --idle-exit-seconds 5");
        let expected = Serve {
            socket: PathBuf::from("/run/x/e.sock"),
            owner_uid: 1000,
            owner_gid: 100,
            idle_exit: Some(Duration::from_secs(5)),
        };
        assert_eq!(parse(&line), Ok(Command::Serve(expected)));
    }

    #[test]
    fn each_mistake_is_named() {
        for (line, part) in [
            ("", "no arguments"),
            ("--socket", "needs a value"),
            ("--socket e.sock --owner-uid 1 --owner-gid 1", "absolute"),
            ("--socket /e --owner-uid x --owner-gid 1", "--owner-uid"),
            ("--socket /e --owner-uid 4294967295 --owner-gid 1", "--owner-uid"),
            ("--socket /e --owner-gid 1", "--owner-uid is missing"),
            ("--socket /e --socket /e", "twice"),
            ("--frob 1", "not an option"),
        ] {
            let error = parse(&words(line)).expect_err(line);
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
