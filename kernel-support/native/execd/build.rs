//! Links `agentos-init` statically: inside a sandbox there is no loader that it could rely on.
//!
//! `crt-static` cannot be said for one program of a workspace, and for all of them it would break the procedural macros.
//! So the linker finds, under the names of the shared libraries that rustc asks for, scripts that name the archives.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = std::env::var("OUT_DIR").expect("cargo names a directory");
    let archives = ["libgcc_eh.a", "libgcc.a", "libc.a"].map(archive).join(" ");
    for name in ["libc.so", "libgcc_s.so"] {
        std::fs::write(Path::new(&out).join(name), format!("GROUP({archives})\n")).expect("a linker script");
    }
    for argument in ["-static-pie", "-fuse-ld=bfd", &format!("-L{out}")] {
        println!("cargo::rustc-link-arg-bin=agentos-init={argument}");
    }
}

/// Where the C compiler keeps an archive.
fn archive(name: &str) -> String {
    let found = Command::new("cc").arg(format!("-print-file-name={name}")).output();
    let path = found.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_string()).unwrap_or_default();
    assert!(
        Path::new(&path).is_absolute(),
        "the C compiler has no {name}; install gcc and the C library's development files"
    );
    path
}
