//! The `schism` command: the targets of this package on Schism's command line.

/// A world allocates much and frees it at its end: this allocator takes a third off a hunt's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    schism_adapters::targets::register(schism::cli()).main()
}
