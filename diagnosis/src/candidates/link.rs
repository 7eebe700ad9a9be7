//! Links: what ties an operation to the failure. An operation without a link is not named, whatever it looks like.

use timeline::Words;

/// What ties an operation to the failure, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// A log names the object and the code, at that time.
    LogObjectAndCode,
    /// The process ended with the operation's status.
    ExitStatus,
    /// A log names the object, at that time.
    LogObject,
    /// The same thread looked up who holds the file.
    AskedHolder,
    /// A log has the code of the operation's status for what failed, at that time.
    LogCode,
    /// A log says that the step failed in which it ran, and it is the only error there that stops a change.
    LogStep,
    /// The work of the thread stopped with the operation.
    WorkStopped,
}

/// The name in reports, and the words.
const LINKS: &[(Link, &str, &str, &str)] = &[
    (
        Link::LogObjectAndCode,
        "log-object-and-code",
        "a log names the same object with the same code at that time",
        "日志在该时间以相同代码提到同一对象",
    ),
    (Link::ExitStatus, "exit-status", "the process ended with this status", "进程以该状态结束"),
    (Link::LogObject, "log-object", "a log names the same object at that time", "日志在该时间提到同一对象"),
    (
        Link::AskedHolder,
        "asked-holder",
        "the same thread looked up who holds the file",
        "同一线程随即查询文件的占用者",
    ),
    (Link::LogCode, "log-code", "a log names the same code at that time", "日志在该时间记录了相同代码"),
    (
        Link::LogStep,
        "log-step",
        "it is the only hard error in the step that a log says failed",
        "它是日志所记失败步骤中唯一会中断更改的错误",
    ),
    (Link::WorkStopped, "work-stopped", "the work of its thread stops here", "该线程的工作到此为止"),
];

impl Link {
    /// Whether a log gives it.
    #[must_use]
    pub fn is_of_log(self) -> bool {
        matches!(self, Self::LogObjectAndCode | Self::LogObject | Self::LogCode | Self::LogStep)
    }

    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        LINKS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// In words.
    pub fn words(self) -> Words {
        LINKS.iter().find(|row| row.0 == self).map_or_else(Words::default, |row| Words::new(row.2, row.3))
    }
}

/// What speaks against naming an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Objection {
    /// It lies after the first sign of failure, or in the rollback.
    AfterSign,
    /// The same process succeeded with it later, or another of servicing right after.
    MadeUpFor,
    /// The same thread opened the object for less right after.
    MadeDo,
    /// Servicing found it, or could make it, in another place right after.
    Found,
    /// Servicing went on with its work.
    CarriedOn,
    /// Servicing then waited for long.
    Waited,
    /// Servicing met the same result on other objects of the kind, and went on.
    Habit,
    /// Healthy machines meet the same result on objects of the kind, and go on.
    Norm,
    /// Another error of servicing may be the cause as well.
    Rival,
    /// A log says that the failure of its step was ignored.
    Ignored,
    /// Another thread of the process reports the failure, or another worker after its end.
    OtherThread,
    /// The log names another code.
    Contradicted,
    /// The log says that a function failed which makes no such operation.
    OtherCall,
    /// What the log says failed lies elsewhere.
    Elsewhere,
    /// The trace ends before the failure, or lacks what would show it.
    NotCovered,
    /// Its call stack shows that a driver or a library of another product started it.
    NotServicing,
    /// Its call stack shows that the installer or the driver which failed did not ask for it.
    NotAsked,
    /// Its call stack shows that logging or error reporting asked for it.
    Reporting,
    /// Servicing met the same result at the same place in its code before, and went on.
    ProbingSite,
    /// Processes that have nothing to do with the update meet it too, and go on.
    Everyone,
    /// The log names another object with that code, and the trace does not have it.
    OtherObject,
}

