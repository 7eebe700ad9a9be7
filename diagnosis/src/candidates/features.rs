//! What makes a candidate the failing operation: one table of features with their weights and words. The score is
//! their sum.
//!
//! The weights are set by hand from the domain's accounts of solved cases. They are tried only on synthetic
//! scenarios, because no boot log of a failing machine is public.

use super::{
    candidate::{Candidate, FeatureHit},
    stance::LogStance,
};
use crate::{
    compare::{InGood, Likeness},
    needed::Needed,
    others::{self, Seen},
};
use status_codes::{results, status};
use timeline::{Event, Primitive, Process, Role, Ticks, Timeline, Words};

/// What the features look at.
pub(crate) struct Context<'a> {
    pub(crate) candidate: &'a Candidate,
    pub(crate) process: &'a Process,
    /// Time to the first sign of failure that follows.
    pub(crate) before_sign: Option<Ticks>,
    /// Whether it is the last candidate before that sign.
    pub(crate) last_before_sign: bool,
    /// Errors with the same operation and status by the same process, on any path.
    pub(crate) alike: u64,
    /// The primitive of pending.xml that is to change the object.
    pub(crate) planned: Option<Primitive>,
    /// What servicing needs the object for, if its result would be ordinary elsewhere.
    pub(crate) needed: Option<&'static Needed>,
    /// Why the result is ordinary, if it is and something else raises the operation.
    pub(crate) ordinary: Option<Words>,
    /// How it relates to what the logs say failed.
    pub(crate) stance: LogStance,
    /// What it is in the good boot, if one was given.
    pub(crate) in_good: Option<InGood>,
    /// In how many boots of a fleet it was seen, if one was given.
    pub(crate) seen: Option<Seen>,
    /// The most that such counts take.
    pub(crate) fleet_weight: f64,
    /// Whether logs name the code of some error.
    pub(crate) codes_known: bool,
}

