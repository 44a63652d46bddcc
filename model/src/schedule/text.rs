//! The text form of a schedule, both ways.
