//! The crate `foca` 0.11.0 goes into the adapter; a member on the release with the bug comes out.

use foca_0_11 as foca;

#[path = "member.rs"]
mod member;
pub use member::{Member, boot};
