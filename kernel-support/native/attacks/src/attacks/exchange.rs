//! Races in folders that an agent shares with somebody outside: names that are changed while they are used.

use super::{canary, refused};
use crate::attempt::{Reach, Refusal, Try, attempt};
use crate::setting::Setting;
use crate::sys;
use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

const CWD: usize = libc::AT_FDCWD as usize;

/// Links that the attacker makes and then uses itself.
pub fn links(setting: &Setting) -> Vec<Try> {
    let folder = setting.or("exchange", &setting.or("workspace", &setting.scratch()));
    let own = |name: &str| format!("{folder}/{name}-{}", sys::pid());
    vec![
        attempt("hard link to a secret of the host", Reach::Path, || {
            let link = own("hard");
            fs::hard_link(setting.get("secret")?, &link).map_err(refused)?;
            let found = fs::read(&link).map_err(refused).and_then(|text| canary(&text));
            let _ = fs::remove_file(&link);
            found
        }),
        attempt("hard link by descriptor", Reach::Path, || {
            let link = own("fd");
            let file = fs::File::open(setting.get("secret")?).map_err(refused)?;
            let from = sys::text(&format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&file)));
            let to = sys::text(&link);
            let follow = libc::AT_SYMLINK_FOLLOW as usize;
            sys::call(libc::SYS_linkat, [CWD, sys::at(&from), CWD, sys::at(&to), follow, 0])
                .map_err(Refusal::Errno)?;
            let found = fs::read(&link).map_err(refused).and_then(|text| canary(&text));
            let _ = fs::remove_file(&link);
            found
        }),
        attempt("symbolic link to a secret of the host", Reach::Path, || {
            let link = own("soft");
            symlink(setting.get("secret")?, &link).map_err(refused)?;
            let found = fs::read(&link).map_err(refused).and_then(|text| canary(&text));
            let _ = fs::remove_file(&link);
            found
        }),
        attempt("symbolic link to a folder of the host", Reach::Path, || {
            let link = own("folder");
            let secret = setting.get("secret")?.to_string();
            let (folder, name) = secret.rsplit_once('/').unwrap_or(("/", &secret));
            symlink(folder, &link).map_err(refused)?;
            let found = fs::read(format!("{link}/{name}")).map_err(refused).and_then(|text| canary(&text));
            let _ = fs::remove_file(&link);
            found
        }),
    ]
}

/// Swaps a file and a folder in the exchange folder with symbolic links to the secret, until the time is over. It
/// shows nothing by itself: whoever reads there from outside is the one to be fooled.
pub fn flip(setting: &Setting) -> i32 {
    let Ok(folder) = setting.get("exchange") else { return 2 };
    let Ok(secret) = setting.get("secret") else { return 2 };
    let secret_folder = secret.rsplit_once('/').map_or("/", |(folder, _)| folder);
    let _ = fs::create_dir(format!("{folder}/box"));
    let _ = fs::write(format!("{folder}/note.txt"), "nothing");
    let _ = fs::write(format!("{folder}/box/secret.txt"), "nothing");
    let _ = symlink(secret, format!("{folder}/other.txt"));
    let _ = symlink(secret_folder, format!("{folder}/other"));
    let until = Instant::now() + Duration::from_millis(setting.number("millis").unwrap_or(4000) as u64);
    let names = |a: &str, b: &str| (sys::text(&format!("{folder}/{a}")), sys::text(&format!("{folder}/{b}")));
    let (note, other_note) = names("note.txt", "other.txt");
    let (inside, other_inside) = names("box", "other");
    let mut swaps = 0u64;
    while Instant::now() < until {
        for (one, other) in [(&note, &other_note), (&inside, &other_inside)] {
            let exchange = 2;
            if sys::call(libc::SYS_renameat2, [CWD, sys::at(one), CWD, sys::at(other), exchange, 0]).is_ok() {
                swaps += 1;
            }
        }
    }
    println!("{}", serde_json::json!({ "swaps": swaps }));
    i32::from(swaps == 0)
}

/// Reads as a careless program does, checking the name first and opening it then, and says how often it was fooled.
pub fn careless_reader(setting: &Setting) -> i32 {
    let Ok(folder) = setting.get("exchange") else { return 2 };
    let until = Instant::now() + Duration::from_millis(setting.number("millis").unwrap_or(4000) as u64);
    let (mut fooled, mut read) = (0u64, 0u64);
    while Instant::now() < until {
        for path in [format!("{folder}/note.txt"), format!("{folder}/box/secret.txt")] {
            let parent_is_plain = fs::symlink_metadata(format!("{folder}/box")).is_ok_and(|m| m.is_dir());
            let is_plain = fs::symlink_metadata(&path).is_ok_and(|m| m.is_file());
            if is_plain && parent_is_plain {
                read += 1;
                fooled += u64::from(fs::read(&path).is_ok_and(|text| canary(&text).is_ok()));
            }
        }
    }
    println!("{}", serde_json::json!({ "read": read, "fooled": fooled }));
    0
}
