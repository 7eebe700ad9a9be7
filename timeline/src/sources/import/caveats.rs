//! What an export lacks, in words: rows of the report's coverage.

use pml_reader::{
    Column,
    import::{DateEvidence, DateOrder, ImportFile},
};

use super::{processes::Known, row::TimedRow};
use crate::{model::Words, query::Row, scan::Caveat};

/// Texts that stand for nothing known: how many, and the first of them.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    count: u64,
    first: Option<String>,
}

/// What rows say that is not known.
#[derive(Debug, Default)]
pub(crate) struct Unknown {
    results: Texts,
    operations: Texts,
}

/// Characters of an unknown text that are shown.
const SHOWN: usize = 80;

impl Texts {
    fn count(&mut self, text: &str) {
        self.count += 1;
        self.first.get_or_insert_with(|| text.chars().take(SHOWN).collect());
    }

    fn join(self, later: Self) -> Self {
        Self { count: self.count + later.count, first: self.first.or(later.first) }
    }
}

impl Unknown {
    /// Counts what is not known of a row.
    pub(crate) fn look(&mut self, row: &TimedRow<'_>) {
        if row.status().is_none() {
            self.results.count(row.row.raw(Column::Result));
        }
        if row.known_operation().code == u16::MAX {
            self.operations.count(row.row.raw(Column::Operation));
        }
    }

    pub(crate) fn join(self, later: Self) -> Self {
        Self { results: self.results.join(later.results), operations: self.operations.join(later.operations) }
    }
}

/// Columns that may be missing, and what is missing then.
const ABSENT: &[(Column, &str, &str)] = &[
    (
        Column::Path,
        "no operation has its object: no operation can be named",
        "操作没有对象：无法指出任何操作",
    ),
    (
        Column::Detail,
        "what an open asks for, targets of renames, exit statuses and registry values are not known",
        "打开操作的请求、重命名的目标、退出代码和注册表值均未知",
    ),
    (Column::ProcessName, "servicing processes cannot be told from others", "无法区分服务进程与其他进程"),
    (Column::Pid, "processes of one name count as one", "同名进程被视为同一个"),
    (Column::Tid, "threads of a process count as one", "同一进程的线程被视为同一个"),
    (Column::Duration, "no operation has its end", "操作没有结束时间"),
    (
        Column::ParentPid,
        "a child of a servicing process is known only where its start is in the log",
        "仅当日志中有进程启动记录时，才能识别服务进程的子进程",
    ),
    (
        Column::CommandLine,
        "command lines are known only where a start is in the log; which service a host runs is not",
        "仅当日志中有进程启动记录时才知道命令行；服务主机 (svchost.exe) 运行的服务未知",
    ),
    (Column::ImagePath, "where a program lies is not known", "程序所在路径未知"),
    (Column::Company, "whose program it is is not known", "程序的公司未知"),
];

pub(crate) fn of(file: &ImportFile, known: &Known, unknown: &Unknown) -> Vec<Caveat> {
    let listed = !file.processes().is_empty();
    let mut caveats = vec![results(file)];
    caveats.extend(columns(file, listed));
    let mut note = |what: Words, count: Option<u64>, consequence: Words, hides: bool| {
        caveats.push(Caveat { count, hides, ..caveat(what, consequence) });
    };
    if !listed {
        note(
            Words::new(
                "the export has no list of processes: they are told from its rows; start times not known",
                "导出文件没有进程列表：进程由各行推断；启动时间未知",
            ),
            Some(known.without_start),
            Words::new(
                "a process without rows is missing; two that say the same of themselves count as one, unless a start lies between",
                "没有记录行的进程缺失；各列相同的两个进程被视为同一个，除非其间有启动记录",
            ),
            false,
        );
    }
    if known.left_out > 0 {
        note(
            Words::new("rows with more processes than are told apart", "进程数超出可区分的上限"),
            Some(known.left_out),
            Words::new("these rows have no process", "这些行没有进程"),
            true,
        );
    }
    if let Some(first) = &unknown.results.first {
        note(
            Words::new(
                format!("results that are not known; the first: {first:?}"),
                format!("未知的结果；第一个：{first:?}"),
            ),
            Some(unknown.results.count),
            Words::new("they do not count as errors", "不计为错误"),
            true,
        );
    }
    if let Some(first) = &unknown.operations.first {
        note(
            Words::new(
                format!("operations that are not known; the first: {first:?}"),
                format!("未知的操作；第一个：{first:?}"),
            ),
            Some(unknown.operations.count),
            Words::new("they are shown as <Unknown>", "显示为 <Unknown>"),
            false,
        );
    }
    caveats.extend(clock(file));
    caveats
}

fn caveat(what: Words, consequence: Words) -> Caveat {
    Caveat { verdict: None, what, count: None, offset: None, consequence, hides: false }
}

