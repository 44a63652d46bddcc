//! The services that the harness exercises.

pub mod echo;
pub mod http;
pub mod stdio;
pub mod tools;

pub use echo::Echo;
pub use http::HttpTools;
pub use stdio::StdioTools;