/// A feature: its name, how far it applies (0 means not at all), its weight, and its words.
struct Feature {
    name: &'static str,
    weight: f64,
    /// Where it applies, for the page of the diagnosis.
    means: &'static str,
    applies: fn(&Context<'_>) -> f64,
    words: fn(&Context<'_>) -> Words,
}

/// Whether poqexec, or a program that servicing ran, ended with this status: as it is, or as a Win32 error.
fn is_exit_of(process: &Process, status: u32) -> bool {
    let Some(exit) = process.exit_status.filter(|exit| *exit != 0) else { return false };
    let runs_alone = matches!(process.role, Role::Poqexec | Role::ServicingChild);
    let win32 = || status_codes::NtStatus(status).to_win32().map(|m| m.win32.0);
    runs_alone && (exit == status || win32().is_some_and(|w| exit == w || exit == results::from_win32(w)))
}

/// Win32 errors below this are the exit codes of many programs that mean nothing by them.
const TELLING: u32 = 4;

/// Exit codes from here on are small negative numbers.
const SMALL_NEGATIVE: u32 = 0xFFFF_0000;

/// Whether poqexec, or a program that servicing ran, ended with the code of another error than this.
pub(super) fn ended_with_another(process: &Process, status: u32) -> bool {
    let is_run = matches!(process.role, Role::Poqexec | Role::ServicingChild);
    let Some(exit) = process.exit_status.filter(|exit| is_run && *exit != status::UNSUCCESSFUL) else {
        return false;
    };
    let win32 = status_codes::HResult(exit).win32().unwrap_or(status_codes::Win32Error(exit));
    // -1 and the like are no NTSTATUS.
    let is_status = exit >> 30 == 3 && exit < SMALL_NEGATIVE;
    let tells = is_status || win32.0 > TELLING && win32.ntstatuses().next().is_some();
    tells && !is_exit_of(process, status)
}

/// Whether the process of an event ended with the event's status.
pub(crate) fn ended_with_it(timeline: &Timeline<'_>, event: &Event) -> bool {
    timeline.process_of(event).is_some_and(|process| is_exit_of(process, event.status))
}

/// Score from which a candidate can be named as the failing operation.
pub(crate) const NAMEABLE: f64 = 8.0;
/// Score from which, with a clear lead, confidence is high.
pub(crate) const STRONG: f64 = 11.0;
/// A lead over the second that makes it clear.
pub(crate) const LEAD: f64 = 2.0;

/// Statuses that stop a change whatever the caller does next.
const HARD: &[u32] = &[
    status::ACCESS_DENIED,
    status::SHARING_VIOLATION,
    status::DELETE_PENDING,
    status::CANNOT_DELETE,
    status::NOT_SAME_DEVICE,
    status::DISK_FULL,
    status::FILE_CORRUPT_ERROR,
    status::DISK_CORRUPT_ERROR,
    status::CRC_ERROR,
    status::IO_DEVICE_ERROR,
    status::DEVICE_DATA_ERROR,
    status::KEY_DELETED,
    status::CHILD_MUST_BE_VOLATILE,
    status::REGISTRY_CORRUPT,
    status::PRIVILEGE_NOT_HELD,
    status::MEDIA_WRITE_PROTECTED,
    status::INVALID_IMAGE_HASH,
    status::USER_MAPPED_FILE,
];

/// Whether a status stops a change whatever the caller does next.
pub(super) fn is_hard(status: u32) -> bool {
    // 0xC019xxxx and 0xC01Axxxx: the transaction manager and the common log.
    HARD.contains(&status) || matches!(status >> 16, 0xC019 | 0xC01A)
}

fn share_if(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

fn name<'a>(c: &Context<'a>) -> &'a str {
    &c.process.name
}

fn result(c: &Context<'_>) -> String {
    status_codes::NamedResult(c.candidate.event.status).to_string()
}

/// How far a fact of the good boot holds of a candidate: fully for the same object, less for one of the same sort.
fn share_of(level: Likeness) -> f64 {
    match level {
        Likeness::Same => 1.0,
        Likeness::Alike => 0.4,
    }
}

const FEATURES: &[Feature] = &[
    Feature {
        name: "succeeds-in-good",
        weight: 4.0,
        means: "the same operation succeeds in the good boot; 0.4 of it if the object is only similar",
        applies: |c| match c.in_good {
            Some(InGood::Succeeds(level)) => share_of(level),
            // There the same process made up for it, here none did.
            Some(InGood::SucceedsInTheEnd(level)) if c.candidate.later_success.is_none() => {
                0.7 * share_of(level)
            }
            _ => 0.0,
        },
        words: |_| Words::new("in the good boot the same operation succeeds", "在基准启动中相同的操作成功"),
    },
    Feature {
        name: "raised-by-good-alone",
        weight: -3.0,
        means: "only the good boot made an ordinary result a candidate; twice if logs name codes, but not this one",
        // A log that names codes would name this one.
        applies: |c| match &c.candidate.report {
            _ if c.in_good.is_none() || c.ordinary.is_none() || c.planned.is_some() => 0.0,
            Some(report) if report.code.is_some() || report.same_name => 0.0,
            _ if c.codes_known => 2.0,
            _ => 1.0,
        },
        words: |_| {
            Words::new("nothing but the good boot speaks of the object", "除基准启动外没有内容提到该对象")
        },
    },
    Feature {
        name: "fails-in-good-too",
        weight: -12.0,
        means: "the good boot has the same result, and went well",
        applies: |c| match c.in_good {
            Some(InGood::FailsToo(level)) => share_of(level),
            Some(InGood::SucceedsInTheEnd(level)) if c.candidate.later_success.is_some() => share_of(level),
            _ => 0.0,
        },
        words: |c| {
            Words::new(
                format!("the good boot has the same operation with {} too, and went well", result(c)),
                format!("基准启动中相同的操作也得到 {}，而更新成功", result(c)),
            )
        },
    },
    Feature {
        name: others::HEALTHY_TOO,
        weight: -others::FLEET_WEIGHT,
        means: "healthy boots of the fleet have the result at that object too: as much of it as the lower 95 % bound of their share",
        applies: |c| c.seen.map_or(0.0, Seen::healthy_too),
        words: |c| c.seen.unwrap_or_default().words(&result(c)),
    },
    Feature {
        name: "named",
        weight: 3.0,
        means: "a log names the object at that time; half at another time",
        applies: |c| match &c.candidate.report {
            Some(r) if r.same_name && r.close => 1.0,
            Some(r) if r.same_name => 0.5,
            _ => 0.0,
        },
        words: |c| {
            let text = c.candidate.report.as_ref().map_or("", |r| r.text.as_str());
            Words::new(format!("a log names the same object: {text}"), format!("日志提到同一对象：{text}"))
        },
    },
    Feature {
        name: "reported",
        weight: 3.0,
        means: "a log has the code that the status maps to, at that time; 0.4 at another time",
        applies: |c| match &c.candidate.report {
            Some(r) if r.code.is_some() && r.close => 1.0,
            Some(r) if r.code.is_some() => 0.4,
            _ => 0.0,
        },
        words: |c| {
            let text = c.candidate.report.as_ref().map_or("", |r| r.text.as_str());
            Words::new(format!("a log names the same error: {text}"), format!("日志记录了相同的错误：{text}"))
        },
    },
    Feature {
        name: "held",
        weight: 1.5,
        means: "another process has the file open, and the result can come from that",
        applies: |c| share_if(c.candidate.holder.is_some_and(|h| h.explains)),
        words: |_| Words::new("another process has the file open at that time", "当时另有进程打开该文件"),
    },
    Feature {
        name: "looked-up-after",
        weight: 3.0,
        means: "right after, the thread opens the file for its attributes only, as servicing does to find who holds it",
        applies: |c| {
            share_if(
                c.candidate.reopened.is_some() && matches!(c.process.role, Role::Poqexec | Role::TiWorker),
            )
        },
        words: |_| {
            Words::new(
                "the same thread opens the file for its attributes right afterwards, as servicing does to find who is in the way",
                "同一线程随即仅为属性打开该文件，更新程序借此查找占用者",
            )
        },
    },
    Feature {
        name: "planned",
        weight: 2.5,
        means: "pending.xml changes that object",
        applies: |c| share_if(c.planned.is_some()),
        words: |c| {
            let (index, kind) = c.planned.map_or((0, ""), |p| (p.index, p.kind));
            Words::new(
                format!("pending.xml plans it: primitive {index}, {kind}"),
                format!("pending.xml 中的计划：第 {index} 个基元操作，{kind}"),
            )
        },
    },
    Feature {
        name: "needed-name",
        weight: 2.5,
        means: "the missing object is one that servicing cannot do without",
        applies: |c| share_if(c.needed.is_some()),
        words: |c| {
            let object = c.needed.map(Needed::words).unwrap_or_default();
            Words::new(format!("it is {}", object.en), format!("该对象是{}", object.zh))
        },
    },
    Feature {
        name: "ordinary",
        weight: -2.0,
        means: "the result is ordinary there; something else made it a candidate",
        applies: |c| share_if(c.ordinary.is_some()),
        words: |c| {
            let why = c.ordinary.clone().unwrap_or_default();
            Words::new(
                format!("the result is ordinary here: {}", why.en),
                format!("此处该结果属正常：{}", why.zh),
            )
        },
    },
    Feature {
        name: "elsewhere",
        weight: -6.0,
        means: "what the log says failed lies in another phase, or at another time",
        applies: |c| share_if(c.stance.elsewhere),
        words: |_| {
            Words::new(
                "what the log says failed lies in another phase, or at another time",
                "日志所记的失败位于其他阶段或其他时间",
            )
        },
    },
    Feature {
        name: "contradicted",
        weight: -3.0,
        means: "what the log says failed has another code",
        applies: |c| share_if(c.stance.contradicted),
        words: |c| {
            Words::new(
                format!("what the log says failed has another code than {}", result(c)),
                format!("日志所记失败的代码与 {} 不符", result(c)),
            )
        },
    },
    Feature {
        name: "ended-well",
        weight: -6.0,
        means: "poqexec, or the program, nevertheless ends with 0",
        applies: |c| {
            share_if(
                matches!(c.process.role, Role::Poqexec | Role::ServicingChild)
                    && c.process.exit_status == Some(0),
            )
        },
        words: |c| {
            Words::new(
                format!("{} ends with exit status 0 all the same", name(c)),
                format!("{} 仍以退出代码 0 结束", name(c)),
            )
        },
    },
    Feature {
        name: "ended-with-it",
        weight: 3.0,
        means: "poqexec, or the program, ends with this very status",
        applies: |c| share_if(is_exit_of(c.process, c.candidate.event.status)),
        words: |c| {
            Words::new(
                format!("{} ends with this very status", name(c)),
                format!("{} 正以该状态退出", name(c)),
            )
        },
    },
    Feature {
        name: "waiting",
        weight: -5.0,
        means: "what the log says failed had waited in vain for an answer",
        applies: |c| share_if(c.stance.waiting),
        words: |_| {
            Words::new(
                "what the log says failed had waited for an answer that never came",
                "日志记录的失败是等待响应超时",
            )
        },
    },
    Feature {
        name: "before-sign",
        weight: 3.0,
        means: "a sign of failure follows within 10 s; 0.6 within a minute, 0.3 within ten minutes",
        applies: |c| match c.before_sign {
            Some(span) if span <= Ticks::seconds(10) => 1.0,
            Some(span) if span <= Ticks::seconds(60) => 0.6,
            Some(span) if span <= Ticks::seconds(600) => 0.3,
            _ => 0.0,
        },
        words: |c| {
            let span = c.before_sign.unwrap_or_default();
            if span == Ticks(0) {
                return Words::new(
                    "in the second in which the first sign of failure is written that follows",
                    "与随后首个失败迹象写入于同一秒",
                );
            }
            let seconds = span.as_seconds();
            Words::new(
                format!("{seconds:.3} s before the first sign of failure that follows"),
                format!("在随后的首个失败迹象之前 {seconds:.3} 秒"),
            )
        },
    },
    Feature {
        name: "last-before-sign",
        weight: 1.0,
        means: "no other candidate lies between it and the sign",
        applies: |c| share_if(c.last_before_sign),
        words: |_| {
            Words::new("no other candidate lies between it and that sign", "它与该迹象之间没有其他候选")
        },
    },
    Feature {
        name: "absent-from-good",
        weight: 1.5,
        means: "the good boot has the process in that phase, but not the operation",
        applies: |c| share_if(c.in_good == Some(InGood::Absent)),
        words: |_| {
            Words::new(
                "the good boot has this process in this phase, and not this operation",
                "基准启动的同一阶段有该进程，但没有此操作",
            )
        },
    },
    Feature {
        name: "final",
        weight: 2.0,
        means: "the same process never succeeds with it later",
        applies: |c| share_if(c.candidate.later_success.is_none()),
        words: |_| Words::new("the same process never succeeds with it afterwards", "同一进程此后从未成功"),
    },
    Feature {
        name: "made-up-for",
        weight: -7.0,
        means: "the same process succeeds with it later",
        applies: |c| share_if(c.candidate.later_success.is_some()),
        words: |_| Words::new("the same process succeeds with it later", "同一进程后来成功"),
    },
    Feature {
        name: "hard-status",
        weight: 2.0,
        means: "the status stops a change whatever the caller does: denied, in use, full, transaction gone, disk or key damaged",
        applies: |c| share_if(is_hard(c.candidate.event.status)),
        words: |c| Words::new(format!("{} stops a change", result(c)), format!("{} 会中断更改", result(c))),
    },
    Feature {
        name: "rare",
        weight: 1.0,
        means: "the process has at most three such results",
        applies: |c| share_if(c.alike <= 3),
        words: |c| {
            Words::new(
                match c.alike {
                    1 => format!("{} meets this result with this operation only once", name(c)),
                    n => format!("{} meets this result with this operation only {n} times", name(c)),
                },
                format!("{} 的此操作仅 {} 次得到此结果", name(c), c.alike),
            )
        },
    },
    Feature {
        name: "flood",
        weight: -2.0,
        means: "the process has more than a hundred such results",
        applies: |c| share_if(c.alike > 100),
        words: |c| {
            Words::new(
                format!("{} meets this result with this operation {} times", name(c), c.alike),
                format!("{} 的此操作 {} 次得到此结果", name(c), c.alike),
            )
        },
    },
    Feature {
        name: "mutation",
        weight: 2.0,
        means: "the operation changes something",
        applies: |c| share_if(c.candidate.event.kind.mutates()),
        words: |c| {
            let operation = c.candidate.event.name;
            Words::new(
                format!("{operation} would change the system here"),
                format!("{operation} 在此会更改系统"),
            )
        },
    },
    Feature {
        name: "actor",
        weight: 3.0,
        means: "in full for poqexec and TiWorker; 0.8 for TrustedInstaller and drvinst, 0.7 for smss, 0.5 for others",
        applies: |c| match c.process.role {
            Role::Poqexec | Role::TiWorker => 1.0,
            Role::TrustedInstaller | Role::DriverInstall => 0.8,
            Role::SessionManager => 0.7,
            _ => 0.5,
        },
        words: |c| Words::new(format!("{} does the update's work", name(c)), format!("{} 执行更新", name(c))),
    },
];

/// The features that apply, the most telling first as in the table, and their sum.
pub(crate) fn score(context: &Context<'_>) -> (Vec<FeatureHit>, f64) {
    let hits: Vec<FeatureHit> = FEATURES
        .iter()
        .filter_map(|feature| {
            let share = (feature.applies)(context);
            let is_of_fleet = feature.name == others::HEALTHY_TOO;
            let weight = if is_of_fleet { -context.fleet_weight } else { feature.weight };
            (share != 0.0).then(|| FeatureHit {
                name: feature.name,
                score: weight * share,
                words: (feature.words)(context),
            })
        })
        .collect();
    let sum = hits.iter().map(|h| h.score).sum();
    (hits, sum)
}

/// Name, weight and meaning of each feature.
pub(crate) fn rows() -> impl Iterator<Item = [String; 3]> {
    FEATURES.iter().map(|feature| {
        let sign = if feature.weight < 0.0 { '−' } else { '+' };
        [format!("`{}`", feature.name), format!("{sign}{}", feature.weight.abs()), feature.means.to_owned()]
    })
}
