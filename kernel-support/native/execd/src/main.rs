//! The program `agentos-execd`. See `command::HELP`.
#![forbid(unsafe_code)]

use agentos_execd::command::{self, Command};
use agentos_execd::server;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match command::parse(&arguments) {
        Ok(Command::Help) => {
            print!("{}", command::HELP);
            Ok(())
        }
        Ok(Command::Version) => {
            println!("agentos-execd {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Ok(Command::Probe) => server::probe(),
        Ok(Command::Serve(arguments)) => server::serve(&arguments),
        Err(message) => {
            eprintln!("agentos-execd: {message}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("agentos-execd: {message}");
            ExitCode::FAILURE
        }
    }
}
