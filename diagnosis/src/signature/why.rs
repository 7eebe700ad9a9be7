//! Why a part contributes to the id of a signature, or why not.

use timeline::Words;

/// A reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It is the same for the same cause, on all machines.
    Same,
    /// Nothing else tells causes apart: no operation is named.
    OnlyTheLog,
    /// The name tells which service.
    Named,
    /// The phase follows from the component, or a log moves it.
    Shaky,
    /// Only a log gives it.
    OfLog,
    /// Other machines have other objects of the class.
    OfMachine,
    /// Not every trace has it.
    NotInEveryTrace,
    /// It comes with the cause, but does not identify it.
    Beside,
}

const WHYS: &[(Why, bool, &str, &str)] = &[
    (Why::Same, true, "this cause gives the same value on every machine", "同一原因在每台计算机上取值相同"),
    (
        Why::OnlyTheLog,
        true,
        "no operation is named, so what the log says tells the causes apart",
        "未指出操作，因此由日志内容区分原因",
    ),
    (
        Why::Named,
        true,
        "the name tells which one, and every machine has the same name",
        "名称指明具体对象，且在每台计算机上都相同",
    ),
    (
        Why::Shaky,
        false,
        "component and object say it better: a log can move the phase",
        "组件和对象更可靠：有日志时阶段可能不同",
    ),
    (Why::OfLog, false, "only a log gives it, and the trace says enough", "只有日志才有，而跟踪已足够"),
    (Why::OfMachine, false, "other machines have other objects of this class", "同类对象因计算机而异"),
    (Why::NotInEveryTrace, false, "not every trace records it", "并非每个跟踪都记录"),
    (
        Why::Beside,
        false,
        "it comes with the cause but does not identify it",
        "与原因同时出现，但不能标识原因",
    ),
];

impl Why {
    fn row(self) -> Option<&'static (Self, bool, &'static str, &'static str)> {
        WHYS.iter().find(|row| row.0 == self)
    }

    pub(super) fn contributes(self) -> bool {
        self.row().is_some_and(|row| row.1)
    }

    pub(super) fn words(self) -> Words {
        self.row().map_or_else(Words::default, |row| Words::new(row.2, row.3))
    }
}
