//! Where the client's randomness comes from: key agreement keys and initialization vectors.

use aws_lc_rs::rand;
use sha2::{Digest, Sha256};

/// A source of random bytes.
pub trait Random: Send {
    /// Fills `out`.
    fn fill(&mut self, out: &mut [u8]);
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unpredictable;

impl Random for Unpredictable {
    fn fill(&mut self, out: &mut [u8]) {
        // Zeros are no key, so that a failure, which aws-lc does not have, would show.
        if rand::fill(out).is_err() {
            out.fill(0);
        }
    }
}

/// The same bytes for the same seed, for runs that repeat: blocks of SHA-256 over seed and block number.
#[derive(Clone)]
pub struct Repeatable {
    seed: [u8; 32],
    block: u64,
}

impl Repeatable {
    /// The bytes of that seed.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed, block: 0 }
    }
}

impl Random for Repeatable {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let block =
                Sha256::new().chain_update(self.seed).chain_update(self.block.to_be_bytes()).finalize();
            self.block += 1;
            for (byte, random) in chunk.iter_mut().zip(block) {
                *byte = random;
            }
        }
    }
}
