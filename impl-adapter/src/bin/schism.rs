//! The `schism` command: the targets of this package on Schism's command line, and what runs live.

/// A world allocates much and frees it at its end: this allocator takes a third off a hunt's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let targets = schism_adapters::targets::register(schism::cli());
    let live = schism_adapters::live::stage::register(targets);
    schism_adapters::live::command::register(live).main()
}
