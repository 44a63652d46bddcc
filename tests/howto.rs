//! The how-to page's own store, checked by the page's own test: what readers copy is what runs
//! here.

#[path = "../docs/howto/mystore/tests/faults.rs"]
mod faults;

const PAGE: &str = include_str!("../docs/howto/check-your-own-system.md");
const FILE: &str = include_str!("../docs/howto/mystore/tests/faults.rs");

#[test]
fn the_page_shows_the_test_that_runs() {
    let shown = PAGE.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(shown, Some(FILE));
}

#[test]
fn the_test_is_as_short_as_the_page_says() {
    let code = FILE.lines().filter(|line| !line.is_empty()).count();
    assert_eq!(code, 45);
}
