//! A comparison for people.

use plan::Verdict;
use plan::event::CaseId;

use super::{Change, Comparison, Side};
use crate::terminal::Look;
use crate::terminal::pen::{BOLD, DIM, verdict_style};
use crate::text::wrap;

/// Draws it; cases of one scenario that changed alike are one entry.
pub fn draw(comparison: &Comparison, look: Look) -> String {
    let mut out = String::new();
    for (word, side) in [("before", &comparison.before), ("after", &comparison.after)] {
        out.push_str(&format!("{}  {}\n", look.paint(BOLD, &format!("{word:<6}")), look.clean(&head(side))));
    }
    let counts = [
        (comparison.changed.len(), "changed"),
        (comparison.reworded.len(), "in other words"),
        (comparison.gone.len(), "only before"),
        (comparison.new.len(), "only after"),
        (comparison.same, "the same"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    out.push_str(&format!(
        "\n{}\n",
        if counts.is_empty() { "no cases".to_owned() } else { counts.join(", ") }
    ));
    changes("Changed", &comparison.changed, look, &mut out);
    changes("In other words", &comparison.reworded, look, &mut out);
    cases("Only before", &comparison.gone, look, &mut out);
    cases("Only after", &comparison.new, look, &mut out);
    out
}

fn head(side: &Side) -> String {
    let target = &side.target;
    let version = target.version.as_deref().map(|v| format!(" {v}")).unwrap_or_default();
    let link = side.link.as_deref().map(|link| format!(", link {link}")).unwrap_or_default();
    format!("{}{version} at {}{link}, {}, {} cases", target.name, target.url, side.began, side.cases)
}

fn changes(title: &str, changes: &[Change], look: Look, out: &mut String) {
    let mut groups: Vec<Vec<&Change>> = Vec::new();
    for change in changes {
        let alike = |group: &&mut Vec<&Change>| {
            group.first().is_some_and(|first| {
                first.case.scenario == change.case.scenario
                    && first.before == change.before
                    && first.after == change.after
            })
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    if !groups.is_empty() {
        out.push_str(&format!("\n{}\n", look.paint(BOLD, title)));
    }
    for group in groups {
        let Some(first) = group.first() else { continue };
        let who: Vec<String> =
            group.iter().map(|c| format!("{} ({})", c.case.key, c.case.manner.name())).collect();
        let head = look.clean(&format!("{}: {}", first.case.scenario, who.join(", ")));
        out.push('\n');
        for line in wrap(&head, look.columns() - 2) {
            out.push_str(&format!("  {line}\n"));
        }
        for (word, came) in [("before", &first.before), ("after", &first.after)] {
            let style = if came.verdict == Verdict::Pass { DIM } else { verdict_style(came.verdict) };
            let mark = look.mark(came.verdict);
            out.push_str(&look.paint(style, &format!("    {word:<6} {mark} {}", came.words())));
            out.push('\n');
            let said = came.said.iter().map(|said| format!("outcome: {said}"));
            for text in said.chain([format!("reason: {}", came.reason)]) {
                for line in wrap(&look.clean(&text), look.columns().saturating_sub(13)) {
                    out.push_str(&format!("             {line}\n"));
                }
            }
        }
    }
}

fn cases(title: &str, cases: &[CaseId], look: Look, out: &mut String) {
    if cases.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", look.paint(BOLD, title)));
    for case in cases.iter().take(SHOWN) {
        out.push_str(&format!("  {}\n", look.clean(&case.to_string())));
    }
    if cases.len() > SHOWN {
        out.push_str(&format!("  and {} more; --json lists them all\n", cases.len() - SHOWN));
    }
}

/// How many cases of one side are listed.
const SHOWN: usize = 30;
