//! What logs say of the state that they end in, in words.

use crate::{
    faults::Fault,
    log_state::{Counted, Damaged, LogState},
};
use timeline::{LogLine, Object, Words, counted};

/// Objects that a sentence names; the report has all.
pub(super) const NAMED: usize = 3;

/// What keeps an answer from being a plain OK.
pub(super) fn caution(state: &LogState) -> Option<Words> {
    if state.is_damaged() {
        return Some(Words::new("the component store is damaged", "组件存储已损坏"));
    }
    if state.open_installer.is_some() {
        return Some(Words::new("the log ends within an installer", "日志在安装程序运行期间结束"));
    }
    state.pending.as_ref().map(|_| Words::new("a restart is pending", "等待重新启动"))
}

/// The sentence, and what the logs say of the state they end in.
pub(super) fn told_with(summary: Words, state: &LogState) -> Words {
    let mut summary = summary;
    let mut add = |words: Words| summary = sentence_after(std::mem::take(&mut summary), words);
    let damaged: Vec<&Damaged> = state.damaged().collect();
    if !damaged.is_empty() {
        let words = damage_words(&damaged);
        add(Words::new(format!("But {}", uncapital(&words.en)), format!("但{}", words.zh)));
    }
    if let Some(counted) = state.counts_more() {
        add(more_words(counted));
    }
    if let Some(counted) = state.count_alone() {
        add(counted_words(counted));
    }
    let repaired: Vec<&Damaged> = state.repaired().collect();
    if !repaired.is_empty() {
        let (count, names) = (repaired.len(), listed(&repaired, |d| d.object.file_name().to_owned()));
        let files = if count == 1 { "file was" } else { "files were" };
        add(Words::new(
            format!("{count} damaged {files} repaired: {names}."),
            format!("已修复 {count} 个损坏的文件：{names}。"),
        ));
    }
    if let Some(line) = &state.open_installer {
        add(Words::new(
            format!("The log ends while {} is at work.", installer_words(&line.text).en),
            format!("日志在{}运行期间结束。", installer_words(&line.text).zh),
        ));
    }
    if let Some(line) = &state.pending {
        let since = clock(line);
        add(Words::new(
            format!("A restart is pending since {since}: the change is finished only after it."),
            format!("自 {since} 起等待重新启动：更改要在重启之后才能完成。"),
        ));
    }
    summary
}

/// What a check counted, where it names no object.
fn counted_words(counted: &Counted) -> Words {
    let (errors, left) = (timeline::counted(counted.found as usize, "error"), counted.left());
    let found = counted.found;
    match (found, left) {
        (0, _) => Words::new("The check of the component store found no errors.", "组件存储检查未发现错误。"),
        (_, 0) => Words::new(
            format!("The check of the component store found {errors} and repaired all of them."),
            format!("组件存储检查发现 {found} 个错误，已全部修复。"),
        ),
        _ => Words::new(
            format!(
                "But the component store is damaged: its check found {errors} and repaired {}, which leaves {left}.",
                counted.repaired
            ),
            format!(
                "但组件存储已损坏：检查发现 {found} 个错误，修复了 {} 个，剩余 {left} 个。",
                counted.repaired
            ),
        ),
    }
}

/// A check counted more damage than lines name.
pub(super) fn more_words(counted: &Counted) -> Words {
    let (found, repaired) = (counted.found, counted.repaired);
    Words::new(
        format!("The check of the component store counted {found} and repaired {repaired}."),
        format!("组件存储检查共计 {found} 处损坏，修复了 {repaired} 处。"),
    )
}

/// An installer by its name, where the log gives one.
fn installer_words(name: &str) -> Words {
    if name == timeline::UNNAMED_INSTALLER {
        return Words::new("an advanced installer", "高级安装程序");
    }
    Words::new(format!("the installer {name}"), format!("安装程序 {name} "))
}

pub(super) fn damage_words(damaged: &[&Damaged]) -> Words {
    // Those whose component is known tell most.
    let mut damaged = damaged.to_vec();
    damaged.sort_by_key(|d| !matches!(d.object, Object::File { .. }));
    let alone = damaged.len() == 1;
    let one = |d: &Damaged| {
        let mut text = d.object.file_name().to_owned();
        if !alone {
            return text;
        }
        if let Object::File { component, .. } = &d.object
            && !component.is_empty()
        {
            text = format!("{text} of {}", crate::faults::component_name(component));
        }
        if let Some(code) = d.code() {
            text = format!("{text} (0x{code:08X})");
        }
        match &d.base {
            Some(base) => format!("{text}, whose delta is for {}", crate::faults::component_name(base)),
            None => text,
        }
    };
    let (count, names) = (damaged.len(), listed(&damaged, one));
    Words::new(
        format!("The component store is damaged, in {}: {names}.", counted(count, "object")),
        format!("组件存储已损坏，涉及 {count} 个对象：{names}。"),
    )
}

/// The first names of a list, and how many more there are.
fn listed(damaged: &[&Damaged], name: impl Fn(&Damaged) -> String) -> String {
    let names: Vec<String> = damaged.iter().take(NAMED).map(|d| name(d)).collect();
    let more = damaged.len().saturating_sub(NAMED);
    let tail = if more == 0 { String::new() } else { format!(" (+{more})") };
    format!("{}{tail}", names.join("; "))
}

pub(super) fn retried_words(fault: &Fault, end: &LogLine) -> Words {
    let (what, at) = (fault.words(), clock(end));
    Words::new(
        format!(
            "{}, and was tried again: the next boot went through, startup processing ended with S_OK at {at}.",
            capital(&what.en)
        ),
        format!("{}，随后重试：下一次启动顺利完成，启动处理于 {at} 以 S_OK 结束。", what.zh),
    )
}

/// The machine's wall clock, as the log prints it.
fn clock(line: &LogLine) -> String {
    line.local.map_or_else(String::new, timeline::LocalTicks::clock)
}

pub(super) fn joined(one: Words, other: Words) -> Words {
    Words::new(format!("{}{}", one.en, other.en), format!("{}{}", one.zh, other.zh))
}

pub(super) fn sentence_after(one: Words, other: Words) -> Words {
    Words::new(format!("{} {}", one.en, other.en), format!("{}{}", one.zh, other.zh))
}

fn uncapital(text: &str) -> String {
    text.chars().next().map_or_else(String::new, |c| c.to_lowercase().chain(text.chars().skip(1)).collect())
}

pub(super) fn capital(text: &str) -> String {
    text.chars().next().map_or_else(String::new, |c| c.to_uppercase().chain(text.chars().skip(1)).collect())
}
