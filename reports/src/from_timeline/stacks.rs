//! What call stacks say, and what they cannot say.

use timeline::Event;

use crate::model::{Candidate, Coverage, Driver, Omission, Text};

use super::{View, omit, text};

/// Drivers that a report lists.
const MAX_DRIVERS: usize = 200;

/// What the stack of a candidate says.
pub(super) fn of_candidate(candidate: &diagnosis::Candidate) -> Candidate {
    let Some(call) = &candidate.call else { return Candidate::default() };
    Candidate {
        stack: call.stack.frames.iter().map(ToString::to_string).collect(),
        issuer: call.issuer.outsider().map_or_else(String::new, |module| module.described()),
        servicing_part: call.part.map_or("", |part| part.name()).to_owned(),
        installer: call.installer.as_ref().map_or_else(String::new, |module| module.name().to_owned()),
        interferers: call.interferers.iter().map(|module| module.described()).collect(),
        ..Candidate::default()
    }
}

impl View<'_> {
    pub(super) fn drivers(&self, omitted: &mut Vec<Omission>) -> Vec<Driver> {
        let all = &self.diagnosis.drivers;
        omit(omitted, "drivers", all.len(), MAX_DRIVERS);
        let drivers = all.iter().take(MAX_DRIVERS).map(|driver| Driver {
            name: driver.name().to_owned(),
            path: driver.path.clone(),
            company: driver.company.clone(),
            version: driver.version.clone(),
            candidates: Some(driver.candidates),
            altitude: driver.altitude.clone().unwrap_or_default(),
            start_type: driver.start.map_or_else(String::new, |start| start.name().to_owned()),
            loaded: driver.loaded,
        });
        drivers.collect()
    }

    /// What the stack of an event of the evidence says, if the event is the failing one, or if another product is in
    /// its stack.
    pub(super) fn stack_note(&self, relation: diagnosis::Relation, event: &Event) -> Text {
        let process = self.timeline.process_of(event).map_or("", |process| process.name.as_str());
        let call = self.diagnosis.calls.get(&event.id);
        let call = call.filter(|call| relation == diagnosis::Relation::Failing || call.shows_others());
        let words = call.and_then(|call| call.words(process));
        words.map_or_else(Text::default, |words| text(&words))
    }

    pub(super) fn stack_coverage(&self) -> Vec<Coverage> {
        let mut rows = Vec::new();
        for lists in &self.diagnosis.stack_lists {
            let mut row = |count: u64, what: Text, consequence: Text| {
                if count > 0 {
                    let input = self.source(lists.source);
                    rows.push(Coverage {
                        input,
                        what,
                        count: Some(count),
                        consequence,
                        ..Coverage::default()
                    });
                }
            };
            row(
                lists.stacks,
                Text::new("call stacks of candidates read", "已读取候选操作的调用堆栈"),
                Text::new(
                    "a filter driver below the altitude of Process Monitor (385200) is not in a stack, unless it starts an operation by itself",
                    "高度低于 Process Monitor (385200) 的筛选器驱动不会出现在堆栈中，除非它自行发起操作",
                ),
            );
            row(
                lists.without_stack,
                Text::new("candidates without a call stack", "没有调用堆栈的候选操作"),
                Text::new(
                    "whether servicing itself asked for them is not known",
                    "无法得知是否由服务堆栈自身发起",
                ),
            );
            row(
                lists.without_user_modules,
                Text::new(
                    "call stacks of processes whose modules are not listed",
                    "所属进程没有模块列表的调用堆栈",
                ),
                Text::new(
                    "which part of servicing asked for the operation is not known",
                    "无法得知由服务堆栈的哪一部分发起",
                ),
            );
            if !lists.has_kernel_modules {
                row(
                    lists.stacks,
                    Text::new(
                        "call stacks in a log that does not list the modules of System",
                        "日志没有 System 模块列表时的调用堆栈",
                    ),
                    Text::new(
                        "drivers that started an operation are not known, and no driver is listed",
                        "无法得知哪个驱动发起了操作，也无法列出驱动",
                    ),
                );
            } else if !lists.names_companies {
                row(
                    lists.stacks,
                    Text::new(
                        "call stacks in a log that names no companies of modules",
                        "日志未记录模块的公司时的调用堆栈",
                    ),
                    Text::new(
                        "drivers and libraries of other companies cannot be told from those of Windows",
                        "无法区分其他公司与 Windows 自带的驱动和库",
                    ),
                );
            }
        }
        rows
    }
}
