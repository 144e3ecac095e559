//! The core links for a microcontroller without a heap; the same with one `Box` does not.
//!
//! Needs a compiler that has the library for thumbv7em-none-eabihf; `tests/no-alloc/install-target` gets one. Without it
//! the test says so, and fails only when `ANYKEY_REQUIRE_THUMB` is set, as `tests/all` does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TARGET: &str = "thumbv7em-none-eabihf";
/// The most that the code of the three crates may take in flash, in bytes, cryptography not counted.
const TEXT_LIMIT: u64 = 96 << 10;

/// A compiler with the target's library.
struct Toolchain {
    cargo: PathBuf,
    rustc: PathBuf,
    /// Debian's compiler comes without rust-lld.
    linker: Option<&'static str>,
}

impl Toolchain {
    fn find() -> Option<Self> {
        let own =
            |name: &str, other: &str| PathBuf::from(std::env::var_os(name).unwrap_or_else(|| other.into()));
        let candidates = [
            Self { cargo: own("CARGO", "cargo"), rustc: own("RUSTC", "rustc"), linker: None },
            Self {
                cargo: "/usr/bin/cargo".into(),
                rustc: "/usr/bin/rustc".into(),
                linker: Some("arm-none-eabi-ld"),
            },
        ];
        candidates.into_iter().find(Self::has_target)
    }

    fn has_target(&self) -> bool {
        let asked = Command::new(&self.rustc).args(["--print", "target-libdir", "--target", TARGET]).output();
        let Ok(Output { status, stdout, .. }) = asked else { return false };
        let directory = String::from_utf8_lossy(&stdout).trim().to_owned();
        let Ok(entries) = std::fs::read_dir(directory) else { return false };
        status.success() && entries.flatten().any(|e| e.file_name().to_string_lossy().starts_with("libcore-"))
    }

    fn build(&self, binary: &str) -> Output {
        let mut command = Command::new(&self.cargo);
        command
            .args(["build", "--release", "--locked", "--offline", "--target", TARGET, "--bin", binary])
            .current_dir(root().join("tests/no-alloc"))
            .env("CARGO_TARGET_DIR", target_directory())
            .env("RUSTC", &self.rustc)
            // What was meant for the host would replace the link arguments of the target.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        if let Some(linker) = self.linker {
            command.env("CARGO_TARGET_THUMBV7EM_NONE_EABIHF_LINKER", linker);
        }
        command.output().unwrap()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn target_directory() -> PathBuf {
    root().join("target/no-alloc")
}

#[test]
fn the_core_links_without_a_heap_and_a_box_does_not() {
    let Some(toolchain) = Toolchain::find() else {
        let why = format!("no compiler here has {TARGET}: run tests/no-alloc/install-target");
        assert!(std::env::var_os("ANYKEY_REQUIRE_THUMB").is_none(), "{why}");
        return println!("not run: {why}");
    };
    let core = toolchain.build("core");
    assert!(core.status.success(), "{}", String::from_utf8_lossy(&core.stderr));
    let text = text_size(&target_directory().join(TARGET).join("release/core"));
    println!("wire + frames + authenticator: {text} bytes of code and constants");
    assert!(text > 16 << 10, "{text} bytes: has the optimiser thrown the core away?");
    assert!(text < TEXT_LIMIT, "{text} bytes of code and constants, the limit is {TEXT_LIMIT}");

    let caught = toolchain.build("uses-alloc");
    let said = String::from_utf8_lossy(&caught.stderr);
    assert!(!caught.status.success(), "a use of alloc was linked: the check proves nothing");
    assert!(said.contains("no global memory allocator found but one is required"), "{said}");
}

/// The bytes of an ELF file that are loaded and not written to: 32 bits, little endian.
fn text_size(elf: &Path) -> u64 {
    let bytes = std::fs::read(elf).unwrap();
    assert_eq!(bytes[..6], *b"\x7fELF\x01\x01", "a 32-bit little-endian ELF file is expected");
    let half = |at: usize| usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()));
    let word = |at: usize| u64::from(u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()));
    let (table, size, count) = (usize::try_from(word(28)).unwrap(), half(42), half(44));
    let headers = (0..count).map(|n| table + n * size);
    // PT_LOAD without PF_W: p_type at 0, p_filesz at 16, p_flags at 24.
    headers.filter(|at| word(*at) == 1 && word(at + 24) & 2 == 0).map(|at| word(at + 16)).sum()
}
