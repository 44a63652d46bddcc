//! Transports of every kind carry what they are given;
//! a wrapper breaks exactly what it is asked to.

mod faulty;
mod kinds;
mod laws;