fn results(file: &ImportFile) -> Caveat {
    let form = if file.is_xml() { "XML" } else { "CSV" };
    caveat(
        Words::new(
            format!("Process Monitor's {form} export: results are texts, not NTSTATUS"),
            format!("Process Monitor 的 {form} 导出：结果为文本，而非 NTSTATUS"),
        ),
        Words::new(
            "a status shown here is the first that Process Monitor prints so; another may have the same text. Stacks, and \
             whether events were dropped, are not told",
            "此处的状态码是 Process Monitor 显示为该文本的第一个；其他状态码可能有相同文本。堆栈以及是否丢失事件无法得知",
        ),
    )
}

/// The columns that are missing; in XML the list of processes stands for some.
fn columns(file: &ImportFile, listed: bool) -> Vec<Caveat> {
    let has = |column: Column| file.has(column) || listed && column.is_of_process();
    let absent = || ABSENT.iter().filter(|(column, ..)| !has(*column));
    let names = absent().map(|(column, ..)| column.heading()).collect::<Vec<_>>().join(", ");
    let mut all =
        Some(Words::new(format!("{{}} has no column {names}"), format!("{{}} 没有以下列：{names}")));
    let rows = absent().map(|(column, en, zh)| {
        let heading = column.heading();
        let what =
            Words::new(format!("the export has no column {heading}"), format!("导出文件没有 {heading} 列"));
        Caveat {
            verdict: all.take(),
            hides: matches!(column, Column::Path | Column::Detail | Column::ProcessName),
            ..caveat(what, Words::new(*en, *zh))
        }
    });
    rows.collect()
}

fn clock(file: &ImportFile) -> Vec<Caveat> {
    let clock = file.clock();
    let zone = match clock.ahead_minutes {
        Some(minutes) if file.clock_was_set() => caveat(
            Words::new(
                format!(
                    "times are local; the last write to CBS.log and that log's last line show that they are {minutes} minutes ahead of UTC"
                ),
                format!(
                    "时间为本地时间；由对 CBS.log 的最后一次写入与该日志的最后一行得知其比 UTC 快 {minutes} 分钟"
                ),
            ),
            Words::new(
                "the zone is correlated, not recorded: had the log been written on after the export, it could be another",
                "时区由关联得出，并非记录所得：若导出之后日志仍有写入，时区可能有误",
            ),
        ),
        Some(minutes) => caveat(
            Words::new(
                format!(
                    "times are local; a process start known in UTC shows that they are {minutes} minutes ahead of it"
                ),
                format!("时间为本地时间；由一个已知 UTC 的进程启动时间得知其比 UTC 快 {minutes} 分钟"),
            ),
            Words::default(),
        ),
        None => Caveat {
            verdict: Some(if clock.evidence == DateEvidence::NoDates {
                Words::new("{} has times of day and no date", "{} 只有时刻，没有日期")
            } else {
                Words::new(
                    "times of {} are local, of a zone that nothing tells",
                    "{} 的时间为本地时间，时区无法得知",
                )
            }),
            ..caveat(
                Words::new(
                    "times are local to the machine that saved the export; nothing tells its time zone",
                    "时间为保存导出文件的计算机的本地时间；其时区无法得知",
                ),
                Words::new(
                    "they are shown as if they were UTC; logs with a clock of their own may not lie beside them",
                    "按 UTC 显示；自带时钟的日志可能无法与之对齐",
                ),
            )
        },
    };
    let order = match clock.order {
        DateOrder::MonthDayYear => ("month, day, year", "月、日、年"),
        DateOrder::DayMonthYear => ("day, month, year", "日、月、年"),
        DateOrder::YearMonthDay => ("year, month, day", "年、月、日"),
    };
    let dates = match clock.evidence {
        DateEvidence::Told => None,
        DateEvidence::Likely => Some(caveat(
            Words::new(
                format!("dates are read as {}: their form suggests it, no day is above 12", order.0),
                format!("日期按{}读取：由其形式推测，没有大于 12 的日", order.1),
            ),
            Words::new("day and month may be exchanged", "日与月可能颠倒"),
        )),
        DateEvidence::Assumed => Some(caveat(
            Words::new(
                format!("dates are read as {}: nothing tells their order", order.0),
                format!("日期按{}读取：没有内容说明其顺序", order.1),
            ),
            Words::new("day and month may be exchanged", "日与月可能颠倒"),
        )),
        DateEvidence::NoDates if clock.ahead_minutes.is_some() => None,
        DateEvidence::NoDates => Some(caveat(
            Words::new(
                "the export has no dates: show the column Date & Time in Process Monitor and save it again",
                "导出文件没有日期：请在 Process Monitor 中显示 Date & Time 列后重新保存",
            ),
            Words::new(
                "only the time of day is known: logs with dates cannot lie beside it. For programs, times count from 1601-01-01",
                "仅知时刻：带日期的日志无法与之对齐。程序读到的时间从 1601-01-01 起算",
            ),
        )),
    };
    std::iter::once(zone).chain(dates).collect()
}