/// The name in reports, and the words.
const OBJECTIONS: &[(Objection, &str, &str, &str)] = &[
    (Objection::AfterSign, "after-sign", "it follows the first sign of failure", "它在首个失败迹象之后"),
    (Objection::MadeUpFor, "made-up-for", "servicing succeeded with it later", "更新程序后来对其操作成功"),
    (
        Objection::MadeDo,
        "made-do",
        "the same thread opened the object for less right after, and got it",
        "同一线程随即以较少的权限打开该对象并成功",
    ),
    (
        Objection::Found,
        "found",
        "servicing found it, or could make it, in another place right after",
        "更新程序随即在另一位置找到或成功创建该对象",
    ),
    (Objection::CarriedOn, "carried-on", "servicing went on with its work after it", "此后更新程序继续工作"),
    (
        Objection::Waited,
        "waited",
        "servicing then waited for long before it failed",
        "此后更新程序等待了很久才失败",
    ),
    (
        Objection::Habit,
        "habit",
        "servicing met this result before, there or on other objects of the kind, and went on",
        "更新程序此前在该对象或同类其他对象上也得到此结果，并继续工作",
    ),
    (
        Objection::Norm,
        "norm",
        "healthy machines meet this result on objects of the kind, and servicing goes on",
        "正常的计算机在同类对象上也得到此结果，更新程序继续工作",
    ),
    (
        Objection::Rival,
        "rival",
        "another error of servicing may be the cause as well",
        "更新程序的另一错误同样可能是原因",
    ),
    (
        Objection::Ignored,
        "ignored",
        "the log says that the failure of its step was ignored",
        "日志表明其所在步骤的失败被忽略",
    ),
    (
        Objection::OtherThread,
        "other-thread",
        "another thread, or another run of the worker, reports the failure",
        "报告失败的是另一线程，或更新程序的另一次运行",
    ),
    (Objection::Contradicted, "contradicted", "the log names another code", "日志记录的是另一代码"),
    (
        Objection::OtherCall,
        "other-call",
        "the log says that a function failed which makes no such operation",
        "日志表明失败的函数不会执行此类操作",
    ),
    (
        Objection::Elsewhere,
        "elsewhere",
        "what the log says failed lies in another phase or at another time",
        "日志所记的失败位于其他阶段或其他时间",
    ),
    (
        Objection::NotCovered,
        "not-covered",
        "the trace does not cover the failure that the log tells of",
        "跟踪未覆盖日志所记的失败",
    ),
    (
        Objection::NotServicing,
        "not-servicing",
        "its call stack shows that another product started it on servicing's thread",
        "调用堆栈表明它由其他产品在更新程序的线程上发起",
    ),
    (
        Objection::NotAsked,
        "not-asked",
        "its call stack shows that the installer or the driver that failed did not ask for it",
        "调用堆栈表明它并非由失败的安装程序或驱动程序发起",
    ),
    (
        Objection::Reporting,
        "reporting",
        "its call stack shows that logging or error reporting asked for it",
        "调用堆栈表明它由日志或错误报告发起",
    ),
    (
        Objection::ProbingSite,
        "probing-site",
        "the same place in servicing's code met this result before, and servicing went on",
        "更新程序代码的同一位置此前也得到此结果，并继续工作",
    ),
    (
        Objection::Everyone,
        "everyone",
        "processes that have nothing to do with the update meet it at that object too, and go on",
        "与更新无关的进程在该对象上也得到此结果，并继续运行",
    ),
    (
        Objection::OtherObject,
        "other-object",
        "the log says what failed in other words, or names another object with that code",
        "日志以其他内容说明失败原因，或以该代码提到另一对象",
    ),
];

impl Objection {
    /// Whether the operation may still be the cause: another error may be it as well, a log speaks against it, or the
    /// trace does not show what followed.
    pub(super) fn leaves_a_lead(self) -> bool {
        matches!(
            self,
            Self::Rival
                | Self::Waited
                | Self::Contradicted
                | Self::OtherCall
                | Self::OtherObject
                | Self::Elsewhere
                | Self::NotCovered
        )
    }

    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        OBJECTIONS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// In words.
    pub fn words(self) -> Words {
        let row = OBJECTIONS.iter().find(|row| row.0 == self);
        row.map_or_else(Words::default, |row| Words::new(row.2, row.3))
    }
}

/// Name and meaning of each link.
pub(crate) fn link_rows() -> impl Iterator<Item = [String; 2]> {
    LINKS.iter().map(|row| [format!("`{}`", row.1), row.2.to_owned()])
}

/// Name and meaning of each objection.
pub(crate) fn objection_rows() -> impl Iterator<Item = [String; 2]> {
    OBJECTIONS.iter().map(|row| [format!("`{}`", row.1), row.2.to_owned()])
}
