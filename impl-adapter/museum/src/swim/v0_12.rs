//! The crate `foca` 0.12.0 goes into the adapter; a member without the bug
//! comes out.

use foca_0_12 as foca;

#[path = "member.rs"]
#[expect(clippy::duplicate_mod, reason = "what is compared is the library, not the adapter")]
mod member;
pub use member::{Member, boot};
