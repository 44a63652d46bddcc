//! Real implementations behind Schism's seam.
