//! Tests of Schism as its users see it.
