//! Writes the seeds of each target to `DIRECTORY/TARGET/`, and with them what was found before.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let Some(directory) = std::env::args_os().nth(1) else {
        eprintln!("usage: seeds DIRECTORY");
        std::process::exit(2);
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for target in fuzz::TARGETS {
        let room = Path::new(&directory).join(target.name);
        fs::create_dir_all(&room)?;
        let found = fuzz::seeds::found(target.name, &root).into_iter().map(|(_, bytes)| bytes);
        for (number, bytes) in fuzz::seeds::of(target.name, &root).into_iter().chain(found).enumerate() {
            fs::write(room.join(format!("{number:03}")), bytes)?;
        }
    }
    Ok(())
}
