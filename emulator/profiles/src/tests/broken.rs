use miette::Diagnostic;
use proptest::prelude::*;

use super::{WHOLE, problems, with};
use crate::parse;

#[test]
fn the_whole_file_is_fine() {
    assert_eq!(problems(WHOLE), [""; 0]);
}

#[test]
fn every_problem_is_reported_at_once_in_the_order_of_the_file() {
    let text = r#"name = "Broken Key"
product = 5
summary = ""
aaguid = "0011"
versions = ["U2F_V2", "FIDO_2_O"]
attachment = "roaming"
transports = "usb"
countr = "global"
backup = "ineligible"
touch-timeout-ms = 0

[ctap2]
rk = "yes"
uv = true
algorithms = ["ES256", "ES256"]
attestation = "paked"
max_msg_size = 1200

[u2f]
key-handle = 32

[usb]
vendor = 0x12345
wink = true
"#;
    let expected = [
        "1:1: `counter` is missing (one of `global`, `per-credential`, `zero`)",
        "1:1: `source` is missing (add a table `[source]` with `kind` and `note`: where these facts come from)",
        "1:8: this is not a name that can be typed (lower-case letters, digits and hyphens, at most 48 of them)",
        "2:11: `product` is a text, found an integer",
        "3:11: `summary` is empty",
        "4:10: this is not an AAGUID (an AAGUID is a UUID such as 00112233-4455-6677-8899-aabbccddeeff, or 32 hexadecimal digits)",
        "5:23: unknown version `FIDO_2_O` (did you mean `FIDO_2_0`? known: `U2F_V2`, `FIDO_2_0`, `FIDO_2_1_PRE`, `FIDO_2_1`)",
        "6:14: unknown attachment `roaming` (known: `platform`, `cross-platform`)",
        "7:14: `transports` is a list of texts, found a string",
        "8:1: unknown field `countr` (did you mean `counter`?)",
        "10:20: `touch-timeout-ms` is 1 to 600000, found 0",
        "13:6: `ctap2.rk` is `true` or `false`, found a string",
        "14:6: `ctap2.uv` is a text, found a boolean",
        "15:24: `ES256` is listed twice",
        "16:15: unknown attestation `paked` (did you mean `packed`? known: `none`, `packed-self`, `packed`, `fido-u2f`, `tpm`)",
        "17:1: unknown field `ctap2.max_msg_size` (did you mean `max-msg-size`?)",
        "20:14: `u2f.key-handle` is 64 to 255, found 32",
        "22:2: `usb.product` is missing (a number such as 0x1209)",
        "23:10: `usb.vendor` is 0 to 65535, found 0x12345",
    ];
    assert_eq!(problems(text), expected);
}

#[test]
fn an_empty_file_lacks_everything_that_has_no_default() {
    let missing: Vec<String> =
        problems("").into_iter().map(|line| line.split('`').nth(1).unwrap().to_owned()).collect();
    let expected = [
        "name",
        "product",
        "summary",
        "versions",
        "attachment",
        "transports",
        "counter",
        "backup",
        "source",
        "usb",
    ];
    assert_eq!(missing, expected);
}

#[test]
fn slips_of_syntax_are_all_reported() {
    let text = "name = \nproduct = 'x\nsummary = \"s\"\n";
    let found = problems(text);
    assert!(found.len() >= 2, "{found:?}");
    assert!(found[0].starts_with("1:"), "{found:?}");
    assert!(found[1].starts_with("2:"), "{found:?}");
}

#[test]
fn provenance_is_not_optional() {
    let found = problems(&with("[source]\nkind = \"observed\"\nnote = \"A key on the table\"\n", ""));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("1:1: `source` is missing"));
    let found = problems(&with("kind = \"observed\"", "kind = \"vendor-documentation\""));
    assert_eq!(found, ["10:2: `source.links` is missing (name the documents)"]);
    let found = problems(&with("note = \"A key", "links = [\"http://x\"]\nnote = \"A key"));
    assert_eq!(found, ["12:10: this is not a link (start it with https://)"]);
}

#[test]
fn columns_count_characters() {
    let found = problems(&with("[\"usb\", \"nfc\"]", "[\"ü\", \"x\"]"));
    assert_eq!(found.len(), 2);
    assert!(found[0].starts_with("7:15: unknown transport `ü`"), "{found:?}");
    assert!(found[1].starts_with("7:20: unknown transport `x`"), "{found:?}");
}

#[test]
fn a_diagnostic_shows_the_places() {
    let error = parse("keys/mine.toml", with("counter = \"global\"", "counter = \"gobal\"")).unwrap_err();
    assert_eq!(error.file(), "keys/mine.toml");
    let problem = &error.problems()[0];
    assert_eq!((problem.line, problem.column), (8, 11));
    let related: Vec<&dyn Diagnostic> = error.related().unwrap().collect();
    assert_eq!(related.len(), 1);
    let label = related[0].labels().unwrap().next().unwrap();
    assert_eq!((label.offset(), label.len()), (problem.span.start, "\"gobal\"".len()));
    assert!(related[0].help().unwrap().to_string().starts_with("did you mean `global`?"));
    assert!(error.source_code().is_some());
}

/// Lines of the whole file, some left out, doubled, cut or swapped.
fn mangled() -> impl Strategy<Value = String> {
    let lines: Vec<&'static str> = WHOLE.lines().collect();
    proptest::collection::vec((0..lines.len(), 0..60_usize), 0..40).prop_map(move |picks| {
        let cut = |(line, at): (usize, usize)| {
            lines[line].get(..at.min(lines[line].len())).unwrap_or("").to_owned()
        };
        picks.into_iter().map(cut).collect::<Vec<_>>().join("\n")
    })
}

proptest! {
    #[test]
    fn any_text_is_answered_with_places_inside_it(text in prop_oneof![".{0,200}", mangled()]) {
        if let Err(error) = parse("f", text.clone()) {
            prop_assert!(!error.problems().is_empty());
            let lines = text.matches('\n').count() + 1;
            for problem in error.problems() {
                prop_assert!(problem.span.start <= text.len());
                prop_assert!((1..=lines).contains(&problem.line));
                prop_assert!(problem.column >= 1);
            }
        }
    }
}
