//! What is asked of one way of a network comes in, as a value. Nothing happens here.

use schism::seed::Ratio;
use std::num::{NonZeroU32, NonZeroU64};
use std::ops::RangeInclusive;
use std::time::Duration;

/// What can be wrong with the frames of one way, several at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    pub(super) loss: Ratio,
    pub(super) delay: RangeInclusive<Duration>,
    pub(super) doubled: Ratio,
    pub(super) overtaken: (Ratio, Duration),
    pub(super) bandwidth: Option<NonZeroU64>,
    /// So many frames a second, and how many may wait, if that is limited.
    pub(super) narrow: Option<(NonZeroU32, Option<u32>)>,
}

impl Default for Trouble {
    fn default() -> Trouble {
        Trouble::NONE
    }
}

impl Trouble {
    /// None.
    pub const NONE: Trouble = Trouble {
        loss: NEVER,
        delay: Duration::ZERO..=Duration::ZERO,
        doubled: NEVER,
        overtaken: (NEVER, Duration::ZERO),
        bandwidth: None,
        narrow: None,
    };

    /// So many frames vanish, and nobody is told.
    #[must_use]
    pub fn loss(self, share: Ratio) -> Trouble {
        Trouble { loss: share, ..self }
    }

    /// Each frame comes so much later, drawn anew for each: one may overtake another.
    #[must_use]
    pub fn delay(self, range: RangeInclusive<Duration>) -> Trouble {
        Trouble { delay: range, ..self }
    }

    /// So many frames come twice.
    #[must_use]
    pub fn doubled(self, share: Ratio) -> Trouble {
        Trouble { doubled: share, ..self }
    }

    /// So many frames wait until the next one has passed them, but no longer than this.
    #[must_use]
    pub fn overtaken(self, share: Ratio, no_longer: Duration) -> Trouble {
        Trouble { overtaken: (share, no_longer), ..self }
    }

    /// Frames leave one behind the other, at so many bytes a second.
    #[must_use]
    pub fn bandwidth(self, bytes_per_second: NonZeroU64) -> Trouble {
        Trouble { bandwidth: Some(bytes_per_second), ..self }
    }

    /// Frames leave one behind the other, so many a second, at least 1. Where no more than `queue`
    /// may wait, a frame that comes then is lost.
    #[must_use]
    pub fn narrow(self, frames_per_second: u32, queue: Option<u32>) -> Trouble {
        let rate = NonZeroU32::new(frames_per_second).unwrap_or(NonZeroU32::MIN);
        Trouble { narrow: Some((rate, queue)), ..self }
    }
}

const NEVER: Ratio = Ratio { part: 0, of: 1 };
