//! Accounting without cgroups: sums over a process and all its descendants.

use crate::cgroup::Current;
use std::collections::HashMap;
use std::fs;

const CLOCK_TICK_USEC: u64 = 10_000;
const PAGE_BYTES: u64 = 4096;

struct Seen {
    parent: i32,
    ticks: u64,
    pages: u64,
    threads: u64,
}

/// What the tree below `root` uses. Init adopts every orphan, so the tree is the whole sandbox.
pub fn measure(root: i32) -> Current {
    let all = snapshot();
    if !all.contains_key(&root) {
        return Current::default();
    }
    let mut total = (0, 0, 0);
    for (pid, seen) in &all {
        if descends(*pid, root, &all) {
            total = (total.0 + seen.ticks, total.1 + seen.pages, total.2 + seen.threads);
        }
    }
    Current {
        cpu_usec: Some(total.0 * CLOCK_TICK_USEC),
        memory_bytes: Some(total.1 * PAGE_BYTES),
        pids: Some(total.2),
    }
}

/// Every process of the tree below `root`, itself included; empty when it is gone.
pub fn members(root: i32) -> Vec<i32> {
    let all = snapshot();
    if !all.contains_key(&root) {
        return Vec::new();
    }
    all.keys().copied().filter(|pid| descends(*pid, root, &all)).collect()
}

fn descends(pid: i32, root: i32, all: &HashMap<i32, Seen>) -> bool {
    let mut at = pid;
    // A pid that was reused while the snapshot was taken could close a circle; the bound ends it.
    for _ in 0..4096 {
        if at == root {
            return true;
        }
        match all.get(&at) {
            Some(seen) if seen.parent > 0 => at = seen.parent,
            _ => return false,
        }
    }
    false
}

fn snapshot() -> HashMap<i32, Seen> {
    let Ok(entries) = fs::read_dir("/proc") else { return HashMap::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            // A process may call itself any bytes; one that is no text must not be left out.
            let text = fs::read(entry.path().join("stat")).ok()?;
            Some((pid, parse(&String::from_utf8_lossy(&text))?))
        })
        .collect()
}

/// Reads one line of /proc/PID/stat. The name may hold anything, so fields are counted from its last bracket.
fn parse(text: &str) -> Option<Seen> {
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let field = |n: usize| fields.get(n - 3).and_then(|f| f.trim().parse::<u64>().ok());
    Some(Seen {
        parent: field(4)? as i32,
        ticks: field(14)? + field(15)? + field(16)? + field(17)?,
        threads: field(20)?,
        pages: field(24)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let line =
            "7 (a) b) S 3 7 7 0 -1 4194560 90 0 0 0 5 6 7 8 20 0 2 0 100 1000 33 18446744073709551615 1 1\n";
        let seen = parse(line).expect("a line of /proc");
        assert_eq!((seen.parent, seen.ticks, seen.threads, seen.pages), (3, 26, 2, 33));
    }

    #[test]
    fn the_own_process_is_measured() {
        let current = measure(std::process::id() as i32);
        assert!(current.memory_bytes.is_some_and(|b| b > 0) && current.pids.is_some_and(|p| p > 0));
    }
}
