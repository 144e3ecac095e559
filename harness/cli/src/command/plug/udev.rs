//! `anykey plug --install-udev`: the rules that let people plug keys in and use them.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use plan::Exit;

use crate::failure::Failure;

/// Prints the rules, or with `install` installs them for the whole machine.
///
/// # Errors
/// The group is not there, or a file or a tool refuses.
pub fn perform(group: &str, install: bool) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    if install {
        let groups = fs::read_to_string("/etc/group").unwrap_or_default();
        self::install(group, &groups, &mut out)?;
    } else {
        let at_start = MODULES_FILE;
        write!(
            out,
            "# {RULES_FILE}\n{}\n# {at_start}\n{MODULES}\n# As root, `anykey plug --install-udev --yes` writes both \
             files and has them take effect.\n# Then `usermod -aG {group} USER` lets a user plug keys in, after the \
             next login.\n",
            rules(group)
        )?;
    }
    out.flush()?;
    Ok(Exit::AsExpected)
}

/// The two rules.
fn rules(group: &str) -> String {
    format!(
        "# Who may plug keys in. Whoever may can also make keyboards: not everybody should.\n\
         KERNEL==\"uhid\", SUBSYSTEM==\"misc\", GROUP=\"{group}\", MODE=\"0660\", OPTIONS+=\"static_node=uhid\"\n\
         # Who may use a key of AnyKey that is plugged in: whoever sits at the machine.\n\
         KERNEL==\"hidraw*\", SUBSYSTEM==\"hidraw\", ATTRS{{uevent}}==\"*HID_PHYS=anykey-*\", \
         TAG+=\"uaccess\"\n"
    )
}

fn install(group: &str, groups: &str, out: &mut dyn Write) -> Result<(), Failure> {
    if !groups.lines().any(|line| line.split(':').next() == Some(group)) {
        return Err(Failure::Usage(format!(
            "there is no group {group}: make it by `groupadd --system {group}`, or name another by --group"
        )));
    }
    for (file, text) in [(RULES_FILE, rules(group).as_str()), (MODULES_FILE, MODULES)] {
        write_file(Path::new(file), text)?;
        writeln!(out, "wrote {file}")?;
    }
    for words in [
        &["modprobe", "uhid"][..],
        &["udevadm", "control", "--reload"],
        &["udevadm", "trigger", "--action=change", "--subsystem-match=misc", "--sysname-match=uhid"],
    ] {
        run(words)?;
        writeln!(out, "ran {}", words.join(" "))?;
    }
    writeln!(out, "`usermod -aG {group} USER` lets a user plug keys in, after the next login")?;
    Ok(())
}

fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::PermissionDenied => ": run it as root",
            _ => "",
        };
        Failure::Usage(format!("{}: {error}{hint}", path.display()))
    })
}

fn run(words: &[&str]) -> Result<(), Failure> {
    let [program, rest @ ..] = words else { return Ok(()) };
    let failed = |why: String| Failure::Usage(format!("`{}` failed: {why}", words.join(" ")));
    let ended = Command::new(program).args(rest).output().map_err(|error| failed(error.to_string()))?;
    if ended.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&ended.stderr).trim().to_owned()))
}

const RULES_FILE: &str = "/etc/udev/rules.d/70-anykey.rules";
const MODULES_FILE: &str = "/etc/modules-load.d/anykey.conf";
const MODULES: &str = "uhid\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_is_not_there_is_said_before_anything_is_written() {
        let mut out = Vec::new();
        let error = install("keys", "root:x:0:\nplugdev:x:46:\n", &mut out).unwrap_err();
        assert!(matches!(&error, Failure::Usage(why) if why.contains("groupadd --system keys")), "{error:?}");
        assert!(out.is_empty());
    }
}
