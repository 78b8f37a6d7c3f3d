//! The binary: hands over to the command line. It does nothing by itself.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    kept::cli::main()
}
