//! sessions.xml: the sessions that CBS has run, with the packages they were to change.
//!
//! Attribute names are known from a public reader of this file and from CBS's own logs. No sessions.xml is among the
//! real files at hand. So every attribute of a session is kept as it is, including stages and their times.

use crate::error::Error;
use crate::text::LogText;
use crate::xml::{Element, Step, walk};

/// One session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionEntry {
    /// Offset of the element in the text.
    pub offset: u64,
    /// `id`: `30583418_3178529104`.
    pub id: Option<String>,
    /// `client`: `WindowsUpdateAgent`.
    pub client: Option<String>,
    /// `status`: the result, as printed.
    pub status: Option<String>,
    /// Every other attribute in its order: stages with their times, options, phases.
    pub attributes: Vec<(String, String)>,
    /// The packages of its tasks.
    pub packages: Vec<SessionPackage>,
}

/// A package of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionPackage {
    /// `id`: the package's identity.
    pub id: Option<String>,
    /// `name`: `KB5005030`.
    pub name: Option<String>,
    /// `targetState`: `Installed`, `Absent`, `Staged`.
    pub target_state: Option<String>,
}

/// How the reading ended.
#[derive(Debug, Default)]
pub struct SessionsSummary {
    /// Sessions met.
    pub sessions: u64,
    /// Packages left out because a session had more than [`MAX_PACKAGES`].
    pub packages_left_out: u64,
    /// What stopped the reader before the end of the root element.
    pub stopped: Option<Error>,
}

/// Packages kept of one session. A cumulative update names one or two, an upgrade of features some hundreds.
pub const MAX_PACKAGES: usize = 65_536;

/// Reads a sessions.xml; every session goes to `visit` when it is complete.
pub fn read(data: &[u8], mut visit: impl FnMut(SessionEntry)) -> SessionsSummary {
    let text = LogText::new(data);
    let mut summary = SessionsSummary::default();
    let mut open: Option<(u32, SessionEntry)> = None;
    let mut depth = 0u32;
    let stopped = walk(text.bytes(), |step| match step {
        Step::Text(_) => {}
        Step::Open { element, empty } => {
            if element.is("Session") {
                // A session inside a session is none; the outer one ends here.
                if let Some((_, session)) = open.take() {
                    visit(session);
                }
                summary.sessions += 1;
                let session = session(&element);
                if empty {
                    visit(session);
                } else {
                    open = Some((depth, session));
                }
            } else if element.is("package")
                && let Some((_, session)) = &mut open
            {
                if session.packages.len() < MAX_PACKAGES {
                    session.packages.push(SessionPackage {
                        id: element.attribute("id"),
                        name: element.attribute("name"),
                        target_state: element.attribute("targetState"),
                    });
                } else {
                    summary.packages_left_out += 1;
                }
            }
            if !empty {
                depth = depth.saturating_add(1);
            }
        }
        Step::Close => {
            depth = depth.saturating_sub(1);
            if let Some((_, session)) = open.take_if(|(at, _)| *at == depth) {
                visit(session);
            }
        }
    });
    if let Some((_, session)) = open {
        visit(session);
    }
    summary.stopped = stopped;
    summary
}

fn session(element: &Element<'_>) -> SessionEntry {
    let mut session = SessionEntry { offset: element.offset, ..SessionEntry::default() };
    for (key, value) in element.attributes() {
        let value = value.into_owned();
        match key {
            "id" => session.id = Some(value),
            "client" => session.client = Some(value),
            "status" => session.status = Some(value),
            _ => session.attributes.push((key.to_owned(), value)),
        }
    }
    session
}
