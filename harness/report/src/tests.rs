pub(crate) mod sample;

use std::io::Write;
use std::sync::{Arc, Mutex};

use plan::Verdict;
use plan::event::{Ended, Event, Sink};

use crate::*;
use sample::{HOSTILE, cases, done, events, head};

/// A stream that the test can read after the sink is gone.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn feed(mut sink: Box<dyn Sink>, events: &[Event]) {
    for event in events {
        sink.take(event);
    }
    sink.finish().unwrap();
}

pub(crate) fn folded(events: &[Event]) -> Report {
    let mut whole = None;
    for event in events {
        Report::fold(&mut whole, event);
    }
    whole.unwrap()
}

fn terminal(look: Look, events: &[Event]) -> String {
    let out = Shared::default();
    feed(Box::new(Terminal::new(Box::new(out.clone()), look)), events);
    out.text()
}

/// A run that was stopped in its fifth case.
fn interrupted() -> Vec<Event> {
    let mut events: Vec<_> = events().into_iter().take(9).collect();
    let mut done = done(Ended::Interrupted);
    (done.pass, done.unsupported, done.unknown, done.fail) = (4, 0, 0, 0);
    events.push(Event::RunDone(done));
    events
}

/// A run that selected nothing.
fn empty() -> Vec<Event> {
    let mut run = head();
    run.scenarios.clear();
    run.cases = 0;
    let mut done = done(Ended::Complete);
    (done.pass, done.unsupported, done.unknown, done.fail) = (0, 0, 0, 0);
    vec![Event::RunStarted(run), Event::RunDone(done)]
}

const WIDE: Look = Look { width: 120, color: false, unicode: true };
const NARROW: Look = Look { width: 80, color: false, unicode: true };
const PLAIN: Look = Look { width: 80, color: false, unicode: false };

#[test]
fn terminal_wide() {
    insta::assert_snapshot!(terminal(WIDE, &events()));
}

#[test]
fn terminal_narrow() {
    insta::assert_snapshot!(terminal(NARROW, &events()));
}

#[test]
fn terminal_plain() {
    insta::assert_snapshot!(terminal(PLAIN, &events()));
}

#[test]
fn terminal_interrupted() {
    insta::assert_snapshot!(terminal(NARROW, &interrupted()));
}

#[test]
fn terminal_empty() {
    insta::assert_snapshot!(terminal(NARROW, &empty()));
}

#[test]
fn terminal_keeps_its_width_and_its_alphabet() {
    for width in [40, 60, 80, 100, 132, 160] {
        for unicode in [true, false] {
            let text = terminal(Look { width, color: false, unicode }, &events());
            for line in text.lines().filter(|line| !line.contains("again: ")) {
                assert!(text::width(line) <= width, "{width}: {line}");
                assert!(unicode || line.is_ascii(), "{line}");
                assert!(!line.contains('\u{1b}') && !line.contains('\u{202e}'), "{line}");
                assert_eq!(line.trim_end(), line, "blanks at the end");
            }
        }
    }
}

#[test]
fn terminal_colours_end_where_they_begin() {
    let text = terminal(Look { width: 100, color: true, unicode: true }, &events());
    assert!(text.contains("\u{1b}[32m"), "green for accepted");
    for line in text.lines() {
        let opened = line.matches("\u{1b}[").count() - line.matches("\u{1b}[0m").count();
        assert!(opened == 0 || line.ends_with("\u{1b}[0m") || line.contains("\u{1b}[0m"), "{line:?}");
    }
    let stripped = strip(&text);
    assert_eq!(stripped, terminal(Look { width: 100, color: false, unicode: true }, &events()));
}

fn strip(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    out + rest
}

#[test]
fn tap() {
    let out = Shared::default();
    feed(Box::new(Tap::new(Box::new(out.clone()))), &events());
    insta::assert_snapshot!(out.text());
}

#[test]
fn tap_bails_out() {
    let out = Shared::default();
    feed(Box::new(Tap::new(Box::new(out.clone()))), &interrupted());
    let text = out.text();
    assert!(text.ends_with("Bail out! interrupted\n"), "{text}");
    assert_eq!(text.lines().filter(|l| l.starts_with("ok ")).count(), 4);
}

#[test]
fn json_reads_back() {
    let out = Shared::default();
    feed(Box::new(Json::new(Box::new(out.clone()))), &events());
    let report = Report::read(out.text().as_bytes()).unwrap();
    assert_eq!(report, folded(&events()));
    assert_eq!(report.cases.len(), cases().len());
}

#[test]
fn json_shape() {
    let mut events = interrupted();
    events.drain(3..9);
    insta::assert_json_snapshot!(folded(&events), { ".run.began" => "[time]", ".run.version" => "[version]" });
}

#[test]
fn a_report_from_before_links_were_told_reads_and_draws() {
    let mut older = serde_json::to_value(folded(&events())).unwrap();
    older["run"].as_object_mut().unwrap().remove("link").unwrap();
    let report = Report::read(older.to_string().as_bytes()).unwrap();
    assert_eq!(report.run.link, None);
    assert!(!html::draw(&report).unwrap().contains("link process"));
    let compared = compare::Comparison::of(&report, &folded(&events()));
    assert_eq!(compared.exit(), plan::Exit::AsExpected);
    assert_eq!(compare::draw(&compared, PLAIN).matches(", link process").count(), 1);
    assert_eq!(serde_json::to_value(&report).unwrap(), older);
}

