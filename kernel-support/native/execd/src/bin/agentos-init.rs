//! The program `agentos-init`, process 1 of a sandbox. Only `agentos-execd` starts it.
#![forbid(unsafe_code)]

fn main() {
    agentos_init::run()
}
