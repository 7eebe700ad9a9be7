//! What the reader of a report must know about a recovered or raw log.

use pml_reader::{Gap, Names, PmlError, Recovered, pmb::Pmb};

use crate::model::Words;
use crate::scan::Caveat;

/// What was recovered of a log, and what was lost.
pub(super) fn caveats(recovered: &Recovered) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    if let Some(reason) = &recovered.reason {
        let (en, zh) = match reason {
            PmlError::Unclean { .. } => ("was not closed cleanly", "未正常关闭"),
            PmlError::Truncated { .. } => ("is cut off", "被截断"),
            _ => ("has a damaged header or event list", "的文件头或事件表已损坏"),
        };
        let how = if recovered.listed {
            ("its own list of events lay behind them", "其自身的事件表位于事件之后")
        } else {
            ("its events were found record by record", "事件是逐条扫描找回的")
        };
        caveats.push(Caveat {
            verdict: Some(Words::new(format!("{{}} {en}: recovered"), format!("{{}} {zh}：已恢复"))),
            what: Words::new(
                format!("the log {en}; {}: {reason}", how.0),
                format!("该日志{zh}；{}：{reason}", how.1),
            ),
            count: Some(recovered.events),
            offset: reason.offset(),
            consequence: Words::new(
                "Process Monitor refuses such a log; `bootrace slice` writes one that it opens",
                "Process Monitor 拒绝打开此类日志；`bootrace slice` 可写出能够打开的日志",
            ),
            hides: false,
        });
    }
    caveats.extend(recovered.gaps.iter().map(gap));
    if let Some(tail) = recovered.tail {
        caveats.push(Caveat {
            verdict: None,
            what: Words::new(
                "bytes behind the last whole record: a record that is cut off, or room that was never used",
                "最后一条完整记录之后的字节：被截断的记录，或从未使用的空间",
            ),
            count: Some(tail.bytes),
            offset: Some(tail.offset),
            consequence: Words::new("what came later is not in the log", "之后发生的事不在日志中"),
            hides: true,
        });
    }
    caveats.extend(recovered.names.map(names));
    caveats
}

/// What was found in a raw boot log, and how far its layout is known.
pub(super) fn of_raw_log(pmb: &Pmb, named: Option<Names>) -> Vec<Caveat> {
    let mut caveats = vec![Caveat {
        verdict: Some(Words::new(
            "{}: a raw boot log, whose layout is known from a public description only",
            "{}：原始启动日志，其格式仅见于公开描述",
        )),
        what: Words::new(
            format!(
                "operations in a raw boot log; {} were joined to their end, {} had not ended, {} ends have no beginning",
                pmb.joined, pmb.pending, pmb.ends_alone
            ),
            format!(
                "原始启动日志中的操作；{} 个已与其结束配对，{} 个尚未结束，{} 个结束没有对应的开始",
                pmb.joined, pmb.pending, pmb.ends_alone
            ),
        ),
        count: Some(pmb.operations),
        offset: None,
        consequence: Words::new(
            "the layout was described by others from the driver, and no real file was at hand: hold what matters against the log \
             that Process Monitor itself saves",
            "其格式由他人根据驱动程序描述，且没有真实文件可供核对：重要内容请与 Process Monitor 自身保存的日志对照",
        ),
        hides: false,
    }];
    let told = pmb.drives.iter().map(|(volume, drive)| format!("{volume} = {drive}:"));
    let drives = told.collect::<Vec<_>>().join(", ");
    let assumed = if pmb.assumed_drive {
        ("; that Windows is on C: is assumed", "；假定 Windows 位于 C:")
    } else {
        ("", "")
    };
    caveats.push(Caveat {
        verdict: None,
        what: Words::new(
            format!(
                "paths that stay in NT form, as no record tells their drive; told: {drives}{}",
                assumed.0
            ),
            format!("保持 NT 形式的路径，因为没有记录说明其盘符；已知：{drives}{}", assumed.1),
        ),
        count: Some(pmb.nt_paths),
        offset: None,
        consequence: Words::new(
            "a path may show another form than in Process Monitor",
            "路径的形式可能与 Process Monitor 不同",
        ),
        hides: false,
    });
    if pmb.older > 0 {
        caveats.push(Caveat {
            verdict: None,
            what: Words::new(
                "records that lie behind newer ones: the driver began the file anew, as it does when the disk is full",
                "位于较新记录之后的记录：驱动程序重新开始写文件，磁盘已满时会如此",
            ),
            count: Some(pmb.older),
            offset: None,
            consequence: Words::new("events between are lost; the operation sought may be among them", "其间的事件已丢失；要找的操作可能在其中"),
            hides: true,
        });
    }
    caveats.extend(pmb.gaps.iter().map(gap));
    caveats.extend(named.map(names));
    caveats
}

fn gap(gap: &Gap) -> Caveat {
    Caveat {
        verdict: None,
        what: Words::new("bytes among the events that are no record", "事件之间不属于任何记录的字节"),
        count: Some(gap.bytes),
        offset: Some(gap.offset),
        consequence: Words::new(
            "the events that lay there are lost; the operation sought may be among them",
            "该处的事件已丢失；要找的操作可能在其中",
        ),
        hides: true,
    }
}

fn names(names: Names) -> Caveat {
    let (told, all) =
        (names.of_table + names.of_events, names.of_table + names.of_events + names.inferred + names.unknown);
    Caveat {
        verdict: (names.unknown > 0).then(|| {
            Words::new(
                format!("{} of {all} processes of {{}} have no name", names.unknown),
                format!("{{}} 的 {all} 个进程中有 {} 个没有名称", names.unknown),
            )
        }),
        what: Words::new(
            format!(
                "processes of {all} without a name; {told} are named by a record, {} follow from what they load. Of the \
                     others are so many events: {}",
                names.inferred, names.unknown_events
            ),
            format!(
                "个进程（共 {all} 个）没有名称；{told} 个由记录命名，{} 个由其加载的映像推断。其余进程的事件数：{}",
                names.inferred, names.unknown_events
            ),
        ),
        count: Some(names.unknown.into()),
        offset: None,
        consequence: Words::new(
            "what a process without a name did is not judged; company, version and description of rebuilt processes are lost",
            "没有名称的进程所做的操作不作判断；重建的进程缺少公司、版本和描述",
        ),
        hides: names.unknown > 0,
    }
}
