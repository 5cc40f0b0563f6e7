//! What the broker counts of a running agent with hard deadlines.

use std::fs;
use std::time::{Duration, Instant};

/// How often the budget of an HRT agent is looked at.
pub const SAMPLE_EVERY: Duration = Duration::from_millis(100);

/// Counts, by looking now and then, the periods in which an HRT agent had used up its runtime and had to wait for the
/// next one. What happens between two looks is not seen, so the count is a lower bound.
#[derive(Debug)]
pub struct Overruns {
    pub count: u64,
    last: i64,
    looked: Instant,
}

impl Overruns {
    pub fn new() -> Self {
        Overruns { count: 0, last: 0, looked: Instant::now() }
    }

    /// When to look again.
    pub fn due(&self) -> Instant {
        self.looked + SAMPLE_EVERY
    }

    pub fn look(&mut self, pid: i32) {
        self.looked = Instant::now();
        let Ok(text) = fs::read_to_string(format!("/proc/{pid}/sched")) else { return };
        if let Some((left, deadline)) = budget(&text)
            && left <= 0
            && deadline != self.last
        {
            self.last = deadline;
            self.count += 1;
        }
    }
}

impl Default for Overruns {
    fn default() -> Self {
        Self::new()
    }
}

/// Nanoseconds left of this period's runtime, and the deadline that names the period.
fn budget(text: &str) -> Option<(i64, i64)> {
    let field = |name: &str| {
        let line = text.lines().find(|l| l.split(':').next().is_some_and(|k| k.trim() == name))?;
        line.rsplit(':').next()?.trim().parse().ok()
    };
    Some((field("dl.runtime")?, field("dl.deadline")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_read_from_the_kernels_table() {
        let text = "hog (7, #threads: 1)\n----\npolicy                :                    6\n\
            dl.runtime            :               -51234\ndl.deadline           :          88112233445\n";
        assert_eq!(budget(text), Some((-51_234, 88_112_233_445)));
        assert_eq!(budget("policy : 0\n"), None, "only deadline tasks have one");
    }
}
