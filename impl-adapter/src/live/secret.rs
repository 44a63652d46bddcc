//! A number goes out that nobody guesses.

use std::hash::{BuildHasher, Hasher};

/// Another one each time: the hasher of the standard library is seeded by the system.
pub(super) fn secret() -> u64 {
    #[expect(clippy::disallowed_types, reason = "a secret is to differ between processes")]
    let state = std::hash::RandomState::new();
    let mut hasher = state.build_hasher();
    hasher.write_u8(1);
    hasher.finish()
}
