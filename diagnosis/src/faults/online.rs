//! What was installed, and how far it came, if a session failed while Windows ran.

use timeline::{Fact, LogLine, Part, SessionStep, Words};

use super::collect::{ends_badly, failure_code};
use crate::stages::Place;

/// The step of a session, before any restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum OnlineStep {
    Download,
    Plan,
    Resolve,
    Stage,
    Execute,
}

/// What a failed session worked on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Online {
    /// The package that the error report names, otherwise the session's.
    pub package: Option<String>,
    /// The feature or the capabilities.
    pub feature: Option<String>,
    /// The step that failed.
    pub step: Option<OnlineStep>,
}

impl Online {
    /// What the lines of one attempt say.
    pub(super) fn of(lines: &[&LogLine], places: &[Place], attempt: u32) -> Self {
        let mut online = Self::default();
        let (mut reported, mut flow) = (None, None);
        for line in
            lines.iter().zip(places).filter(|(_, place)| place.attempt == attempt).map(|(line, _)| line)
        {
            match &line.fact {
                Fact::Package(package) => {
                    let bad = failure_code(line).is_some_and(ends_badly);
                    if package.is_report() || bad {
                        reported = reported.or(Some(package.identity.clone()));
                        online.step = online.step.or(package.failure_source.as_deref().and_then(of_source));
                    }
                }
                Fact::Session(session) => {
                    online.package = online.package.or(session.package.clone());
                    if session.step == SessionStep::Started {
                        flow = None;
                    }
                }
                Fact::Feature { feature, .. } if failure_code(line).is_some() => {
                    online.feature = online.feature.or(Some(feature.clone()));
                }
                Fact::StackTooOld { package, .. } => reported = reported.or(Some(package.clone())),
                Fact::Flow(stage) => flow = of_flow(stage).or(flow),
                Fact::Failed { part, .. } => online.step = online.step.or(of_part(*part)),
                _ => {}
            }
        }
        online.package = reported.or(online.package);
        online.step = online.step.or(flow);
        online
    }
}

fn of_source(source: &str) -> Option<OnlineStep> {
    match source {
        "Resolve" => Some(OnlineStep::Resolve),
        "Stage" => Some(OnlineStep::Stage),
        "Execute" => Some(OnlineStep::Execute),
        _ => None,
    }
}

fn of_flow(stage: &str) -> Option<OnlineStep> {
    match stage.trim() {
        "Planning" => Some(OnlineStep::Plan),
        "Downloading" => Some(OnlineStep::Download),
        "Resolving" => Some(OnlineStep::Resolve),
        "Staging" => Some(OnlineStep::Stage),
        "Installing" => Some(OnlineStep::Execute),
        _ => None,
    }
}

fn of_part(part: Part) -> Option<OnlineStep> {
    match part {
        Part::Download => Some(OnlineStep::Download),
        Part::Planning => Some(OnlineStep::Plan),
        Part::Resolving => Some(OnlineStep::Resolve),
        Part::Staging => Some(OnlineStep::Stage),
        Part::Executing => Some(OnlineStep::Execute),
        _ => None,
    }
}

impl OnlineStep {
    /// What was being done, in words.
    #[must_use]
    pub fn words(self) -> Words {
        match self {
            Self::Download => Words::new("was downloaded", "下载"),
            Self::Plan => Words::new("was planned", "规划 (plan)"),
            Self::Resolve => Words::new("was resolved", "解析 (resolve)"),
            Self::Stage => Words::new("was staged", "暂存 (stage)"),
            Self::Execute => Words::new("was installed", "安装 (execute)"),
        }
    }
}
