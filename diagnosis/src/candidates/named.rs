//! Whether a line of a log names the object of an operation: whole names, never parts of words.

use timeline::Event;

/// Names shorter than this would be found in lines that do not mean them.
const SHORTEST_NAME: usize = 5;

/// The names by which lines mean an object, in lower case.
pub(super) struct Names {
    /// Each is sought with nothing but an edge around it.
    names: Vec<String>,
}

impl Names {
    /// The names of an operation's objects: the last part of each path where it cannot be a common word, else the last
    /// two parts; and the INF of a folder of the driver store.
    pub(super) fn new(event: &Event) -> Self {
        let mut names: Vec<String> = Vec::new();
        for path in [Some(&event.path), event.target.as_ref()].into_iter().flatten() {
            let path = path.to_ascii_lowercase();
            let mut parts = path.rsplit('\\');
            let (last, parent) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            if is_distinct(last) {
                names.push(last.to_owned());
            } else if !parent.is_empty() && !last.is_empty() {
                names.push(format!(r"{parent}\{last}"));
            }
            // ...\FileRepository\cpu.inf_amd64_0123456789abcdef\...
            let packages = path.split('\\').filter_map(|part| part.split_once(".inf_"));
            names.extend(packages.map(|(stem, _)| format!("{stem}.inf")));
        }
        names.retain(|name| name.len() >= SHORTEST_NAME);
        names.dedup();
        Self { names }
    }

    /// Whether a line, in lower case, names one of the objects.
    pub(super) fn are_in(&self, line: &str) -> bool {
        self.names.iter().any(|name| {
            line.match_indices(name.as_str()).any(|(at, found)| {
                let before = line.get(..at).and_then(|text| text.chars().next_back());
                let mut after = line.get(at + found.len()..).unwrap_or_default().chars();
                before.is_none_or(is_edge) && is_end(after.next(), after.next())
            })
        })
    }
}

/// Whether a name is no word of a language: it has an ending, a digit or a sign in it.
fn is_distinct(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '~' | '{' | '$'))
}

/// Whether a character can stand beside a name.
fn is_edge(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\\' | '/' | ':' | ',' | ';' | '\'' | '"' | '[' | ']' | '(' | ')' | '<' | '>' | '=' | '|' | '&'
        )
}

/// Whether a name ends before these characters. A full stop ends a sentence only where nothing follows it.
fn is_end(next: Option<char>, second: Option<char>) -> bool {
    match next {
        Some('.') => second.is_none_or(is_edge),
        next => next.is_none_or(is_edge),
    }
}

#[cfg(test)]
mod tests {
    use timeline::Event;

    use super::Names;

    fn names(path: &str, line: &str) -> bool {
        Names::new(&Event { path: path.to_owned(), ..Event::blank() }).are_in(&line.to_ascii_lowercase())
    }

    #[test]
    fn names_match_whole() {
        let inf = r"C:\Windows\System32\DriverStore\FileRepository\cpu.inf_amd64_58ad293bce5709bc\cpu.inf";
        assert!(names(inf, "INSTALL index: 3, phase: 2, result 5, inf: cpu.inf"));
        assert!(!names(inf, "INSTALL index: 3, phase: 2, result 5, inf: mycpu.inf"));
        assert!(!names(inf, "INSTALL index: 3, phase: 2, result 5, inf: cpu.info"));
        let folder = r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\System Tools";
        assert!(names(
            folder,
            r"SysCreateFile(\??\C:\ProgramData\Microsoft\Windows\Start Menu\Programs\System Tools)"
        ));
        assert!(!names(r"C:\Windows\System32\config\SYSTEM", r"Failed to open C:\Windows\System32\x.dll"));
        assert!(!names(r"C:\Windows\servicing\Package", "Failed to plan package"));
    }
}
