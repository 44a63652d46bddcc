//! What the packages depend on. The manifests and the page of architecture come in; dependencies in
//! the wrong package, or without a reason that people can read, go out.

use super::{Breach, files, none, text, told};

/// Crates that bring a cluster, or what only a cluster needs. Only adapters know them.
const CLUSTER: [&str; 11] = [
    "foca",
    "memberlist",
    "openraft",
    "paxakos",
    "protobuf",
    "raft",
    "slog",
    "tokio",
    "tikv-raft",
    "turmoil",
    "zookeeper",
];

/// The names in a manifest's tables of dependencies, each with its line.
fn dependencies(manifest: &str) -> Vec<(usize, String)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (number, line) in (1..).zip(manifest.lines()) {
        let line = line.trim();
        if line.starts_with('[') {
            // What the workspace offers is no dependency until a package takes it.
            inside = line.ends_with("dependencies]") && line != "[workspace.dependencies]";
        } else if inside && !line.starts_with('#') && line.contains('=') {
            let name = line.split(['=', '.', ' ']).next().unwrap_or(line);
            found.push((number, name.trim().to_owned()));
        }
    }
    found
}

/// The names in the first column of the page's table of dependencies: the rows in whose first cell
/// stands one name as code.
fn reasons(page: &str) -> Vec<(usize, String)> {
    let section = page.split("\n## ").find(|section| section.starts_with("Dependencies"));
    let before = section.map_or(0, |section| page.find(section).unwrap_or(0));
    // The section begins within the line of its heading.
    let first = page[..before].lines().count();
    let rows = (first..).zip(section.unwrap_or_default().lines());
    rows.filter_map(|(number, line)| {
        let (name, reason) = line.strip_prefix("| `")?.split_once("` | ")?;
        (reason.len() > 20).then(|| (number, name.to_owned()))
    })
    .collect()
}

const PAGE: &str = "docs/ARCHITECTURE.md";

fn unexplained(manifests: &[(String, String)], page: &str) -> Vec<Breach> {
    let reasons = reasons(page);
    let mut used = Vec::new();
    let mut breaches = Vec::new();
    for (path, manifest) in manifests {
        for (line, name) in dependencies(manifest) {
            if !reasons.iter().any(|(_, known)| *known == name) && !name.starts_with("schism") {
                let why = format!("`{name}` has no reason in {PAGE}, under Dependencies");
                breaches.push(Breach::new(path, line, why));
            }
            used.push(name);
        }
    }
    for (line, name) in reasons.iter().filter(|(_, name)| !used.contains(name)) {
        breaches.push(Breach::new(PAGE, *line, format!("no package depends on `{name}`")));
    }
    breaches
}

fn clusters_outside_of_the_adapters(manifests: &[(String, String)]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, manifest) in manifests.iter().filter(|(path, _)| !path.starts_with("impl-adapter/"))
    {
        for (line, name) in dependencies(manifest) {
            if CLUSTER.contains(&name.as_str()) {
                let why = format!("`{name}` belongs to the adapters; here no cluster is known");
                breaches.push(Breach::new(path, line, why));
            }
        }
    }
    breaches
}

fn manifests() -> Vec<(String, String)> {
    files("Cargo.toml").into_iter().map(|path| (path.clone(), text(&path))).collect()
}

#[test]
fn every_dependency_has_its_reason() {
    none(unexplained(&manifests(), &text(PAGE)));
    let manifest = "[dependencies]\nserde = { version = \"1\" }\nclap.workspace = true\n\
                    [features]\ncli = []\n[dev-dependencies]\nquick-check = \"1\"\n";
    let page = "# x\n\n## Dependencies\n\n| `clap` | reads the words of the command line |\n\
                | `serde` | short |\n| `rand` | draws numbers for nobody at all |\n";
    assert_eq!(
        told(&unexplained(&[("model/Cargo.toml".to_owned(), manifest.to_owned())], page)),
        [
            "model/Cargo.toml:2: `serde` has no reason in docs/ARCHITECTURE.md, under Dependencies",
            "model/Cargo.toml:7: `quick-check` has no reason in docs/ARCHITECTURE.md, under \
             Dependencies",
            "docs/ARCHITECTURE.md:7: no package depends on `rand`",
        ]
    );
}

#[test]
fn cluster_crates_belong_to_the_adapters() {
    let manifests = manifests();
    assert!(manifests.len() >= 3, "the workspace has three packages: {manifests:?}");
    none(clusters_outside_of_the_adapters(&manifests));
    let bad = [
        ("model/Cargo.toml", "[dependencies]\nraft = \"0.7\"\n"),
        ("impl-adapter/Cargo.toml", "[dependencies]\nraft = \"0.7\"\n"),
        (
            "Cargo.toml",
            "[workspace.dependencies]\nraft = \"0.7\"\n[dev-dependencies]\ntokio.workspace = true\n",
        ),
    ]
    .map(|(path, manifest)| (path.to_owned(), manifest.to_owned()));
    assert_eq!(
        told(&clusters_outside_of_the_adapters(&bad)),
        [
            "model/Cargo.toml:2: `raft` belongs to the adapters; here no cluster is known",
            "Cargo.toml:4: `tokio` belongs to the adapters; here no cluster is known",
        ]
    );
}
