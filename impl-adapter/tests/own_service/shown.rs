/// A store that is spoken to in lines, each behind a number of its own: `7 put 1 v1`, `8 get 1`.
struct Store(SocketAddr);

impl Service for Store {
    type Transport = Lines;

    fn name(&self) -> &'static str {
        "store"
    }

    async fn connect(&self) -> Result<Lines> {
        Ok(Lines::to(SERVER, self.0))
    }

    fn request(&self, id: u64, operation: Operation) -> Vec<u8> {
        match operation {
            Operation::Write(key) => format!("{id} put {key} v{key}").into_bytes(),
            Operation::Read(key) => format!("{id} get {key}").into_bytes(),
        }
    }

    fn answer(&self, line: &[u8]) -> Option<(u64, std::result::Result<String, String>)> {
        let (id, text) = std::str::from_utf8(line).ok()?.split_once(' ')?;
        Some((id.parse().ok()?, Ok(text.to_owned())))
    }

    fn expected(&self, operation: Operation) -> String {
        match operation {
            Operation::Write(_) => "done".to_owned(),
            Operation::Read(key) => format!("v{key}"),
        }
    }
}

/// All trials of the store at this address.
async fn examined(address: SocketAddr) -> Report {
    trials(Store(address), 42, Policy::default()).await
}
