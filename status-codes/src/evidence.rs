//! How a fact in the tables is known.

/// Whether a fact was compared with Windows or Process Monitor itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verified {
    /// Taken from Microsoft's own data, or compared with what Windows or Process Monitor does.
    Yes,
    /// From one source, or by a rule that was not seen at work for this code.
    Partial,
    /// Not in any table: the number alone is known.
    No,
}

impl Verified {
    /// `yes`, `partial` or `no`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partial => "partial",
            Self::No => "no",
        }
    }

    /// The same in Chinese.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Yes => "已核实",
            Self::Partial => "部分核实",
            Self::No => "未核实",
        }
    }
}

/// How a name, a conversion or a text is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// Whether it was verified.
    pub verified: Verified,
    /// By what, or why not.
    pub source: &'static str,
    /// The same in Chinese.
    pub source_zh: &'static str,
}

const fn yes(source: &'static str, source_zh: &'static str) -> Evidence {
    Evidence { verified: Verified::Yes, source, source_zh }
}

const fn partial(source: &'static str, source_zh: &'static str) -> Evidence {
    Evidence { verified: Verified::Partial, source, source_zh }
}

pub(crate) static WINDOWS_METADATA: Evidence =
    yes("constant in Microsoft's Windows metadata", "Microsoft 的 Windows 元数据中的常量");
pub(crate) static SERVICING_STACK_BOTH: Evidence =
    yes("printed by both servicing stack versions compared", "对比的两个服务堆栈版本都会显示");
pub(crate) static SERVICING_STACK_NEWER: Evidence = partial(
    "printed by the newer of two servicing stack versions compared",
    "对比的两个服务堆栈版本中，较新的会显示",
);
pub(crate) static SERVICING_STACK_OLDER: Evidence = partial(
    "printed by the older of two servicing stack versions compared",
    "对比的两个服务堆栈版本中，较旧的会显示",
);
pub(crate) static MAPPED_ON_WINDOWS: Evidence = yes(
    "RtlNtStatusToDosError on Windows, by Wine's conformance test",
    "Windows 上的 RtlNtStatusToDosError，据 Wine 的一致性测试",
);
pub(crate) static MAPPED_BY_NAME: Evidence =
    partial("matched by name only; no table of Windows seen", "仅按名称对应，未见 Windows 的对照表");
pub(crate) static MAPPED_BY_RULE: Evidence =
    yes("one code is made of the other by definition", "按定义由一个代码得到另一个代码");
pub(crate) static RPC_LOW_WORD: Evidence =
    partial("low word of an HRESULT of facility RPC", "设施为 RPC 的 HRESULT 的低 16 位");
pub(crate) static PROCMON_EXPORT: Evidence =
    yes("Process Monitor's own export of a log", "Process Monitor 自己导出的日志");
pub(crate) static PROCMON_READERS: Evidence = partial(
    "table of a reader of its format; not seen in an export",
    "读取其格式的程序中的对照表，未在导出中见到",
);
pub(crate) static PROCMON_UNLISTED: Evidence =
    partial("no text in any table, so printed as a number", "各对照表中均无文本，因此显示为数字");
pub(crate) static NOT_IN_TABLES: Evidence = Evidence {
    verified: Verified::No,
    source: "not in the tables; only the number is known",
    source_zh: "不在对照表中，只知道数字",
};
