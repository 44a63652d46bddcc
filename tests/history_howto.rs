//! The page on recorded histories tells the truth: its commands run, and print what it shows.

use std::path::PathBuf;

const PAGE: &str = include_str!("../docs/howto/check-a-history.md");

/// The blocks of the page in this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let start = format!("```{language}\n");
    PAGE.split(&start).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// A folder with the page's file in it, which goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let folder = std::env::temp_dir().join(format!("schism-page-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        std::fs::write(folder.join("store.jsonl"), blocks("json")[0]).expect("as above");
        Folder(folder)
    }

    /// Runs a command of the page as if in the folder, and hands back what it printed and its code.
    fn run(&self, command: &str) -> (u8, String) {
        let (words, input) = command.split_once(" < ").unwrap_or((command, ""));
        let in_folder = |word: &str| match word.contains('.') {
            true => self.0.join(word).display().to_string(),
            false => word.to_owned(),
        };
        let words: Vec<String> = words.split(' ').map(in_folder).collect();
        let bytes = if input.is_empty() {
            Vec::new()
        } else {
            std::fs::read(in_folder(input)).expect("it is there")
        };
        let (mut input, mut out, mut err) = (&bytes[..], Vec::new(), Vec::new());
        let streams = &mut schism::cli::Streams {
            input: &mut input,
            out: &mut out,
            err: &mut err,
            terminal: false,
        };
        let code = schism::cli().run(&words, streams);
        let said = String::from_utf8_lossy(&out).replace(&format!("{}/", self.0.display()), "");
        assert!(err.is_empty(), "{command}: {}", String::from_utf8_lossy(&err));
        (code, said)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nobody is hurt if it stays.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_page_on_histories_shows_what_its_commands_print() {
    let folder = Folder::new();
    let commands: Vec<&str> = blocks("console").iter().flat_map(|block| block.lines()).collect();
    assert_eq!(commands.len(), 7);
    let ran: Vec<(u8, String)> = commands.iter().map(|command| folder.run(command)).collect();
    let shown = blocks("text");
    assert_eq!((ran[0].0, &*ran[0].1), (1, shown[0]));
    assert_eq!((ran[1].0, &*ran[1].1), (1, shown[0]));
    assert_eq!((ran[2].0, ran[3].0), (0, 0));
    assert_eq!(format!("{}{}", ran[2].1, ran[3].1), shown[1]);
    assert_eq!((ran[4].0, &*ran[4].1), (1, &*shown[0].replace("store.jsonl", "standard input")));
    assert_eq!((ran[5].0, &*ran[5].1), (1, &*format!("{0}{0}", shown[0])));
    assert_eq!(ran[6].0, 1);
    let svg = std::fs::read_to_string(folder.0.join("store.svg")).expect("it was drawn");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{svg}");
    let (code, said) = folder.run("schism history store.edn");
    assert_eq!(code, 1, "{said}");
}
