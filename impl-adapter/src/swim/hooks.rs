//! Where a known-bad variant of a member may do otherwise. The healthy one does nothing here, and
//! pays nothing for it.

use super::desk::Desk;
use foca::Config;

/// What a variant does otherwise.
pub trait Hooks: 'static {
    /// Changes how the library is set up.
    fn set_up(&self, _config: &mut Config) {}

    /// Changes the bytes of a message that is about to leave.
    fn sends(&self, _bytes: &mut Vec<u8>) {}

    /// Changes the bytes of a message that has come.
    fn hears(&self, _bytes: &mut Vec<u8>, _desk: &Desk) {}
}

/// The member as it is.
#[derive(Clone, Copy, Default, Debug)]
pub struct Healthy;

impl Hooks for Healthy {}

/// One of the mutants, chosen while it runs.
pub struct Planted(
    /// Which.
    pub Box<dyn Hooks>,
);

impl Hooks for Planted {
    fn set_up(&self, config: &mut Config) {
        self.0.set_up(config);
    }

    fn sends(&self, bytes: &mut Vec<u8>) {
        self.0.sends(bytes);
    }

    fn hears(&self, bytes: &mut Vec<u8>, desk: &Desk) {
        self.0.hears(bytes, desk);
    }
}
