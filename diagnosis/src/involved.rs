//! Whether a service is related to the failure. This question is asked first of AppXSVC and App Readiness.

use crate::{
    candidates::Candidate,
    faults::Faults,
    missing::Lack,
    services::{self, Service},
    verdict::{Outcome, Verdict},
};
use timeline::{Timeline, Words};

/// The evidence of the answers.
pub(super) struct Found<'a> {
    pub(super) timeline: &'a Timeline<'a>,
    pub(super) verdict: &'a Verdict,
    pub(super) failing: Option<&'a Candidate>,
    pub(super) faults: &'a Faults,
}

/// Adds to what is said of each service whether the failure is tied to it.
pub(super) fn answer(found: &Found<'_>, services: &mut [Service]) {
    let failed =
        matches!(found.verdict.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation);
    if !failed {
        return;
    }
    // TrustedInstaller is who does the update's work.
    for service in services.iter_mut().filter(|s| !s.name.eq_ignore_ascii_case("TrustedInstaller")) {
        let answer = found.of(service);
        service.words.en.push_str(&format!(" {}", answer.en));
        service.words.zh.push_str(&answer.zh);
    }
}

impl Found<'_> {
    fn of(&self, service: &Service) -> Words {
        let name = &service.name;
        let process = self.failing.and_then(|c| self.timeline.process_of(&c.event));
        let hosts = || services::hosts(self.timeline, service);
        if let Some(process) = process
            && hosts().iter().any(|(host, ..)| self.failing.is_some_and(|c| c.event.process == Some(*host)))
        {
            return Words::new(
                format!("The operation that failed is of its process, {} ({}).", process.name, process.pid),
                format!("失败的操作属于其进程 {} ({})。", process.name, process.pid),
            );
        }
        let lacks = self.verdict.missing.iter().flat_map(|m| &m.lacks);
        let lack =
            lacks.clone().find(|(_, lacking)| lacking.eq_ignore_ascii_case(name)).map(|(lack, _)| lack);
        if lack == Some(&Lack::Answer) {
            return Words::new(
                "services.exe looked it up when servicing fell silent before the failure: it may be what was waited for.",
                "失败前服务堆栈停止活动时 services.exe 查询过它：可能就是所等待的服务。",
            );
        }
        if let Some(fault) = self.faults.first()
            && services::needed_by(&fault.item).is_some_and(|needed| needed.eq_ignore_ascii_case(name))
        {
            return Words::new(
                format!("What the logs say failed needs it: {}.", fault.item),
                format!("日志所记的失败项需要它：{}。", fault.item),
            );
        }
        if let Some(line) = self.named(name) {
            return Words::new(
                format!("A line that says something failed names it: {line}"),
                format!("有记录失败的日志行提到它：{line}"),
            );
        }
        match process {
            Some(process) => Words::new(
                format!(
                    "Nothing ties it to the failure: the operation that failed is {}'s, and no line that says something failed names it.",
                    process.name
                ),
                format!(
                    "没有内容表明它与失败有关：失败的操作属于 {}，也没有记录失败的日志行提到它。",
                    process.name
                ),
            ),
            None => Words::new(
                "Nothing that was read ties it to the failure, whose operation is not known.",
                "已读内容均未表明它与失败有关；失败的操作未知。",
            ),
        }
    }

    /// A line of a log that says something failed and names the service.
    fn named(&self, service: &str) -> Option<&str> {
        let service = service.to_lowercase();
        let lines = self.faults.settled.open(self.timeline);
        lines.map(|l| l.text.as_str()).find(|text| text.to_lowercase().contains(&service))
    }
}
