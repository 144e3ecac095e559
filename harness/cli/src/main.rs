//! The `anykey` command.

fn main() {}
