//! What the Explorer's answers become on their way to the browser: they go in as they are, and come
//! out with a line that says what is walked, where the failure is, and how to get the schedule of a
//! path. It knows no model.
//!
//! The Explorer's own list of properties knows only what its own search has found. What somebody
//! else has found is written into it here.

use std::fmt::Write;

/// The schedule of a path, by the places of its steps.
pub(crate) type Scheduled = Box<dyn Fn(&[usize]) -> Option<String> + Send + Sync>;

/// What the page shows besides the model.
#[derive(Default)]
pub(crate) struct Page {
    /// What is walked.
    pub(crate) title: String,
    /// What is known to be broken: the property's name, and a line of it.
    pub(crate) broken: Option<(String, String)>,
    /// The places of the steps to where the page opens; nothing for the start.
    pub(crate) opening: Vec<usize>,
    /// How a path is written as a schedule, where it can be.
    pub(crate) scheduled: Option<Scheduled>,
}

impl Page {
    /// The path at which the page opens, as the Explorer names it; nothing for the start.
    pub(crate) fn path(&self) -> String {
        let places: Vec<String> = self.opening.iter().map(ToString::to_string).collect();
        places.join("/")
    }

    /// The schedule of a path such as `/0/3/1`.
    pub(super) fn schedule(&self, path: &str) -> Option<String> {
        let places = path.split('/').filter(|part| !part.is_empty());
        let places: Option<Vec<usize>> = places.map(|part| part.parse().ok()).collect();
        self.scheduled.as_ref()?(&places?).map(|text| text + "\n")
    }

    /// An answer as the browser gets it.
    pub(super) fn changed(&self, asked: &str, body: String) -> String {
        match asked {
            "/" => self.index(&body),
            "/.status" => self.named(&self.marked(&body)),
            _ if asked.starts_with("/.states") => self.marked(&body),
            _ => body,
        }
    }

    /// The page itself, with a line above it.
    fn index(&self, page: &str) -> String {
        let mut line = String::from("<div class='schism'>");
        let path = self.path();
        // Writing to a string cannot fail.
        let _ = write!(line, "<b>{}</b> ", escaped(&self.title));
        if let Some((_, broken)) = &self.broken {
            let _ = write!(line, "<span class='broken'>✗ {}</span> ", escaped(broken));
        }
        line.push_str("<a href='#/steps/0'>the start</a> ");
        if !path.is_empty() {
            let there = if self.broken.is_some() { "the failure" } else { "the end" };
            let _ = write!(line, "<a href='#/steps/{path}'>{there}</a> ");
        }
        if self.scheduled.is_some() {
            line.push_str("<a id='schism-schedule' download='path.schedule' href='#'>");
            line.push_str("save the schedule of this path</a>");
        }
        line.push_str("</div>");
        let opens = match path.as_str() {
            "" => "#/steps/0".to_owned(),
            path => format!("#/steps/{path}"),
        };
        let head = format!(
            "<style>{STYLE}</style><script>if(!location.hash)location.replace('{opens}');\
             {SCRIPT}</script></head>"
        );
        let title = format!("<title>{} · Schism</title>", escaped(&self.title));
        page.replacen("<title>Stateright Explorer</title>", &title, 1)
            .replacen("</head>", &head, 1)
            .replacen("<main", &format!("{line}<main"), 1)
    }

    /// The Explorer's list of properties, with what is known to be broken.
    fn marked(&self, body: &str) -> String {
        let Some((name, _)) = &self.broken else { return body.to_owned() };
        let name = name.replace('\\', "\\\\").replace('"', "\\\"");
        let (known, found) = (format!("[\"Always\",\"{name}\","), self.path());
        body.replace(&format!("{known}null]"), &format!("{known}\"{found}\"]"))
    }

    /// The Explorer's status, under a name that says something.
    fn named(&self, body: &str) -> String {
        let begin = "\"model\":\"";
        let Some((before, rest)) = body.split_once(begin) else { return body.to_owned() };
        let Some((_, after)) = rest.split_once('"') else { return body.to_owned() };
        let title = self.title.replace(['"', '\\'], "'");
        format!("{before}{begin}{title}\"{after}")
    }
}

/// A state is text that someone reads; a drawing has paper of its own.
const STYLE: &str = ".schism{padding:6px 10px;background:#fff9d1;color:#222}\
    .schism a{color:#1f5fa8;margin-left:14px;text-decoration:underline}\
    .schism .broken{color:#b3261e;font-weight:bold;margin-left:14px}\
    .header-links-container,.heading-with-controls button{display:none}\
    .main-flex-left{flex:1 1 34%;min-width:22em}.main-flex-right{flex:2 1 62%;min-width:22em;\
    display:flex;flex-direction:column}.main-flex-right .hscroll{order:3;width:auto}\
    .main-flex-left li{margin:2px 0}.font-small{font-size:13px;line-height:1.35}";

/// Keeps the link to the schedule at the state that is shown.
const SCRIPT: &str = "function schismPath(){\
    const [path,query]=location.hash.replace(/^#\\/steps/,'').split('?');\
    const back=parseInt((/offset=(\\d+)/.exec(query||'')||[0,0])[1]);\
    const places=path.split('/');\
    return places.slice(0,Math.max(places.length-back,2)).join('/')}\
    function schismLink(){const link=document.getElementById('schism-schedule');\
    if(link)link.href='/.schedule'+schismPath()}\
    addEventListener('hashchange',schismLink);addEventListener('DOMContentLoaded',schismLink);";

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('\'', "&#39;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let scheduled: Scheduled = Box::new(|places| (places.len() < 3).then(|| "x".to_owned()));
        Page {
            title: "<raft>".to_owned(),
            broken: Some(("is \"it\"".to_owned(), "it <is>".to_owned())),
            opening: vec![0, 4, 2],
            scheduled: Some(scheduled),
        }
    }

    #[test]
    fn what_is_known_to_be_broken_stands_in_the_list() {
        let list = r#"{"model":"a::B","properties":[["Always","is \"it\"",null]]}"#;
        let marked = r#"{"model":"<raft>","properties":[["Always","is \"it\"","0/4/2"]]}"#;
        assert_eq!(page().changed("/.status", list.to_owned()), marked);
    }

    #[test]
    fn the_page_opens_at_the_failure_and_says_what_it_is() {
        let text = "<head><title>Stateright Explorer</title></head><main>".to_owned();
        let text = page().changed("/", text);
        assert!(text.contains("location.replace('#/steps/0/4/2')"), "{text}");
        assert!(text.contains("<b>&lt;raft&gt;</b>") && text.contains("✗ it &lt;is&gt;"), "{text}");
    }

    #[test]
    fn a_schedule_is_asked_for_by_its_path() {
        assert_eq!(page().schedule("/0/4").as_deref(), Some("x\n"));
        for none in ["/0/4/2", "/0/x", "/-1"] {
            assert_eq!(page().schedule(none), None, "{none}");
        }
    }
}