#[test]
fn json_of_another_schema_says_so() {
    let error = Report::read(&br#"{"schema":77}"#[..]).unwrap_err();
    assert!(matches!(error, ReadError::Schema(77)));
    insta::assert_snapshot!(error.to_string(), @"the report has schema 77, this anykey reads schema 1: run the bench again");
    assert!(matches!(Report::read(&b"<html>"[..]).unwrap_err(), ReadError::Json(_)));
    assert!(matches!(Report::read(&b"{}"[..]).unwrap_err(), ReadError::Json(_)));
}

#[test]
fn junit_xml() {
    let mut out = Vec::new();
    junit::write(&folded(&events()), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let back = quick_junit::Report::deserialize_from_str(&text).unwrap();
    assert_eq!(back.tests, cases().len());
    assert_eq!(back.failures, cases().iter().filter(|c| c.verdict == Verdict::Fail).count());
    assert_eq!(back.errors, cases().iter().filter(|c| c.verdict == Verdict::Unknown).count());
    let mut few = folded(&interrupted());
    few.cases.extend(cases().into_iter().filter(|c| c.verdict != Verdict::Pass).take(3));
    let mut out = Vec::new();
    junit::write(&few, &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn html_escapes_everything() {
    let html = html::draw(&folded(&events())).unwrap();
    assert!(!html.contains("<script>alert"), "hostile text became an element");
    assert!(html.contains("&lt;script&gt;alert(1)"));
    assert!(!html.contains('\u{202e}') && !html.contains('\u{1b}'));
    assert!(html.contains("{{ 7*7 }}"), "server text is no template");
    assert!(HOSTILE.contains("{{ 7*7 }}"));
    for loads in ["src=", "@import", "url("] {
        assert!(!html.contains(loads), "{loads} would load something");
    }
    assert_eq!(html.matches("<script>").count(), 1);
}

#[test]
fn html_has_a_target_for_every_link() {
    let html = html::draw(&folded(&events())).unwrap();
    let mut links = 0;
    for part in html.split("href=\"#").skip(1) {
        let anchor = part.split('"').next().unwrap();
        assert!(html.contains(&format!("id=\"{anchor}\"")), "{anchor}");
        links += 1;
    }
    assert!(links > cases().len() / 2, "the tables link to their cases");
}

#[test]
fn html_of_odd_runs() {
    assert!(html::draw(&folded(&events())).unwrap().contains("link process"));
    let html = html::draw(&folded(&interrupted())).unwrap();
    assert!(html.contains("Interrupted: 4 of 96 cases were run"));
    assert!(html.contains("not run"));
    assert!(html::draw(&folded(&empty())).unwrap().contains("Nothing was run."));
}

#[test]
fn html_links_only_to_the_web() {
    let mut report = folded(&events());
    report.run.scenarios[0].spec = "javascript:alert(1)".to_owned();
    assert!(!html::draw(&report).unwrap().contains("javascript:"));
}

#[test]
fn html_survives_a_deep_tree() {
    let mut report = folded(&events());
    let mut node = plan::event::Node { name: "leaf".to_owned(), ..Default::default() };
    for _ in 0..1_000 {
        node = plan::event::Node { name: "list".to_owned(), value: None, parts: vec![node] };
    }
    report.cases[0].steps[0].exchanges[0].response.decoded = vec![node];
    assert!(html::draw(&report).unwrap().contains("<b>leaf</b>"));
}

#[test]
fn svg_is_well_formed() {
    let svg = svg::draw(&folded(&events()));
    assert!(!svg.contains("<script"));
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    insta::assert_snapshot!(svg);
    svg::draw(&folded(&empty()));
}

#[test]
fn directory_holds_every_format() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new/report");
    feed(Box::new(Directory::create(&path).unwrap()), &interrupted());
    let mut names: Vec<_> =
        path.read_dir().unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["junit.xml", "matrix.svg", "report.html", "report.json"]);
    let report = Report::read(std::fs::File::open(path.join("report.json")).unwrap()).unwrap();
    assert_eq!(report.done.unwrap().ended, Ended::Interrupted);
}

#[test]
fn directory_refuses_a_file_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report");
    std::fs::write(&path, "here already").unwrap();
    assert!(Directory::create(&path).is_err());
}

#[test]
fn sinks_without_a_run_write_nothing() {
    let out = Shared::default();
    feed(Box::new(Json::new(Box::new(out.clone()))), &[]);
    feed(Box::new(Terminal::new(Box::new(out.clone()), WIDE)), &[]);
    feed(Box::new(Tap::new(Box::new(out.clone()))), &[]);
    assert_eq!(out.text(), "");
}

#[test]
fn progress_follows() {
    let term = indicatif::InMemoryTerm::new(4, 80);
    let target = indicatif::ProgressDrawTarget::term_like(Box::new(term.clone()));
    let mut sink = Progress::on(target, false, true);
    let events = events();
    for event in &events[..100] {
        sink.take(event);
    }
    assert!(term.contents().contains("/96"), "{}", term.contents());
    for event in &events[100..] {
        sink.take(event);
    }
    assert_eq!(term.contents(), "", "the line goes away");
    Box::new(sink).finish().unwrap();
}

#[test]
fn the_matrix_merges_what_is_the_same() {
    let report = folded(&events());
    let matrix = matrix::Matrix::of(&report);
    let faces: Vec<usize> = matrix.rows[2].cells.iter().map(|c| c.faces.len()).collect();
    assert_eq!(faces, [1, 1, 2, 2, 2, 1, 1, 1], "no-uv: client and server differ where UV is required");
    let note = &matrix.notes[0];
    insta::assert_snapshot!(matrix::places(&note.places), @"yubikey-4, no-uv × UV required; yubikey-4, no-uv × passwordless, UV required; no-uv × usernameless (faithful client)");
}
